"""What each kind of model thinks of all items, given an item or a user: scores for `places_of_targets`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Counts, Neighbours, Similarity, Vectors, row_norms
from analysis.ranking import Rows, ScoresOf
from errors import InputError

if TYPE_CHECKING:
    from scipy import sparse

_ROWS = 1024  # items whose company is held at once
_MOST_PAIRS = 5e7  # of items in one basket, of which 12 bytes each are held at most


def by_vectors(
    query_vectors: Vectors,
    item_vectors: Vectors,
    similarity: Similarity = "dot",
    item_bias: npt.NDArray[np.float32] | None = None,
) -> ScoresOf:
    """Exact dot products, or those of rows at length 1, rounded to float32, as neighbours are compared.

    item_bias  float32 (n_items,), added to each score

    Raises InputError where a value is not finite or a score could overflow.

    >>> items = np.array([[1, 0], [3, 4]], dtype=np.float32)
    >>> by_vectors(items, items, "cosine")(np.array([0])).tolist(), by_vectors(items, items)(np.array([0])).tolist()
    ([[1.0, 0.6000000238418579]], [[1.0, 3.0]])
    """
    bias = np.zeros(1, np.float32) if item_bias is None else item_bias
    if not all(np.isfinite(values).all() for values in (query_vectors, item_vectors, bias)):
        raise InputError(
            "A value of the vectors of this run is not finite: the training diverged, train again with smaller steps "
            "or stronger regularisation."
        )
    if similarity == "cosine":
        query_vectors, item_vectors = _unit(query_vectors), _unit(item_vectors)
    longest = row_norms(query_vectors).max(initial=0) * row_norms(item_vectors).max(initial=0)
    if longest + np.abs(bias).max(initial=0) > np.finfo(np.float32).max:
        raise InputError("The vectors of this run are so long that their dot products overflow: ask it by cosine.")
    wide = item_vectors.astype(np.float64).T

    def scores_of(rows: Rows) -> npt.NDArray[np.float32]:
        products = query_vectors[rows].astype(np.float64) @ wide
        products += bias
        return products.astype(np.float32)

    return scores_of


def by_popularity(p: Counts) -> ScoresOf:
    """The same for everybody: the popularity of each item.

    >>> by_popularity(np.array([5, 9]))(np.array([0, 3])).tolist()
    [[5.0, 9.0], [5.0, 9.0]]
    """
    scores = p.astype(np.float32)
    return lambda rows: np.tile(scores, (len(rows), 1))


def by_company(baskets: sparse.csr_matrix) -> ScoresOf:
    """For an item: C_ij / sqrt(C_ii C_jj), where C counts the baskets that hold both.

    baskets  CSR (n_baskets, n_items), 1 where a basket holds an item

    >>> from scipy import sparse
    >>> by_company(sparse.csr_matrix(np.array([[1, 1, 0], [1, 0, 0]])))(np.array([0])).round(3).tolist()  # 1 / √(2 · 1)
    [[1.0, 0.7070000171661377, 0.0]]
    """
    from scipy import sparse

    of_items = baskets.T.tocsr().astype(np.float64)
    scale = sparse.diags(_scale(baskets))
    return _company(scale @ of_items, baskets)


def by_company_of_histories(baskets: sparse.csr_matrix, seen: sparse.csr_matrix) -> ScoresOf:
    """For a user: the scores of `by_company`, summed over the items that the user has touched.

    seen  CSR (n_users, n_items), a stored entry = touched

    >>> from scipy import sparse
    >>> baskets = sparse.csr_matrix(np.array([[1, 1, 0], [1, 0, 1], [1, 0, 1], [1, 0, 0]]))
    >>> by_company_of_histories(baskets, sparse.csr_matrix(np.array([[1, 0, 0]])))(np.array([0])).round(3).tolist()
    [[1.0, 0.5, 0.7070000171661377]]
    """
    from scipy import sparse

    scale = sparse.diags(_scale(baskets))
    once = sparse.csr_matrix((np.ones(len(seen.indices)), seen.indices, seen.indptr), shape=seen.shape)
    lengths = np.diff(baskets.indptr).astype(np.float64)
    if (
        lengths**2
    ).sum() > _MOST_PAIRS:  # too many pairs to hold: through the baskets, which takes several times as long
        return _company(sparse.csr_matrix(once @ scale @ baskets.T.tocsr()), baskets)
    of_items = sparse.csr_matrix(scale @ (baskets.T.tocsr() @ baskets) @ scale, dtype=np.float64)
    return lambda rows: (once[rows] @ of_items).toarray().astype(np.float32)


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


def _company(in_baskets: sparse.csr_matrix, baskets: sparse.csr_matrix) -> ScoresOf:
    """Rows that say how much of each basket a query stands for, times what the baskets hold."""
    scale, wide = _scale(baskets), baskets.astype(np.float64)

    def scores_of(rows: Rows) -> npt.NDArray[np.float32]:
        return np.asarray((in_baskets[rows] @ wide).toarray() * scale, dtype=np.float32)

    return scores_of


def _scale(baskets: sparse.csr_matrix) -> npt.NDArray[np.float64]:
    """1 / sqrt(C_jj), 0 for what is in no basket."""
    held = np.bincount(baskets.indices, minlength=baskets.shape[1]).astype(np.float64)
    return np.divide(1.0, np.sqrt(held), out=np.zeros_like(held), where=held > 0)


def _unit(vectors: Vectors) -> Vectors:
    norms = row_norms(vectors)[:, None]
    return np.divide(vectors, norms, out=np.zeros(vectors.shape), where=norms > 0).astype(np.float32)
