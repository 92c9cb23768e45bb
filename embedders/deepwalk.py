"""DeepWalk: skip-gram on random walks over the graph of items."""

from __future__ import annotations

from typing import ClassVar

from embedders.base import Estimate, Family, Learned, LogSize, Method, Progress
from embedders.parts.graphs import GraphParams, estimate, learn_from_walks
from interactions.log import InteractionLog


class DeepWalkParams(GraphParams):
    """Parameters of DeepWalk."""


class DeepWalk(Method[DeepWalkParams]):
    """Perozzi, Al-Rfou & Skiena, 2014, with negative sampling in place of hierarchical softmax.

    In the paper all edges of an item are alike (weighted=False).
    """

    name: ClassVar[str] = "deepwalk"
    title: ClassVar[str] = "DeepWalk"
    short: ClassVar[str] = "DeepWalk"
    repeats_on_threads: ClassVar[bool] = False
    family: ClassVar[Family] = "graph"
    summary: ClassVar[str] = (
        "The likelihood that items near each other in a random walk over the graph of items are told from items drawn "
        "by their frequency."
    )
    sees: ClassVar[str] = (
        "Which item comes right after which and how often, in all sequences together, and so items that are a few such "
        "steps apart."
    )
    Params = DeepWalkParams

    def estimate(self, size: LogSize, params: DeepWalkParams) -> Estimate:
        """As for all that train skip-gram on walks."""
        return estimate(size, params)

    def learn(self, log: InteractionLog, params: DeepWalkParams, seed: int, progress: Progress) -> Learned:
        """Walks of first order: the next step depends on where the walk is, not on where it came from."""
        return learn_from_walks(log, params, 1.0, 1.0, seed, progress)
