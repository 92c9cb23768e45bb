"""ALS against `implicit` called directly, on the sample with the app's defaults."""

from __future__ import annotations

from collections.abc import Iterator

import threadpoolctl

from benchmarks import grocery
from benchmarks.accuracy.check import Check, same
from embedders import METHODS


def measure() -> Iterator[Check]:
    """Vectors of items and of users."""
    from implicit.cpu.als import AlternatingLeastSquares

    log, method = grocery.read(), METHODS["als"]
    params = method.Params()
    embedding = method.fit(log, params, seed=0)
    with threadpoolctl.threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=params.dimensions,
            regularization=params.regularisation,
            alpha=params.alpha,
            iterations=params.iterations,
            num_threads=params.threads,
            random_state=0,
        )
        model.fit(log.user_item_matrix(), show_progress=False)
    assert embedding.user_vectors is not None
    yield same("item vectors", embedding.item_vectors, model.item_factors)
    yield same("user vectors", embedding.user_vectors, model.user_factors)
