"""The log as a user-item matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse


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
