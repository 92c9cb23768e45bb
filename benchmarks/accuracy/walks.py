"""The compiled walker against the walks of the node2vec package: are both drawn from one distribution?"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.accuracy.check import Check
from embedders.base import no_progress
from embedders.parts import node2vec_package
from embedders.parts.walks import WalkSettings, walk
from tests.embedders.slow_walks import p_value, random_graph, steps

LEAST = 0.01
WALKS, LENGTH = 150, 40


def measure() -> Iterator[Check]:
    """Chi-square over what came after each two items; at p = q = 1 the walks are DeepWalk's."""
    for directed in (False, True):
        graph = random_graph(directed=directed)
        network = node2vec_package.network_of(graph, is_weighted=True)
        kind = "a directed graph" if directed else "an undirected graph"
        for p, q in ((1.0, 1.0), (0.25, 4.0), (4.0, 0.25)):
            package = node2vec_package.package().Node2Vec(
                network, walk_length=LENGTH, num_walks=WALKS, p=p, q=q, quiet=True, seed=1
            )
            theirs = steps([int(item) for item in walked] for walked in package.walks)

            def against(p: float, q: float, theirs: object = theirs, graph: object = graph) -> float:
                ours = walk(graph, WalkSettings(WALKS, LENGTH, p, q), seed=0, threads=2, progress=no_progress)  # type: ignore[arg-type]
                return p_value(steps(items.tolist() for items in ours), theirs)  # type: ignore[arg-type]

            name = "deepwalk" if p == q == 1 else "node2vec"
            value = against(p, q)
            yield Check(f"{name}, p {p:g}, q {q:g}, {kind}: p-value", value, f"above {LEAST:g}", value > LEAST)
            elsewhere = (2.0, 0.5) if name == "deepwalk" else (1.0, 1.0)
            other = against(*elsewhere)
            what = f"  and with p {elsewhere[0]:g}, q {elsewhere[1]:g} here instead"
            yield Check(what, other, "below 1e-6: a difference is seen", other < 1e-6)
