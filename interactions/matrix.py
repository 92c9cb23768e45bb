"""The log as a user-item matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse


def pair_counts(
    user_codes: npt.NDArray[np.int32], other_codes: npt.NDArray[np.int32], n_others: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The distinct pairs of a user and another code: (pairs of each other code int64 (n_others,), events of each pair).

    user_codes  int32 (n_events,), sorted, as those of a log are

    >>> pair_counts(np.array([0, 0, 0, 1], np.int32), np.array([2, 0, 2, 2], np.int32), 3)
    (array([1, 0, 2]), array([1, 2, 1]))
    """
    from scipy import sparse

    offsets = np.append(0, np.cumsum(np.bincount(user_codes)))
    marks = np.ones(len(other_codes), np.int8)
    # To turn rows into columns is two counting sorts: seventy times as fast as sorting the pairs as numbers.
    by_other = sparse.csr_matrix((marks, other_codes, offsets), shape=(len(offsets) - 1, n_others)).tocsc()
    begins = np.ones(len(other_codes), np.bool_)
    begins[1:] = by_other.indices[1:] != by_other.indices[:-1]
    begins[by_other.indptr[:-1][np.diff(by_other.indptr) > 0]] = True
    before = np.append(0, np.cumsum(begins))
    return np.diff(before[by_other.indptr]), np.diff(np.append(np.flatnonzero(begins), len(other_codes)))


def user_item_matrix(
    user_codes: npt.NDArray[np.int32],
    item_codes: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
    shape: tuple[int, int],
) -> sparse.csr_matrix:
    """Weights summed over user and item, CSR float32 (n_users, n_items), column indices ascending."""
    from scipy import sparse

    matrix = sparse.csr_matrix((weights, (user_codes, item_codes)), shape=shape, dtype=np.float32)
    matrix.sum_duplicates()
    matrix.sort_indices()
    return matrix


def user_item_means(
    user_codes: npt.NDArray[np.int32],
    item_codes: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
    shape: tuple[int, int],
) -> sparse.csr_matrix:
    """Mean weight of each observed pair of user and item, CSR float32 (n_users, n_items), column indices ascending.

    A pair whose mean is 0 is stored: it was observed.
    """
    from scipy import sparse

    pairs = (user_codes, item_codes)
    sums = sparse.csr_matrix((weights.astype(np.float64), pairs), shape=shape)
    counts = sparse.csr_matrix((np.ones(len(weights)), pairs), shape=shape)
    for matrix in (sums, counts):
        matrix.sum_duplicates()
        matrix.sort_indices()
    sums.data /= counts.data
    return sums.astype(np.float32)
