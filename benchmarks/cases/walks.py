"""Random walks on a graph of items: against the node2vec package on a small graph, and alone on a large one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from benchmarks import fresh, machine
from benchmarks.row import Row

if TYPE_CHECKING:
    from scipy import sparse

P, Q, WALKS, LENGTH = 0.5, 2.0, 10, 80
SMALL, LARGE = (500, 10_000), (10_000, 2_000_000)  # items, edges; each edge leads both ways, and counts twice
TIMES, SECONDS, MEMORY = 20, 30, 1.0  # what is promised: so many times the package's speed; GB


def measure(folder: Path) -> Iterator[Row]:
    """Second-order walks of 80 items, 10 from each item, over an undirected graph with weights."""
    package = fresh.run(with_package)["steps a second"]
    app = fresh.run(with_app, *SMALL, 1)
    what = f"node2vec walks, {SMALL[0]:,} items, {SMALL[1]:,} edges, 1 thread"
    yield Row(what, app["steps a second"], "steps/s", package, "node2vec's with its precomputation", TIMES * package)
    app = fresh.run(with_app, *LARGE, 2)
    what = f"node2vec walks, {LARGE[0]:,} items, {LARGE[1]:,} edges"
    yield Row(what, app["seconds"], "s", limit=SECONDS)
    yield Row("peak memory of the process that walks these", app["memory"], "GB", limit=MEMORY)


def with_app(items: str, edges: str, threads: str) -> dict[str, float]:
    """The app's walker, from the graph to the walks; compiled code is on disk, as the launcher leaves it."""
    from embedders.base import no_progress
    from embedders.parts import walks

    walks.warm_up()
    graph = graph_of(int(items), int(edges))
    settings = walks.WalkSettings(WALKS, LENGTH, P, Q)
    with fresh.clock() as clock:
        walked = walks.walk(graph, settings, seed=0, threads=int(threads), progress=no_progress)
    steps = len(walked.items) - len(walked)
    return {
        "seconds": clock.seconds,
        "steps a second": steps / clock.seconds,
        "memory": machine.peak_memory(psutil.Process()),
    }


def with_package() -> dict[str, float]:
    """The package with one worker, which it is fastest with, from a networkx graph to the walks."""
    import networkx

    from embedders.parts import node2vec_package

    package = node2vec_package.package()
    graph = networkx.from_scipy_sparse_array(graph_of(*SMALL))
    with fresh.clock() as clock:
        walker = package.Node2Vec(
            graph, dimensions=2, walk_length=LENGTH, num_walks=WALKS, p=P, q=Q, workers=1, quiet=True, seed=0
        )
    return {"steps a second": sum(len(walk) - 1 for walk in walker.walks) / clock.seconds}


def graph_of(items: int, edges: int) -> sparse.csr_matrix:
    """A graph of so many edges, an edge and its way back counted as two; popular items have more, as in a log."""
    from scipy import sparse

    random = np.random.default_rng(0)
    chance = 1 / np.sqrt(np.arange(1, items + 1))
    chance /= chance.sum()
    found = np.zeros(0, dtype=np.int64)
    while len(found) < edges // 2:
        first, second = (random.choice(items, size=edges, p=chance) for _ in range(2))
        pairs = np.minimum(first, second) * items + np.maximum(first, second)
        found = np.unique(np.concatenate([found, pairs[first != second]]))
    found = random.permutation(found)[: edges // 2]
    weights = 1 + random.poisson(1.0, len(found)).astype(np.float32)
    one_way = sparse.csr_matrix((weights, (found // items, found % items)), shape=(items, items))
    return sparse.csr_matrix(one_way + one_way.T)
