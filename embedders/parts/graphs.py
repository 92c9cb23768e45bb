"""The log as a graph of items: parameters of the methods that walk on it, and the graph itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedders.base import Estimate, Learned, LogSize, Progress, parameter, part_of
from embedders.parts import skip_gram, skip_gram_params
from embedders.parts.costs import pace, skip_gram_seconds
from embedders.parts.walks import WalkSettings, walk
from embedders.parts.windows import SequenceParams
from embedders.search import Between, OneOf
from errors import ParameterError
from interactions.log import InteractionLog
from interactions.sequences import Sequences

if TYPE_CHECKING:
    from scipy import sparse


class GraphParams(SequenceParams):
    """Parameters of every method that walks on the graph of items and trains skip-gram on the walks."""

    threads: int = skip_gram_params.THREADS
    directed: bool = parameter(
        False,
        "An edge leads from an item to the one after it only; else it leads both ways, and no walk ends early.",
    )
    weighted: bool = parameter(
        True,
        "A walk takes an edge the oftener the oftener its two items followed each other; else it takes all edges of an "
        "item alike.",
        search=OneOf((True, False)),
    )
    walks_per_item: int = parameter(
        10,
        "Walks that begin at each item; more show rare items more often and take longer.",
        low=1,
        high=1000,
        search=Between(5, 20, log=True),
    )
    walk_length: int = parameter(
        40,
        "Items in a walk; longer walks come back to popular items more often and take longer.",
        low=2,
        high=1000,
        search=Between(10, 80, log=True),
    )
    window: int = parameter(
        5,
        "How many steps of a walk two items may be apart to count as a pair; near pairs count more, in even steps; "
        "larger sees items that no sequence holds together.",
        low=1,
        high=500,
        search=Between(2, 20, log=True),
    )
    negatives: int = skip_gram_params.NEGATIVES
    epochs: int = parameter(
        5, "Passes over all walks; more fit them more closely.", low=1, high=1000, search=Between(2, 10, log=True)
    )
    ns_exponent: float = skip_gram_params.NS_EXPONENT
    learning_rate: float = skip_gram_params.LEARNING_RATE

    @property
    def skip_gram(self) -> skip_gram.Settings:
        """What is to be learned from the walks; every item of them counts."""
        return skip_gram.Settings(
            dimensions=self.dimensions,
            window=self.window,
            shrink_windows=True,
            longest_pause=None,
            negatives=self.negatives,
            ns_exponent=self.ns_exponent,
            sample=0.0,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            min_count=1,
        )


def item_graph(log: InteractionLog, params: GraphParams, seed: int) -> sparse.csr_matrix:
    """Who comes right after whom, CSR float32 (n_items, n_items), entry = how often; undirected holds both ways.

    Events of one sequence and equal time have no order: one is drawn from the seed.
    Raises ParameterError where no item follows another.
    """
    from scipy import sparse

    graph = log.item_graph(params.by, gap_minutes=params.gap_minutes, seed=seed)
    if graph.nnz == 0:
        raise ParameterError(
            "A graph of items needs at least 2 items of which one follows the other, and no sequence of this log has "
            "them: choose longer sequences, by user for example."
        )
    if not params.directed:
        graph = sparse.csr_matrix(graph + graph.T)
        graph.sort_indices()
    return graph


def learn_from_walks(
    log: InteractionLog, params: GraphParams, p: float, q: float, seed: int, progress: Progress
) -> Learned:
    """Graph, walks, skip-gram on them, and what a person should know about items that no walk came to."""
    graph, walks, rest = walks_on(log, params, p, q, seed, progress)
    trained = skip_gram.train(walks, log.n_items, params.skip_gram, seed=seed, threads=params.threads, progress=rest)
    return learned_on(log, graph, trained)


def walks_on(
    log: InteractionLog, params: GraphParams, p: float, q: float, seed: int, progress: Progress
) -> tuple[sparse.csr_matrix, Sequences, Progress]:
    """The log's graph, walks on it, and what is left of the progress for training on them."""
    progress("Building the graph", 0.0, 1.0)
    graph = item_graph(log, params, seed)
    settings = WalkSettings(params.walks_per_item, params.walk_length, p, q, params.weighted)
    # The graph and the walks take about as long each, and the training 6 times as long for each step of its window.
    part = 1 / (2 + 6 * params.epochs * params.window)
    walking, rest = part_of(progress, part, 2 * part), part_of(progress, 2 * part, 1.0)
    return graph, walk(graph, settings, seed=seed, threads=params.threads, progress=walking), rest


def learned_on(log: InteractionLog, graph: sparse.csr_matrix, trained: skip_gram.Trained) -> Learned:
    """What was trained, with notes on the items that have no vector."""
    seen = np.bincount(log.item_codes, minlength=log.n_items) > 0
    has_edge = (graph.getnnz(axis=1) > 0) | (graph.getnnz(axis=0) > 0)
    notes = []
    if alone := int((seen & ~has_edge).sum()):
        notes.append(f"Items without an edge, since none comes before or after them, without a vector: {alone:,}.")
    if missed := int((has_edge & ~trained.vectors.any(axis=1)).sum()):
        notes.append(f"Items that no walk came to, without a vector: {missed:,}.")
    return Learned(trained.vectors, context_vectors=trained.context, losses=trained.losses, notes=tuple(notes))


def estimate(size: LogSize, params: GraphParams, mixing: float = 0.0) -> Estimate:
    """The graph, the steps of all walks, and for each of them its pairs and their negatives, epoch by epoch.

    mixing  seconds that go into the vector of a neighbour before it is learned from
    """
    steps = size.items * params.walks_per_item * params.walk_length
    pairs = min(params.window + 1, params.walk_length - 1)
    a_step = skip_gram_seconds(pairs, params.negatives, size.items, params.dimensions) + pairs * mixing
    seconds = 0.5 + 5e-7 * size.interactions + steps * (1e-7 + params.epochs * a_step) / pace(params.threads)
    return Estimate(seconds, 1e8 + 60 * size.interactions + 8 * steps + 16 * size.items * params.dimensions)
