from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.distributions import (
    DAY,
    ENDLESS,
    PAUSES_TOLD_APART,
    counted_pauses,
    hours_of_week,
    pauses,
    timeline,
)
from analysis.row_counts import Counted, moments_of_hours

HOUR = 3_600
SPANS = (10, 2 * HOUR, 119 * HOUR, 120 * HOUR, 121 * HOUR, 130 * DAY, 900 * DAY, 20_000 * DAY)


@st.composite
def some_seconds(draw: st.DrawFn) -> list[int]:
    """Times of one span, of every unit that a timeline has; some are whole days or hours."""
    span = draw(st.sampled_from(SPANS))
    step = draw(st.sampled_from([1, 1, HOUR, DAY]))
    begin = draw(st.integers(-40 * DAY, 40 * DAY)) // step * step
    return [begin + offset // step * step for offset in draw(st.lists(st.integers(0, span), min_size=1, max_size=60))]


@given(some_seconds())
def test_what_is_counted_by_the_hour_says_what_the_times_say(seconds: list[int]) -> None:
    times = np.array(seconds, np.int64)
    inside = {hour: times[times // HOUR == hour] for hour in set((times // HOUR).tolist())}
    first, last, events = (np.array([of(own) for own in inside.values()]) for of in (np.min, np.max, len))
    moments = moments_of_hours(first, last, events)
    assert np.all(np.diff(moments.values) > 0)
    assert moments.times.min() > 0
    whole, counted = timeline(times), timeline(moments.values, moments.times)
    assert whole.unit == counted.unit
    assert whole.start.tolist() == counted.start.tolist()
    assert whole.events.tolist() == counted.events.tolist()
    assert hours_of_week(times).tolist() == hours_of_week(moments.values, moments.times).tolist()
    assert bool((times % DAY).any()) == bool((moments.values % DAY).any())


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3 * 365 * DAY)), max_size=40))
def test_pauses_that_count_alike_may_be_rounded_and_counted(events: list[tuple[int, int]]) -> None:
    events = sorted(events)
    users = np.array([user for user, _ in events], np.int32)
    times = np.array([time for _, time in events], np.int64)
    beside = []
    for place, (user, time) in enumerate(events):
        around = [events[place - 1] if place else None, events[place + 1] if place + 1 < len(events) else None]
        steps = [abs(time - other[1]) if other and other[0] == user else ENDLESS for other in around]
        beside.append((steps[0], min(steps)))
    rounded = [tuple(step if step == ENDLESS else _rounded(step) for step in pair) for pair in beside]
    different = sorted(set(rounded))
    before, shortest = (np.array([pair[side] for pair in different], np.int64) for side in (0, 1))
    found = counted_pauses(before, shortest, np.array([rounded.count(pair) for pair in different], np.int64))
    whole = pauses(users, times)
    for name in ("edges", "size", "gaps", "sessions", "single"):
        assert getattr(found, name).tolist() == getattr(whole, name).tolist(), name


def _rounded(pause: int) -> int:
    return max(int(step) for step in PAUSES_TOLD_APART if step <= pause)


def test_values_are_counted_in_order() -> None:
    found = Counted.of(np.array([5, 2, 5, 9], np.int32))
    assert list(zip(found.values.tolist(), found.times.tolist(), strict=True)) == [(2, 1), (5, 2), (9, 1)]
