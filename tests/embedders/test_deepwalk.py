"""The graph of items, and DeepWalk on logs whose order alone tells which items belong together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from embedders import METHODS, Embedding
from embedders.base import LogSize, no_progress
from embedders.deepwalk import DeepWalk, DeepWalkParams
from embedders.parts import skip_gram
from embedders.parts.graphs import GraphParams, item_graph
from embedders.parts.walks import WalkSettings, walk
from errors import ParameterError
from interactions.log import InteractionLog
from tests.planted import every_pair_once, make_log, ordered_sessions, partner, share_of_pairs_found, two_islands

WITH_A_LONER = make_log(list("uuuvvw"), list("abcacz"), times=[1, 2, 3, 1, 2, 1])  # a > b > c, a > c, and z alone


def fit(log: InteractionLog, name: str = "deepwalk", seed: int = 0, **values: Any) -> Embedding:
    return METHODS[name].fit(log, METHODS[name].Params.checked({"threads": 1, **values}), seed=seed)


def cosines(embedding: Embedding) -> npt.NDArray[np.float32]:
    unit = embedding.item_vectors / np.linalg.norm(embedding.item_vectors, axis=1, keepdims=True)
    return np.asarray(unit @ unit.T)


def test_the_graph_goes_one_way_or_both() -> None:
    one_way = item_graph(WITH_A_LONER, GraphParams(directed=True), seed=0)
    assert one_way.toarray().tolist() == [[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    both_ways = item_graph(WITH_A_LONER, GraphParams(), seed=0)
    assert both_ways.toarray().tolist() == (one_way + one_way.T).toarray().tolist()
    assert both_ways.dtype == np.float32
    assert both_ways.has_canonical_format


def test_the_graph_is_cut_where_the_parameters_say() -> None:
    log = two_islands()
    for values in ({"sequences": "session"}, {"sequences": "user"}, {"sequences": "gap", "gap_minutes": 20_000}):
        params = GraphParams.checked({"directed": True, **values})
        expected = log.item_graph(params.sequences, gap_minutes=params.gap_minutes, seed=3)  # type: ignore[arg-type]
        assert item_graph(log, params, seed=3).toarray().tolist() == expected.toarray().tolist()


def test_events_of_equal_time_stand_in_an_order_of_the_seed() -> None:
    log = make_log(["u"] * 50, [f"i{number:02d}" for number in range(50)], times=[1] * 50)
    one, again, other = (item_graph(log, GraphParams(), seed=seed).toarray() for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_walks_then_skip_gram_on_them() -> None:
    log = two_islands()
    params = DeepWalkParams(threads=1, walks_per_item=3, walk_length=15, window=4, dimensions=8, directed=True)
    graph = item_graph(log, params, seed=7)
    walks = walk(graph, WalkSettings(3, 15), seed=7, threads=1, progress=no_progress)
    trained = skip_gram.train(walks, log.n_items, params.skip_gram, seed=7, threads=1, progress=no_progress)
    embedding = DeepWalk().fit(log, params, seed=7)
    assert embedding.item_vectors.tobytes() == trained.vectors.tobytes()
    assert embedding.losses == trained.losses
    assert (params.skip_gram.window, params.skip_gram.sample, params.skip_gram.min_count) == (4, 0, 1)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("deepwalk", {}),
        ("node2vec", {}),
        ("eges", {}),
        ("item2vec", {"time_window_minutes": 1, "vectors": "in + out"}),
    ],
    ids=["deepwalk", "node2vec", "eges", "item2vec, a minute"],
)
def test_order_finds_pairs_of_which_the_user_item_matrix_knows_nothing(name: str, values: dict[str, Any]) -> None:
    log = every_pair_once()
    found = [share_of_pairs_found(log, cosines(fit(log, name, seed, **values))) for seed in range(3)]
    assert np.mean(found) >= 0.95
    for factorisation in ("als", "svd", "bpr"):
        missed = [share_of_pairs_found(log, cosines(fit(log, factorisation, seed, dimensions=16))) for seed in range(3)]
        assert np.mean(missed) <= 0.25


@pytest.mark.parametrize("name", ["deepwalk", "node2vec"])
def test_one_way_edges_tell_who_comes_next(name: str) -> None:
    log = ordered_sessions()
    embedding = fit(log, name, directed=True)
    assert embedding.context_vectors is not None
    next_one = log.item_ids[(embedding.item_vectors @ embedding.context_vectors.T).argmax(axis=1)]
    firsts = np.array([item[0] == "a" for item in log.item_ids])
    assert next_one[firsts].tolist() == [partner(item) for item in log.item_ids[firsts]]


def test_even_edges_lose_the_pairs_that_weights_show() -> None:
    """Every b leads to every a now and then: only how often tells which."""
    log = every_pair_once()
    assert share_of_pairs_found(log, cosines(fit(log, weighted=False))) <= 0.25


def test_an_item_without_an_edge_has_no_vector_and_that_is_said() -> None:
    embedding = fit(WITH_A_LONER)
    assert embedding.missing == ["z"]
    assert embedding.notes == ("Items without an edge, since none comes before or after them, without a vector: 1.",)
    assert fit(two_islands()).notes == ()


def test_an_item_at_the_end_of_all_is_walked_to_on_a_directed_graph() -> None:
    embedding = fit(WITH_A_LONER, directed=True)
    assert embedding.missing == ["z"]


def test_what_cannot_be_walked_on_is_refused_in_words() -> None:
    with pytest.raises(ParameterError, match="at least 2 items of which one follows the other"):
        fit(make_log(["u", "v", "w"], ["a", "b", "c"]))
    with pytest.raises(ParameterError, match="session column"):
        fit(make_log(["u", "u"], ["a", "b"]), sequences="session")


@pytest.mark.parametrize("method_name", ["deepwalk", "node2vec"])
def test_the_estimate_grows_with_the_work(method_name: str) -> None:
    method = METHODS[method_name]
    size = LogSize(interactions=1_000_000, users=2_000, items=10_000)

    def seconds(size: LogSize = size, **values: Any) -> float:
        return method.estimate(size, method.Params.checked(values)).seconds

    assert 10 < seconds() < 600  # the promise for the grocery sample, which is about this size
    assert seconds(epochs=10) == pytest.approx(2 * seconds(), rel=0.1)
    assert seconds(threads=1) > 1.5 * seconds()
    for name in ("walks_per_item", "walk_length", "window", "negatives", "dimensions"):
        twice: dict[str, Any] = {name: 2 * getattr(method.Params(), name)}
        assert seconds(**twice) > 1.3 * seconds()
    few = LogSize(interactions=1_000_000, users=2_000, items=1_000)
    assert seconds(few) < 0.3 * seconds()
    assert method.estimate(size, method.Params(walks_per_item=100)).memory > 2e8
