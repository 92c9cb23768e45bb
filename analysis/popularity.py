"""Popularity of items, and how popular the neighbours are that a model gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.arrays import Buckets, Counts, Floats, Neighbours, Vectors, mean_where, row_norms, trained_rows
from analysis.intervals import NORMAL_95
from analysis.ranks import spearman, value_quantiles

BUCKETS: Final = ("head", "mid", "tail")


def popularity_quantiles(p: Counts) -> Floats:
    """Popularity quantile q = (mean rank - 1)/(n - 1) over the items with p > 0, float64 (n,).

    0 = least, 1 = most popular, mean 0.5; ties share a quantile; NaN where p = 0; 0.5 for an only item.

    >>> popularity_quantiles(np.array([7, 0, 2, 2, 1])).round(3).tolist()
    [1.0, nan, 0.5, 0.5, 0.0]
    """
    return value_quantiles(np.where(p > 0, p, np.nan))


def popularity_buckets(p: Counts, edges: tuple[float, float] = (0.5, 0.8)) -> Buckets:
    """Bucket of each item, int8 (n,): 0 head, 1 mid, 2 tail.

    Items by p descending, ties by code; s = share of all distinct user-item pairs that the items BEFORE one hold:
    head if s < edges[0], mid if s < edges[1], else tail. Items with p = 0 are tail.

    >>> popularity_buckets(np.array([1, 6, 2, 1])).tolist()  # s = 0 for 6, .6 for 2, .8 and .9 for the ones
    [2, 0, 1, 2]
    """
    order = np.argsort(-p, kind="stable")
    total = p.sum()
    before = np.cumsum(p[order]) - p[order]
    share = before / total if total > 0 else np.ones(len(p))
    buckets = np.empty(len(p), dtype=np.int8)
    buckets[order] = (share >= edges[0]).astype(np.int8) + (share >= edges[1])
    buckets[p == 0] = BUCKETS.index("tail")
    return buckets


def neighbour_popularity(neighbours: Neighbours, q: Floats) -> Floats:
    """Mean popularity quantile of each item's neighbours, 0..1, float64 (n,); 0.5 is what chance gives.

    Neighbours that nobody touched (q NaN) are left out; NaN where none is left.

    >>> neighbour_popularity(np.array([[1, 2], [2, -1], [-1, -1]]), np.array([0.0, 0.5, 1.0])).tolist()
    [0.75, 1.0, nan]
    """
    values = q[neighbours]
    return mean_where(values, (neighbours >= 0) & ~np.isnan(values))


def popularity_lift(neighbours: Neighbours, p: Counts) -> Floats:
    """Mean log10 p of each item's neighbours less its own log10 p, float64 (n,): 1 = ten times as popular.

    Items with p = 0 are left out as neighbours, and NaN as queries.

    >>> popularity_lift(np.array([[1, 2], [0, 2], [0, 1]]), np.array([1, 10, 100])).tolist()
    [1.5, 0.0, -1.5]
    """
    magnitude = np.log10(p, out=np.full(len(p), np.nan), where=p > 0)
    values = magnitude[neighbours]
    return mean_where(values, (neighbours >= 0) & ~np.isnan(values)) - magnitude


def popularity_assortativity(q: Floats, neighbour_popularity: Floats) -> float:
    """Spearman's correlation of an item's popularity with that of its neighbours; NaN where one is constant.

    >>> popularity_assortativity(np.array([0.0, 0.5, 1.0]), np.array([0.4, 0.6, 0.5]))
    0.5
    """
    return spearman(q, neighbour_popularity)


def bucket_shares(neighbours: Neighbours, buckets: Buckets) -> Floats:
    """The shares of all neighbour slots that head, mid and tail items take, float64 (3,); NaN where no slot is filled.

    >>> bucket_shares(np.array([[1, 2], [0, 2], [0, -1]]), np.array([0, 1, 2], dtype=np.int8)).tolist()
    [0.4, 0.2, 0.4]
    """
    taken = np.bincount(buckets[neighbours[neighbours >= 0]], minlength=len(BUCKETS)).astype(np.float64)
    return taken / taken.sum() if taken.sum() else np.full(len(BUCKETS), np.nan)


def head_share(neighbours: Neighbours, buckets: Buckets) -> float:
    """The share of all neighbour slots that head items take, 0..1; NaN where no slot is filled.

    >>> head_share(np.array([[1, 2], [0, 2], [0, -1]]), np.array([0, 1, 2], dtype=np.int8))  # 0 in 2 of 5
    0.4
    """
    return float(bucket_shares(neighbours, buckets)[BUCKETS.index("head")])


def same_category_share(neighbours: Neighbours, categories: npt.NDArray[np.object_]) -> Floats:
    """The share of each item's neighbours that have its category, float64 (n,).

    categories  object (n,); None or NaN = none. Such items are NaN as queries, and as neighbours count as different.

    >>> same_category_share(np.array([[1, 2], [0, 2], [0, 1]]), np.array(["tea", "tea", None], dtype=object)).tolist()
    [0.5, 0.5, nan]
    """
    import pandas as pd

    group, _ = pd.factorize(categories)  # -1 = no category
    same = mean_where((group[neighbours] == group[:, None]).astype(np.float64), neighbours >= 0)
    return np.where(group >= 0, same, np.nan)


def norm_popularity(vectors: Vectors, p: Counts) -> float:
    """Spearman's correlation of vector length with popularity, over the items that have a vector.

    >>> norm_popularity(np.array([[3, 4], [0, 1], [0, 0], [2, 0]], dtype=np.float32), np.array([9, 1, 50, 4]))
    1.0
    """
    trained = trained_rows(vectors)
    return spearman(row_norms(vectors[trained]), p[trained])


@dataclass(frozen=True)
class Curve:
    """A value of items against their own popularity, one entry a bin of equal width in q; NaN where a bin is empty.

    q          mean popularity quantile of the bin's items
    mean       mean value
    low, high  95 % interval of that mean, mean ± 1.96 standard errors; NaN below two items. It treats items as
               independent draws, which neighbours of one model are not quite: read it as the least uncertainty
    n          items in the bin, int64
    """

    q: Floats
    mean: Floats
    low: Floats
    high: Floats
    n: npt.NDArray[np.int64]


def popularity_curve(q: Floats, values: npt.NDArray[np.floating[Any]], bins: int = 20) -> Curve:
    """Mean of `values` (neighbour popularity, norm, agreement...) by popularity quantile; unknown ones left out.

    >>> curve = popularity_curve(np.array([0.0, 0.2, 0.8, 1.0]), np.array([1.0, 3.0, 5.0, np.nan]), bins=2)
    >>> curve.mean.tolist(), curve.n.tolist(), curve.high.round(2).tolist()  # 2 + 1.96 · √2 / √2
    ([2.0, 5.0], [2, 1], [3.96, nan])
    """
    known = ~(np.isnan(q) | np.isnan(values))
    place, value = q[known], values[known].astype(np.float64)
    bin_of = np.minimum((place * bins).astype(np.int64), bins - 1)
    n = np.bincount(bin_of, minlength=bins)
    unknown = np.full(bins, np.nan)
    centre = np.divide(np.bincount(bin_of, place, bins), n, out=unknown.copy(), where=n > 0)
    mean = np.divide(np.bincount(bin_of, value, bins), n, out=unknown.copy(), where=n > 0)
    squares = np.bincount(bin_of, (value - mean[bin_of]) ** 2, bins)
    error = np.sqrt(np.divide(squares, n * (n - 1), out=unknown.copy(), where=n > 1))
    return Curve(centre, mean, mean - NORMAL_95 * error, mean + NORMAL_95 * error, n)


def norm_curve(vectors: Vectors, q: Floats, bins: int = 20) -> Curve:
    """Length of vectors, in units of their mean length, by popularity quantile; items without a vector left out.

    >>> vectors = np.array([[1, 0], [0, 3], [0, 0]], dtype=np.float32)
    >>> norm_curve(vectors, np.array([0.0, 1.0, 0.5]), bins=2).mean.tolist()
    [0.5, 1.5]
    """
    norms = row_norms(vectors)
    trained = norms > 0
    mean = norms[trained].mean() if trained.any() else np.nan
    return popularity_curve(q, np.where(trained, norms, np.nan) / mean, bins)
