"""Where targets stand among all candidates, and what that is worth: exact, ties by expectation, nothing sampled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Mask, Progress, no_progress

if TYPE_CHECKING:
    from scipy import sparse

Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]
ScoresOf = Callable[[Rows], npt.NDArray[np.float32]]  # queries -> their scores for all items, (queries, n_items)

NextItem = Literal["hr", "ndcg", "mrr"]
_BLOCK_VALUES = 1 << 23  # scores held at once: 32 MB as float32, twice that while they are made
_LEAST_ROWS = 16


@dataclass(frozen=True)
class Places:
    """Where the target of each case stands among the candidates for its query.

    above  int64 (n,) candidates with a higher score; -1 = the model has no vector for query or target
    equal  int64 (n,) other candidates with the same score
    """

    above: npt.NDArray[np.int64]
    equal: npt.NDArray[np.int64]

    @property
    def ranked(self) -> Mask:
        """True where the model could rank the target, bool (n,)."""
        return np.asarray(self.above >= 0)


def places_of_targets(
    scores_of: ScoresOf,
    queries: Codes,
    targets: Codes,
    candidates: Mask,
    left_out: sparse.csr_matrix | None = None,
    can_ask: Mask | None = None,
    *,
    progress: Progress = no_progress,
) -> Places:
    """The place of each case's target among all candidates for its query.

    scores_of         asked once for each query that has cases, in blocks of bounded memory
    queries, targets  int (n,): rows that `scores_of` knows, item codes
    candidates        bool (n_items,): what is ranked; a target that is none is not ranked
    left_out          CSR (n_queries, n_items), a stored entry = not ranked for this query; None = the query itself,
                      which is then an item code. A target that is left out is not ranked
    can_ask           bool (n_queries,): queries that the model has a vector for, by default all

    >>> scores = np.array([[9, 3, 5, 3], [0, 0, 0, 0]], dtype=np.float32)
    >>> everything = np.ones(4, dtype=bool)
    >>> places = places_of_targets(lambda rows: scores[rows], np.array([0, 0, 1]), np.array([1, 2, 0]), everything)
    >>> places.above.tolist(), places.equal.tolist()  # query 0 is left out of its own list, and 1 of its own
    ([1, 0, 0], [1, 0, 2])
    """
    above, equal = np.full(len(queries), -1, np.int64), np.zeros(len(queries), np.int64)
    usable = candidates[targets] if can_ask is None else candidates[targets] & can_ask[queries]
    order = np.flatnonzero(usable)
    order = order[np.argsort(queries[order], kind="stable")]
    asked, first = np.unique(queries[order], return_index=True)
    ends = np.append(first, len(order))
    step = max(_BLOCK_VALUES // max(len(candidates), 1), _LEAST_ROWS)
    for start in range(0, len(asked), step):
        rows = asked[start : start + step].astype(np.int64)
        scores = scores_of(rows)
        scores[:, ~candidates] = -np.inf
        _leave_out(scores, rows, left_out)
        cases = order[ends[start] : ends[min(start + step, len(asked))]]
        places = np.searchsorted(rows, queries[cases])
        above[cases], equal[cases] = _count(scores, places, targets[cases].astype(np.int64))
        progress("ranking targets", min(start + step, len(asked)), len(asked))
    return Places(above, equal)


def hit_rate(places: Places, k: int) -> Floats:
    """HR@k of each case: the chance that the target stands in the first k, float64 (n,).

    >>> hit_rate(Places(np.array([0, 2, 1, -1]), np.array([0, 0, 3, 0])), 2).tolist()  # one of four equals is second
    [1.0, 0.0, 0.25, 0.0]
    """
    chance = np.clip((k - places.above) / (places.equal + 1), 0.0, 1.0)
    return np.where(places.ranked, chance, 0.0)


def ndcg(places: Places, k: int) -> Floats:
    """NDCG@k of each case, which has one target: 1 / log2(1 + rank) within k, else 0, float64 (n,).

    >>> ndcg(Places(np.array([0, 2, 3]), np.array([0, 0, 0])), 3).tolist()
    [1.0, 0.5, 0.0]
    """
    rank = mean_ranks(places)
    return np.where(rank <= k, 1.0 / np.log2(1.0 + rank), 0.0)


def reciprocal_rank(places: Places, k: int) -> Floats:
    """MRR@k of each case: 1 / rank within k, else 0, float64 (n,).

    >>> reciprocal_rank(Places(np.array([0, 3, 0]), np.array([0, 0, 2])), 3).tolist()  # three equals: rank 2 on average
    [1.0, 0.0, 0.5]
    """
    rank = mean_ranks(places)
    return np.where(rank <= k, 1.0 / rank, 0.0)


def chance_of(measure: NextItem, k: int, n: int) -> float:
    """What "hr", "ndcg" or "mrr" at k is by chance, where each of n items is as likely as another to be the target.

    >>> chance_of("hr", 10, 101), round(chance_of("mrr", 2, 3), 3)  # one hundred others; (1 + 1 / 2) / 2
    (0.1, 0.75)
    """
    others = max(n - 1, 1)
    ranks = np.arange(1, min(k, others) + 1)
    gains = {"hr": np.ones(len(ranks)), "ndcg": 1.0 / np.log2(1.0 + ranks), "mrr": 1.0 / ranks}[measure]
    return float(gains.sum() / others)


def mean_ranks(places: Places) -> Floats:
    """The rank of each target, 1 = first, the mean of the ranks where scores tie; infinite where it is not ranked."""
    return np.where(places.ranked, 1.0 + places.above + places.equal / 2, np.inf)


def recall_by_list(places: Places, lists: Codes, n_lists: int, k: int) -> Floats:
    """Recall@k of each list of several targets: expected hits / min(k, targets), float64 (n_lists,); NaN without any.

    lists  int (n,): the list (user) that each target belongs to

    >>> recall_by_list(Places(np.array([0, 4, 1]), np.array([0, 0, 0])), np.array([0, 0, 2]), 3, 2).tolist()
    [0.5, nan, 1.0]
    """
    return _by_list(hit_rate(places, k), lists, np.minimum(np.bincount(lists, minlength=n_lists), k))


def ndcg_by_list(places: Places, lists: Codes, n_lists: int, k: int) -> Floats:
    """NDCG@k of each list of several targets (Järvelin and Kekäläinen 2002), float64 (n_lists,); NaN without any.

    The gain of a target at rank r is 1 / log2(1 + r) within k; the best there can be is that of min(k, targets) first
    places.

    >>> ndcg_by_list(Places(np.array([0, 1, 2]), np.array([0, 0, 0])), np.array([0, 0, 1]), 2, 3).tolist()
    [1.0, 0.5]
    """
    ideal = np.append(0.0, np.cumsum(1.0 / np.log2(1.0 + np.arange(1, k + 1))))
    found = _by_list(ndcg(places, k), lists, ideal[np.minimum(np.bincount(lists, minlength=n_lists), k)])
    return np.minimum(found, 1.0)  # of equal targets more than k can have their mean rank within k


def _by_list(gains: Floats, lists: Codes, best: npt.NDArray[np.floating] | Codes) -> Floats:
    total = np.bincount(lists, weights=gains, minlength=len(best))
    return np.asarray(np.divide(total, best, out=np.full(len(best), np.nan), where=best > 0))


def _leave_out(scores: npt.NDArray[np.float32], rows: Rows, left_out: sparse.csr_matrix | None) -> None:
    if left_out is None:
        scores[np.arange(len(rows)), rows] = -np.inf
        return
    part = left_out[rows]
    scores[np.repeat(np.arange(len(rows)), np.diff(part.indptr)), part.indices] = -np.inf


def _count(
    scores: npt.NDArray[np.float32], places: Rows, targets: Rows
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    from analysis.ranking_kernel import count_above

    above, others = count_above(scores, places, targets)
    return above, others
