"""The truncated singular value decomposition of a sparse matrix, the same for the same seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embedders.base import Progress

if TYPE_CHECKING:
    from scipy import sparse

Matrix = npt.NDArray[np.float64]

_DUST = 1e-9  # a row below this share of the longest is rounding


def truncated_svd(
    matrix: sparse.csr_matrix, dimensions: int, seed: int, progress: Progress
) -> tuple[Matrix, npt.NDArray[np.float64], Matrix]:
    """(U (n_users, d), singular values (d,) descending, V' (d, n_items)), each row of V' with its largest entry > 0.

    What scipy's svds does with arpack, taken apart because svds hands no generator on to eigsh: where the matrix has
    less rank than dimensions arpack draws new directions, and two runs would differ.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T.tocsr()
    side = tall.shape[1]
    basis_size = min(side, max(2 * dimensions + 1, 20))  # what arpack takes
    products = 0

    def gram(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        # How many products it takes is not known: as many again as a basis has is the guess at every moment.
        nonlocal products
        progress("Singular vectors", products / (products + basis_size), 1.0)
        products += 1
        return np.asarray(tall.T @ (tall @ vector.ravel()))

    random = np.random.default_rng(seed)
    _, basis = eigsh(
        LinearOperator((side, side), matvec=gram, dtype=np.float64),
        k=dimensions,
        ncv=basis_size,
        v0=random.standard_normal(side),
        rng=random,
    )
    basis, _ = np.linalg.qr(basis)
    left, values, inner = np.linalg.svd(tall @ basis, full_matrices=False)
    right = inner @ basis.T
    if tall is not matrix:
        left, right = right.T, left.T
    signs = np.sign(right[np.arange(dimensions), np.abs(right).argmax(axis=1)])
    return left * signs, values, right * signs[:, np.newaxis]


def without_dust(rows: Matrix) -> Matrix:
    """Rows that should be 0 and hold rounding errors only become 0: they would have neighbours by chance."""
    lengths = np.linalg.norm(rows, axis=1)
    rows[lengths <= lengths.max() * _DUST] = 0
    return rows
