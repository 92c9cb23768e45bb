"""Names for the arrays that analysis takes and gives: row i is always item code i."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]  # (n, dimensions); a zero row = not trained
Neighbours = npt.NDArray[np.int32]  # (n, k) item codes, nearest first; -1 = none
Scores = npt.NDArray[np.float32]  # (n, k) similarity of each neighbour; NaN = none
Layout = npt.NDArray[np.float32]  # (n, 2) places on a map, or (n, 3); NaN rows have none
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.integer[Any]]  # (n,) popularity p, or how often an item stands in a list
Buckets = npt.NDArray[np.int8]  # (n,) 0 head, 1 mid, 2 tail
Similarity = Literal["cosine", "dot"]


class Progress(Protocol):
    """How a long job says how far it is; it may raise errors.Cancelled to stop the work."""

    def __call__(self, stage: str, done: float, total: float, loss: float | None = None) -> None: ...


def no_progress(stage: str, done: float, total: float, loss: float | None = None) -> None:
    """Tell nobody."""


def trained_rows(vectors: npt.NDArray[np.floating[Any]]) -> Mask:
    """True for each item that has a vector, that is a row other than zero, bool (n,)."""
    return np.asarray(vectors.any(axis=1))


def row_norms(vectors: npt.NDArray[np.floating[Any]]) -> Floats:
    """Euclidean length of each row, float64 (n,): float32 squares overflow and vanish too soon."""
    wide = vectors.astype(np.float64)
    return np.asarray(np.sqrt(np.vecdot(wide, wide)))


def product_error(dimensions: int, lengths: Floats) -> Floats:
    """How far a float32 dot product lies at most from the exact one, both rounded, float64 (n,).

    lengths  float64 (n,): the product of the lengths of both vectors, or the sum of their products' absolute values

    n + 2 roundings in whatever order they are summed (Higham 2002, equation 3.5), and what is lost where values are so
    small that they become 0.
    """
    return (dimensions + 2) * (2.0**-24 * lengths + 2.0**-124)


def mean_where(values: npt.NDArray[np.floating[Any]], where: Mask) -> Floats:
    """Mean of each row over the columns where `where` is True, float64 (n,); NaN where there is none."""
    counts = where.sum(axis=1)
    sums = np.where(where, values, 0.0).sum(axis=1, dtype=np.float64)
    return np.asarray(np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0))
