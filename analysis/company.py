"""The company that items keep in a log: how often they stand together, whether that is more than chance, how near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats
from analysis.company_index import Codes, CompanyIndex, changes

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

    Sources: PMI: Church and Hanks 1990, equation for the association ratio, with sessions in place of windows.

    Three sessions, in their order: "a b", "a c b", "c". a and b stand together in 2 of 3, a in 2, b in 2:
    log2(2 * 3 / (2 * 2)) = log2(1.5) = 0.585; their distances are 1 and 2, the median 1.5. a and c: log2(3 / 4):

    >>> from analysis.company_index import index_company
    >>> users, sessions = np.array([0, 0, 0, 0, 0, 1], np.int32), np.array([0, 0, 1, 1, 1, 2], np.int32)
    >>> index = index_company(users, np.array([0, 1, 0, 2, 1, 2], np.int32), np.arange(6), sessions, 3)
    >>> found = company(index, 0, np.array([1, 2]))
    >>> found.together.tolist(), found.pmi.round(3).tolist(), found.users.tolist(), found.distance.tolist()
    ([2, 1], [0.585, -0.415], [1, 1], [1.5, 1.0])
    """
    own = _Events.of(index, item)
    together = np.zeros(len(others), np.int64)
    distance, tied = np.full(len(others), np.nan), np.full(len(others), np.nan)
    users = None if index.user_offsets is None else np.zeros(len(others), np.int64)
    for row, other in enumerate(others.tolist()):
        their = _Events.of(index, other)
        few, many = (own, their) if len(own.sequences) <= len(their.sequences) else (their, own)
        common = few.shared_with(many)
        together[row] = len(common.few_first)
        if together[row]:
            distance[row], tied[row] = _distance(few, many, common)
        if users is not None and index.user_offsets is not None:
            users[row] = few.users_shared_with(many, index.user_offsets)
    chance = index.sequences_per_item[item] * index.sequences_per_item[others].astype(np.float64)
    ratio = np.divide(together * float(index.n_sequences), chance, out=np.zeros(len(others)), where=chance > 0)
    pmi = np.log2(ratio, out=np.full(len(others), np.nan), where=ratio > 0)
    return Company(together, pmi, users, distance, tied)


@dataclass(frozen=True)
class _Common:
    """The sequences that two items have in common: where the events of either in them begin and end."""

    few_first: Counts
    few_last: Counts
    many_first: Counts
    many_last: Counts


@dataclass(frozen=True)
class _Events:
    """The events of one item: their sequences and, where the log has times, their doubled places."""

    sequences: Codes
    places: Codes | None

    @classmethod
    def of(cls, index: CompanyIndex, item: int) -> _Events:
        start, stop = index.offsets[item], index.offsets[item + 1]
        return cls(index.sequences[start:stop], None if index.places is None else index.places[start:stop])

    def shared_with(self, many: _Events) -> _Common:
        """Each sequence of this item is looked up among those of the other: the work grows with the rarer of two."""
        first = np.flatnonzero(changes(self.sequences))
        sequences = self.sequences[first]
        begins = np.searchsorted(many.sequences, sequences, "left")
        ends = np.searchsorted(many.sequences, sequences, "right")
        found = ends > begins
        last = np.append(first, len(self.sequences))[1:]
        return _Common(first[found], last[found], begins[found], ends[found])

    def users_shared_with(self, many: _Events, user_offsets: Codes) -> int:
        """A user's sequences are numbered in a row, so that a user is looked up as a range of them."""
        users = np.searchsorted(user_offsets, self.sequences, "right") - 1
        users = users[changes(users)]
        begins = np.searchsorted(many.sequences, user_offsets[users], "left")
        ends = np.searchsorted(many.sequences, user_offsets[users + 1], "left")
        return int(np.count_nonzero(ends > begins))


def _distance(few: _Events, many: _Events, common: _Common) -> tuple[float, float]:
    """(median distance in events, share of the sequences in common that have no order)."""
    if few.places is None or many.places is None:
        return np.nan, 1.0
    doubled = _nearest(few.places, many.places, common)
    ordered = np.sort(doubled[doubled > 0])
    tied = 1 - len(ordered) / len(doubled)
    if 2 * len(ordered) < len(doubled):
        return np.nan, tied
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return float(median) / 2, tied


def _nearest(few: Codes, many: Codes, common: _Common) -> Counts:
    """The smallest difference of places in each common sequence, int64 (n,)."""
    one_each = (common.few_last - common.few_first == 1) & (common.many_last - common.many_first == 1)
    if one_each.all():
        return np.asarray(np.abs(few[common.few_first].astype(np.int64) - many[common.many_first]))
    number_few, at_few = _spread(common.few_first, common.few_last)
    number_many, at_many = _spread(common.many_first, common.many_last)
    places, targets = few[at_few].astype(np.int64), many[at_many].astype(np.int64)
    # Sequences lie so far apart on one line that the nearest event of another one is never as near as one's own.
    apart = 2 * (int(max(places.max(), targets.max())) + 1)
    line, sorted_line = places + number_few * apart, targets + number_many * apart
    after = np.searchsorted(sorted_line, line)
    nearest = np.minimum(
        np.abs(line - sorted_line[np.minimum(after, len(sorted_line) - 1)]),
        np.abs(line - sorted_line[np.maximum(after - 1, 0)]),
    )
    return np.asarray(np.minimum.reduceat(nearest, np.flatnonzero(changes(number_few))))


def _spread(first: Counts, last: Counts) -> tuple[Counts, Counts]:
    """(number of the range, place) of every place in some ranges."""
    lengths = last - first
    number = np.repeat(np.arange(len(first)), lengths)
    return number, np.arange(len(number)) + (first - np.cumsum(lengths) + lengths)[number]
