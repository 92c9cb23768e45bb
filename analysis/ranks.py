"""Ranks with ties, and the correlation of ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats


def mean_ranks(values: npt.NDArray[Any]) -> Floats:
    """Ascending ranks from 1, ties share their mean rank, float64 (n,).

    >>> mean_ranks(np.array([5, 1, 5, 9])).tolist()
    [2.5, 1.0, 2.5, 4.0]
    """
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return np.asarray((last - (sizes - 1) / 2)[group], dtype=np.float64)


def value_quantiles(values: npt.NDArray[Any]) -> Floats:
    """Quantile of each value among those that are known, 0 = least, 1 = greatest, ties alike, float64 (n,).

    NaN stays NaN; 0.5 for an only value.

    >>> value_quantiles(np.array([30.0, np.nan, 10.0, 20.0])).tolist()
    [1.0, nan, 0.0, 0.5]
    """
    quantiles = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    n = int(known.sum())
    quantiles[known] = (mean_ranks(values[known]) - 1) / (n - 1) if n > 1 else 0.5
    return quantiles


def spearman(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> float:
    """Spearman's rank correlation over the pairs that are both known; NaN below two pairs, or where one is constant.

    >>> spearman(np.array([1, 2, 3]), np.array([10, 30, 20]))
    0.5
    """
    known = ~(np.isnan(x) | np.isnan(y))
    rank_x, rank_y = mean_ranks(x[known]), mean_ranks(y[known])
    # Ranks are multiples of a half and their mean is exact, so a constant side gives exactly 0 here.
    rank_x, rank_y = rank_x - (len(rank_x) + 1) / 2, rank_y - (len(rank_y) + 1) / 2
    scale = np.sqrt((rank_x @ rank_x) * (rank_y @ rank_y))
    return float(rank_x @ rank_y / scale) if scale > 0 else float("nan")
