"""Intervals: against the slow way, and how often they miss where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import analysis.intervals
from analysis.intervals import (
    LEAST_GROUPS,
    Interval,
    crossed_mean,
    difference_of_lists,
    holm,
    mean_difference,
    p_value,
    share_interval,
)
from tests.analysis import slow

N, K = 60, 5


def random_lists(random: np.random.Generator, hubs: int | None = None) -> np.ndarray:
    """Lists of K others, drawn from all items, or from a few that are drawn first."""
    pool = np.arange(N) if hubs is None else random.choice(N, hubs, replace=False)
    return np.array([random.choice(pool[pool != item], K, replace=False) for item in range(N)], dtype=np.int32)


@given(seed=st.integers(0, 50))
def test_a_difference_of_lists_equals_the_slow_way(seed: int) -> None:
    random = np.random.default_rng(seed)
    a, b = random_lists(random, 20), random_lists(random)
    a[random.random(N) < 0.1] = -1
    b[random.random(N) < 0.3, 3:] = -1
    q = random.random(N)
    q[random.random(N) < 0.2] = np.nan
    found = difference_of_lists(a, q[a], b, q[b])
    value, error, n = slow.difference_of_lists(slow.as_lists(a), slow.as_lists(b), q.tolist())
    assert found.value == pytest.approx(value, abs=1e-9)
    assert found.n == n
    assert (found.high - found.value) / 1.959964 == pytest.approx(error, abs=1e-9)
    turned = difference_of_lists(b, q[b], a, q[a])
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))


@pytest.mark.parametrize("hubs", [None, 8])
def test_where_chance_alone_decides_a_difference_is_rarely_called_one(hubs: int | None) -> None:
    """Eight hubs, drawn by chance, fill all lists: as independent lists they would differ nearly always."""
    called, naive = 0, 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        q = np.linspace(0, 1, N)
        a, b = random_lists(random, hubs), random_lists(random, hubs)
        called += difference_of_lists(a, q[a], b, q[b]).which() is not None
        apart = q[a].mean(axis=1) - q[b].mean(axis=1)
        naive += abs(apart.mean()) > 1.96 * apart.std(ddof=1) / math.sqrt(N)
    assert called <= 17  # the 99 % bound for 5 % of 200
    if hubs is not None:
        assert naive > 100


def test_a_planted_difference_is_called_by_its_side() -> None:
    random = np.random.default_rng(0)
    q = np.linspace(0, 1, N)
    anything = random_lists(random)
    popular = np.array([random.choice(np.setdiff1d(np.arange(30, N), [item]), K, replace=False) for item in range(N)])
    assert difference_of_lists(popular, q[popular], anything, q[anything]).which() == "a"
    assert difference_of_lists(anything, q[anything], popular, q[popular]).which() == "b"
    same = difference_of_lists(popular, q[popular], popular, q[popular])
    assert (same.value, same.low, same.high, same.which()) == (0, 0, 0, None)


def test_without_two_items_in_both_there_is_no_difference() -> None:
    none = np.full((3, 2), -1, dtype=np.int32)
    found = difference_of_lists(none, none.astype(float), none, none.astype(float))
    assert math.isnan(found.value)
    assert found.as_json() == {"value": None, "low": None, "high": None, "n": 0}
    assert found.which() is None


def test_means_of_two_groups_equal_scipy() -> None:
    from scipy import stats

    random = np.random.default_rng(0)
    a, b = random.normal(1, 2, 40), random.normal(0, 1, 70)
    found = mean_difference(np.append(a, np.nan), b)
    error = (found.high - found.value) / 1.959964
    assert found.value / error == pytest.approx(stats.ttest_ind(a, b, equal_var=False).statistic)
    assert found.n == 110
    assert math.isnan(mean_difference(a[:1], b).value)


def test_one_value_has_a_mean_and_no_interval() -> None:
    found = Interval.mean(np.array([2.0, np.nan]))
    assert found.as_json() == {"value": 2.0, "low": None, "high": None, "n": 1}
    one, other = np.array([[1], [-1]], np.int32), np.array([[1], [0]], np.int32)
    assert difference_of_lists(one, np.ones((2, 1)), other, np.zeros((2, 1))).n == 0


def test_without_an_error_there_is_no_interval() -> None:
    assert Interval.around(0.5, math.nan, 7).as_json() == {"value": None, "low": None, "high": None, "n": 0}
    assert share_interval(0.5, 0).n == 0
    assert share_interval(1 + 2**-52, 5) == Interval(1 + 2**-52, 1 + 2**-52, 1 + 2**-52, 5)  # a mean that was rounded


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_widest_interval_of_a_share_is_never_narrower_than_the_values_own(values: list[float]) -> None:
    array = np.array(values)
    mean = float(array.mean())
    own = float(array.std()) / math.sqrt(len(array))
    found = share_interval(mean, len(array))
    assert (found.high - found.value) / 1.959964 >= own - 1e-9


def test_an_interval_says_which_is_larger_only_where_it_is_clear_and_large_enough() -> None:
    assert Interval(0.1, 0.05, 0.15, 9).which(least=0.1) == "a"
    assert Interval(0.1, 0.05, 0.15, 9).which(least=0.2) is None
    assert Interval(-0.1, -0.15, -0.05, 9).which() == "b"
    assert Interval(-0.1, -0.25, 0.05, 9).which() is None
    assert Interval(-0.1, -0.15, -0.05, 9).which(least=0.1) == "b"
    assert Interval(-0.1, -0.15, -0.05, 9).which(least=0.2) is None
    assert Interval(math.nan, math.nan, math.nan, 0).which() is None


@given(value=st.floats(-5, 5), error=st.floats(0.01, 3))
def test_the_p_value_of_an_interval_is_that_of_a_normal_value(value: float, error: float) -> None:
    from scipy import stats

    found = p_value(Interval.around(value, error, 9))
    assert found == pytest.approx(2 * stats.norm.sf(abs(value) / error), abs=1e-9)
    assert found == pytest.approx(p_value(Interval.around(-value, error, 9)))
    # Below 0.05 just where the interval leaves 0 out.
    assert (found < 0.05) == (Interval.around(value, error, 9).which() is not None) or found == pytest.approx(0.05)


def test_without_an_interval_there_is_no_p_value() -> None:
    assert math.isnan(p_value(Interval(math.nan, math.nan, math.nan, 0)))
    assert math.isnan(p_value(Interval(0.5, math.nan, math.nan, 7)))


probabilities = st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.01, 0.02, math.nan])), max_size=7)


@given(values=probabilities)
def test_holm_equals_closed_testing(values: list[float]) -> None:
    assert holm(values) == pytest.approx(slow.holm(values), nan_ok=True)


@given(values=probabilities, error=st.sampled_from([0.01, 0.05, 0.3]))
def test_holm_calls_what_stepping_down_from_the_smallest_calls(values: list[float], error: float) -> None:
    called: set[int] = set()
    known = [i for i, value in enumerate(values) if not math.isnan(value)]
    while remaining := [i for i in known if i not in called]:
        smallest = min(remaining, key=lambda i: values[i])
        if values[smallest] * len(remaining) > error:
            break
        called.add(smallest)
    assert {i for i, raised in enumerate(holm(values)) if raised <= error} == called


def test_where_chance_alone_decides_holm_errs_in_5_of_100_trials_and_single_tests_far_oftener() -> None:
    trials = np.random.default_rng(0).random((2000, 3))
    together = np.mean([min(holm(row.tolist())) <= 0.05 for row in trials])
    assert together == pytest.approx(0.05, abs=0.012)
    assert (trials.min(axis=1) <= 0.05).mean() > 0.12


def test_the_variance_of_crossed_groupings_is_added_up_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sessions and three targets: squared sums of each group, less the cases that stand in both."""
    monkeypatch.setattr(analysis.intervals, "LEAST_GROUPS", 2)
    values = np.array([1.0, 0.0, 0.5, 0.25, 2.0])
    sessions, targets = [0, 0, 0, 1, 1], [0, 1, 2, 0, 2]
    apart = values - values.mean()
    by_session = sum(sum(a for a, s in zip(apart, sessions, strict=True) if s == group) ** 2 for group in set(sessions))
    by_target = sum(sum(a for a, t in zip(apart, targets, strict=True) if t == group) ** 2 for group in set(targets))
    by_case = sum(a**2 for a in apart)
    found = crossed_mean(values, [np.array(sessions), np.array(targets)])
    error = math.sqrt(max(by_session + by_target - by_case, by_session, by_target, by_case)) / 5
    assert (found.value, found.n) == (values.mean(), 5)
    assert found.high - found.value == pytest.approx(12.7062 * error, rel=1e-5)  # Student's t, one degree of freedom


def test_crossed_means_of_nothing_of_one_case_and_of_few_groups_have_no_interval() -> None:
    for values, groupings in (
        (np.empty(0), [np.empty(0, np.int64)]),
        (np.ones(1), [np.zeros(1, np.int64)]),
        (np.array([1.0, 0.0]), [np.arange(2), np.zeros(2, np.int64)]),
        (np.arange(99.0), [np.arange(99), np.arange(99) % (LEAST_GROUPS - 1)]),
    ):
        assert crossed_mean(values, groupings).as_json() == {"value": None, "low": None, "high": None, "n": 0}


def test_where_targets_decide_only_what_groups_targets_is_sure_enough() -> None:
    """Each target has a value of its own, drawn around 0: sessions alone make the interval far too narrow."""
    held, by_sessions, logs = 0, 0, 400
    for seed in range(logs):
        random = np.random.default_rng(seed)
        sessions, targets = np.repeat(np.arange(100), 5), random.integers(0, 60, 500)
        values = random.normal(0, 1, 60)[targets] + random.normal(0, 0.5, 500)
        crossed, single = crossed_mean(values, [sessions, targets]), crossed_mean(values, [sessions])
        held += crossed.low <= 0 <= crossed.high
        by_sessions += single.low <= 0 <= single.high
    assert 0.91 <= held / logs <= 0.98
    assert by_sessions / logs < 0.75


def test_few_groups_keep_the_promise_of_their_interval() -> None:
    """Ten sessions that differ: a normal interval would hold the truth in 91 to 92 of 100 logs."""
    held, logs = 0, 2000
    random = np.random.default_rng(0)
    sessions = np.repeat(np.arange(10), 6)
    for _ in range(logs):
        found = crossed_mean(random.normal(0, 1, 10)[sessions], [sessions])
        held += found.low <= 0 <= found.high
    assert 0.935 <= held / logs <= 0.965


def test_independent_cases_keep_the_textbook_interval_however_they_are_grouped() -> None:
    random = np.random.default_rng(0)
    held, logs = 0, 400
    for _ in range(logs):
        values = random.normal(0, 1, 400)
        groupings = [random.integers(0, 150, 400) for _ in range(3)]
        found = crossed_mean(values, groupings)
        held += found.low <= 0 <= found.high
    assert 0.92 <= held / logs <= 0.98
