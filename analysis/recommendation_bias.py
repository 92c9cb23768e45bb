"""How recommendations lean towards popular items, and how popular is what users chose themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Buckets, Counts, Floats, Mask, Neighbours
from analysis.hubs import coverage, gini, list_counts
from analysis.intervals import Interval
from analysis.popularity import BUCKETS, popularity_quantiles

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True)
class RecommendationMeasures:
    """What the lists of users say; means are over the users whose list is not empty.

    arp           mean p of the list (average recommendation popularity, Abdollahpouri et al. 2019)
    arp_quantile  the same with popularity quantiles
    aplt          share of the list that is not head (average percentage of long-tail items, the same paper)
    shares        share of the list that is head, mid, tail
    gap_profile   mean p of what those users have seen (group average popularity, Abdollahpouri et al. 2019b)
    lift          (mean p of the lists - gap_profile) / gap_profile, over the `lift_n` users that have both
    coverage      share of the `candidates` items that stand in a list; gini of how often they do, zeros included
    counts        lists in which each item stands, int64 (n_items,)
    """

    arp: Interval
    arp_quantile: Interval
    aplt: Interval
    shares: dict[str, Interval]
    gap_profile: Interval
    lift: float
    lift_n: int
    coverage: float
    gini: float
    candidates: int
    counts: npt.NDArray[np.int64] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, null with n 0 where a number cannot be had."""

        def cell(value: float, n: int) -> dict[str, float | int | None]:
            return {"value": _json(value), "n": 0 if math.isnan(value) else n}

        return {
            "arp": self.arp.as_json(),
            "arp_quantile": self.arp_quantile.as_json(),
            "aplt": self.aplt.as_json(),
            "shares": {bucket: share.as_json() for bucket, share in self.shares.items()},
            "gap_profile": self.gap_profile.as_json(),
            "lift": cell(self.lift, self.lift_n),
            "coverage": cell(self.coverage, self.candidates),
            "gini": cell(self.gini, self.candidates),
        }


def measure_recommendations(
    lists: Neighbours, seen: sparse.csr_matrix, p: Counts, buckets: Buckets, candidates: Mask
) -> RecommendationMeasures:
    """Measure the lists of users, int32 (n_users, k), -1 = none; rows as in `seen`, CSR (n_users, n_items).

    candidates  bool (n_items,): what could have been recommended, over which coverage and Gini are taken

    >>> from scipy import sparse
    >>> seen = sparse.csr_matrix(np.array([[1, 0, 0], [0, 1, 0], [1, 1, 1]]))
    >>> p, buckets = np.array([6, 2, 1]), np.array([0, 1, 2], dtype=np.int8)
    >>> lists = np.array([[1, 2], [0, 2], [-1, -1]], dtype=np.int32)  # the last user has seen all that there is
    >>> found = measure_recommendations(lists, seen, p, buckets, np.ones(3, bool))
    >>> found.arp.value, found.arp_quantile.value, found.aplt.value, found.aplt.n  # (1.5 + 3.5)/2; (.25 + .5)/2
    (2.5, 0.375, 0.75, 2)
    >>> found.gap_profile.value, found.lift, found.coverage  # (6 + 2)/2; (2.5 - 4)/4
    (4.0, -0.375, 1.0)
    """
    listed = _matrix(lists, len(p))
    has_list = np.diff(listed.indptr) > 0
    arp = _user_means(listed, p)
    profile = np.where(has_list, _user_means(seen, p), np.nan)
    both = ~np.isnan(arp + profile)
    mean_profile = profile[both].mean() if both.any() else np.nan
    lift = float(arp[both].mean() / mean_profile - 1) if mean_profile > 0 else math.nan
    counts = list_counts(lists, len(p))
    return RecommendationMeasures(
        **_leaning(listed, arp, p, buckets),
        gap_profile=Interval.mean(profile),
        lift=lift,
        lift_n=int(both.sum()),
        coverage=coverage(lists, candidates),
        gini=gini(counts[candidates]),
        candidates=int(candidates.sum()),
        counts=counts,
    )


def measure_profiles(seen: sparse.csr_matrix, p: Counts, buckets: Buckets, users: Mask | None = None) -> dict[str, Any]:
    """The same means of what users chose themselves, as JSON: "arp", "arp_quantile", "aplt", "shares".

    users  bool (n_users,): whose, by default everybody's

    >>> from scipy import sparse
    >>> seen = sparse.csr_matrix(np.array([[1, 0, 0], [0, 1, 1]]))
    >>> found = measure_profiles(seen, np.array([6, 2, 1]), np.array([0, 1, 2], dtype=np.int8))
    >>> found["arp"]["value"], found["aplt"]["value"], found["shares"]["tail"]["value"]  # (6 + 1.5)/2; (0 + 1)/2
    (3.75, 0.5, 0.25)
    """
    seen = seen if users is None else seen[np.flatnonzero(users)]
    found = _leaning(seen, _user_means(seen, p), p, buckets)
    shares = {bucket: share.as_json() for bucket, share in found.pop("shares").items()}
    return {name: one.as_json() for name, one in found.items()} | {"shares": shares}


def _leaning(chosen: sparse.csr_matrix, arp: Floats, p: Counts, buckets: Buckets) -> dict[str, Any]:
    shares = {name: _user_means(chosen, buckets == code) for code, name in enumerate(BUCKETS)}
    return {
        "arp": Interval.mean(arp),
        "arp_quantile": Interval.mean(_user_means(chosen, popularity_quantiles(p))),
        "aplt": Interval.mean(1 - shares["head"]),
        "shares": {name: Interval.mean(share) for name, share in shares.items()},
    }


def _user_means(chosen: sparse.csr_matrix, values: npt.NDArray[Any]) -> Floats:
    """Mean value of each user's items, each item once, those whose value is NaN left out; NaN where none is left."""
    wide = values.astype(np.float64)
    known = ~np.isnan(wide)
    inside, users = chosen.indices, np.repeat(np.arange(chosen.shape[0]), np.diff(chosen.indptr))
    counts = np.bincount(users, known[inside], chosen.shape[0])
    sums = np.bincount(users, np.where(known, wide, 0.0)[inside], chosen.shape[0])
    return np.asarray(np.divide(sums, counts, out=np.full(chosen.shape[0], np.nan), where=counts > 0))


def _matrix(lists: Neighbours, n_items: int) -> sparse.csr_matrix:
    """Lists as CSR (n_users, n_items)."""
    from scipy import sparse

    there = lists >= 0
    offsets = np.append(0, np.cumsum(there.sum(axis=1)))
    return sparse.csr_matrix((np.ones(int(offsets[-1]), np.int8), lists[there], offsets), shape=(len(lists), n_items))


def _json(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
