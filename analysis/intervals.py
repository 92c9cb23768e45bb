"""How sure a mean or a difference of means is: 95 % intervals, and what may be called a difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Neighbours

NORMAL_95: Final = 1.959964  # standard errors on each side of a mean that hold 95 % of a normal distribution
LEAST_GROUPS: Final = 10  # fewer sessions, users or items tell too little of how much they differ


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval over n items; NaN and 0 where it cannot be had."""

    value: float
    low: float
    high: float
    n: int

    @classmethod
    def around(cls, value: float, error: float, n: int) -> Interval:
        """A value and its standard error; NaN where either is."""
        if math.isnan(value) or math.isnan(error):
            return cls(math.nan, math.nan, math.nan, 0)
        return cls(float(value), float(value - NORMAL_95 * error), float(value + NORMAL_95 * error), int(n))

    @classmethod
    def mean(cls, values: Floats) -> Interval:
        """The mean of the values that are known, as independent draws; the interval is NaN below two of them.

        >>> mean = Interval.mean(np.array([1.0, 3.0, np.nan]))  # 2 ± 1.96 · √2 / √2
        >>> mean.value, round(mean.low, 2), round(mean.high, 2), mean.n
        (2.0, 0.04, 3.96, 2)
        """
        known = values[~np.isnan(values)]
        if not known.size:
            return cls(math.nan, math.nan, math.nan, 0)
        mean = float(known.mean())
        error = NORMAL_95 * float(known.std(ddof=1)) / math.sqrt(len(known)) if len(known) > 1 else math.nan
        return cls(mean, mean - error, mean + error, len(known))

    def which(self, least: float = 0.0) -> Literal["a", "b"] | None:
        """Of a difference A - B: which is clearly larger, by `least` at the least; None where neither is.

        >>> Interval(0.3, 0.1, 0.5, 9).which(), Interval(-0.3, -0.5, -0.1, 9).which()
        ('a', 'b')
        >>> Interval(0.3, -0.1, 0.7, 9).which() is None
        True
        >>> Interval(0.003, 0.001, 0.005, 99).which(least=0.02) is None
        True
        """
        if self.low > 0 and self.value >= least:
            return "a"
        if self.high < 0 and self.value <= -least:
            return "b"
        return None

    def as_json(self) -> dict[str, Any]:
        """Value, low, high and n; null where there is none."""
        values = {"value": self.value, "low": self.low, "high": self.high}
        return {name: None if math.isnan(value) else value for name, value in values.items()} | {"n": self.n}


def p_value(of: Interval) -> float:
    """How likely a value as far from 0 would be by chance, two-sided, from its 95 % interval; NaN where there is none.

    >>> round(p_value(Interval(1.959964, 0.0, 3.919928, 9)), 3)
    0.05
    >>> p_value(Interval(0.0, 0.0, 0.0, 9)), p_value(Interval(1.0, 1.0, 1.0, 9))
    (1.0, 0.0)
    """
    if math.isnan(of.value) or math.isnan(of.low):
        return math.nan
    error = (of.high - of.low) / (2 * NORMAL_95)
    if error == 0:
        return 0.0 if of.value else 1.0
    return math.erfc(abs(of.value) / error / math.sqrt(2))


def holm(values: Sequence[float]) -> list[float]:
    """The p-values of several comparisons, raised so that all of them together err in 5 % of cases (Holm 1979).

    NaN stays, and does not count.

    >>> [round(value, 2) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    known = sorted((value, place) for place, value in enumerate(values) if not math.isnan(value))
    raised = list(values)
    least = 0.0
    for rank, (value, place) in enumerate(known):
        least = max(least, min(value * (len(known) - rank), 1.0))
        raised[place] = least
    return raised


def share_interval(value: float, n: int) -> Interval:
    """The interval of a mean of n values between 0 and 1 of which only the mean is known: the widest there can be.

    Values in 0..1 with mean v vary most where each is 0 or 1: their variance is at most v (1 - v).

    >>> interval = share_interval(0.5, 100)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.402, 0.598)
    """
    if math.isnan(value) or n < 1:
        return Interval(math.nan, math.nan, math.nan, 0)
    return Interval.around(value, math.sqrt(max(value * (1 - value), 0.0) / n), n)


def mean_difference(a: Floats, b: Floats) -> Interval:
    """Mean of `a` less the mean of `b`, two groups of different items; unknown values left out (Welch 1947).

    >>> difference = mean_difference(np.array([1.0, 3.0]), np.array([0.0, 2.0, np.nan]))
    >>> difference.value, round(difference.high, 3), difference.n  # variances 2 and 2, over 2 each: 1 + 1.96 · √2
    (1.0, 3.772, 4)
    """
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if len(a) < 2 or len(b) < 2:
        return Interval(math.nan, math.nan, math.nan, 0)
    error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return Interval.around(float(a.mean() - b.mean()), error, len(a) + len(b))


def crossed_mean(values: Floats, groupings: Sequence[npt.NDArray[np.integer[Any]]]) -> Interval:
    """The mean of cases that are alike in several ways, such as those of a session, of a query and of a target.

    groupings  int (n,) each: the group of each case

    The variance is that of clustering by each grouping, added up, less what is in each of them (Cameron, Gelbach and
    Miller 2011, with two groupings crossing in single cases), and at least the largest of them. The interval is that of
    Student's t with as many degrees of freedom as the smallest grouping has groups, less one (Cameron and Miller 2015).
    NaN where a grouping has fewer than LEAST_GROUPS.

    >>> values, alone = np.repeat([1.0, 0.0], 20), np.arange(40)
    >>> crossed_mean(values, [alone, alone]) == crossed_mean(values, [alone])
    True
    >>> wide, narrow = crossed_mean(values, [alone // 4]), crossed_mean(values, [alone])
    >>> wide.high > narrow.high, wide.value
    (True, 0.5)
    """
    from scipy.special import stdtrit

    n = len(values)
    groups = [np.unique(grouping, return_inverse=True)[1] for grouping in groupings]
    fewest = min(int(group.max(initial=-1)) + 1 for group in groups)
    if fewest < LEAST_GROUPS:
        return Interval(math.nan, math.nan, math.nan, 0)
    mean = float(values.mean())
    apart = values - mean
    by_case = float((apart**2).sum())
    by_group = [float((np.bincount(group, apart) ** 2).sum()) for group in groups]
    variance = max(sum(by_group) - (len(by_group) - 1) * by_case, *by_group, by_case) / n**2
    wider = float(stdtrit(fewest - 1, 0.975)) / NORMAL_95
    return Interval.around(mean, wider * math.sqrt(variance), n)


def difference_of_lists(
    lists_a: Neighbours, values_a: npt.NDArray[np.floating[Any]],
    lists_b: Neighbours, values_b: npt.NDArray[np.floating[Any]],
) -> Interval:  # fmt: skip
    """Mean value of A's neighbours less that of B's, over the items that have a list in both.

    lists   int32 (n, k) item codes, -1 = none
    values  float (n, k), what each of these neighbours counts for: its popularity, whether it is a head item, ...;
            NaN = it does not count. Of each item the mean is taken first, then the mean over items

    A few hubs can fill many lists, so that lists are not independent draws. The variance is the sum of two, over items
    whose lists they are and over items that stand in them, which is what clustering both ways gives (Cameron, Gelbach
    and Miller 2011) but for a small term that is left in: the interval is a little too wide rather than too narrow.

    >>> lists = np.array([[1], [0], [0], [0]], dtype=np.int32)
    >>> popular, rare = np.array([[0.9], [0.8], [0.9], [0.8]]), np.array([[0.1], [0.2], [0.2], [0.1]])
    >>> difference = difference_of_lists(lists, popular, lists, rare)
    >>> round(difference.value, 3), difference.n
    (0.7, 4)
    >>> difference_of_lists(lists, popular, lists, popular) == Interval(0.0, 0.0, 0.0, 4)
    True
    """
    weights_a, weights_b = _weights(lists_a, values_a), _weights(lists_b, values_b)
    both = (weights_a.sum(axis=1) > 0) & (weights_b.sum(axis=1) > 0)
    n = int(both.sum())
    if n < 2:
        return Interval(math.nan, math.nan, math.nan, 0)
    size = 1 + max(int(lists_a.max(initial=0)), int(lists_b.max(initial=0)))
    mean_a, by_query_a, by_neighbour_a = _parts(lists_a[both], values_a[both], weights_a[both], size)
    mean_b, by_query_b, by_neighbour_b = _parts(lists_b[both], values_b[both], weights_b[both], size)
    variance = (((by_query_a - by_query_b) ** 2).sum() + ((by_neighbour_a - by_neighbour_b) ** 2).sum()) / n**2
    return Interval.around(mean_a - mean_b, math.sqrt(variance), n)


def _weights(lists: Neighbours, values: npt.NDArray[np.floating[Any]]) -> Floats:
    """What each place counts for in the mean of its list: 1 / (places that count), 0 where it does not."""
    counts = (lists >= 0) & ~np.isnan(values)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), dtype=np.float64)


def _parts(
    lists: Neighbours, values: npt.NDArray[np.floating[Any]], weights: Floats, size: int
) -> tuple[float, Floats, Floats]:
    """The mean, and what each list and each neighbour adds to its deviation."""
    known = np.where(weights > 0, values, 0.0)
    by_list = (weights * known).sum(axis=1)
    mean = float(by_list.mean())
    apart = weights * (known - mean)
    by_neighbour = np.bincount(np.maximum(lists, 0).ravel(), weights=apart.ravel(), minlength=size).astype(np.float64)
    return mean, by_list - mean, by_neighbour
