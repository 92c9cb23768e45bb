"""Bayesian personalised ranking: matrix factorisation that orders items, through `implicit`."""

from __future__ import annotations

from typing import ClassVar

import threadpoolctl

from embedders.base import Estimate, Family, Learned, LogSize, Method, Params, Progress, parameter
from embedders.parts.costs import pace
from embedders.parts.rounds import RoundDone, train_in_rounds
from embedders.parts.weights import weighted
from embedders.search import Between
from interactions.log import InteractionLog


class BprParams(Params):
    """Parameters of Bayesian personalised ranking."""

    threads: int = parameter(
        2,
        "Processor threads to work with; more train faster, but only 1 gives the same vectors again bit for bit.",
        low=1,
        high=64,
        advanced=True,
    )
    iterations: int = parameter(
        100,
        "Passes over as many drawn pairs as the log has user-item pairs; more order them better.",
        low=1,
        high=5000,
        search=Between(20, 400, log=True),
    )
    learning_rate: float = parameter(
        0.05,
        "Size of a step; larger learns faster and may overshoot.",
        low=0.0001,
        high=1.0,
        search=Between(0.005, 0.2, log=True),
    )
    regularisation: float = parameter(
        0.01,
        "Pull of all vectors towards 0; larger gives shorter and more alike vectors.",
        low=0.0,
        high=10.0,
        search=Between(0.0001, 0.1, log=True),
    )


class Bpr(Method[BprParams]):
    """Rendle et al., 2009, by stochastic gradients in `implicit`.

    A negative is drawn from the events of the log, so by popularity, and passed over where the user has touched it.
    `implicit` keeps an item's bias as one more factor: it is taken off the vectors and kept beside them, so that
    cosine and dot compare what two items have in common and not how popular each is.
    """

    name: ClassVar[str] = "bpr"
    title: ClassVar[str] = "BPR"
    short: ClassVar[str] = "BPR"
    repeats_on_threads: ClassVar[bool] = False
    family: ClassVar[Family] = "matrix factorisation"
    summary: ClassVar[str] = (
        "The likelihood that each user puts an item that was touched before one that was not, drawn pair by pair."
    )
    sees: ClassVar[str] = "The user-item matrix as yes or no: who touched what, not how often and not in which order."
    Params = BprParams

    def learn(self, log: InteractionLog, params: BprParams, seed: int, progress: Progress) -> Learned:
        """The loss of a round is the share of its drawn pairs that stood in the wrong order."""
        progress("Building the matrix", 0, params.iterations)
        matrix = weighted(log.user_item_matrix(), "binary")

        def fit(round_done: RoundDone) -> Learned:
            from implicit.cpu.bpr import BayesianPersonalizedRanking

            model = BayesianPersonalizedRanking(
                factors=params.dimensions,
                learning_rate=params.learning_rate,
                regularization=params.regularisation,
                iterations=params.iterations,
                num_threads=params.threads,
                random_state=seed,
            )

            def iteration_done(iteration: int, seconds: float, right: int, skipped: int) -> None:
                drawn = matrix.nnz - skipped
                round_done(1 - right / drawn if drawn else None)

            # OpenBLAS threads inside those of implicit make it many times slower.
            with threadpoolctl.threadpool_limits(1, "blas"):
                model.fit(matrix, show_progress=False, callback=iteration_done)
            items, users = model.item_factors, model.user_factors
            return Learned(items[:, :-1], user_vectors=users[:, :-1], item_bias=items[:, -1])

        return train_in_rounds(fit, params.iterations, progress)

    def estimate(self, size: LogSize, params: BprParams) -> Estimate:
        """A round draws as many pairs as there are filled cells, and moves three vectors for each."""
        far = size.filled / (size.filled + _CACHED_CELLS)
        a_round = size.filled * (3.2e-7 * far + 1.6e-9 * params.dimensions)
        seconds = 0.2 + 1e-7 * size.interactions + params.iterations * a_round / pace(params.threads)
        return Estimate(seconds, 26e6 + 18.0 * size.filled + 8.0 * (size.users + size.items) * params.dimensions)


_CACHED_CELLS = 3e5  # a matrix with so many filled cells is half in the cache, in which each draw looks
