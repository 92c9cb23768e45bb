"""node2vec: p and q on a planted log, and the package behind walker="package"."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

import embedders.node2vec as ours
from embedders import METHODS, Embedding
from embedders.node2vec import Node2vecParams
from embedders.parts import node2vec_package
from embedders.parts.graphs import GraphParams, item_graph
from errors import Cancelled, ParameterError
from interactions.log import InteractionLog
from tests.planted import groups_among_strangers, make_log, two_islands

theirs = node2vec_package.package()
FEW: dict[str, Any] = {"walks_per_item": 4, "walk_length": 10, "dimensions": 8}


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    return METHODS["node2vec"].fit(log, Node2vecParams.checked({"threads": 1, **values}), seed=seed)


def share_in_group(p: float, q: float) -> float:
    """How many of the 4 nearest items are the 4 others of an item's group; the mean of 3 seeds."""
    log = groups_among_strangers()
    group = np.array([item[:3] for item in log.item_ids])
    shares = []
    for seed in range(3):
        vectors = fit(log, seed, p=p, q=q, dimensions=16, epochs=1, learning_rate=0.025).item_vectors
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        likeness = unit @ unit.T
        np.fill_diagonal(likeness, -2)
        nearest = np.argsort(-likeness, axis=1)[:, :4]
        shares.append((group[nearest] == group[:, np.newaxis]).mean())
    return float(np.mean(shares))


def test_groups_are_found_by_walks_that_stay_near_and_do_not_turn_back() -> None:
    assert share_in_group(p=10, q=10) >= 0.88
    assert share_in_group(p=1, q=10) <= 0.85
    assert share_in_group(p=10, q=1) <= 0.75


def test_without_bias_it_is_deepwalk() -> None:
    log = two_islands()
    deepwalk = METHODS["deepwalk"].fit(log, METHODS["deepwalk"].Params(threads=1), seed=4)
    assert fit(log, seed=4).item_vectors.tobytes() == deepwalk.item_vectors.tobytes()
    assert fit(log, seed=4, p=0.5).item_vectors.tobytes() != deepwalk.item_vectors.tobytes()
    assert fit(log, seed=4, q=0.5).item_vectors.tobytes() != deepwalk.item_vectors.tobytes()


def test_the_package_is_not_the_module_of_its_name() -> None:
    assert theirs.__file__ != ours.__file__
    assert theirs.Node2Vec.__module__ == "node2vec.node2vec"


class Spy(theirs.Node2Vec):  # type: ignore[misc, name-defined]
    """The package's class, which remembers how it was called."""

    made: list[dict[str, Any]]
    fitted: list[dict[str, Any]]

    def __init__(self, graph: Any, **settings: Any) -> None:
        self.made.append({"graph": graph, **settings})
        super().__init__(graph, **settings)

    def fit(self, **settings: Any) -> Any:
        self.fitted.append(dict(settings))
        return super().fit(**settings)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> type[Spy]:
    Spy.made, Spy.fitted = [], []
    monkeypatch.setattr(theirs, "Node2Vec", Spy)
    return Spy


def test_walker_package_trains_through_the_package(spy: type[Spy]) -> None:
    log = two_islands()
    values = {"p": 0.5, "q": 2.0, "window": 3, "negatives": 4, "epochs": 2, "learning_rate": 0.05, "ns_exponent": 0.5}
    embedding = fit(log, seed=9, walker="package", threads=2, **FEW, **values)
    (made,), (fitted,) = spy.made, spy.fitted
    graph = item_graph(log, GraphParams(), seed=9)
    assert {(a, b): data["weight"] for a, b, data in made["graph"].edges(data=True)} == dict(graph.todok())
    expected = {"p": 0.5, "q": 2.0, "num_walks": 4, "walk_length": 10, "dimensions": 8, "seed": 9, "workers": 1}
    assert {name: made[name] for name in expected} == expected
    expected = {"window": 3, "negative": 4, "epochs": 2, "alpha": 0.05, "ns_exponent": 0.5, "sample": 0.0}
    expected |= {"min_count": 1, "seed": 9, "workers": 1}
    assert {name: fitted[name] for name in expected} == expected
    assert embedding.missing == []


def test_walker_package_gives_what_the_package_gives_when_called_directly() -> None:
    log = two_islands()
    embedding = fit(log, seed=9, walker="package", **FEW)
    network = node2vec_package.network_of(item_graph(log, GraphParams(), seed=9), is_weighted=True)
    model = theirs.Node2Vec(network, dimensions=8, walk_length=10, num_walks=4, quiet=True, seed=9).fit(
        window=DEFAULTS.window, negative=DEFAULTS.negatives, epochs=DEFAULTS.epochs, alpha=DEFAULTS.learning_rate,
        min_count=1, sample=0, seed=9,
    )  # fmt: skip
    rows = [model.wv.key_to_index[str(code)] for code in range(log.n_items)]
    assert embedding.item_vectors.tobytes() == model.wv.vectors[rows].tobytes()
    assert embedding.context_vectors is not None
    assert embedding.context_vectors.tobytes() == model.syn1neg[rows].tobytes()


DEFAULTS = GraphParams()


def test_walker_package_repeats_and_follows_its_seed() -> None:
    one, again, other = (fit(two_islands(), seed, walker="package", **FEW).item_vectors for seed in (1, 1, 2))
    assert one.tobytes() == again.tobytes() != other.tobytes()


def test_walker_package_takes_even_edges_and_one_way_ones(spy: type[Spy]) -> None:
    log = make_log(list("uuuvvvvw"), list("abcacacz"), times=[1, 2, 3, 1, 2, 3, 4, 1])  # a > b > c, a > c > a, z alone
    fit(log, walker="package", weighted=False, directed=True, **FEW)
    edges = {(log.item_ids[a], log.item_ids[b]): data for a, b, data in spy.made[0]["graph"].edges(data=True)}
    one = {"weight": 1.0}
    assert edges == {("a", "b"): one, ("b", "c"): one, ("a", "c"): one, ("c", "a"): one}


def test_walker_package_leaves_lonely_items_without_a_vector_and_walks_to_dead_ends() -> None:
    log = make_log(list("uuuvvw"), list("abcacz"), times=[1, 2, 3, 1, 2, 1])
    for directed in (False, True):
        embedding = fit(log, walker="package", directed=directed, **FEW)
        assert embedding.missing == ["z"]
        assert embedding.notes == (
            "Items without an edge, since none comes before or after them, without a vector: 1.",
        )


def test_a_graph_that_is_too_large_for_the_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    log = two_islands()
    graph = item_graph(log, GraphParams(), seed=0).toarray() > 0
    pairs = sum(graph[:, item].sum() * graph[item].sum() for item in range(log.n_items))
    monkeypatch.setattr(node2vec_package, "MOST_PAIRS", pairs)
    fit(log, walker="package", **FEW)
    monkeypatch.setattr(node2vec_package, "MOST_PAIRS", pairs - 1)
    with pytest.raises(ParameterError, match=f"this graph has {pairs:,} such pairs, .* choose walker = 'compiled'"):
        fit(log, walker="package", **FEW)


@pytest.mark.parametrize("cancel_in", ["Walking", "Epoch"])
def test_a_cancel_ends_the_package_and_its_thread(cancel_in: str) -> None:
    settings = {"Walking": {"walks_per_item": 1000}, "Epoch": {"epochs": 1000}}[cancel_in]
    asked = None

    def cancel(stage: str, done: float, total: float, loss: float | None = None) -> None:
        nonlocal asked
        if stage.startswith(cancel_in) and done > 0:
            asked = time.monotonic()
            raise Cancelled

    with pytest.raises(Cancelled):
        METHODS["node2vec"].fit(
            two_islands(), Node2vecParams.checked({"walker": "package", **FEW, **settings}), progress=cancel
        )
    assert asked is not None
    assert time.monotonic() - asked < 2
    for thread in threading.enumerate():
        if thread.name.startswith("training"):
            thread.join(timeout=10)
            assert not thread.is_alive()


def test_the_package_reports_progress_to_the_end_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[str, float, float]] = []

    def listen(stage: str, done: float, total: float, loss: float | None = None) -> None:
        told.append((stage, done, total))

    METHODS["node2vec"].fit(
        two_islands(), Node2vecParams.checked({"walker": "package", "epochs": 3, **FEW}), progress=listen
    )
    done = [report[1] for report in told]
    assert told[0] == ("Building the graph", 0.0, 1.0)
    assert {report[2] for report in told} == {1.0}
    assert done == sorted(done)
    assert told[-1] == ("Epoch 3 of 3", 1.0, 1.0)
    assert capfd.readouterr() == ("", "")
