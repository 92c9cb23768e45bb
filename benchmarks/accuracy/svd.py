"""The singular values that the SVD stands on, against scipy's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks import grocery
from benchmarks.accuracy.check import Check, same
from embedders import METHODS


def measure() -> Iterator[Check]:
    """In vectors V S the length of a direction is its singular value."""
    from scipy.sparse.linalg import svds

    log, method = grocery.read(), METHODS["svd"]
    matrix = log.user_item_matrix().astype(np.float64)
    for weights, data in (("binary", np.ones(matrix.nnz)), ("counts", matrix.data)):
        embedding = method.fit(log, method.Params(weights=weights, vectors="v_s"))
        matrix.data = data
        values = np.sort(svds(matrix, k=embedding.dimensions, return_singular_vectors=False, rng=0))[::-1]
        ours = np.linalg.norm(embedding.item_vectors.astype(np.float64), axis=0)
        what = f"{len(values)} singular values of {weights}, as shares of scipy's"
        yield same(what, ours / values, np.ones_like(values), at_most=1e-6)
