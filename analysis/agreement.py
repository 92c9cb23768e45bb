"""How far two models agree: on the neighbours of each item, and on the geometry as a whole.

Lists are compared row by row and must come from the same set of items (`neighbours_within`); vectors are compared
over matched rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Neighbours, Vectors
from analysis.intervals import NORMAL_95

Shared = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]  # see `_shared`

PERSISTENCE = 0.9  # of rank-biased overlap: the chance that a reader goes on to the next rank
_ROW_BLOCK = 8192


def jaccard(a: Neighbours, b: Neighbours) -> Floats:
    """Shared over all, |A ∩ B| / |A or B|, of each item's two lists, float64 (n,); NaN where an item lacks a list.

    >>> jaccard(np.array([[1, 2, 3]]), np.array([[3, 4, 1]])).tolist()  # 2 shared of 4
    [0.5]
    """
    return _jaccard(a, b, _shared(a, b))


def overlap(a: Neighbours, b: Neighbours) -> Floats:
    """|A ∩ B| / k of each item's two lists of k, float64 (n,); NaN where an item lacks a list.

    >>> overlap(np.array([[1, 2, 3, 5]]), np.array([[3, 4, 1, 6]])).tolist()
    [0.5]
    """
    return _overlap(a, b, _shared(a, b))


def expected_overlap(k: int, n: int) -> float:
    """The overlap that two models of n items reach by chance: k / (n - 1); NaN below two items.

    Lists of fewer than k, where k > n - 1, hold everything: they share n - 1 of k.

    >>> expected_overlap(10, 101), expected_overlap(8, 5)
    (0.1, 0.5)
    """
    if n < 2:
        return float("nan")
    length = min(k, n - 1)
    return length * length / ((n - 1) * k)


def rbo(a: Neighbours, b: Neighbours, persistence: float = PERSISTENCE) -> Floats:
    """Extrapolated rank-biased overlap of each item's two lists, 0..1, float64 (n,); NaN where an item lacks a list.

    A_k P^k + (1-P)/P Σ_{d=1..k} A_d P^d with P = persistence, A_d = |first d of A ∩ first d of B| / d (Webber, Moffat
    and Zobel 2010, eq. 32). A larger persistence (between 0 and 1) gives the far end of the lists more weight.

    >>> rbo(np.array([[1, 2]]), np.array([[2, 1]]), persistence=0.5).tolist()  # A_1 = 0, A_2 = 1: .25 + .25
    [0.5]
    """
    return _rbo(a, b, _shared(a, b), persistence)


def jaccard_overlap_rbo(a: Neighbours, b: Neighbours) -> tuple[Floats, Floats, Floats]:
    """All three of the same lists, for the work of one.

    >>> [values.tolist() for values in jaccard_overlap_rbo(np.array([[1, 2]]), np.array([[1, 2]]))]
    [[1.0], [1.0], [1.0]]
    """
    shared = _shared(a, b)
    return _jaccard(a, b, shared), _overlap(a, b, shared), _rbo(a, b, shared, PERSISTENCE)


@dataclass(frozen=True)
class DepthCurve:
    """Mean Jaccard of the first d of both lists for d = 1..k, one entry a depth; NaN without items.

    depth      int64 (k,)
    mean       mean over items; low and high are its 95 % interval, mean ± 1.96 standard errors, NaN below two items
    n          items that have a list in both
    """

    depth: npt.NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats
    n: int


def jaccard_by_depth(a: Neighbours, b: Neighbours) -> DepthCurve:
    """Agreement by the length of the lists; lists that are shorter than a depth are taken whole.

    >>> curve = jaccard_by_depth(np.array([[1, 2], [0, 2]]), np.array([[2, 1], [0, 3]]))
    >>> curve.mean.round(4).tolist(), curve.n  # (0 + 1) / 2 at depth 1; (1 + 1/3) / 2 at depth 2
    ([0.5, 0.6667], 2)
    """
    rows = np.flatnonzero(_both(a, b))
    k, n = a.shape[1], len(rows)
    depth = np.arange(1, k + 1)
    total, squares = np.zeros(k), np.zeros(k)
    for start in range(0, n, _ROW_BLOCK):
        some_a, some_b = a[rows[start : start + _ROW_BLOCK]], b[rows[start : start + _ROW_BLOCK]]
        row, place = _shared(some_a, some_b)
        both = np.bincount(row * k + place, minlength=len(some_a) * k).reshape(len(some_a), k).cumsum(axis=1)
        long_a, long_b = ((one >= 0).sum(axis=1, keepdims=True) for one in (some_a, some_b))
        value = both / (np.minimum(depth, long_a) + np.minimum(depth, long_b) - both)
        total += value.sum(axis=0)
        squares += (value**2).sum(axis=0)
    unknown = np.full(k, np.nan)
    if n == 0:
        return DepthCurve(depth, unknown, unknown, unknown, 0)
    mean = total / n
    error = np.sqrt(np.maximum(squares / n - mean**2, 0) / (n - 1)) if n > 1 else unknown
    return DepthCurve(depth, mean, mean - NORMAL_95 * error, mean + NORMAL_95 * error, n)


def rbo_weight_inside(k: int, persistence: float = PERSISTENCE) -> float:
    """The share of rank-biased overlap's weight that falls on the first k ranks (the same paper, eq. 21).

    1 - P^(k-1) + (1-P)/P k (ln(1/(1-P)) - Σ_{i=1..k-1} P^i / i), P = persistence

    >>> round(rbo_weight_inside(1, 0.5), 4), round(rbo_weight_inside(10, 0.9), 4)  # ln 2 for the first
    (0.6931, 0.8556)
    """
    ranks = np.arange(1, k)
    rest = np.log(1 / (1 - persistence)) - (persistence**ranks / ranks).sum()
    return float(1 - persistence ** (k - 1) + (1 - persistence) / persistence * k * rest)


def linear_cka(x: Vectors, y: Vectors) -> float:
    """Linear centred kernel alignment of matched rows, 0..1 (Kornblith et al. 2019); NaN where a side is constant.

    ||Y'X||_F² / (||X'X||_F ||Y'Y||_F), columns centred; blind to rotation, reflection and one scale for all.

    >>> x = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], dtype=np.float32)
    >>> y = np.array([[1], [-1], [0], [0]], dtype=np.float32)  # X'X = 2I, Y'Y = 2, Y'X = (2, 0): 4 / (√8 · 2)
    >>> round(linear_cka(x, y), 6)
    0.707107
    """
    if _constant(x) or _constant(y):
        return float("nan")
    xx, yy, yx = _centred_products(x, y)
    return float((yx**2).sum() / np.sqrt((xx**2).sum() * (yy**2).sum()))


def procrustes(x: Vectors, y: Vectors) -> float:
    """Squared residual of matched rows at the best rotation, 0 = same shape .. 2; NaN where a side is constant.

    2 - 2 ||X'Y||_* with both sides centred and scaled to Frobenius norm 1; the narrower is padded with zeros, which
    leaves the nuclear norm as it is. Equals 2 - 2 √(1 - d) of SciPy's disparity d.

    >>> x = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], dtype=np.float32)
    >>> y = np.array([[1], [-1], [0], [0]], dtype=np.float32)  # ||X'Y||_* = 2 / (2 · √2)
    >>> round(procrustes(x, y), 6)
    0.585786
    """
    if _constant(x) or _constant(y):
        return float("nan")
    xx, yy, yx = _centred_products(x, y)
    alignment = np.linalg.svd(yx, compute_uv=False).sum() / np.sqrt(np.trace(xx) * np.trace(yy))
    return float(max(0.0, 2 - 2 * alignment))


def _both(a: Neighbours, b: Neighbours) -> npt.NDArray[np.bool_]:
    """True where an item has a list in both."""
    return (a[:, 0] >= 0) & (b[:, 0] >= 0)


def _jaccard(a: Neighbours, b: Neighbours, shared: Shared) -> Floats:
    both = np.bincount(shared[0], minlength=len(a))
    union = (a >= 0).sum(axis=1) + (b >= 0).sum(axis=1) - both
    return np.asarray(np.divide(both, union, out=np.full(len(a), np.nan), where=_both(a, b)))


def _overlap(a: Neighbours, b: Neighbours, shared: Shared) -> Floats:
    return np.where(_both(a, b), np.bincount(shared[0], minlength=len(a)) / a.shape[1], np.nan)


def _rbo(a: Neighbours, b: Neighbours, shared: Shared, persistence: float) -> Floats:
    k = a.shape[1]
    depths = np.arange(1, k + 1)
    step = (1 - persistence) / persistence * persistence**depths / depths
    # An item that both lists hold by depth m counts in every A_d from m on.
    weight_of_depth = step[::-1].cumsum()[::-1] + persistence**k / k
    rows, depth = shared
    return np.where(_both(a, b), np.bincount(rows, weights=weight_of_depth[depth], minlength=len(a)), np.nan)


def _shared(a: Neighbours, b: Neighbours) -> Shared:
    """Every item that both lists of a row hold: (its row, the place from 0 by which both hold it)."""
    k = a.shape[1]
    bits = max(k - 1, 1).bit_length()
    keys = np.concatenate([a, b], axis=1).astype(np.int64) << bits
    keys |= np.tile(np.arange(k), 2)
    keys.sort(axis=1)  # a list holds an item once, so what both hold stands side by side, its smaller place first
    codes = keys >> bits
    rows, columns = np.nonzero((codes[:, 1:] == codes[:, :-1]) & (codes[:, 1:] >= 0))
    return rows, keys[rows, columns + 1] & ((1 << bits) - 1)


def _constant(x: Vectors) -> bool:
    return bool((x == x[:1]).all())


def _centred_products(x: Vectors, y: Vectors) -> tuple[Floats, Floats, Floats]:
    """X'X, Y'Y and Y'X of the centred columns in float64, block by block of rows."""
    mean_x, mean_y = x.mean(axis=0, dtype=np.float64), y.mean(axis=0, dtype=np.float64)
    xx = np.zeros((x.shape[1], x.shape[1]))
    yy = np.zeros((y.shape[1], y.shape[1]))
    yx = np.zeros((y.shape[1], x.shape[1]))
    for start in range(0, len(x), _ROW_BLOCK):
        rows = slice(start, start + _ROW_BLOCK)
        block_x, block_y = x[rows] - mean_x, y[rows] - mean_y
        xx += block_x.T @ block_x
        yy += block_y.T @ block_y
        yx += block_y.T @ block_x
    return xx, yy, yx
