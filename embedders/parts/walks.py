"""Random walks on a graph of items, in compiled code of our own: of first order, and of node2vec's second order.

Grover & Leskovec, 2016, without their table for each pair of edges: an edge is drawn by its weight and taken or refused
by its bias, as Yang et al. (KnightKing, 2019) do it, so that a graph of millions of edges takes no more memory than
its edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import Event, Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embedders.base import Progress, no_progress
from embedders.parts import background
from interactions.sequences import Sequences

if TYPE_CHECKING:
    from scipy import sparse

STEPS_A_CHUNK = 200_000  # a fraction of a second's work: how long a cancelled thread may still run


@dataclass(frozen=True)
class WalkSettings:
    """How to walk.

    walks_per_item  walks that begin at each item that has an edge to leave by
    walk_length     items in a walk at most
    p, q            coming from t, an edge to t counts by its weight times 1/p, one to an item that an edge leads to
                    from t by its weight, any other by its weight times 1/q
    weighted        draw edges by their weights; else all edges of an item alike
    """

    walks_per_item: int
    walk_length: int
    p: float = 1.0
    q: float = 1.0
    weighted: bool = True


def walk(graph: sparse.csr_matrix, settings: WalkSettings, *, seed: int, threads: int, progress: Progress) -> Sequences:
    """Walks from every item, one pass after the other, each in a new random order; the same for any number of threads.

    graph  CSR (n_items, n_items), entries > 0; the edge i -> j is entry (i, j), an undirected graph holds both ways

    An item without an edge to leave by begins no walk, and a walk that comes to one ends there. On a directed graph
    "an edge leads to x from t" is asked of edges t -> x alone, as the node2vec package has it.
    Raises ValueError where an entry is not a number above 0.
    """
    if not (np.isfinite(graph.data).all() and (graph.data > 0).all()):
        raise ValueError("the edges of a graph to walk on need finite weights above 0")
    graph = graph if graph.has_canonical_format else _tidied(graph)
    starts = np.flatnonzero(np.diff(graph.indptr)).astype(np.int32)
    if len(starts) == 0:
        return Sequences(np.zeros(0, dtype=np.int32), np.zeros(1, dtype=np.int64), None)
    total = len(starts) * settings.walks_per_item
    progress("Walking", 0, total)  # the first time on a machine the code is compiled here
    from embedders.parts import walks_kernel

    offsets, targets = graph.indptr.astype(np.int64), graph.indices.astype(np.int32, copy=False)
    weights = graph.data.astype(np.float32, copy=False)
    unused = np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int32)
    chance, other = walks_kernel.alias_rows(offsets, weights) if settings.weighted else unused
    totals = np.asarray(graph.sum(axis=1, dtype=np.float64)).ravel() if settings.weighted else np.diff(offsets) * 1.0
    random = np.random.default_rng(seed)
    order = np.concatenate([random.permutation(starts) for _ in range(settings.walks_per_item)])
    own_seed = random.integers(2**64, dtype=np.uint64)
    walks = np.empty((total, settings.walk_length), dtype=np.int32)
    lengths = np.empty(total, dtype=np.int64)

    size = max(1, STEPS_A_CHUNK // settings.walk_length)
    chunks, lock = iter(range(0, total, size)), Lock()
    finished = [0] * min(threads, -(-total // size))

    def work(number: int, stop: Event) -> None:
        while not stop.is_set():
            with lock:
                first = next(chunks, None)
            if first is None:
                return
            last = min(first + size, total)
            walks_kernel.walk(
                offsets, targets, weights, totals, chance, other, settings.weighted, order,
                first, last, settings.p != 1 or settings.q != 1, 1 / settings.p, 1 / settings.q, own_seed,
                walks, lengths,
            )  # fmt: skip
            finished[number] += last - first

    works = [partial(work, number) for number in range(len(finished))]
    background.run(works, lambda: progress("Walking", sum(finished), total))
    return Sequences(_joined(walks, lengths), np.concatenate([[0], np.cumsum(lengths)]), None)


def warm_up() -> None:
    """Compile once, and keep on disk, what a walk needs: run after installation, it spares the first the wait."""
    from scipy import sparse

    pair = sparse.csr_matrix(np.array([[0, 1], [1, 0]], dtype=np.float32))
    walk(pair, WalkSettings(1, 3, p=2.0), seed=0, threads=1, progress=no_progress)


def _tidied(graph: sparse.csr_matrix) -> sparse.csr_matrix:
    """The same graph with ascending columns and each edge once."""
    graph = graph.copy()
    graph.sum_duplicates()
    return graph


def _joined(walks: npt.NDArray[np.int32], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The walks one after the other, without what lies behind the end of one that ended early."""
    longest = walks.shape[1]
    if lengths.min() == longest:
        return walks.ravel()
    return walks[np.arange(longest) < lengths[:, np.newaxis]]
