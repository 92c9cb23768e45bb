"""Matrix factorisation of ratings with biases: the squared error on what was observed, and on nothing else."""

from __future__ import annotations

from typing import ClassVar

from embedders.base import Estimate, Family, Learned, LogSize, Method, Params, Progress, parameter
from embedders.parts import biased_factors
from embedders.parts.weights import observed_ratings
from embedders.search import Between
from interactions.log import InteractionLog


class BiasedMfParams(Params):
    """Parameters of biased matrix factorisation."""

    threads: int = parameter(
        2,
        "Here without effect: one thread does the work, and the vectors repeat bit for bit.",
        low=1,
        high=64,
        advanced=True,
        offered=False,
    )
    epochs: int = parameter(
        40,
        "Passes over all ratings; more fit them more closely, small logs need more.",
        low=1,
        high=5000,
        search=Between(10, 100, log=True),
    )
    learning_rate: float = parameter(
        0.02,
        "Size of the first step, from which it falls evenly to nearly 0; larger learns faster and may overshoot.",
        low=0.0001,
        high=1.0,
        search=Between(0.002, 0.1, log=True),
    )
    regularisation: float = parameter(
        0.08,
        "Pull of all vectors towards 0; larger gives shorter vectors and leaves more to the biases.",
        low=0.0,
        high=10.0,
        search=Between(0.005, 0.5, log=True),
    )
    bias_regularisation: float = parameter(
        0.02,
        "Pull of the users' and items' biases towards 0; larger trusts the few ratings of rare ones less.",
        low=0.0,
        high=10.0,
        search=Between(0.001, 0.2, log=True),
        advanced=True,
    )
    held_out: float = parameter(
        0.1,
        "Share of the ratings that is not trained on and gives the loss curve, the root mean squared error on it; "
        "larger measures it more surely and leaves less to learn from, 0 = the curve of the training itself.",
        low=0.0,
        high=0.5,
    )

    @property
    def settings(self) -> biased_factors.Settings:
        """Those of them that decide what is learned."""
        return biased_factors.Settings(**self.model_dump(exclude={"threads"}))


class BiasedMf(Method[BiasedMfParams]):
    """Funk, 2006, with the biases of Koren, Bell & Volinsky, 2009, by stochastic gradients.

    The biases of the items stand beside the vectors, so that cosine and dot compare what two items have in common and
    not how well each is liked.
    """

    name: ClassVar[str] = "biased_mf"
    title: ClassVar[str] = "Biased MF"
    short: ClassVar[str] = "Biased MF"
    family: ClassVar[Family] = "matrix factorisation"
    summary: ClassVar[str] = (
        "The squared error on the observed ratings: each is the mean of all, an offset of its user, an offset of its "
        "item, and the product of their two vectors."
    )
    sees: ClassVar[str] = (
        "Who rated what and how high (the mean weight of each user and item), not in which order; what nobody rated it "
        "does not see at all."
    )
    Params = BiasedMfParams

    def estimate(self, size: LogSize, params: BiasedMfParams) -> Estimate:
        """As if every interaction were a rating of its own; a step costs the more the wider the vectors are."""
        ratings = min(size.interactions, size.users * size.items)
        entries = (size.users + size.items) * params.dimensions
        step = 7e-8 + 1.3e-9 * params.dimensions
        seconds = 0.5 + 2e-8 * entries + 3e-7 * size.interactions + params.epochs * ratings * step
        return Estimate(seconds, memory=1e8 + 12 * entries + 30 * size.interactions)

    def learns_from_ratings(self, params: BiasedMfParams) -> bool:
        """Always."""
        return True

    def learn(self, log: InteractionLog, params: BiasedMfParams, seed: int, progress: Progress) -> Learned:
        """The factors; refuses a log whose weights are all equal."""
        progress("Building the matrix", 0, params.epochs)
        factors = biased_factors.factorise(observed_ratings(log, self.title), params.settings, seed, progress)
        curve = (
            f"Ratings that were not trained on and give the loss curve: {factors.held_out:,}."
            if factors.held_out
            else "The loss curve is that of the training itself: no rating was held out."
        )
        return Learned(
            factors.item_vectors,
            user_vectors=factors.user_vectors,
            item_bias=factors.item_bias,
            losses=factors.losses,
            notes=(curve,),
        )
