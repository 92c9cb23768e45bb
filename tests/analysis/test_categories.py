"""Whether neighbours are of an item's category, against a count by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.categories import QUERY_ROWS, chance_of_matches, majority_matches, query_rows
from tests.analysis import slow

labels = st.lists(st.lists(st.sampled_from(["tea", "milk", "salt"]), max_size=3, unique=True), min_size=2, max_size=9)


@given(labels, st.integers(1, 6), st.integers(0, 1000))
def test_majorities_equal_the_slow_way(own: list[list[str]], k: int, seed: int) -> None:
    """Ties of all kinds, several categories, items without one, without a list, and lists with gaps at the end."""
    n = len(own)
    random = np.random.default_rng(seed)
    near = np.full((n, k), -1, np.int32)
    for item in range(n):
        others = random.permutation(np.delete(np.arange(n), item))[: random.integers(0, k + 1)]
        near[item, : len(others)] = others
    found = majority_matches(near, own)
    expected = [slow.majority_match(own[item], row, own) for item, row in enumerate(slow.as_lists(near))]
    np.testing.assert_array_equal(found, expected)


def matches(own: list[str], *near: list[str]) -> float:
    """Whether an item of these categories has the majority one of neighbours of those."""
    labels = [own, *near]
    lists = np.full((len(labels), max(len(near), 1)), -1, np.int32)
    lists[0, : len(near)] = np.arange(1, len(labels))
    return float(majority_matches(lists, labels)[0])


def test_the_majority_decides_and_not_the_nearest() -> None:
    assert matches(["tea"], ["milk"], ["tea"], ["tea"]) == 1
    assert matches(["milk"], ["milk"], ["tea"], ["tea"]) == 0


def test_of_categories_met_as_often_that_of_the_nearest_among_them_decides() -> None:
    assert matches(["tea"], ["tea"], ["milk"], ["milk"], ["tea"]) == 1
    assert matches(["milk"], ["tea"], ["milk"], ["milk"], ["tea"]) == 0
    # The nearest of all is of a category that is no majority.
    assert matches(["milk"], ["salt"], ["milk"], ["tea"], ["tea"], ["milk"]) == 1
    assert matches(["salt"], ["salt"], ["milk"], ["tea"], ["tea"], ["milk"]) == 0


def test_an_item_of_several_categories_needs_one_of_them_to_be_the_majority() -> None:
    assert matches(["salt", "milk"], ["milk"], ["milk"], ["tea"]) == 1
    assert matches(["salt", "tea"], ["milk"], ["milk"], ["tea"]) == 0


def test_a_neighbour_counts_for_each_of_its_categories() -> None:
    assert matches(["tea"], ["milk"], ["milk", "tea"], ["tea"], ["tea"]) == 1
    assert matches(["milk"], ["salt"], ["milk", "tea"], ["milk"]) == 1


def test_neighbours_without_a_category_have_no_say() -> None:
    assert matches(["tea"], [], [], ["tea"]) == 1
    assert matches(["tea"], [], []) == 0


def test_an_item_without_a_category_is_left_out_and_one_without_a_list_finds_nothing() -> None:
    assert math.isnan(matches([], ["tea"]))
    assert matches(["tea"]) == 0


def test_chance_is_what_drawing_from_the_catalogue_gives() -> None:
    """Two kinds of items, 90 and 10 in 100: of 8 drawn at random the common kind is nearly always the majority."""
    kinds = [["common"]] * 90 + [["rare"]] * 10
    found = chance_of_matches(kinds, np.ones(100, bool))
    assert found[:90].mean() > 0.99
    assert found[90:].mean() < 0.02
    assert {*np.unique(found * 20) % 1} == {0.0}  # means of 20 draws
    even = chance_of_matches([[f"{number % 4}"] for number in range(400)], np.ones(400, bool), k=1)
    assert even.mean() == pytest.approx(99 / 399, abs=0.02)


def test_chance_draws_only_among_the_items_that_count() -> None:
    kinds = [["a"]] * 10 + [["b"]] * 90
    among = np.arange(100) < 20
    among[10:20] = False
    found = chance_of_matches(kinds, among)
    assert found[:10].tolist() == [1.0] * 10
    assert math.isnan(chance_of_matches([[], ["a"], ["a"]], np.ones(3, bool))[0])


def test_chance_is_seeded() -> None:
    kinds = [[f"{number % 3}"] for number in range(60)]
    once, again, other = (chance_of_matches(kinds, np.ones(60, bool), seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_rows_of_the_table_are_shares_of_the_items_by_popularity(p: list[int]) -> None:
    among = [count > 0 for count in p]
    ranked = slow.popular(p, among, set(), len(p))
    n = len(ranked)
    rows = {name: items.tolist() for name, items in query_rows(np.array(p), np.array(among)).items()}
    assert [*rows] == ["top 10 %", "top 25 %", "top 50 %", "top 75 %", "all", "least 25 %"] == [*QUERY_ROWS]
    for name, share in (("top 10 %", 0.1), ("top 25 %", 0.25), ("top 50 %", 0.5), ("top 75 %", 0.75)):
        assert rows[name] == ranked[: len(rows[name])]
        assert abs(len(rows[name]) - share * n) <= 0.5
    assert rows["all"] == ranked
    assert rows["least 25 %"] == ranked[n - len(rows["least 25 %"]) :]
    assert abs(len(rows["least 25 %"]) - 0.25 * n) <= 0.5
