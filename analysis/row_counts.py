"""What the rows of a log come to once they are counted, wherever they were counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Counts
from analysis.distributions import Integers, Pauses


@dataclass(frozen=True)
class Counted:
    """Different values, ascending, and how often each occurs, int64 (n,) both."""

    values: Integers
    times: Integers

    @classmethod
    def of(cls, values: Counts) -> Counted:
        """Values as they come, each as often as it occurs.

        >>> found = Counted.of(np.array([3, 1, 3]))
        >>> found.values.tolist(), found.times.tolist()
        ([1, 3], [1, 2])
        """
        different, times = np.unique(values, return_counts=True)
        return cls(different.astype(np.int64), times.astype(np.int64))


@dataclass(frozen=True)
class RowCounts:
    """What a summary of a log needs to know of its rows.

    activity  interactions of each user
    lengths   interactions of each session, None where the log has no sessions
    moments   seconds UTC of the interactions, None without times
    pauses    None without times or users
    """

    activity: Counted
    lengths: Counted | None
    moments: Counted | None
    pauses: Pauses | None


def moments_of_hours(first: Integers, last: Integers, events: Counts) -> Counted:
    """Moments that stand for the interactions of each hour: one at the first time in it, all others at the last.

    first, last  seconds UTC of the first and the last interaction of each hour, int64 (n_hours,)
    events       interactions of each hour

    A timeline, hours of the week, and whether there is a time of the day at all, come out as for the rows themselves.

    >>> moments = moments_of_hours(np.array([7_200, 3_599]), np.array([7_201, 3_599]), np.array([5, 1]))
    >>> moments.values.tolist(), moments.times.tolist()
    ([3599, 7200, 7201], [1, 1, 4])
    """
    values = np.concatenate([first, last]).astype(np.int64)
    times = np.concatenate([np.ones(len(first), np.int64), events - 1]).astype(np.int64)
    different, place = np.unique(values[times > 0], return_inverse=True)
    return Counted(different, _added(place, times[times > 0], len(different)))


def _added(place: npt.NDArray[np.intp], times: Integers, length: int) -> Integers:
    return np.bincount(place, times, minlength=length).astype(np.int64)
