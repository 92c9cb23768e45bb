"""What needs no training: popularity, and the company that items keep in baskets, as scorers of `places_of_targets`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Counts, Floats, Mask, Neighbours, Scores
from analysis.ranking import Cases, Rows

if TYPE_CHECKING:
    from scipy import sparse

_ROWS = 1024  # items whose company is held at once
_MOST_PAIRS = 5e7  # of items in one basket, of which 12 bytes each are held at most


@dataclass(frozen=True, eq=False)
class SameForAll:
    """One float32 score for each candidate, (n_candidates,), whatever the query; and all of them in ascending order."""

    candidates: Mask
    scores: Scores
    ascending: Scores

    def count(self, cases: Cases) -> tuple[Rows, Rows]:
        """The places among all candidates, less what each query leaves out."""
        from analysis.ranking_kernel import count_listed

        own = self.scores[cases.targets]
        begin, end = (np.searchsorted(self.ascending, own, side) for side in ("left", "right"))
        out = cases.left_out
        out_above, out_equal = count_listed(out.indptr, self.scores[out.indices], own, cases.ends)
        return len(self.ascending) - end - out_above, end - begin - 1 - out_equal


@dataclass(frozen=True, eq=False)
class SparseProducts:
    """Scores that are products of two sparse matrices, times a scale of each candidate: most of them are 0.

    queries  CSR float64 (n_queries, n)
    items    CSR float64 (n, n_candidates)
    scale    float64 (n_candidates,)
    """

    candidates: Mask
    queries: sparse.csr_matrix
    items: sparse.csr_matrix
    scale: Floats

    def count(self, cases: Cases) -> tuple[Rows, Rows]:
        """Counted among the scores that are not 0; all others are equal."""
        from analysis.ranking_kernel import count_sparse

        scores, out = self.scores(cases.queries), cases.left_out
        return count_sparse(
            scores.indptr,
            scores.indices,
            scores.data,
            out.indptr,
            out.indices,
            scores.shape[1],
            cases.ends,
            cases.targets,
        )

    def scores(self, queries: Rows) -> sparse.csr_matrix:
        """The scores of some queries that are not 0, CSR float32 (q, n_candidates)."""
        from scipy import sparse

        from analysis.ranking_kernel import sparse_rows

        a, b = self.queries, self.items
        ends, columns, scores = sparse_rows(
            queries, a.indptr, a.indices, a.data, b.indptr, b.indices, b.data, self.scale
        )
        return sparse.csr_matrix((scores, columns, ends), shape=(len(queries), len(self.scale)))


def by_popularity(p: Counts, candidates: Mask) -> SameForAll:
    """The same for everybody: the popularity of each item, int (n_items,).

    >>> by_popularity(np.array([5, 9, 7]), np.array([True, True, False])).scores.tolist()
    [5.0, 9.0]
    """
    scores = p[candidates].astype(np.float32)
    return SameForAll(candidates, scores, np.sort(scores))


def by_company(baskets: sparse.csr_matrix, candidates: Mask) -> SparseProducts:
    """For an item: C_ij / sqrt(C_ii C_jj), where C counts the baskets that hold both.

    baskets     CSR (n_baskets, n_items), 1 where a basket holds an item
    candidates  bool (n_items,): what is ranked

    >>> from scipy import sparse
    >>> scorer = by_company(sparse.csr_matrix(np.array([[1, 1, 0], [1, 0, 0]])), np.ones(3, dtype=bool))
    >>> scorer.scores(np.array([0])).toarray().round(3).tolist()  # 1 / √(2 · 1)
    [[1.0, 0.7070000171661377, 0.0]]
    """
    from scipy import sparse

    of_items = baskets.T.tocsr().astype(np.float64)
    return _through_baskets(sparse.csr_matrix(sparse.diags(_scale(baskets)) @ of_items), baskets, candidates)


def by_company_of_histories(baskets: sparse.csr_matrix, seen: sparse.csr_matrix, candidates: Mask) -> SparseProducts:
    """For a user: the scores of `by_company`, summed over the items that the user has touched.

    seen  CSR (n_users, n_items), a stored entry = touched

    >>> from scipy import sparse
    >>> baskets = sparse.csr_matrix(np.array([[1, 1, 0], [1, 0, 1], [1, 0, 1], [1, 0, 0]]))
    >>> scorer = by_company_of_histories(baskets, sparse.csr_matrix(np.array([[1, 0, 0]])), np.ones(3, dtype=bool))
    >>> scorer.scores(np.array([0])).toarray().round(3).tolist()
    [[1.0, 0.5, 0.7070000171661377]]
    """
    from scipy import sparse

    scale = _scale(baskets)
    once = sparse.csr_matrix((np.ones(len(seen.indices)), seen.indices, seen.indptr), shape=seen.shape)
    lengths = np.diff(baskets.indptr).astype(np.float64)
    if (lengths**2).sum() > _MOST_PAIRS:  # too many to hold: through the baskets, which takes several times as long
        return _through_baskets(sparse.csr_matrix(once @ sparse.diags(scale) @ baskets.T.tocsr()), baskets, candidates)
    of_items = _columns((baskets.T.tocsr() @ baskets).astype(np.float64), candidates)
    of_items.data *= np.repeat(scale, np.diff(of_items.indptr))
    of_items.data *= scale[candidates][of_items.indices]
    return SparseProducts(candidates, once, of_items, np.ones(int(candidates.sum())))


def company_neighbours(baskets: sparse.csr_matrix, k: int) -> Neighbours:
    """The k other items with the highest scores by `by_company`, ties by code, int32 (n_items, k).

    An item that is never met is nobody's neighbour: -1 where fewer than k are.

    >>> from scipy import sparse
    >>> company_neighbours(sparse.csr_matrix(np.array([[1, 1, 1], [1, 0, 1]])), 2).tolist()
    [[2, 1], [0, 2], [0, 1]]
    """
    of_items, wide, scale = baskets.T.tocsr().astype(np.float64), baskets.astype(np.float64), _scale(baskets)
    lists = np.full((baskets.shape[1], k), -1, dtype=np.int32)
    for start in range(0, baskets.shape[1], _ROWS):
        met = (of_items[start : start + _ROWS] @ wide).tocsr()
        row = np.repeat(np.arange(met.shape[0]), np.diff(met.indptr))
        scores = (met.data * scale[start + row] * scale[met.indices]).astype(np.float32)
        scores[met.indices == start + row] = -1.0  # itself
        kept = np.flatnonzero(scores >= np.maximum(_kth_scores(scores, met.indptr, k), 0.0)[row])
        kept = kept[np.lexsort((met.indices[kept], -scores[kept], row[kept]))]
        place = np.arange(len(kept)) - np.searchsorted(row[kept], row[kept])
        kept, place = kept[place < k], place[place < k]
        lists[start + row[kept], place] = met.indices[kept]
    return lists


def _kth_scores(scores: npt.NDArray[np.float32], ends: npt.NDArray[np.integer[Any]], k: int) -> npt.NDArray[np.float32]:
    """The k-th best score of each row, -1 where a row has no more than that."""
    found = np.full(len(ends) - 1, -1.0, dtype=np.float32)
    for row, (begin, end) in enumerate(pairwise(ends.tolist())):
        if end - begin > k:
            found[row] = np.partition(scores[begin:end], -k)[-k]
    return found


def _through_baskets(in_baskets: sparse.csr_matrix, baskets: sparse.csr_matrix, candidates: Mask) -> SparseProducts:
    """Rows that say how much of each basket a query stands for, times what the baskets hold."""
    held = _columns(baskets.astype(np.float64), candidates)
    return SparseProducts(candidates, in_baskets, held, _scale(baskets)[candidates])


def _columns(matrix: sparse.csr_matrix, candidates: Mask) -> sparse.csr_matrix:
    return matrix[:, np.flatnonzero(candidates)]


def _scale(baskets: sparse.csr_matrix) -> npt.NDArray[np.float64]:
    """1 / sqrt(C_jj), 0 for what is in no basket."""
    held = np.bincount(baskets.indices, minlength=baskets.shape[1]).astype(np.float64)
    return np.divide(1.0, np.sqrt(held), out=np.zeros_like(held), where=held > 0)
