"""The truncated singular value decomposition of a sparse matrix, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embedders.base import Progress
from embedders.parts import background
from errors import Cancelled

if TYPE_CHECKING:
    from scipy import sparse

Matrix = npt.NDArray[np.float64]
_Decomposed = tuple[Matrix, npt.NDArray[np.float64], Matrix]

_DUST = 1e-9  # a row below this share of the longest is rounding
_NO_VALUE = 1e-9  # a singular value below this share of the largest is rounding


def truncated_svd(
    matrix: sparse.csr_matrix, dimensions: int, seed: int, progress: Progress
) -> tuple[Matrix, npt.NDArray[np.float64], Matrix]:
    """(U (n_users, d), singular values (d,) descending, V' (d, n_items)), each row of V' with its largest entry > 0.

    A matrix has no more directions than its shorter side has entries: those beyond are 0 on both sides.

    Source: Eckart & Young, 1936.
    """
    tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T.tocsr()
    found = min(dimensions, tall.shape[1])
    share = 0.0

    def work(stop: Event) -> tuple[_Decomposed, Matrix]:
        def tell(done: float) -> None:
            nonlocal share
            share = done
            if stop.is_set():
                raise Cancelled

        basis = _leading_directions(tall, found, seed, tell) if found < tall.shape[1] else np.eye(found)
        left, values, inner = np.linalg.svd(tall @ basis, full_matrices=False)
        return (left, values, inner), basis

    # Single calls of both libraries last many seconds on a large matrix, and look at nothing meanwhile.
    progress("Singular vectors", 0.0, 1.0)
    (((left, values, inner), basis),) = background.run([work], lambda: progress("Singular vectors", share, 1.0))
    right = inner @ basis.T
    if tall is not matrix:
        left, right = right.T, left.T
    signs = np.sign(right[np.arange(found), np.abs(right).argmax(axis=1)])
    progress("Singular vectors", 1.0, 1.0)
    beyond = (0, dimensions - found)
    left, right = left * signs, right * signs[:, np.newaxis]
    return np.pad(left, ((0, 0), beyond)), np.pad(values, beyond), np.pad(right, (beyond, (0, 0)))


def rank_of(values: npt.NDArray[np.float64]) -> int:
    """How many of the singular values, which descend, are more than rounding."""
    return int((values > values[0] * _NO_VALUE).sum())


def rank_notes(rank: int, dimensions: int) -> list[str]:
    """What a person should know of a matrix with less rank than dimensions; nothing where it has them all."""
    if rank >= dimensions:
        return []
    return [f"The matrix has rank {rank}: the last {dimensions - rank} dimensions are 0."]


def without_dust(rows: Matrix) -> Matrix:
    """Rows that should be 0 and hold rounding errors only become 0: they would have neighbours by chance."""
    lengths = np.linalg.norm(rows, axis=1)
    rows[lengths <= lengths.max() * _DUST] = 0
    return rows


def _leading_directions(tall: sparse.csr_matrix, number: int, seed: int, tell: Callable[[float], None]) -> Matrix:
    """An orthonormal basis (items, number) of the first right singular vectors, of fewer than all.

    What scipy's svds does with arpack, taken apart because svds hands no generator on to eigsh: where the matrix has
    less rank than directions are asked for, arpack draws new ones, and two runs would differ.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    side = tall.shape[1]
    basis_size = min(side, max(2 * number + 1, 20))  # what arpack takes
    products = 0

    def gram(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        # How many products it takes is not known: as many again as a basis has is the guess at every moment.
        nonlocal products
        tell(products / (products + basis_size))
        products += 1
        return np.asarray(tall.T @ (tall @ vector.ravel()))

    random = np.random.default_rng(seed)
    _, basis = eigsh(
        LinearOperator((side, side), matvec=gram, dtype=np.float64),
        k=number,
        ncv=basis_size,
        v0=random.standard_normal(side),
        rng=random,
    )
    return np.asarray(np.linalg.qr(basis)[0])
