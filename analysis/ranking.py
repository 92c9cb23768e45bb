"""Where targets stand among all candidates, and what that is worth: exact, ties by expectation, nothing sampled."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Mask, Progress, no_progress

if TYPE_CHECKING:
    from scipy import sparse

Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]

NextItem = Literal["hr", "ndcg", "mrr"]
_BLOCK_VALUES = 1 << 23  # scores that one thread may hold at once: 32 MB as float32
_LEAST_ROWS = 16
_MOST_THREADS = 8


@dataclass(frozen=True, eq=False)
class Cases:
    """Targets of a few queries, among what a scorer ranks: column j is its j-th candidate.

    queries   int64 (q,) distinct, ascending
    ends      int64 (q + 1,): the cases ends[i] : ends[i + 1] are of query i
    targets   int64 (n,) columns, none of which its query leaves out
    left_out  CSR (q, n_candidates), a stored entry = not ranked for this query
    """

    queries: Rows
    ends: Rows
    targets: Rows
    left_out: sparse.csr_matrix

    @property
    def row(self) -> Rows:
        """The place in `queries` of each case's query, int64 (n,)."""
        return np.repeat(np.arange(len(self.queries)), np.diff(self.ends))

    def of(self, rows: Rows) -> tuple[Cases, Rows]:
        """The cases of some of the queries, by ascending places in `queries`, and where they stand among all."""
        sizes = np.diff(self.ends)[rows]
        ends = np.append(0, np.cumsum(sizes))
        which = np.repeat(self.ends[rows] - ends[:-1], sizes) + np.arange(ends[-1])
        return Cases(self.queries[rows], ends, self.targets[which], self.left_out[rows]), which

    def leave_out(self, scores: npt.NDArray[np.float32]) -> None:
        """NaN, which is neither above nor equal to anything, for what is left out, in float32 (q, n_candidates)."""
        rows = np.repeat(np.arange(len(self.queries)), np.diff(self.left_out.indptr))
        scores[rows, self.left_out.indices] = np.nan


class Scorer(Protocol):
    """A model that gives every candidate a float32 score for a query, and says how many it puts above a target.

    Only what is counted is told, so that a scorer need not make scores whose side of the target's it knows without.
    """

    @property
    def candidates(self) -> Mask:
        """What is ranked, bool (n_items,)."""

    def count(self, cases: Cases) -> tuple[Rows, Rows]:
        """For each case the candidates with a higher score than its target, and the others with the same, int64 (n,).

        What is left out is counted nowhere. Called from several threads at once.
        """


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
    scorer: Scorer,
    queries: Codes,
    targets: Codes,
    left_out: sparse.csr_matrix | None = None,
    can_ask: Mask | None = None,
    *,
    progress: Progress = no_progress,
) -> Places:
    """The place of each case's target among all candidates of the scorer for its query.

    scorer            asked once about each query that has cases, in blocks of bounded memory, on all processors
    queries, targets  int (n,): rows that the scorer knows, item codes; a target that is no candidate is not ranked
    left_out          CSR (n_queries, n_items), a stored entry = not ranked for this query; None = the query itself,
                      which is then an item code. A target that is left out is not ranked
    can_ask           bool (n_queries,): queries that the model has a vector for, by default all

    >>> from analysis.scoring import by_popularity
    >>> scorer = by_popularity(np.array([9, 5, 3, 3]), np.ones(4, dtype=bool))
    >>> places = places_of_targets(scorer, np.array([0, 0, 3]), np.array([1, 2, 2]))
    >>> places.above.tolist(), places.equal.tolist()  # query 0 is left out of its own list, and 3 of its own
    ([0, 1, 2], [0, 1, 0])
    """
    import threadpoolctl

    above, equal = np.full(len(queries), -1, np.int64), np.zeros(len(queries), np.int64)
    excluded = _among(scorer.candidates, left_out)
    columns = np.cumsum(scorer.candidates) - 1
    order = _rankable(scorer.candidates, columns, queries, targets, excluded, can_ask)
    asked, first = np.unique(queries[order], return_index=True)
    ends = np.append(first, len(order))
    step = max(_BLOCK_VALUES // max(len(columns), 1), _LEAST_ROWS)

    def count(start: int) -> tuple[Rows, tuple[Rows, Rows]]:
        block, rows = ends[start : start + step + 1], asked[start : start + step].astype(np.int64)
        which = order[block[0] : block[-1]]
        of_target = columns[targets[which]].astype(np.int64)
        return which, scorer.count(Cases(rows, (block - block[0]).astype(np.int64), of_target, excluded[rows]))

    # A block on each processor, with one thread: those of one matrix product spend half their time on waiting.
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    with threadpoolctl.threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        blocks = [pool.submit(count, start) for start in range(0, len(asked), step)]
        try:
            for number, block in enumerate(blocks, start=1):
                which, (above[which], equal[which]) = block.result()
                progress("ranking targets", min(number * step, len(asked)), len(asked))
        finally:
            pool.shutdown(cancel_futures=True)
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


def _among(candidates: Mask, left_out: sparse.csr_matrix | None) -> sparse.csr_matrix:
    """What is left out, by columns of the candidates, each entry once."""
    from scipy import sparse

    matrix = sparse.identity(len(candidates), format="csr") if left_out is None else left_out
    stored = sparse.csr_matrix((np.ones(len(matrix.indices)), matrix.indices, matrix.indptr), shape=matrix.shape)
    found = stored[:, np.flatnonzero(candidates)]
    found.sum_duplicates()
    return found


def _rankable(
    candidates: Mask, columns: Rows, queries: Codes, targets: Codes, excluded: sparse.csr_matrix, can_ask: Mask | None
) -> Rows:
    """The cases whose target is ranked, by query."""
    cases = np.flatnonzero(candidates[targets] if can_ask is None else candidates[targets] & can_ask[queries])
    if cases.size:
        cases = cases[np.asarray(excluded[queries[cases], columns[targets[cases]]]).ravel() == 0]
    return cases[np.argsort(queries[cases], kind="stable")]
