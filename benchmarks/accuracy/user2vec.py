"""user2vec against gensim's Doc2Vec called directly, on the sample; one worker, one epoch."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import grocery
from benchmarks.accuracy.check import Check, same
from embedders import METHODS


def measure() -> Iterator[Check]:
    """Vectors of items and of users for both models, bit for bit; what no step moved has none here."""
    from gensim.models import Doc2Vec
    from gensim.models.doc2vec import TaggedDocument

    log, method = grocery.read(), METHODS["user2vec"]
    histories = zip(log.sequences("user", seed=0), log.user_ids, strict=True)
    documents = [TaggedDocument(log.item_ids[items].tolist(), [user]) for items, user in histories]
    for name in ("PV-DBOW", "PV-DM"):
        params = method.Params(threads=1, model=name, epochs=1)
        embedding = method.fit(log, params, seed=0)
        model = Doc2Vec(
            documents,
            dm=int(name == "PV-DM"),
            dbow_words=1,
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
        assert embedding.user_vectors is not None
        trained, known = embedding.trained, embedding.user_vectors.any(axis=1)
        places = [model.wv.key_to_index[item] for item in log.item_ids[trained]]
        users = model.dv[log.user_ids[known].tolist()]
        items, of_users = f"{len(places):,} of {log.n_items:,} items", f"{len(users):,} of {log.n_users:,} users"
        yield same(f"{name}, vectors of {items}", embedding.item_vectors[trained], model.wv.vectors[places])
        yield same(f"{name}, vectors of {of_users}", embedding.user_vectors[known], users)
