"""The node2vec package as it is, for small graphs: the reference that our own walker is tested against."""

from __future__ import annotations

import warnings
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np

from embedders.base import Estimate, LogSize, Progress
from embedders.parts import background, skip_gram
from embedders.parts.walks import WalkSettings
from errors import Cancelled, ParameterError

if TYPE_CHECKING:
    import networkx
    from gensim.models import Word2Vec
    from scipy import sparse

MOST_PAIRS = 10_000_000  # pairs of edges that the package may weigh before it walks: a quarter of a minute's work
_WALKED = 0.8  # about what the walks take of the time


def train(
    graph: sparse.csr_matrix, walks: WalkSettings, settings: skip_gram.Settings, *, seed: int, progress: Progress
) -> skip_gram.Trained:
    """What node2vec.Node2Vec and its `fit` learn with one worker.

    The package seeds the generators that `random` and numpy keep for the whole process.
    Raises ParameterError where the package would weigh more than MOST_PAIRS pairs of edges.
    """
    pairs = pairs_of_edges(graph)
    if pairs > MOST_PAIRS:
        raise ParameterError(
            f"walker = 'package' weighs every two edges that follow each other before it walks, and this graph has "
            f"{pairs:,} such pairs, more than the {MOST_PAIRS:,} that it is for: choose walker = 'compiled'."
        )
    imported = package()
    network = network_of(graph, is_weighted=walks.weighted)
    watch = _Watch(2 * (pairs + len(network) * walks.walks_per_item), settings.epochs)

    def work(stop: Event) -> skip_gram.Trained:
        watch.stop = stop
        walker = imported.Node2Vec(
            network,
            dimensions=settings.dimensions,
            walk_length=walks.walk_length,
            num_walks=walks.walks_per_item,
            p=walks.p,
            q=walks.q,
            workers=1,
            sampling_strategy=watch,
            quiet=True,
            seed=seed,
        )
        model = walker.fit(
            window=settings.window,
            shrink_windows=settings.shrink_windows,
            negative=settings.negatives,
            ns_exponent=settings.ns_exponent,
            sample=settings.sample,
            epochs=settings.epochs,
            alpha=settings.learning_rate,
            min_count=settings.min_count,
            seed=seed,  # its own does not reach gensim
            workers=1,
            callbacks=[watch],
        )
        return _in_code_order(model, walker.walks, graph.shape[0])

    (trained,) = background.run([work], lambda: watch.tell(progress))
    return trained


def pairs_of_edges(graph: sparse.csr_matrix) -> int:
    """How many pairs of edges follow each other: what comes into an item times what leaves it, over all items."""
    return int(np.dot(graph.getnnz(axis=0).astype(np.int64), graph.getnnz(axis=1)))


def estimate(size: LogSize, steps_an_item: int, compiled: Estimate) -> Estimate:
    """From what our own code takes: gensim on one thread is about ten times as slow, a step of a walk takes 20 us.

    How many pairs there are is not known before the graph is: as if all edges were different ones and spread evenly.
    """
    pairs = min(MOST_PAIRS, (2 * size.interactions) ** 2 / max(size.items, 1))
    steps = size.items * steps_an_item
    return Estimate(10 * compiled.seconds + 1.5e-6 * pairs + 2e-5 * steps, compiled.memory + 25 * pairs + 100 * steps)


def package() -> Any:
    """The package; the `pkg_resources` that it imports warns of its own end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import node2vec  # the package, since what lies beside this file is named from the top
    return node2vec


def network_of(graph: sparse.csr_matrix, *, is_weighted: bool) -> networkx.DiGraph[int]:
    """The same edges with item codes as nodes, without the items that have none."""
    import networkx

    edges = graph.tocoo()
    weights = edges.data.tolist() if is_weighted else [1.0] * edges.nnz
    network: networkx.DiGraph[int] = networkx.DiGraph()
    network.add_weighted_edges_from(zip(edges.row.tolist(), edges.col.tolist(), weights, strict=True))
    return network


class _Watch(dict[int, Any]):
    """Sees how far the package is, and ends it: a sampling strategy for no node, and a callback of gensim.

    The package asks the strategy twice for each pair of edges that it weighs, and twice for each walk.
    """

    def __init__(self, questions: int, epochs: int) -> None:
        super().__init__()
        self.stop = Event()
        self._questions, self._asked = questions, 0
        self._epochs, self._epoch = epochs, -1

    def tell(self, progress: Progress) -> None:
        """Report how far it is; the whole is 1."""
        if self._epoch < 0:
            progress("Walking", _WALKED * min(self._asked / self._questions, 1.0), 1.0)
        else:
            done = _WALKED + (1 - _WALKED) * (self._epoch / self._epochs)
            progress(f"Epoch {min(self._epoch + 1, self._epochs)} of {self._epochs}", done, 1.0)

    def __contains__(self, node: object) -> bool:
        self._asked += 1
        self._go_on()
        return False

    def on_train_begin(self, model: Word2Vec) -> None:
        self._epoch = 0

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self._go_on()

    def on_epoch_end(self, model: Word2Vec) -> None:
        self._epoch += 1

    def on_train_end(self, model: Word2Vec) -> None:
        pass

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise Cancelled


def _in_code_order(model: Word2Vec, walks: list[list[str]], n_items: int) -> skip_gram.Trained:
    """Rows by item code; an item that was in no walk with another has zeros, not the start that gensim drew."""
    met = {word for walk in walks if len(walk) > 1 for word in walk}
    codes = np.array([int(word) for word in met], dtype=np.int64)
    rows = [model.wv.key_to_index[word] for word in met]
    vectors, context = (np.zeros((n_items, model.vector_size), dtype=np.float32) for _ in range(2))
    vectors[codes], context[codes] = model.wv.vectors[rows], model.syn1neg[rows]
    return skip_gram.Trained(vectors, context, losses=(), events_used=1.0)
