"""The company that items keep in a log: how often they stand together, whether that is more than chance, how near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.company_index import Codes, CompanyIndex, changes

_FAR_LONGER = 32  # a binary search takes about as long as so many looks into a table
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Company:
    """What a log says of one item beside others, (n,) each; docs/measures.md defines all of it.

    together  sessions that hold both; users who have both, where the log has no sessions
    pmi       log2 of how many times more often than by chance they stand together; NaN where they never do
    users     users who have both; None where the log has no users
    distance  median over the sequences that hold both of their smallest distance in events, by time; NaN where they
              have none in common or most of these have no order
    tied      share of these sequences that have no order, since the nearest two events have equal times; NaN where
              there are none
    """

    together: Counts
    pmi: Floats
    users: Counts | None
    distance: Floats
    tied: Floats

    def of(self, rows: npt.NDArray[np.integer]) -> Company:
        """What is said of some of the items."""
        users = None if self.users is None else self.users[rows]
        return Company(self.together[rows], self.pmi[rows], users, self.distance[rows], self.tied[rows])


def company(index: CompanyIndex, item: int, others: npt.NDArray[np.integer]) -> Company:
    """The company of an item code with others, codes (n,).

    PMI after Church and Hanks 1990 (the association ratio), with sessions in place of their windows of words.

    Three sessions, in their order: "a b", "a c b", "c". a and b stand together in 2 of 3, a in 2, b in 2:
    log2(2 * 3 / (2 * 2)) = log2(1.5) = 0.585; their distances are 1 and 2, the median 1.5. a and c: log2(3 / 4):

    >>> from analysis.company_index import index_company
    >>> users, sessions = np.array([0, 0, 0, 0, 0, 1], np.int32), np.array([0, 0, 1, 1, 1, 2], np.int32)
    >>> index = index_company(users, np.array([0, 1, 0, 2, 1, 2], np.int32), np.arange(6), sessions, 3)
    >>> found = company(index, 0, np.array([1, 2]))
    >>> found.together.tolist(), found.pmi.round(3).tolist(), found.users.tolist(), found.distance.tolist()
    ([2, 1], [0.585, -0.415], [1, 1], [1.5, 1.0])
    """
    own = index.events_of(item)
    sequences, people = _Lookup.of(own.sequences), None if own.users is None else _Lookup.of(own.users)
    together = np.zeros(len(others), np.int64)
    distance, tied = np.full(len(others), np.nan), np.full(len(others), np.nan)
    users = None if people is None else np.zeros(len(others), np.int64)
    for row, other in enumerate(others.tolist()):
        their = index.events_of(other)
        common = sequences.shared_with(their.sequences)
        together[row] = len(common)
        if together[row]:
            distance[row], tied[row] = _distance(own.places, their.places, common)
        if users is not None and people is not None and their.users is not None:
            users[row] = len(people.shared_with(their.users))
    chance = index.sequences_per_item[item] * index.sequences_per_item[others].astype(np.float64)
    ratio = np.divide(together * float(index.n_sequences), chance, out=np.zeros(len(others)), where=chance > 0)
    pmi = np.log2(ratio, out=np.full(len(others), np.nan), where=ratio > 0)
    return Company(together, pmi, users, distance, tied)


@dataclass(frozen=True)
class _Common:
    """The sequences that two items have in common: where the events of either in them begin and end."""

    own_first: Counts
    own_last: Counts
    their_first: Counts
    their_last: Counts

    def __len__(self) -> int:
        return len(self.own_first)


@dataclass(frozen=True)
class _Lookup:
    """The different values of a rising array, where each begins and ends in it, and a table from value to number + 1.

    The table is as long as the largest value; what is never written of it takes no memory.
    """

    values: Codes
    first: Counts
    last: Counts
    table: Codes

    @classmethod
    def of(cls, array: Codes) -> _Lookup:
        first = np.flatnonzero(changes(array))
        values = array[first]
        table = np.zeros(int(values.max(initial=-1)) + 1, np.int32)
        table[values] = np.arange(1, len(values) + 1)
        return cls(values, first, np.append(first, len(array))[1:], table)

    def shared_with(self, other: Codes) -> _Common:
        """What another rising array has as well: its values are looked up here, or these there, whichever is less."""
        if len(other) > _FAR_LONGER * len(self.values):
            begins = np.searchsorted(other, self.values)
            known = np.flatnonzero(other[np.minimum(begins, len(other) - 1)] == self.values)
            ends = np.searchsorted(other, self.values[known], "right")
            return _Common(self.first[known], self.last[known], begins[known], ends)
        found = self.table[other[: np.searchsorted(other, np.int32(len(self.table)))]]
        places = np.flatnonzero(found)
        number = found[places] - 1
        begins = np.flatnonzero(changes(number))
        ends = np.append(begins, len(places))[1:] - 1
        number = number[begins]
        return _Common(self.first[number], self.last[number], places[begins], places[ends] + 1)


def _distance(own: Codes | None, their: Codes | None, common: _Common) -> tuple[float, float]:
    """(median distance in events, share of the sequences in common that have no order)."""
    if own is None or their is None:
        return np.nan, 1.0
    doubled = _nearest(own, their, common)
    ordered = np.sort(doubled[doubled > 0])
    tied = 1 - len(ordered) / len(doubled)
    if 2 * len(ordered) < len(doubled):
        return np.nan, tied
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return float(median) / 2, tied


def _nearest(own: Codes, their: Codes, common: _Common) -> Counts:
    """The smallest difference of places in each common sequence, int64 (n,)."""
    one_each = (common.own_last - common.own_first == 1) & (common.their_last - common.their_first == 1)
    if one_each.all():
        return np.asarray(np.abs(own[common.own_first].astype(np.int64) - their[common.their_first]))
    number_own, at_own = _spread(common.own_first, common.own_last)
    number_their, at_their = _spread(common.their_first, common.their_last)
    places, targets = own[at_own].astype(np.int64), their[at_their].astype(np.int64)
    # Sequences lie so far apart on one line that the nearest event of another one is never as near as one's own.
    apart = 2 * (int(max(places.max(), targets.max())) + 1)
    line, sorted_line = places + number_own * apart, targets + number_their * apart
    after = np.searchsorted(sorted_line, line)
    nearest = np.minimum(
        np.abs(line - sorted_line[np.minimum(after, len(sorted_line) - 1)]),
        np.abs(line - sorted_line[np.maximum(after - 1, 0)]),
    )
    return np.asarray(np.minimum.reduceat(nearest, np.flatnonzero(changes(number_own))))


def _spread(first: Counts, last: Counts) -> tuple[Counts, Counts]:
    """(number of the range, place) of every place in some ranges."""
    lengths = last - first
    number = np.repeat(np.arange(len(first)), lengths)
    return number, np.arange(len(number)) + (first - np.cumsum(lengths) + lengths)[number]
