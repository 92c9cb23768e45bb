"""Intervals by resampling whole groups: against all draws that there are, the textbook, and a truth that is known."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import analysis.bootstrap
from analysis.bootstrap import GroupSums, percentile_interval, resample
from analysis.intervals import LEAST_GROUPS, Interval
from tests.analysis import slow

NOWHERE = {"value": None, "low": None, "high": None, "n": 0}


def width(of: Interval) -> float:
    return of.high - of.low


def shares(values: list[float]) -> dict[float, float]:
    """How often each value comes, of 1."""
    return {value: count / len(values) for value, count in Counter(round(value, 9) for value in values).items()}


def farthest(one: dict[float, float], other: dict[float, float]) -> float:
    """The largest difference of how often a value comes."""
    return max(abs(one.get(value, 0.0) - other.get(value, 0.0)) for value in {*one, *other})


cells = st.lists(
    st.tuples(st.integers(-3, 3), st.one_of(st.just(math.nan), st.floats(0, 1)), st.floats(-9, 9)), max_size=30
)


@given(cells)
def test_sums_of_groups_and_means_equal_the_slow_way(rows: list[tuple[int, float, float]]) -> None:
    """Groups in any order and by any number; NaN counts nowhere."""
    groups = np.array([group for group, _, _ in rows], np.int64)
    columns = [[first for _, first, _ in rows], [second for _, _, second in rows]]
    of = GroupSums.of(np.array(columns).T.reshape(len(rows), 2), groups)
    for row, group in enumerate(sorted({*groups.tolist()})):
        for place, column in enumerate(columns):
            own = [x for x, at in zip(column, groups, strict=True) if at == group and not math.isnan(x)]
            assert of.counts[row, place] == len(own)
            assert of.sums[row, place] == pytest.approx(sum(own))
    found = resample(of, draws=3)
    for place, column in enumerate(columns):
        assert found.n[place] == sum(not math.isnan(x) for x in column)
        assert found.means[place] == pytest.approx(slow.mean(column), nan_ok=True)


def test_draws_are_as_frequent_as_among_all_there_are() -> None:
    """Three groups of 1, 2 and 3 cases: all 27 draws with replacement, each as likely as another."""
    groups = np.array([0, 1, 1, 2, 2, 2])
    values = np.array([1.0, 0.0, 0.5, 0.0, 0.0, 1.0])
    members = [values[groups == group].tolist() for group in range(3)]
    expected = [
        slow.mean(list(itertools.chain(*(members[group] for group in drawn))))
        for drawn in itertools.product(range(3), repeat=3)
    ]
    found = resample(GroupSums.of(values[:, None], groups), draws=20_000).drawn[:, 0]
    assert farthest(shares(found.tolist()), shares(expected)) < 0.01


def test_a_column_is_drawn_where_it_has_cases_only() -> None:
    """The second column has cases in two of three groups: draws without either say nothing of it."""
    values = np.array([[1.0, math.nan], [0.0, 1.0], [0.0, 0.0]])
    found = resample(GroupSums.of(values, np.arange(3)), draws=20_000)
    drawn = found.drawn[:, 1]
    assert np.isnan(drawn).mean() == pytest.approx(1 / 27, abs=0.005)
    some = [draw for draw in itertools.product(range(3), repeat=3) if {*draw} != {0}]
    expected = [slow.mean([values[group, 1] for group in draw]) for draw in some]
    assert farthest(shares(drawn[~np.isnan(drawn)].tolist()), shares(expected)) < 0.01
    assert found.n.tolist() == [3, 2]


def test_the_interval_of_independent_cases_is_that_of_the_textbook() -> None:
    values = np.random.default_rng(1).normal(3, 2, 400)
    found = resample(GroupSums.of(values[:, None], np.arange(400)), draws=4000).interval(0)
    low, high = slow.interval(values.tolist())
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.04 * (high - low))
    assert found.n == 400


def test_cases_that_are_alike_in_groups_say_less_than_so_many_independent_ones() -> None:
    """Nine equal cases in each of 60 groups are worth 60 cases: the interval is three times as wide as of 540."""
    values = np.repeat(np.random.default_rng(2).normal(0, 1, 60), 9)[:, None]
    grouped = resample(GroupSums.of(values, np.repeat(np.arange(60), 9))).interval(0)
    alone = resample(GroupSums.of(values, np.arange(540))).interval(0)
    assert grouped.value == pytest.approx(alone.value)
    assert width(grouped) / width(alone) == pytest.approx(3, rel=0.1)


def test_in_95_of_100_logs_the_interval_holds_the_truth() -> None:
    """Groups of different sizes that differ from each other; where they are taken for nothing it holds it far less."""
    held, naive, logs = 0, 0, 300
    for seed in range(logs):
        random = np.random.default_rng(seed)
        groups = np.repeat(np.arange(80), random.integers(1, 8, 80))
        values = (random.random(len(groups)) < random.beta(1, 3, 80)[groups]).astype(np.float64)[:, None]
        found = resample(GroupSums.of(values, groups), draws=300, seed=seed).interval(0)
        held += found.low <= 0.25 <= found.high
        loose = resample(GroupSums.of(values, np.arange(len(values))), draws=300, seed=seed).interval(0)
        naive += loose.low <= 0.25 <= loose.high
    assert 0.92 <= held / logs <= 0.97  # the percentile method is a little too narrow with 80 groups
    assert naive / logs < 0.9


def test_a_difference_on_the_same_draws_is_surer_than_of_independent_ones() -> None:
    random = np.random.default_rng(3)
    shared = random.normal(0, 1, 200)
    values = np.stack([shared + 0.1, shared + random.normal(0, 0.1, 200)], axis=1)
    found = resample(GroupSums.of(values, np.arange(200)))
    paired = found.difference(0, 1)
    assert paired.value == pytest.approx(found.interval(0).value - found.interval(1).value)
    apart = math.hypot(width(found.interval(0)), width(found.interval(1)))
    assert width(paired) < 0.15 * apart
    assert paired.low > 0
    turned = found.difference(1, 0)
    assert (turned.value, turned.low, turned.high) == pytest.approx((-paired.value, -paired.high, -paired.low))
    assert paired.n == 200


def test_equal_columns_differ_by_exactly_nothing() -> None:
    values = np.random.default_rng(4).random(50)
    of = GroupSums.of(values[:, None], np.arange(50) // 3)
    found = resample(GroupSums.beside([of, of]))
    assert found.difference(0, 1) == Interval(0.0, 0.0, 0.0, 50)


def test_columns_beside_each_other_are_drawn_together() -> None:
    values = np.random.default_rng(5).random((40, 3))
    groups = np.arange(40) // 4
    whole = resample(GroupSums.of(values, groups))
    parts = resample(GroupSums.beside([GroupSums.of(values[:, :1], groups), GroupSums.of(values[:, 1:], groups)]))
    assert np.array_equal(whole.drawn, parts.drawn)
    assert np.array_equal(whole.means, parts.means)


def test_a_seed_says_what_is_drawn_and_blocks_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    of = GroupSums.of(np.random.default_rng(6).random((30, 2)), np.arange(30))
    once = resample(of, draws=50, seed=1).drawn
    assert np.array_equal(once, resample(of, draws=50, seed=1).drawn)
    assert not np.array_equal(once, resample(of, draws=50, seed=2).drawn)
    monkeypatch.setattr(analysis.bootstrap, "_BLOCK_VALUES", 7 * 30)
    assert once.shape == (50, 2)
    np.testing.assert_allclose(resample(of, draws=50, seed=1).drawn, once, rtol=1e-12)


def test_where_there_is_nothing_to_draw_there_is_no_interval() -> None:
    """No case: nothing is known. Few groups, or a column with cases in few: a mean, and not how sure it is."""
    nobody = resample(GroupSums.of(np.empty((0, 2)), np.empty(0, np.int64)))
    assert nobody.interval(0).as_json() == nobody.difference(0, 1).as_json() == NOWHERE
    of_each = np.array([[1.0, math.nan, 1.0], [0.0, math.nan, 1.0], [0.5, 1.0, math.nan]])
    values = np.concatenate([of_each, np.tile([0.5, math.nan, 1.0], (LEAST_GROUPS - 2, 1))])
    groups = np.array([4, 4, 9, *range(10, 8 + LEAST_GROUPS)])
    found = resample(GroupSums.of(values, groups))
    assert found.groups.tolist() == [LEAST_GROUPS, 1, LEAST_GROUPS - 1]
    texts = [json.dumps(found.interval(column).as_json(), allow_nan=False) for column in range(3)]
    texts += [json.dumps(found.difference(0, column).as_json(), allow_nan=False) for column in (1, 2)]
    cells = [json.loads(text) for text in texts]
    assert [cell["value"] for cell in cells] == pytest.approx([0.5, 1.0, 1.0, -0.5, -0.5])
    assert [cell["n"] for cell in cells] == [LEAST_GROUPS + 1, 1, LEAST_GROUPS, 1, LEAST_GROUPS]
    assert [cell["low"] is None for cell in cells] == [False, True, True, True, True]
    assert [cell["high"] is None for cell in cells] == [False, True, True, True, True]
    one = resample(GroupSums.of(np.array([[1.0], [0.0]]), np.zeros(2, np.int64))).interval(0)
    assert one.as_json() == {"value": 0.5, "low": None, "high": None, "n": 2}
    empty_column = resample(GroupSums.of(np.full((3, 1), math.nan), np.arange(3))).interval(0)
    assert empty_column.as_json() == NOWHERE


def test_one_draw_is_no_interval() -> None:
    assert percentile_interval(0.5, np.array([0.5, math.nan]), 3).as_json() == {
        "value": 0.5,
        "low": None,
        "high": None,
        "n": 3,
    }
