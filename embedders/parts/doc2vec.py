"""gensim's paragraph vectors on sequences of item codes, each with its user as its tag; rows in code order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedders.base import Progress, Vectors
from embedders.parts import word2vec
from interactions.log import Codes
from interactions.sequences import Sequences

if TYPE_CHECKING:
    from gensim.models import Doc2Vec


@dataclass(frozen=True, kw_only=True)
class Settings(word2vec.GensimSettings):
    """What Doc2Vec is to do.

    distributed_memory  PV-DM, else PV-DBOW with skip-gram training of the words beside it
    """

    distributed_memory: bool


@dataclass(frozen=True)
class Trained:
    """Rows in code order; a zero row = no step moved it.

    items        float32 (n_items, dimensions), the words' input side
    context      float32 (n_items, dimensions), the words' output side
    users        float32 (n_users, dimensions), the documents' vectors, in one space with `items`
    events_used  share of the events that were trained on, after min_count and subsampling
    """

    items: Vectors
    context: Vectors
    users: Vectors
    events_used: float


def train(
    sequences: Sequences,
    owners: Codes,
    shape: tuple[int, int],
    settings: Settings,
    *,
    seed: int,
    threads: int,
    progress: Progress,
) -> Trained:
    """Train on sequences of at most word2vec.LONGEST_SENTENCE items, the user of each, and (n_users, n_items).

    With one thread the vectors are bit for bit those of gensim.models.Doc2Vec on the same documents with workers=1.
    """
    from gensim.models.doc2vec import TaggedDocument

    n_users, n_items = shape
    total = len(sequences.items) * settings.epochs
    progress("Counting items", 0, total)
    sentences = word2vec.sentences_of(sequences, n_items)
    documents = [TaggedDocument(words, [str(owner)]) for words, owner in zip(sentences, owners.tolist(), strict=True)]
    model = _model(settings, word2vec.words_a_batch(sequences, settings.window), seed)
    model.build_vocab(documents)
    first_items, first_users = model.wv.vectors.copy(), model.dv.vectors.copy()
    tally = word2vec.run(model, documents, sequences.lengths().tolist(), threads, progress)
    tags_counted = len(documents) * settings.epochs  # gensim counts a document's tag as a word that was trained on

    items_moved = (model.wv.vectors != first_items).any(axis=1)
    users_moved = (model.dv.vectors != first_users).any(axis=1)
    return Trained(
        items=word2vec.in_code_order(model.wv.vectors, model.wv.index_to_key, items_moved, n_items),
        context=word2vec.in_code_order(model.syn1neg, model.wv.index_to_key, items_moved, n_items),
        users=word2vec.in_code_order(model.dv.vectors, model.dv.index_to_key, users_moved, n_users),
        events_used=(tally.trained - tags_counted) / total,
    )


def _model(settings: Settings, batch_words: int, seed: int) -> Doc2Vec:
    from gensim.models import Doc2Vec

    return Doc2Vec(
        dm=int(settings.distributed_memory),
        dbow_words=1,  # else PV-DBOW would leave the items as they were drawn
        **settings.arguments(batch_words, seed),
    )
