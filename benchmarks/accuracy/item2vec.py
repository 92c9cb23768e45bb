"""item2vec's engine gensim against gensim's Word2Vec called directly, on the sample; one worker, one epoch."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import grocery
from benchmarks.accuracy.check import Check, same
from embedders import METHODS


def measure() -> Iterator[Check]:
    """Vectors in and out, bit for bit; an item that never stood beside another has none here, where gensim's stays."""
    from gensim.models import Word2Vec

    log, method = grocery.read(), METHODS["item2vec"]
    params = method.Params(threads=1, engine="gensim", epochs=1)
    embedding = method.fit(log, params, seed=0)
    model = Word2Vec(
        [log.item_ids[items].tolist() for items in log.sequences(seed=0)],
        sg=1,
        vector_size=params.dimensions,
        window=params.window,
        negative=params.negatives,
        sample=params.sample,
        alpha=params.learning_rate,
        epochs=1,
        min_count=1,
        workers=1,
        seed=0,
    )
    assert embedding.context_vectors is not None
    trained = embedding.trained
    places = [model.wv.key_to_index[item] for item in log.item_ids[trained]]
    items = f"{len(places):,} of {log.n_items:,} items"
    yield same(f"vectors of {items}", embedding.item_vectors[trained], model.wv.vectors[places])
    yield same(f"context vectors of {items}", embedding.context_vectors[trained], model.syn1neg[places])
