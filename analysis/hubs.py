"""Which items stand in many lists, and how much of the catalogue stands in none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Counts, Floats, Mask, Neighbours
from analysis.ranks import spearman


@dataclass(frozen=True)
class Hubness:
    """How the places in all neighbour lists spread over the items; NaN where a number cannot be had.

    counts                  lists in which each item stands, int64 (n,)
    n                       items that could stand in a list, over which the numbers below are taken
    skewness                of the counts: 0 = even, large = a few hubs take the places
    anti_hubs               share of the items that stand in no list, 0..1
    largest                 lists in which the largest hub stands
    robin_hood              share of all places that would have to move to make the counts even, 0..1
    popularity_correlation  Spearman's, of the counts with p
    """

    counts: npt.NDArray[np.int64]
    n: int
    skewness: float
    anti_hubs: float
    largest: int
    robin_hood: float
    popularity_correlation: float


def list_counts(neighbours: Neighbours, n_items: int) -> npt.NDArray[np.int64]:
    """In how many lists each item stands, int64 (n_items,).

    >>> list_counts(np.array([[1, 2], [2, -1]]), 4).tolist()
    [0, 1, 2, 0]
    """
    return np.bincount(neighbours[neighbours >= 0], minlength=n_items).astype(np.int64)


def hubness(neighbours: Neighbours, p: Counts, candidates: Mask) -> Hubness:
    """Hubness of the lists over the items where `candidates` is True (those that have a vector).

    >>> star = hubness(np.array([[1, -1], [0, -1], [0, -1], [0, -1]]), np.array([4, 3, 2, 1]), np.ones(4, bool))
    >>> star.counts.tolist(), star.anti_hubs, star.largest, star.robin_hood  # |3-1| + |1-1| + 1 + 1 = 4, / 2 / 4
    ([3, 1, 0, 0], 0.5, 3, 0.5)
    >>> round(star.skewness, 4), round(star.popularity_correlation, 4)  # m3 = 6/4, m2 = 6/4: 1.5 / 1.5^1.5
    (0.8165, 0.9487)
    """
    counts = list_counts(neighbours, len(p))
    own = counts[candidates]
    if not own.size:
        return Hubness(counts, 0, np.nan, np.nan, 0, np.nan, np.nan)
    deviation = own - own.mean()
    spread = (deviation**2).mean()
    total = own.sum()
    return Hubness(
        counts=counts,
        n=len(own),
        skewness=float((deviation**3).mean() / spread**1.5) if own.min() < own.max() else np.nan,
        anti_hubs=float((own == 0).mean()),
        largest=int(own.max()),
        robin_hood=float(np.abs(deviation).sum() / 2 / total) if total else np.nan,
        popularity_correlation=spearman(own, p[candidates]),
    )


def coverage(neighbours: Neighbours, candidates: Mask) -> float:
    """The share of the items where `candidates` is True that stand in at least one list; NaN where there are none.

    >>> coverage(np.array([[1, 2], [2, -1]]), np.array([True, True, True, True]))
    0.5
    """
    own = list_counts(neighbours, len(candidates))[candidates]
    return float((own > 0).mean()) if own.size else float("nan")


def gini(counts: npt.NDArray[Any]) -> float:
    """Gini index of counts, zeros included: 0 = equal, (n-1)/n = one takes all; NaN where all are 0.

    Σ_j (2j - n - 1) x_(j) / (n Σ x), x ascending.

    >>> gini(np.array([0, 0, 4, 0])), gini(np.array([1, 3]))  # ((2-3)·1 + (4-3)·3) / (2·4)
    (0.75, 0.25)
    """
    ascending = np.sort(counts).astype(np.float64)
    n, total = len(ascending), ascending.sum()
    return float((2 * np.arange(1, n + 1) - n - 1) @ ascending / (n * total)) if total > 0 else float("nan")


def top_share(counts: npt.NDArray[Any], share: float = 0.01) -> float:
    """The share of all places that the most listed items take, 0..1: by default those of the first hundredth.

    Rounded up to a whole item; NaN where all counts are 0.

    >>> top_share(np.array([1, 0, 5, 4]), 0.5), top_share(np.array([1, 0, 5, 4]))  # 9 of 10; one item: 5 of 10
    (0.9, 0.5)
    """
    total = counts.sum()
    wanted = int(np.ceil(round(share * len(counts), 6)))  # 0.07 * 700 is a little more than 49
    most = np.sort(counts)[::-1][:wanted]
    return float(most.sum() / total) if total > 0 else float("nan")


def concentration_curve(counts: npt.NDArray[Any], points: int = 80) -> tuple[Floats, Floats]:
    """The most listed items, and the share of all places they take: (share of items, share of places), float64 each.

    At up to `points` numbers of items from 1 to all of them, equally far apart on a logarithmic scale; empty where
    all counts are 0. The Lorenz curve seen from its other end.

    >>> items, places = concentration_curve(np.array([1, 0, 5, 4]))
    >>> items.tolist(), places.tolist()
    ([0.25, 0.5, 0.75, 1.0], [0.5, 0.9, 1.0, 1.0])
    """
    n, total = len(counts), counts.sum()
    if total == 0:
        return np.empty(0), np.empty(0)
    taken = np.cumsum(np.sort(counts)[::-1])
    ranks = np.unique(np.round(np.geomspace(1, n, points)).astype(np.int64))
    return ranks / n, taken[ranks - 1] / total
