"""BPR against `implicit` called directly, on the sample; one thread, since more do not repeat."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import threadpoolctl

from benchmarks import grocery
from benchmarks.accuracy.check import Check, same
from embedders import METHODS

ITERATIONS = 10


def measure() -> Iterator[Check]:
    """Vectors of items and of users, and the items' biases, which `implicit` keeps as one more factor."""
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    log, method = grocery.read(), METHODS["bpr"]
    params = method.Params(threads=1, iterations=ITERATIONS)
    embedding = method.fit(log, params, seed=0)
    matrix = log.user_item_matrix()
    matrix.data = np.ones_like(matrix.data)
    with threadpoolctl.threadpool_limits(1, "blas"):
        model = BayesianPersonalizedRanking(
            factors=params.dimensions,
            learning_rate=params.learning_rate,
            regularization=params.regularisation,
            iterations=ITERATIONS,
            num_threads=1,
            random_state=0,
        )
        model.fit(matrix, show_progress=False)
    assert embedding.user_vectors is not None
    assert embedding.item_bias is not None
    yield same(f"item vectors after {ITERATIONS} iterations", embedding.item_vectors, model.item_factors[:, :-1])
    yield same("item biases", embedding.item_bias, model.item_factors[:, -1])
    yield same("user vectors", embedding.user_vectors, model.user_factors[:, :-1])
