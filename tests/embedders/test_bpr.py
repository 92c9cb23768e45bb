"""BPR against implicit called directly, and what becomes of its bias."""

from __future__ import annotations

from typing import Any

import numpy as np
from implicit.cpu.bpr import BayesianPersonalizedRanking

from embedders import METHODS, Embedding
from interactions.log import InteractionLog
from tests.planted import make_log, two_islands, zipf_log


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    method = METHODS["bpr"]
    return method.fit(log, method.Params.checked({"threads": 1, "dimensions": 8, **values}), seed=seed)


def test_equals_implicit_called_directly() -> None:
    log = zipf_log(users=100, events_per_user=10)
    embedding = fit(log, seed=5, iterations=7, learning_rate=0.1, regularisation=0.03)
    model = BayesianPersonalizedRanking(
        factors=8, learning_rate=0.1, regularization=0.03, iterations=7, num_threads=1, random_state=5
    )
    matrix = log.user_item_matrix()
    matrix.data[:] = 1
    model.fit(matrix, show_progress=False)
    assert embedding.user_vectors is not None
    assert embedding.item_bias is not None
    assert np.array_equal(embedding.item_vectors, model.item_factors[:, :-1])
    assert np.array_equal(embedding.user_vectors, model.user_factors[:, :-1])
    assert np.array_equal(embedding.item_bias, model.item_factors[:, -1])
    # With the bias beside the vectors the score of a pair is still that of the library.
    ours = embedding.user_vectors @ embedding.item_vectors.T + embedding.item_bias
    np.testing.assert_allclose(ours, model.user_factors @ model.item_factors.T, atol=1e-5)


def test_the_bias_follows_popularity_and_is_not_in_the_vectors() -> None:
    log = zipf_log(users=400, events_per_user=20)
    embedding = fit(log, dimensions=16)
    assert embedding.item_bias is not None
    assert embedding.item_vectors.shape == (log.n_items, 16)
    order = np.argsort(embedding.item_bias)
    assert log.users_per_item[order[-10:]].mean() > 5 * log.users_per_item[order[:10]].mean()


def test_the_share_of_pairs_in_the_wrong_order_falls() -> None:
    losses = fit(two_islands(), iterations=50).losses
    assert len(losses) == 50
    assert 0.4 < losses[0] < 0.6  # a guess
    assert losses[-1] < 0.2


def test_how_often_somebody_touched_an_item_does_not_count() -> None:
    once = make_log(list("uuvvww"), list("abbcca"))
    often = make_log(list("uuuuvvww"), list("aaabbcca"))
    assert np.array_equal(fit(once).item_vectors, fit(often).item_vectors)
