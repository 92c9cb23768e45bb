"""Intervals of means by resampling whole groups of cases: sessions, or users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.intervals import LEAST_GROUPS, Interval

DRAWS = 1000
_BLOCK_VALUES = 1 << 22  # weights held at once: 32 MB


@dataclass(frozen=True)
class Resampled:
    """Means of several columns, over all cases and over each draw of groups with replacement (Efron 1979).

    means   float64 (columns,); NaN where a column has no case
    drawn   float64 (draws, columns), the same over each draw; NaN where it holds no case of a column
    n       int64 (columns,) cases
    groups  int64 (columns,) groups that have cases; no interval of fewer than LEAST_GROUPS
    """

    means: Floats
    drawn: Floats
    n: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64]

    def interval(self, column: int) -> Interval:
        """The mean of a column with its 95 % percentile interval."""
        return percentile_interval(float(self.means[column]), self._drawn(column), int(self.n[column]))

    def difference(self, column: int, other: int) -> Interval:
        """The mean of a column less that of another over the same draws, so that what they share cancels out."""
        least = int(min(self.n[column], self.n[other]))
        apart = self._drawn(column) - self._drawn(other)
        return percentile_interval(float(self.means[column] - self.means[other]), apart, least)

    def _drawn(self, column: int) -> Floats:
        """The draws of a column; none where so few groups say too little of how much they differ."""
        return self.drawn[:, column] if self.groups[column] >= LEAST_GROUPS else np.full(len(self.drawn), np.nan)


@dataclass(frozen=True)
class GroupSums:
    """What each group of cases adds to each column; all that resampling needs to know of them.

    sums, counts  float64 (groups, columns)
    """

    sums: Floats
    counts: Floats

    @classmethod
    def of(cls, values: npt.NDArray[np.floating[Any]], groups: npt.NDArray[np.integer[Any]]) -> GroupSums:
        """From values float (cases, columns), NaN = a case is none of this column, and the group of each case."""
        _, group = np.unique(groups, return_inverse=True)
        size = int(group.max(initial=-1)) + 1
        known = ~np.isnan(values)
        sums = [np.bincount(group, column, size) for column in np.where(known, values, 0.0).T]
        counts = [np.bincount(group, column, size) for column in known.T]
        return cls(np.stack(sums, axis=1).astype(np.float64), np.stack(counts, axis=1).astype(np.float64))

    @classmethod
    def beside(cls, parts: Sequence[GroupSums]) -> GroupSums:
        """The columns of several, of the same groups, side by side."""
        return cls(np.hstack([part.sums for part in parts]), np.hstack([part.counts for part in parts]))


def resample(of: GroupSums, draws: int = DRAWS, seed: int = 0) -> Resampled:
    """Means of each column over whole groups drawn with replacement, as many as there are.

    The cases of one session, or of one user, are alike: drawn one by one they would seem to say more than they do.

    >>> values, groups = np.repeat([[1.0], [0.0]], 10, axis=0), np.repeat(np.arange(10), 2)
    >>> found = resample(GroupSums.of(values, groups))
    >>> found.means.tolist(), found.n.tolist(), set((10 * found.drawn[:, 0]).tolist()) <= set(range(11))  # tenths
    ([0.5], [20], True)
    """
    groups = len(of.sums)
    random = np.random.default_rng(seed)
    parts = [np.empty((0, of.sums.shape[1]))]
    step = max(_BLOCK_VALUES // max(groups, 1), 1)
    for start in range(0, draws if groups else 0, step):
        drawn = [np.bincount(random.integers(0, groups, groups), minlength=groups)
                 for _ in range(min(step, draws - start))]  # fmt: skip
        weights = np.stack(drawn).astype(np.float64)
        parts.append(_ratio(weights @ of.sums, weights @ of.counts))
    counts = of.counts.sum(axis=0)
    with_cases = np.count_nonzero(of.counts, axis=0).astype(np.int64)
    return Resampled(_ratio(of.sums.sum(axis=0), counts), np.concatenate(parts), counts.astype(np.int64), with_cases)


def percentile_interval(value: float, drawn: Floats, n: int) -> Interval:
    """The value with the range that holds the middle 95 % of what was drawn; NaN where there is too little to draw.

    >>> percentile_interval(0.5, np.linspace(0, 1, 1001), 10)
    Interval(value=0.5, low=0.025, high=0.975, n=10)
    """
    if n == 0 or np.isnan(value):
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    known = drawn[~np.isnan(drawn)]
    if known.size < 2:
        return Interval(value, float("nan"), float("nan"), n)
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(value, float(low), float(high), n)


def _ratio(sums: Floats, counts: Floats) -> Floats:
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))
