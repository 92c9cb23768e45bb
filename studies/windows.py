"""The windows of item2vec that a sweep goes along: which of them differ on a log, and the training of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from embedders import METHODS
from embedders.base import Params
from interactions.log import InteractionLog
from studies.contest import Contestant
from studies.provider import RunNeeded

Axis = Literal["time", "gap", "places"]
Reach = float | None  # minutes, or places in a sequence; None = the whole sequence
_MINUTES = (5.0, 15.0, 60.0, 240.0, 1440.0, 10_080.0, None)
REACHES: Final[Mapping[Axis, tuple[Reach, ...]]] = {
    "time": _MINUTES,  # between the two events of a pair
    "gap": _MINUTES,  # the longest pause inside a sequence
    "places": (1.0, 2.0, 5.0, 10.0, 20.0, None),
}
SHORT: Final[Mapping[Axis, float]] = {"time": 60.0, "gap": 60.0, "places": 5.0}  # longer windows are no short ones
_UNITS = ((10_080, "week"), (1440, "day"), (60, "h"), (1, "min"))


@dataclass(frozen=True)
class Windows:
    """The windows of an axis that are worth a training on a log.

    reaches  those that see different pairs, short to long
    same     window that is left out -> the one that sees just the same pairs
    empty    windows in which no two events lie
    tied     of the reaches, those in which all pairs have one and the same time
    """

    reaches: tuple[Reach, ...]
    same: Mapping[Reach, Reach]
    empty: tuple[Reach, ...] = ()
    tied: tuple[Reach, ...] = ()


@dataclass(frozen=True)
class Sweep:
    """item2vec in windows of one axis, short to long, and whoever is asked beside it."""

    axis: Axis
    reaches: tuple[Reach, ...]
    trained: tuple[Contestant, ...]
    beside: Contestant

    @property
    def contestants(self) -> tuple[Contestant, ...]:
        """Who is asked, the one beside first."""
        return (self.beside, *self.trained)

    @property
    def short(self) -> tuple[int, ...]:
        """The places of the short windows."""
        return tuple(place for place, reach in enumerate(self.reaches) if is_short(self.axis, reach))


def windows_of(log: InteractionLog, axis: Axis) -> Windows:
    """The windows of an axis that differ on a log; none by time or gap where the log has no times."""
    if axis != "places":
        return Windows((), {}) if log.timestamps is None else _time_windows(log, axis)
    longest = int(log.session_lengths("user" if log.session_codes is None else "session").max(initial=1))
    pairs = [longest - 1 if reach is None else min(int(reach), longest - 1) for reach in REACHES["places"]]
    return _different("places", pairs, in_no_time=0)


def sweep_of(
    axis: Axis, reaches: Iterable[Reach], beside: Contestant, values: Mapping[str, Any] | None = None
) -> Sweep:
    """A training of item2vec for each window, as wide as the one beside unless `values` say otherwise.

    values  parameters of item2vec that are not its defaults

    By time the sequences are whole histories, by gap they end at a longer pause, in places they are those of the log.
    Raises ParameterError where item2vec cannot have the values.
    """
    wanted = sorted(set(reaches), key=lambda reach: np.inf if reach is None else reach)
    base = {"dimensions": beside.needed.params.dimensions, **(values or {})}
    trained = [_contestant(axis, reach, base) for reach in wanted]
    return Sweep(axis, tuple(wanted), tuple(trained), beside)


def is_short(axis: Axis, reach: Reach) -> bool:
    """Whether a window is called a short one."""
    return reach is not None and reach <= SHORT[axis]


def reach_name(axis: Axis, reach: Reach, whole: str = "whole history") -> str:
    """What a window is called; `whole` is what a sequence is called.

    >>> [reach_name("time", reach) for reach in (5.0, 60.0, 240.0, 1440.0, None)]
    ['5 min', '1 h', '4 h', '1 day', 'whole history']
    >>> reach_name("places", 1.0), reach_name("places", 2.0), reach_name("places", None, "whole session")
    ('1 place', '2 places', 'whole session')
    """
    if reach is None:
        return whole
    if axis == "places":
        return "1 place" if reach == 1 else f"{reach:g} places"
    size, unit = next((size, unit) for size, unit in _UNITS if reach >= size)
    return f"{reach / size:g} {unit}"


def _contestant(axis: Axis, reach: Reach, base: Mapping[str, Any]) -> Contestant:
    if axis == "time":
        values: dict[str, Any] = {"sequences": "user", "time_window_minutes": reach}
    elif axis == "gap":
        values = {"sequences": "user"} if reach is None else {"sequences": "gap", "gap_minutes": reach}
    else:
        values = {"whole_session": True} if reach is None else {"window": int(reach)}
    params: Params = METHODS["item2vec"].Params.checked({**base, **values})
    name = f"item2vec {params.dimensions}d, {axis}: {reach_name(axis, reach, 'whole')}"
    return Contestant(name, RunNeeded("item2vec", params, 0))


def _time_windows(log: InteractionLog, axis: Axis) -> Windows:
    assert log.timestamps is not None
    seconds = log.timestamps - log.timestamps.min(initial=0)
    span = int(seconds.max(initial=0))
    limits = [span if reach is None else round(60 * reach) for reach in REACHES[axis]]
    # All users on one line, so far apart that no window reaches from one to the next.
    line = log.user_codes.astype(np.int64) * (span + max(limits) + 1) + seconds
    pairs_within = _pairs_within if axis == "time" else _neighbours_within
    return _different(axis, [pairs_within(line, limit) for limit in limits], in_no_time=pairs_within(line, 0))


def _pairs_within(line: npt.NDArray[np.int64], apart: int) -> int:
    """Pairs of ascending numbers, int64 (n,), that are at most so far apart."""
    last = np.searchsorted(line, line + apart, "right")
    return int((last - np.arange(1, len(line) + 1)).sum())


def _neighbours_within(line: npt.NDArray[np.int64], apart: int) -> int:
    """The same, of two numbers that follow each other: where there are as many, sequences are cut alike."""
    return int((np.diff(line) <= apart).sum())


def _different(axis: Axis, pairs: list[int], in_no_time: int) -> Windows:
    """The windows by how many pairs each sees: a wider one that sees no more sees the same."""
    reaches = REACHES[axis]
    by_pairs: dict[int, list[Reach]] = {}
    for reach, number in zip(reaches, pairs, strict=True):
        by_pairs.setdefault(number, []).append(reach)
    empty = by_pairs.pop(0, [])
    # The shortest stands for the others, but what is the whole sequence is called that.
    standing = {number: None if None in alike else alike[0] for number, alike in by_pairs.items()}
    return Windows(
        tuple(standing.values()),
        {reach: standing[number] for number, alike in by_pairs.items() for reach in alike if reach != standing[number]},
        tuple(empty),
        tuple(reach for number, reach in standing.items() if number == in_no_time),
    )
