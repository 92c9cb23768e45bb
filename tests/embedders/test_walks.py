"""The compiled walker draws from the same distribution as a plain one and as the node2vec package's."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from embedders.base import no_progress
from embedders.parts import node2vec_package, walks, walks_kernel
from embedders.parts.walks import WalkSettings, walk
from errors import Cancelled
from interactions.sequences import Sequences
from tests.embedders.slow_walks import Counts, p_value, random_graph, slow_walks, steps

BOTH_WAYS = pytest.mark.parametrize("directed", [False, True], ids=["undirected", "directed"])
WEIGHTED = pytest.mark.parametrize("weighted", [False, True], ids=["even", "weighted"])
BIASES = pytest.mark.parametrize(("p", "q"), [(1, 1), (0.25, 4), (4, 0.25), (30, 0.03)], ids=str)


def walked(graph: sparse.csr_matrix, settings: WalkSettings, seed: int = 0, threads: int = 1) -> Sequences:
    return walk(graph, settings, seed=seed, threads=threads, progress=no_progress)


def steps_of(graph: sparse.csr_matrix, settings: WalkSettings, seed: int = 0) -> Counts:
    return steps(items.tolist() for items in walked(graph, settings, seed))


@BIASES
@WEIGHTED
@BOTH_WAYS
def test_steps_are_distributed_as_those_of_a_plain_walker(p: float, q: float, weighted: bool, directed: bool) -> None:
    graph = random_graph(directed=directed)
    settings = WalkSettings(150, 40, p, q, weighted)
    assert p_value(steps_of(graph, settings), steps(slow_walks(graph, settings, seed=1))) > 0.01


@BIASES
@WEIGHTED
@BOTH_WAYS
def test_steps_are_distributed_as_those_of_the_package(p: float, q: float, weighted: bool, directed: bool) -> None:
    graph = random_graph(directed=directed)
    package = node2vec_package.package().Node2Vec(
        node2vec_package.network_of(graph, is_weighted=weighted),
        walk_length=40, num_walks=60, p=p, q=q, quiet=True, seed=1,
    )  # fmt: skip
    theirs = steps([int(item) for item in walk] for walk in package.walks)
    assert p_value(steps_of(graph, WalkSettings(150, 40, p, q, weighted)), theirs) > 0.01


@pytest.mark.parametrize(
    "other",
    [{"p": 1.0}, {"q": 1.0}, {"p": 1.0, "q": 1.0}, {"p": 2.4}, {"q": 0.6}, {"weighted": False}],
    ids=str,
)
def test_the_comparison_sees_another_distribution(other: dict[str, Any]) -> None:
    graph = random_graph(directed=False)
    usual: dict[str, Any] = {"p": 2.0, "q": 0.5, "weighted": True}
    ours = steps_of(graph, WalkSettings(400, 40, **usual))
    assert p_value(ours, steps_of(graph, WalkSettings(400, 40, **usual), seed=1)) > 0.01
    assert p_value(ours, steps_of(graph, WalkSettings(400, 40, **{**usual, **other}), seed=1)) < 1e-6


@WEIGHTED
def test_without_bias_the_second_order_is_the_first(weighted: bool) -> None:
    """A p that differs from 1 by nothing that counts takes the code of the second order."""
    graph = random_graph(directed=False)
    first, second = (WalkSettings(300, 40, p, 1.0, weighted) for p in (1.0, 1.0 + 1e-12))
    assert walked(graph, first).items.tolist() != walked(graph, second).items.tolist()
    assert p_value(steps_of(graph, first), steps_of(graph, second)) > 0.01


@BOTH_WAYS
def test_alias_tables_of_rows_give_back_their_weights(directed: bool) -> None:
    graph = random_graph(directed=directed, items=40)
    chance, other = walks_kernel.alias_rows(graph.indptr.astype(np.int64), graph.data)
    shares = chance.astype(np.float64)
    np.add.at(shares, other, 1 - chance)
    degrees = np.diff(graph.indptr)
    rows = np.repeat(np.arange(40), degrees)
    expected = graph.data / np.asarray(graph.sum(axis=1)).ravel()[rows] * degrees[rows]
    np.testing.assert_allclose(shares, expected, atol=1e-6)


def test_every_item_with_an_edge_begins_its_walks_in_a_new_order_each_pass() -> None:
    graph = random_graph(directed=False)
    found = walked(graph, WalkSettings(5, 10))
    starts = found.items[found.offsets[:-1]].reshape(5, 11)
    assert (np.sort(starts, axis=1) == np.arange(11)).all()
    assert len({tuple(row) for row in starts}) == 5
    assert (found.lengths() == 10).all()


@BOTH_WAYS
def test_walks_follow_edges(directed: bool) -> None:
    graph = random_graph(directed=directed)
    pairs = {
        (a, b) for items in walked(graph, WalkSettings(50, 20, 0.5, 2.0)) for a, b in itertools.pairwise(items.tolist())
    }
    assert pairs == set(zip(*(ends.tolist() for ends in graph.nonzero()), strict=True))


def test_a_walk_ends_where_nothing_follows() -> None:
    chain = sparse.csr_matrix(np.diag(np.array([1, 1, 0, 0], dtype=np.float32), k=1))
    for settings in (WalkSettings(3, 10), WalkSettings(3, 10, p=2.0)):
        found = sorted(items.tolist() for items in walked(chain, settings))
        assert found == [[0, 1, 2]] * 3 + [[1, 2]] * 3


def test_no_edge_no_walk() -> None:
    found = walked(sparse.csr_matrix(np.zeros((3, 3), dtype=np.float32)), WalkSettings(3, 10))
    assert len(found) == 0
    assert found.offsets.tolist() == [0]


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_weights_that_are_none_are_refused(weight: float) -> None:
    graph = sparse.csr_matrix((np.array([1, weight], dtype=np.float32), np.array([1, 0]), np.array([0, 1, 2])))
    with pytest.raises(ValueError, match="finite weights above 0"):
        walked(graph, WalkSettings(1, 2))


def test_edges_in_any_order_and_twice_are_the_same_graph() -> None:
    tidy = sparse.csr_matrix(np.array([[0, 2, 1], [2, 0, 0], [1, 0, 0]], dtype=np.float32))
    weights, columns = np.array([1, 1, 1, 2, 1], dtype=np.float32), np.array([1, 2, 1, 0, 0])
    untidy = sparse.csr_matrix((weights, columns, np.array([0, 3, 4, 5])), shape=(3, 3))
    settings = WalkSettings(5, 10, p=3.0)
    assert walked(tidy, settings).items.tolist() == walked(untidy, settings).items.tolist()


def test_walks_are_the_same_on_any_number_of_threads_and_others_with_another_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph, settings = random_graph(directed=True), WalkSettings(30, 20, 0.5, 2.0)
    one = walked(graph, settings)
    monkeypatch.setattr(walks, "STEPS_A_CHUNK", 100)
    three = walked(graph, settings, threads=3)
    assert one.items.tobytes() == three.items.tobytes()
    assert one.offsets.tobytes() == three.offsets.tobytes()
    assert one.items.tobytes() != walked(graph, settings, seed=1).items.tobytes()


def test_progress_rises_to_its_total_and_a_cancel_ends_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[float, float]] = []

    def listen(stage: str, done: float, total: float, loss: float | None = None) -> None:
        told.append((done, total))

    graph = random_graph(directed=False)
    walk(graph, WalkSettings(200, 20), seed=0, threads=2, progress=listen)
    assert told[0] == (0, 11 * 200)
    assert told == sorted(told)
    assert told[-1] == (11 * 200, 11 * 200)

    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if threading.active_count() > before:
            raise Cancelled

    monkeypatch.setattr(walks, "STEPS_A_CHUNK", 1000)
    before = threading.active_count()
    with pytest.raises(Cancelled):
        walk(graph, WalkSettings(1000, 1000), seed=0, threads=2, progress=stop)
    for thread in threading.enumerate():
        if thread.name.startswith("training"):
            thread.join(timeout=5)
            assert not thread.is_alive()


@pytest.mark.parametrize(
    ("setting", "least", "most"),
    [({}, 6, 8), ({"p": 100.0}, 17, 20), ({"p": 0.01}, 2, 3), ({"q": 0.01}, 17, 20), ({"q": 100.0}, 2, 3)],
    ids=str,
)
def test_p_and_q_drive_a_walk_on_or_back(setting: dict[str, Any], least: float, most: float) -> None:
    """On a ring every step goes on or back: 20 items of a walk are 20 different ones where it never turns."""
    ring = sparse.diags_array([1.0, 1.0, 1.0, 1.0], offsets=[1, -1, 99, -99], shape=(100, 100), dtype=np.float32)
    found = walked(sparse.csr_matrix(ring), WalkSettings(20, 20, **setting))
    different = np.mean([len(set(items.tolist())) for items in found])
    assert least <= different <= most


@pytest.mark.parametrize(("q", "least", "most"), [(1.0, 11, 13), (50.0, 2, 4), (0.02, 14, 16)], ids=str)
def test_q_keeps_a_walk_near_or_sends_it_away(q: float, least: float, most: float) -> None:
    """Each of 20 groups of 5 items is a clique, and every item has as many edges to items of other groups: how many
    groups does a walk of 40 items see?
    """
    random = np.random.default_rng(0)
    group = np.arange(100) // 5
    table = (group[:, np.newaxis] == group).astype(np.float32)
    np.fill_diagonal(table, 0)
    for _ in range(2):
        order = random.permutation(100)
        table[order, np.roll(order, 1)] = table[np.roll(order, 1), order] = 1
    found = walked(sparse.csr_matrix(table), WalkSettings(20, 40, q=q))
    groups = np.mean([len(set(group[items].tolist())) for items in found])
    assert least <= groups <= most
