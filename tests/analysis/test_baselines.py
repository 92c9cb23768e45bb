"""Lists that no model made."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from analysis import popularity_buckets
from analysis.arrays import Counts, Mask
from analysis.baselines import distinct_draws, popular_items, popular_neighbours, random_items, random_neighbours
from analysis.measures import Side, measure_lists
from tests.analysis import slow

N = 60
P: Counts = np.random.default_rng(0).integers(1, 6, N)  # so few values that most of them tie
TRAINED: Mask = np.random.default_rng(1).random(N) < 0.8
CATEGORIES = np.random.default_rng(2).choice(np.array(["tea", "milk", None], dtype=object), N)


def seen_items(users: int = 30) -> sparse.csr_matrix:
    """Histories of any length: the first user has seen nothing, the second everything."""
    random = np.random.default_rng(3)
    seen = random.random((users, N)) < random.random((users, 1))
    seen[0], seen[1] = False, True
    return sparse.csr_matrix(seen.astype(np.int8))


@pytest.mark.parametrize("size", [7, 11])  # below and above 3 * 3
def test_every_number_is_drawn_as_often_as_another_and_never_twice(size: int) -> None:
    drawn = distinct_draws(np.full(1000 * size, size), 3, seed=1)
    assert all(len({*row}) == 3 for row in drawn.tolist())
    for column in drawn.T:  # at each place, so that the first of a list are as random as the whole
        assert np.bincount(column, minlength=size) == pytest.approx(np.full(size, 1000), rel=0.12)
    pairs = np.zeros((size, size))
    np.add.at(pairs, (drawn[:, 0], drawn[:, 1]), 1)
    same = np.eye(size, dtype=bool)
    assert pairs[~same] == pytest.approx(np.full(size * (size - 1), 1000 / (size - 1)), rel=0.35)
    assert not pairs[same].any()


def test_a_seed_says_what_is_drawn() -> None:
    one, again, other = (random_neighbours(TRAINED, 5, seed) for seed in (4, 4, 5))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    one, again, other = (random_items(seen_items(), TRAINED, 5, seed) for seed in (4, 4, 5))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("k", [1, 5, 80])
def test_random_neighbours_are_distinct_others_that_have_a_vector(k: int) -> None:
    trained = np.flatnonzero(TRAINED).tolist()
    for item, row in enumerate(slow.as_lists(random_neighbours(TRAINED, k))):
        assert len(row) == len({*row}) == (min(k, len(trained) - 1) if TRAINED[item] else 0)
        assert {*row} <= {*trained} - {item}


def test_random_neighbours_are_as_popular_as_the_catalogue() -> None:
    p = np.arange(1, 2001)
    buckets = popularity_buckets(p)
    vectors = np.ones((2000, 2), dtype=np.float32)
    side = Side("planted", "cosine", vectors, p, buckets)
    chance = measure_lists(side, random_neighbours(np.ones(2000, bool), 10), "random")
    assert chance.neighbour_popularity["all"].value == pytest.approx(0.5, abs=0.01)
    assert chance.neighbour_popularity["head"].value == pytest.approx(0.5, abs=0.02)
    assert chance.head_share["all"].value == pytest.approx(float((buckets == 0).mean()), abs=0.01)
    assert chance.assortativity.value == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("k", [1, 5, 80])
def test_popular_neighbours_equal_the_slow_way(k: int) -> None:
    expected = [slow.popular(P.tolist(), TRAINED.tolist(), {item}, k) if TRAINED[item] else [] for item in range(N)]
    assert slow.as_lists(popular_neighbours(P, TRAINED, k)) == expected


def test_measures_of_a_baseline_are_those_of_any_lists() -> None:
    vectors = np.where(TRAINED[:, None], np.float32(1), np.float32(0)) * np.ones((N, 2), np.float32)
    buckets = popularity_buckets(P)
    lists = popular_neighbours(P, TRAINED, 4)
    found = measure_lists(Side("planted", "dot", vectors, P, buckets, CATEGORIES), lists, "popularity")
    rows, q = slow.as_lists(lists), slow.quantiles(P.tolist())
    counts = [count for count, there in zip(slow.counts(rows, N), TRAINED, strict=True) if there]
    assert found.method == "popularity"
    assert found.neighbour_popularity["all"].value == pytest.approx(slow.mean(slow.neighbour_popularity(rows, q)))
    assert found.popularity_lift["all"].value == pytest.approx(slow.mean(slow.popularity_lift(rows, P.tolist())))
    assert found.head_share["all"].value == pytest.approx(slow.head_share(rows, buckets.tolist()))
    same = slow.same_category_share(rows, CATEGORIES.tolist())
    assert found.same_category["all"].value == pytest.approx(slow.mean(same))
    assert found.gini.value == pytest.approx(slow.gini(counts))
    assert (
        found.largest_hub.value == max(counts) == TRAINED.sum() - 1
    )  # the most popular stands in all lists but its own
    assert found.coverage.value == pytest.approx(5 / TRAINED.sum())
    assert (found.norm_popularity.n, found.as_json()["norm_popularity"]) == (0, None)


@pytest.mark.parametrize("k", [1, 5, 80])
def test_popular_items_equal_the_slow_way(k: int) -> None:
    seen = seen_items()
    expected = [slow.popular(P.tolist(), TRAINED.tolist(), {*row.indices.tolist()}, k) for row in seen]
    assert slow.as_lists(popular_items(seen, P, TRAINED, k)) == expected
    assert expected[1] == []


@pytest.mark.parametrize("k", [1, 5, 80])
def test_random_items_are_distinct_and_unseen(k: int) -> None:
    seen = seen_items()
    histories = [{*row.indices.tolist()} for row in seen]
    for row, own in zip(slow.as_lists(random_items(seen, TRAINED, k)), histories, strict=True):
        left = {*np.flatnonzero(TRAINED).tolist()} - own
        assert {*row} <= left
        assert len(row) == len({*row}) == min(k, len(left))


def test_every_unseen_item_is_drawn_as_often_as_another() -> None:
    history: npt.NDArray[np.int8] = np.zeros((5000, 8), dtype=np.int8)
    history[:, [0, 3, 4, 7]] = 1
    drawn = random_items(sparse.csr_matrix(history), np.array([True] * 6 + [False, True]), 1)
    assert np.bincount(drawn[:, 0], minlength=8) == pytest.approx(
        [0, 5000 / 3, 5000 / 3, 0, 0, 5000 / 3, 0, 0], rel=0.1
    )


@pytest.mark.parametrize("trained", [np.zeros(3, bool), np.array([False, True, False]), np.zeros(0, bool)])
def test_where_there_are_no_others_lists_are_empty(trained: Mask) -> None:
    p = np.ones(len(trained), dtype=np.int64)
    assert (random_neighbours(trained, 4) == -1).all()
    assert (popular_neighbours(p, trained, 4) == -1).all()
    assert random_neighbours(trained, 4).shape == popular_neighbours(p, trained, 4).shape == (len(trained), 4)
    nothing = sparse.csr_matrix(np.zeros((2, len(trained)), dtype=np.int8))
    assert (popular_items(nothing, p, trained, 2) >= 0).sum() == (random_items(nothing, trained, 2) >= 0).sum()
    assert (popular_items(nothing, p, trained, 2) >= 0).sum() == 2 * trained.sum()
