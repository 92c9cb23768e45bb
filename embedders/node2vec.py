"""node2vec: DeepWalk with walks that are made to return, to stay near or to go far."""

from __future__ import annotations

from typing import ClassVar, Literal

from embedders.base import Estimate, Family, Learned, LogSize, Method, Progress, parameter
from embedders.parts import node2vec_package
from embedders.parts.graphs import GraphParams, estimate, item_graph, learn_from_walks, learned_on
from embedders.parts.walks import WalkSettings
from embedders.search import Between
from interactions.log import InteractionLog


class Node2vecParams(GraphParams):
    """Parameters of node2vec."""

    p: float = parameter(
        1.0,
        "How little a walk goes straight back to the item it came from; larger goes back less often and so sees more "
        "items, below 1 more often.",
        low=0.001,
        high=1000.0,
        search=Between(0.1, 10.0, log=True),
    )
    q: float = parameter(
        1.0,
        "How little a walk leaves the surroundings of the item it came from; larger stays near, below 1 goes far.",
        low=0.001,
        high=1000.0,
        search=Between(0.1, 10.0, log=True),
    )
    walker: Literal["compiled", "package"] = parameter(
        "compiled",
        "What walks and trains: compiled = this program's own code; package = the node2vec package with gensim, the "
        "reference, for small graphs and on one thread.",
        advanced=True,
    )


class Node2vec(Method[Node2vecParams]):
    """Grover & Leskovec, 2016; p = q = 1 is DeepWalk.

    The bias on a directed graph is that of the node2vec package: coming from t, an item counts as near t where an edge
    leads to it from t, whatever leads from it to t.
    """

    name: ClassVar[str] = "node2vec"
    title: ClassVar[str] = "node2vec"
    short: ClassVar[str] = "node2vec"
    repeats_on_threads: ClassVar[bool] = False
    family: ClassVar[Family] = "graph"
    summary: ClassVar[str] = (
        "The likelihood that items near each other in a walk over the graph of items, biased to return, to stay near "
        "or to go far, are told from items drawn by their frequency."
    )
    sees: ClassVar[str] = (
        "Which item comes right after which and how often, in all sequences together, and which items have the one "
        "before in common."
    )
    Params = Node2vecParams

    def estimate(self, size: LogSize, params: Node2vecParams) -> Estimate:
        """As for all that train skip-gram on walks; the package is slower, and weighs pairs of edges before."""
        if params.walker == "compiled":
            return estimate(size, params)
        return node2vec_package.estimate(size, params.walks_per_item * params.walk_length, estimate(size, params))

    def learn(self, log: InteractionLog, params: Node2vecParams, seed: int, progress: Progress) -> Learned:
        """Walks of second order by our own walker, or all of it by the package."""
        if params.walker == "compiled":
            return learn_from_walks(log, params, params.p, params.q, seed, progress)
        progress("Building the graph", 0.0, 1.0)
        graph = item_graph(log, params, seed)
        settings = WalkSettings(params.walks_per_item, params.walk_length, params.p, params.q, params.weighted)
        return learned_on(
            log, graph, node2vec_package.train(graph, settings, params.skip_gram, seed=seed, progress=progress)
        )
