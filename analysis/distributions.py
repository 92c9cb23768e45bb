"""How a log is spread: over users and sessions, over time, over categories, and the pauses between its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Counts

Integers = npt.NDArray[np.int64]
TimeUnit = Literal["hour", "day", "week", "month", "year"]
TIME_UNITS: Final[tuple[TimeUnit, ...]] = ("hour", "day", "week", "month", "year")
MOST_BINS: Final = 120  # of time: more are bars too thin to tell apart

DAY: Final = 86_400  # seconds
_MINUTE, _HOUR = 60, 3_600
_SECONDS: Final = {"hour": _HOUR, "day": DAY, "week": 7 * DAY}
_MONDAY = 4 * DAY  # day 0 of the clock was a Thursday, four days before a Monday
_LONGEST_PAUSE = 2 * 365 * DAY
# Pauses from which people choose: those that the field's papers and analytics tools use, and the steps between them.
GAPS: Final = (
    _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 20 * _MINUTE, 30 * _MINUTE, 45 * _MINUTE,
    _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY,
)  # fmt: skip


@dataclass(frozen=True)
class Classes:
    """How many counts fall into 1, 2-3, 4-7, 8-15 and so on, int64 (n_classes,) each.

    low, high  the lowest and the highest count of a class
    size       how many counts there are in it
    """

    low: Integers
    high: Integers
    size: Integers


def size_classes(counts: Counts, times: Counts | None = None) -> Classes:
    """Counts from 1 on by classes that double; `times` says how often each count occurs, once by default.

    >>> classes = size_classes(np.array([1, 1, 3, 4]))
    >>> classes.low.tolist(), classes.high.tolist(), classes.size.tolist()
    ([1, 2, 4], [1, 3, 7], [2, 1, 1])
    """
    largest = int(counts.max(initial=0))
    low = 2 ** np.arange(max(largest.bit_length(), 1), dtype=np.int64)
    size = np.histogram(counts, bins=np.append(low, 2 * low[-1]), weights=times)[0]
    return Classes(low, 2 * low - 1, size.astype(np.int64))


def rows_beyond(lengths: Counts, times: Counts, most: int) -> tuple[int, int]:
    """(rows beyond the `most` first ones of their session, sessions that have such rows).

    lengths, times  int (n,): the different lengths of sessions, and how many sessions have each

    >>> rows_beyond(np.array([1, 5, 9]), np.array([10, 2, 1]), most=4)  # 1 + 1 + 5 rows, of three sessions
    (7, 3)
    """
    longer = lengths > most
    return int(((lengths[longer] - most) * times[longer]).sum()), int(times[longer].sum())


@dataclass(frozen=True)
class Timeline:
    """Events by hour, day, week (from Monday), month or year, those without any left out.

    start   datetime64[s] (n,), UTC
    events  int64 (n,)
    """

    unit: TimeUnit
    start: npt.NDArray[np.datetime64]
    events: Integers


def timeline(timestamps: Integers, times: Counts | None = None) -> Timeline:
    """Events over time, in the shortest unit of which the whole span has at most 120.

    timestamps  int64 (n,) seconds UTC, n > 0
    times       how many events are at each, once by default

    >>> line = timeline(np.array([0, 3_599, 3_600]))
    >>> line.unit, line.start.astype(str).tolist(), line.events.tolist()
    ('hour', ['1970-01-01T00:00:00', '1970-01-01T01:00:00'], [2, 1])
    """
    span = int(timestamps.max()) - int(timestamps.min())
    for unit in ("hour", "day", "week"):
        if span < MOST_BINS * _SECONDS[unit]:
            shift = _MONDAY if unit == "week" else 0
            bins, events = _counted((timestamps - shift) // _SECONDS[unit], times)
            return Timeline(unit, (bins * _SECONDS[unit] + shift).astype("datetime64[s]"), events)
    # Months and years differ in length, so that the calendar has to cut them.
    moments = timestamps.astype("datetime64[s]")
    bins, events = _counted(moments.astype("datetime64[M]").astype(np.int64), times)
    if int(np.ptp(bins)) < MOST_BINS:
        return Timeline("month", bins.astype("datetime64[M]").astype("datetime64[s]"), events)
    bins, events = _counted(moments.astype("datetime64[Y]").astype(np.int64), times)
    return Timeline("year", bins.astype("datetime64[Y]").astype("datetime64[s]"), events)


def _counted(values: Integers, times: Counts | None) -> tuple[Integers, Integers]:
    """The different values, which lie close together, ascending, and how often each occurs."""
    first = int(values.min())
    counts = np.bincount(values - first, times)
    found = np.flatnonzero(counts)
    return found + first, counts[found].astype(np.int64)


def hours_of_week(timestamps: Integers, times: Counts | None = None) -> Integers:
    """Events by weekday, from Monday, and hour of the day, UTC, int64 (7, 24).

    timestamps  int64 (n,) seconds UTC
    times       how many events are at each, once by default

    >>> hours_of_week(np.array([0, 3_600]))[3, :3].tolist()  # the clock began on a Thursday
    [1, 1, 0]
    """
    hours = (timestamps - _MONDAY) // _HOUR % (7 * 24)
    return np.bincount(hours, times, minlength=7 * 24).reshape(7, 24).astype(np.int64)


@dataclass(frozen=True)
class Pauses:
    """The pauses between the events of each user, and the sessions that cutting at one of them would make.

    edges     seconds, int64 (n_bins,): where each bin begins, on a log scale after 0; the last has no end
    size      pauses in each bin, up to below the next edge, int64 (n_bins,)
    gaps      seconds, int64 (n_gaps,): a longer pause than this begins a new session
    sessions  sessions that each gap makes, int64 (n_gaps,)
    single    of these, those of one event, int64 (n_gaps,)
    """

    edges: Integers
    size: Integers
    gaps: Integers
    sessions: Integers
    single: Integers


ENDLESS: Final = int(np.iinfo(np.int64).max)  # the pause before the first event of a user, and behind the last one
# Ten bins for each power of ten; below ten seconds they would be narrower than a second.
_EDGES: Final = np.unique(np.concatenate([[0], np.geomspace(1, _LONGEST_PAUSE, 80).round().astype(np.int64)]))
# Pauses between two neighbours of these count alike: none of the bins and none of the gaps tells them apart.
PAUSES_TOLD_APART: Final = np.union1d(_EDGES, np.array(GAPS, np.int64) + 1)


def pauses(user_codes: npt.NDArray[np.int32], timestamps: Integers) -> Pauses:
    """Pauses of each user, whose events stand together and in the order of time.

    user_codes, timestamps  int32 and int64 seconds (n_events,)

    >>> found = pauses(np.array([0, 0, 0, 1], np.int32), np.array([0, 50, 4_000, 7]))
    >>> at = found.gaps.tolist().index(1_800)
    >>> int(found.size.sum()), int(found.sessions[at]), int(found.single[at])  # {0, 50}, {4000}, {7}
    (2, 3, 2)
    """
    pause = np.diff(timestamps)
    pause[user_codes[1:] != user_codes[:-1]] = ENDLESS
    edge = np.full(min(len(timestamps), 1), ENDLESS)
    before, after = np.append(edge, pause), np.append(pause, edge)
    return counted_pauses(before, np.minimum(before, after))


def counted_pauses(before: Integers, shortest: Integers, times: Counts | None = None) -> Pauses:
    """Pauses as each event has them beside it.

    before    seconds since the event of the same user before it, ENDLESS where there is none, int64 (n,)
    shortest  the same, or seconds until the one behind it where those are fewer, int64 (n,)
    times     how many events have both, once by default

    >>> found = counted_pauses(np.array([ENDLESS, 50, ENDLESS]), np.array([50, 50, ENDLESS]), np.array([1, 1, 2]))
    >>> int(found.size.sum()), int(found.sessions[0]), int(found.single[0])  # pauses above a minute: none
    (1, 3, 2)
    """
    gaps = np.array(GAPS, np.int64)
    within = before != ENDLESS
    bins = np.searchsorted(_EDGES, before[within], side="right") - 1
    size = np.bincount(bins, None if times is None else times[within], minlength=len(_EDGES))
    # An event begins a session where the pause before it is longer, and is all of it where the one behind it is too.
    sessions, single = (_longer(pause, gaps, times) for pause in (before, shortest))
    return Pauses(_EDGES, size.astype(np.int64), gaps, sessions, single)


def _longer(values: Integers, gaps: Integers, times: Counts | None) -> Integers:
    """How many values are above each gap, int64 (n_gaps,)."""
    place = np.searchsorted(gaps, values, side="left")  # the gaps below a value
    return np.bincount(place, times, minlength=len(gaps) + 1)[::-1].cumsum()[::-1][1:].astype(np.int64)


@dataclass(frozen=True)
class CategorySizes:
    """Items and events of each category, those with most events first; equal ones by name.

    names          the categories, list of str
    items, events  int64 (n_categories,); an item of several categories counts in each
    without        (items, events) that have no category
    """

    names: list[str]
    items: Integers
    events: Integers
    without: tuple[int, int]


def category_sizes(categories: Sequence[Sequence[str]], events_of: Counts) -> CategorySizes:
    """Items and events of each category.

    categories  of each item its categories, none or several
    events_of   events of each item, int (n_items,)

    >>> sizes = category_sizes([["tea"], ["jam", "tea"], []], np.array([2, 1, 1]))
    >>> sizes.names, sizes.items.tolist(), sizes.events.tolist(), sizes.without
    (['tea', 'jam'], [2, 1], [3, 1], (1, 1))
    """
    import pandas as pd

    n_of = np.array([len(own) for own in categories], np.int64)
    group, found = pd.factorize(np.array([name for own in categories for name in own], dtype=object))
    items = np.bincount(group, minlength=len(found)).astype(np.int64)
    events = np.bincount(group, np.repeat(events_of, n_of), minlength=len(found)).astype(np.int64)
    names = [str(name) for name in found]
    order = sorted(range(len(names)), key=lambda code: (-events[code], names[code]))
    return CategorySizes(
        [names[code] for code in order],
        items[order],
        events[order],
        (int((n_of == 0).sum()), int(events_of[n_of == 0].sum())),
    )
