"""Matrix factorisation by the truncated singular value decomposition of the user-item matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import threadpoolctl

from embedders.base import Estimate, Family, Learned, LogSize, Method, Params, Progress, parameter, part_of
from embedders.parts.costs import decomposition_memory, decomposition_seconds
from embedders.parts.decomposition import Matrix, rank_notes, rank_of, truncated_svd, without_dust
from embedders.parts.weights import WEIGHTS_HELP, centred, observed_ratings, weighted
from embedders.search import OneOf
from errors import ParameterError
from interactions.log import InteractionLog

if TYPE_CHECKING:
    from scipy import sparse


class SvdParams(Params):
    """Parameters of the truncated SVD."""

    weights: Literal["counts", "log counts", "binary", "centred"] = parameter(
        "binary",
        f"{WEIGHTS_HELP.removesuffix('.')}, centred = ratings centred by user and item: the mean weight minus the mean "
        "of all, the user's offset and the item's offset, so that 0 means as expected.",
        search=OneOf(("counts", "log counts", "binary")),
    )
    vectors: Literal["v", "v_sqrt_s", "v_s"] = parameter(
        "v_s",
        "Which item vectors: v = right singular vectors, all directions equal; v_sqrt_s = each direction times the "
        "root of its singular value; v_s = times the singular value, so that the largest directions decide.",
        search=OneOf(("v", "v_sqrt_s", "v_s")),
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
        progress("Building the matrix", 0.0, 1.0)
        matrix = _matrix(log, params)
        with threadpoolctl.threadpool_limits(params.threads, "blas"):
            left, values, right = truncated_svd(matrix, params.dimensions, seed, part_of(progress, 0.1, 0.9))
        rank = rank_of(values)
        scale = np.where(np.arange(len(values)) < rank, values, 0.0)
        item_power = {"v": 0.0, "v_sqrt_s": 0.5, "v_s": 1.0}[params.vectors]
        # 0 ** 0 is 1: a direction that the matrix does not have must be 0 on both sides.
        item_scale = np.where(scale > 0, scale**item_power, 0.0)
        user_scale = np.where(scale > 0, scale ** (1.0 - item_power), 0.0)
        items, users = without_dust(right.T * item_scale), without_dust(left * user_scale)
        progress("Done", 1.0, 1.0)
        return Learned(items, user_vectors=users, notes=_notes(log, items, rank))

    def learns_from_ratings(self, params: SvdParams) -> bool:
        """Where they are centred."""
        return params.weights == "centred"

    def estimate(self, size: LogSize, params: SvdParams) -> Estimate:
        """The matrix, and its decomposition."""
        shape = size.users, size.items, params.dimensions
        seconds = 0.05 + 5e-8 * size.interactions + decomposition_seconds(size.filled, *shape)
        return Estimate(seconds, 5e6 + 24.0 * size.filled + decomposition_memory(*shape))


def _matrix(log: InteractionLog, params: SvdParams) -> sparse.csr_matrix:
    """What is decomposed, CSR float64 (n_users, n_items)."""
    if params.weights != "centred":
        return weighted(log.user_item_matrix().astype(np.float64), params.weights)
    matrix = centred(observed_ratings(log, "SVD of centred ratings"))
    if matrix.nnz == 0:
        raise ParameterError(
            "Nothing is left of the ratings once they are centred by user and item: take other weights for SVD."
        )
    return matrix


def _notes(log: InteractionLog, items: Matrix, rank: int) -> tuple[str, ...]:
    notes = rank_notes(rank, items.shape[1])
    seen = np.bincount(log.item_codes, minlength=log.n_items) > 0
    beyond = int((seen & ~items.any(axis=1)).sum())
    if beyond:
        notes.append(f"Items without a share in the first {rank} directions have no vector: {beyond:,}.")
    return tuple(notes)
