"""Sizes, times, pauses and categories of a log, against the same counted one by one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.distributions import (
    GAPS,
    MOST_BINS,
    category_sizes,
    hours_of_week,
    pauses,
    rows_beyond,
    size_classes,
    timeline,
)

COUNTS = st.lists(st.integers(1, 5_000), max_size=50)


@given(COUNTS)
def test_every_count_stands_in_the_class_of_its_size(counts: list[int]) -> None:
    classes = size_classes(np.array(counts, dtype=np.int64))
    for low, high, size in zip(classes.low, classes.high, classes.size, strict=True):
        assert size == sum(low <= count <= high for count in counts)
    assert classes.size.sum() == len(counts)
    values = Counter(counts)
    again = size_classes(np.array(list(values), dtype=np.int64), np.array(list(values.values()), dtype=np.int64))
    assert again.size.tolist() == classes.size.tolist()


@given(COUNTS, st.integers(1, 6_000))
def test_rows_beyond_the_longest_session(lengths: list[int], most: int) -> None:
    values = Counter(lengths)
    rows, sessions = rows_beyond(
        np.array(list(values), dtype=np.int64), np.array(list(values.values()), dtype=np.int64), most
    )
    assert rows == sum(max(length - most, 0) for length in lengths)
    assert sessions == sum(length > most for length in lengths)


def start_of(moment: datetime, unit: str) -> datetime:
    moment = moment.replace(minute=0, second=0)
    if unit == "hour":
        return moment
    moment = moment.replace(hour=0)
    if unit == "week":
        return moment - timedelta(days=moment.weekday())
    return moment if unit == "day" else moment.replace(day=1) if unit == "month" else moment.replace(month=1, day=1)


@pytest.mark.parametrize(
    ("days", "unit"), [(0, "hour"), (4, "hour"), (30, "day"), (400, "week"), (3_000, "month"), (20_000, "year")]
)
def test_events_over_time_are_those_of_the_calendar(days: int, unit: str) -> None:
    random = np.random.default_rng(days)
    seconds = 1_500_000_000 + random.integers(0, days * 86_400 + 1, 200)
    line = timeline(seconds)
    by_hand = Counter(start_of(datetime.fromtimestamp(int(second), UTC), unit) for second in seconds)
    assert line.unit == unit
    assert len(line.start) <= MOST_BINS
    starts = [moment.replace(tzinfo=UTC) for moment in line.start.tolist()]
    assert dict(zip(starts, line.events.tolist(), strict=True)) == by_hand
    assert starts == sorted(starts)


@given(st.lists(st.integers(-(10**10), 10**10), max_size=30))
def test_hours_of_the_week_are_those_of_the_calendar(seconds: list[int]) -> None:
    found = hours_of_week(np.array(seconds, dtype=np.int64))
    moments = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second) for second in seconds]
    by_hand = Counter((moment.weekday(), moment.hour) for moment in moments)
    assert {place: int(found[place]) for place in by_hand} == by_hand
    assert found.sum() == len(seconds)


@pytest.mark.parametrize("second", [-60_000_000_000, 1_500_000_000_000])
def test_a_time_far_from_ours_has_a_place(second: int) -> None:
    line = timeline(np.array([second, 1_500_000_000], dtype=np.int64))
    assert line.unit == "year"
    assert line.events.tolist() == [1, 1]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 59, 60, 61, 1_800, 1_801, 90_000])), max_size=40),
)
def test_a_gap_makes_the_sessions_that_cutting_there_makes(events: list[tuple[int, int]]) -> None:
    times: dict[int, list[int]] = {}
    for user, step in events:
        history = times.setdefault(user, [])
        history.append((history[-1] if history else 0) + step)
    users = [user for user in sorted(times) for _ in times[user]]
    seconds = [second for user in sorted(times) for second in times[user]]
    found = pauses(np.array(users, dtype=np.int32), np.array(seconds, dtype=np.int64))
    steps = [after - before for history in times.values() for before, after in pairwise(history)]
    assert found.size.sum() == len(steps)
    for low, high, size in zip(found.edges, [*found.edges[1:], np.inf], found.size, strict=True):
        assert size == sum(low <= step < high for step in steps)
    for gap, n_sessions, n_single in zip(GAPS, found.sessions, found.single, strict=True):
        cut: list[list[int]] = []
        for history in times.values():
            for place, second in enumerate(history):
                if place == 0 or second - history[place - 1] > gap:
                    cut.append([])
                cut[-1].append(second)
        assert n_sessions == len(cut)
        assert n_single == sum(len(session) == 1 for session in cut)


def test_categories_with_most_events_stand_first_and_an_item_of_several_counts_in_each() -> None:
    random = np.random.default_rng(5)
    categories = [["a"], ["b"], ["c", "a"], [], ["d", "b", "a"]] * 5
    codes = random.integers(0, len(categories), 500).astype(np.int32)
    sizes = category_sizes(categories, np.bincount(codes, minlength=len(categories)))
    events = Counter(name for code in codes for name in categories[code])
    assert sizes.names == sorted("abcd", key=lambda name: (-events[name], name))
    assert sizes.events.tolist() == [events[name] for name in sizes.names]
    assert sizes.items.tolist() == [{"a": 15, "b": 10, "c": 5, "d": 5}[name] for name in sizes.names]
    assert sizes.without == (5, sum(categories[code] == [] for code in codes))


def test_a_log_without_categories_has_none() -> None:
    sizes = category_sizes([[], []], np.array([1, 2]))
    assert (sizes.names, sizes.without) == ([], (2, 3))
