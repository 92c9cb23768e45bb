"""gensim's word2vec on sequences of item codes: progress and cancel between batches, rows in item-code order.

Its paragraph vectors (doc2vec.py) are trained by the same loop.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from queue import SimpleQueue
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedders.base import Progress, Vectors
from embedders.parts import background
from embedders.parts.skip_gram import Trained
from embedders.parts.tally import Report, Tally
from interactions.sequences import Sequences

if TYPE_CHECKING:
    from gensim.models import Word2Vec

LONGEST_SENTENCE = 10_000  # gensim leaves out, without a word, what a batch or a sentence has beyond this
PAIRS_A_BATCH = 1_000_000  # about a second's work with 10 negatives: how long a cancelled thread may still run

Sentence = list[str]
Text = Any  # what gensim calls an example: a sentence for Word2Vec, a sentence with tags for Doc2Vec


@dataclass(frozen=True, kw_only=True)
class GensimSettings:
    """What word2vec and paragraph vectors are both to do; the names are gensim's where it has one."""

    vector_size: int
    window: int
    negative: int
    ns_exponent: float
    sample: float
    epochs: int
    learning_rate: float
    min_count: int

    def arguments(self, batch_words: int, seed: int) -> dict[str, Any]:
        """As either of gensim's models takes them."""
        shared = {field.name: getattr(self, field.name) for field in fields(GensimSettings)}
        shared["alpha"] = shared.pop("learning_rate")
        return {**shared, "batch_words": batch_words, "seed": seed}


@dataclass(frozen=True, kw_only=True)
class Settings(GensimSettings):
    """What word2vec is to do; `negative` counts for nothing with hierarchical softmax."""

    skip_gram: bool
    hierarchical_softmax: bool
    shrink_windows: bool


class _Job(NamedTuple):
    epoch: int
    texts: list[Text]
    learning_rate: float


def train(
    sequences: Sequences, n_items: int, settings: Settings, *, seed: int, threads: int, progress: Progress
) -> Trained:
    """Train on sequences of at most LONGEST_SENTENCE items, of which at least two are frequent enough to be trained.

    With one thread the vectors are bit for bit those of gensim.models.Word2Vec on the same sentences with workers=1.
    """
    total = len(sequences.items) * settings.epochs
    progress("Counting items", 0, total)
    sentences = sentences_of(sequences, n_items)
    model = _model(settings, words_a_batch(sequences, settings.window), seed)
    model.build_vocab(sentences)
    initial = model.wv.vectors.copy()
    tally = run(model, sentences, sequences.lengths().tolist(), threads, progress)
    keys, moved = model.wv.index_to_key, (model.wv.vectors != initial).any(axis=1)
    return Trained(
        vectors=in_code_order(model.wv.vectors, keys, moved, n_items),
        context=None if settings.hierarchical_softmax else in_code_order(model.syn1neg, keys, moved, n_items),
        losses=tuple(tally.losses),
        events_used=tally.trained / total,
    )


def run(model: Word2Vec, texts: Sequence[Text], lengths: Sequence[int], threads: int, progress: Progress) -> Tally:
    """Train a model whose vocabulary is built on texts of so many words each, in all of its epochs.

    With one thread it ends bit for bit where gensim's own loop ends with workers=1. That one cuts the batches anew in
    every epoch and cannot be stopped; here they are cut once, and the threads call the same compiled step.
    """
    batches = _batches(texts, lengths, model.batch_words)
    jobs, lock = _jobs(model, batches), Lock()
    reports: SimpleQueue[Report] = SimpleQueue()

    def work(stop: Event) -> None:
        own = copy.copy(model)  # shares the arrays and the generator; the running loss is its own
        memory = own._get_thread_working_mem()
        while not stop.is_set():
            with lock:
                job = next(jobs, None)
            if job is None:
                return
            own.running_training_loss = 0.0  # a float32 total: over a whole training it would stop growing
            trained, seen = own._do_train_job(job.texts, job.learning_rate, memory)
            loss = float(own.running_training_loss) if model.compute_loss else None
            reports.put(Report(job.epoch, trained, seen, loss))

    words = sum(lengths)
    tally = Tally(model.epochs, len(batches), words, reports, progress)
    background.run([work] * min(threads, len(batches) * model.epochs), tally.tell)
    if tally.seen != words * model.epochs:
        raise RuntimeError(f"gensim was given {words * model.epochs:,} events and saw {tally.seen:,}.")
    return tally


def sentences_of(sequences: Sequences, n_items: int) -> list[Sentence]:
    """Each sequence as the item codes in words, which is what gensim takes."""
    names = np.array([str(code) for code in range(n_items)], dtype=object)  # one text an item, not one an event
    words = names[sequences.items].tolist()
    offsets = sequences.offsets.tolist()
    return [words[start:stop] for start, stop in itertools.pairwise(offsets)]


def words_a_batch(sequences: Sequences, window: int) -> int:
    """Words of a batch: gensim's own number unless a window is so wide that a batch would take too long."""
    longest = int(sequences.lengths().max())
    return min(LONGEST_SENTENCE, max(longest, PAIRS_A_BATCH // min(window, longest)))


def _model(settings: Settings, batch_words: int, seed: int) -> Word2Vec:
    from gensim.models import Word2Vec

    return Word2Vec(
        sg=int(settings.skip_gram),
        hs=int(settings.hierarchical_softmax),
        shrink_windows=settings.shrink_windows,
        compute_loss=True,
        **settings.arguments(batch_words, seed) | ({"negative": 0} if settings.hierarchical_softmax else {}),
    )


def _batches(texts: Sequence[Text], lengths: Sequence[int], batch_words: int) -> list[list[Text]]:
    """Cut as gensim cuts them: as many whole texts as have at most `batch_words` words together."""
    batches: list[list[Text]] = [[]]
    words = 0
    for text, length in zip(texts, lengths, strict=True):
        if words + length > batch_words:
            batches.append([])
            words = 0
        batches[-1].append(text)
        words += length
    return batches


def _jobs(model: Word2Vec, batches: list[list[Text]]) -> Iterator[_Job]:
    """Every batch of every epoch, with the learning rate that falls with the share of texts done."""
    texts = sum(len(batch) for batch in batches)
    for epoch in range(model.epochs):
        done = 0
        for batch in batches:
            yield _Job(epoch, batch, model._get_next_alpha(done / texts, epoch))
            done += len(batch)


def in_code_order(rows: Vectors, keys: Sequence[str], moved: npt.NDArray[np.bool_], number: int) -> Vectors:
    """The rows that training moved, each at the code that its key is, float32 (number, dimensions); 0 elsewhere."""
    result = np.zeros((number, rows.shape[1]), dtype=np.float32)
    result[np.array(keys, dtype=np.int64)[moved]] = rows[moved]
    return result
