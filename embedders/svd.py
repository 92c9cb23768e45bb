"""Matrix factorisation by the truncated singular value decomposition of the user-item matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import threadpoolctl

from embedders.base import Estimate, Family, Learned, LogSize, Method, Params, Progress, parameter
from embedders.parts.costs import decomposition_memory, decomposition_seconds
from embedders.parts.decomposition import Matrix, truncated_svd, without_dust
from embedders.parts.weights import WEIGHTS_HELP, WeightForm, weighted
from errors import ParameterError
from interactions.log import InteractionLog

if TYPE_CHECKING:
    from scipy import sparse


class SvdParams(Params):
    """Parameters of the truncated SVD."""

    weights: WeightForm = parameter("counts", WEIGHTS_HELP)
    vectors: Literal["v", "v_sqrt_s", "v_s"] = parameter(
        "v_sqrt_s",
        "Which item vectors: v = right singular vectors, all directions equal; v_sqrt_s = each direction times the "
        "root of its singular value; v_s = times the singular value, so that the largest directions decide.",
    )


class Svd(Method[SvdParams]):
    """The best approximation of the user-item matrix of a given rank (Eckart & Young, 1936)."""

    name: ClassVar[str] = "svd"
    title: ClassVar[str] = "SVD"
    short: ClassVar[str] = "SVD"
    family: ClassVar[Family] = "matrix factorisation"
    summary: ClassVar[str] = (
        "The squared error over all cells of the user-item matrix, empty ones counting as 0, is as small as it can be."
    )
    sees: ClassVar[str] = "The user-item matrix: who touched what and how often, not in which order."
    seeded: ClassVar[bool] = False
    Params = SvdParams

    def learn(self, log: InteractionLog, params: SvdParams, seed: int, progress: Progress) -> Learned:
        """Matrix, decomposition, and the two sides whose dot products approximate the matrix."""
        matrix = weighted(log.user_item_matrix().astype(np.float64), params.weights)
        _check_size(matrix, params.dimensions)
        with threadpoolctl.threadpool_limits(params.threads, "blas"):
            left, values, right = truncated_svd(matrix, params.dimensions, seed, progress)
        rank = int((values > values[0] * _NO_VALUE).sum())
        scale = np.where(np.arange(len(values)) < rank, values, 0.0)
        item_power = {"v": 0.0, "v_sqrt_s": 0.5, "v_s": 1.0}[params.vectors]
        # 0 ** 0 is 1: a direction that the matrix does not have must be 0 on both sides.
        item_scale = np.where(scale > 0, scale**item_power, 0.0)
        user_scale = np.where(scale > 0, scale ** (1.0 - item_power), 0.0)
        items, users = without_dust(right.T * item_scale), without_dust(left * user_scale)
        progress("Done", 1.0, 1.0)
        return Learned(items, user_vectors=users, notes=_notes(matrix, items, rank, params.dimensions))

    def estimate(self, size: LogSize, params: SvdParams) -> Estimate:
        """The matrix, and its decomposition."""
        shape = size.users, size.items, params.dimensions
        seconds = 0.05 + 5e-8 * size.interactions + decomposition_seconds(size.filled, *shape)
        return Estimate(seconds, 5e6 + 24.0 * size.filled + decomposition_memory(*shape))


_NO_VALUE = 1e-9  # a singular value below this share of the largest is rounding


def _check_size(matrix: sparse.csr_matrix, dimensions: int) -> None:
    users, items = matrix.shape
    largest = min(users, items) - 1
    if largest < 2:
        raise ParameterError(f"SVD needs at least 3 users and 3 items; this log has {users:,} and {items:,}.")
    if dimensions > largest:
        raise ParameterError(
            f"dimensions = {dimensions} is too large for SVD of this log, which has {users:,} users and {items:,} "
            f"items: the largest possible is {largest:,}."
        )


def _notes(matrix: sparse.csr_matrix, items: Matrix, rank: int, dimensions: int) -> tuple[str, ...]:
    notes = []
    if rank < dimensions:
        notes.append(f"The matrix has rank {rank}: the last {dimensions - rank} dimensions are 0.")
    seen = matrix.getnnz(axis=0) > 0
    beyond = int((seen & ~items.any(axis=1)).sum())
    if beyond:
        notes.append(f"Items without a share in the first {rank} directions have no vector: {beyond:,}.")
    return tuple(notes)
