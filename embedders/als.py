"""Matrix factorisation for implicit feedback by alternating least squares."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import threadpoolctl

from embedders.base import Engine, Estimate, Family, Learned, LogSize, Method, Params, Progress, parameter
from embedders.parts.costs import pace
from embedders.parts.rounds import RoundDone, train_in_rounds
from embedders.parts.weights import WEIGHTS_HELP, WeightForm, weighted
from embedders.search import Between, OneOf
from errors import ParameterError
from interactions.log import InteractionLog

if TYPE_CHECKING:
    from scipy import sparse


class AlsParams(Params):
    """Parameters of implicit ALS."""

    weights: WeightForm = parameter("counts", WEIGHTS_HELP, search=OneOf(("counts", "log counts", "binary")))
    alpha: float = parameter(
        5.0,
        "How much an interaction counts against the empty cells; larger fits what was touched more closely, and on a "
        "small log mixes what never met.",
        low=0.001,
        high=1000.0,
        search=Between(0.1, 100.0, log=True),
    )
    confidence: Literal["alpha*r", "1+alpha*r"] = parameter(
        "alpha*r",
        "Confidence in a touched cell of weight r: alpha*r as the library has it, or 1+alpha*r as the paper has it; an "
        "empty cell has 1.",
        advanced=True,
    )
    regularisation: float = parameter(
        5.0,
        "Pull of all vectors towards 0; larger gives shorter and more alike vectors.",
        low=0.0,
        high=1000.0,
        search=Between(0.01, 100.0, log=True),
    )
    iterations: int = parameter(
        15,
        "Rounds of solving for users and then for items; more come closer to the optimum.",
        low=1,
        high=500,
        search=Between(5, 50, log=True),
    )
    loss_curve: bool = parameter(
        False, "Also work out the loss after each round; this takes about a sixth longer.", advanced=True
    )


class Als(Method[AlsParams]):
    """Hu, Koren & Volinsky, 2008, solved by conjugate gradients (Takacs, Pilaszy & Tikk, 2011) in `implicit`."""

    name: ClassVar[str] = "als"
    title: ClassVar[str] = "Implicit ALS"
    engines: ClassVar[tuple[Engine, ...]] = ("local", "spark")
    short: ClassVar[str] = "ALS"
    family: ClassVar[Family] = "matrix factorisation"
    summary: ClassVar[str] = (
        "A weighted squared error over all cells of the user-item matrix: touched cells should be 1, empty ones 0, and "
        "a touched cell weighs the more the oftener it was touched."
    )
    sees: ClassVar[str] = "The user-item matrix: who touched what and how often, not in which order."
    Params = AlsParams

    def learn(self, log: InteractionLog, params: AlsParams, seed: int, progress: Progress) -> Learned:
        """Confidences, then `implicit` on a thread, so that a long round does not delay a cancel."""
        progress("Building the matrix", 0, params.iterations)
        matrix, alpha = confidences(log.user_item_matrix(), params)
        return train_in_rounds(
            lambda round_done: _factorise(matrix, alpha, params, seed, round_done), params.iterations, progress
        )

    def estimate(self, size: LogSize, params: AlsParams) -> Estimate:
        """A round goes over the filled cells, and solves a small system for each user and item."""
        rows, dimensions = size.users + size.items, params.dimensions
        a_round = size.filled * (1.5e-7 + 6e-10 * dimensions) + rows * dimensions * (3e-8 + 9e-11 * dimensions)
        seconds = 0.2 + 1e-7 * size.interactions + params.iterations * a_round / pace(params.threads)
        memory = 26e6 + 20.0 * size.filled + 7.0 * rows * dimensions
        return Estimate(seconds * (7 / 6 if params.loss_curve else 1), memory)


def confidences(matrix: sparse.csr_matrix, params: AlsParams) -> tuple[sparse.csr_matrix, float]:
    """What `implicit` is to be given: user x item CSR float32, and the alpha that it multiplies this by."""
    matrix = weighted(matrix, params.weights)
    if params.confidence == "alpha*r":
        return matrix, params.alpha
    matrix.data = np.float32(1) + np.float32(params.alpha) * matrix.data
    return matrix, 1.0


def _factorise(
    matrix: sparse.csr_matrix,
    alpha: float,
    params: AlsParams,
    seed: int,
    round_done: RoundDone,
) -> Learned:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.recommender_base import ModelFitError

    # OpenBLAS threads inside those of implicit make it many times slower.
    with threadpoolctl.threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(  # a new one each time: fitting one again goes on from where it was
            factors=params.dimensions,
            regularization=params.regularisation,
            alpha=alpha,
            iterations=params.iterations,
            calculate_training_loss=params.loss_curve,
            num_threads=params.threads,
            random_state=seed,
        )
        try:
            model.fit(
                matrix,
                show_progress=False,
                callback=lambda iteration, seconds, loss: round_done(None if loss is None else float(loss)),
            )
        except ModelFitError as error:
            raise ParameterError(
                "Implicit ALS ran away to infinite numbers: take a smaller alpha or a larger regularisation."
            ) from error
    return Learned(model.item_factors, user_vectors=model.user_factors)
