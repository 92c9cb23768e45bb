"""A log turned around: for each item, the sequences that hold it and where in them it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from analysis.arrays import Progress, no_progress

_BLOCK = 1 << 22  # events that are sorted at a time, so that the memory does not grow with the log
Codes = npt.NDArray[np.int32]


class NewArray(Protocol):
    """Makes an array of zeros to fill, in memory or in a file called by the name."""

    def __call__(self, name: str, length: int, dtype: type[np.generic]) -> npt.NDArray[Any]: ...


def in_memory(name: str, length: int, dtype: type[np.generic]) -> npt.NDArray[Any]:
    """An array that nobody keeps."""
    return np.zeros(length, dtype)


@dataclass(frozen=True)
class EventsOfItem:
    """The part of an index that is of one item, (n,) each."""

    sequences: Codes
    places: Codes | None
    users: Codes | None


@dataclass(frozen=True)
class CompanyIndex:
    """The events of a log sorted by item; a sequence is a session, or a user's whole history where there are none.

    offsets             int64 (n_items + 1,): the events of item i are offsets[i]:offsets[i + 1]
    sequences           int32 (n_events,), rising within an item; sequences are numbered user by user
    places              int32 (n_events,), rising within an item and sequence: twice the position by time from 0, where
                        events of equal time share their mean position; None where the log has no times
    sequences_per_item  int32 (n_items,): the sequences that hold each item
    users               int32 (n_events,), rising within an item; None where sequences are users, or there are no users
    n_sequences         sequences in all
    """

    offsets: npt.NDArray[np.int64]
    sequences: Codes
    places: Codes | None
    sequences_per_item: Codes
    users: Codes | None
    n_sequences: int

    def events_of(self, item: int) -> EventsOfItem:
        events = slice(self.offsets[item], self.offsets[item + 1])
        places, users = (None if array is None else array[events] for array in (self.places, self.users))
        return EventsOfItem(self.sequences[events], places, users)


def index_company(
    user_codes: Codes,
    item_codes: Codes,
    timestamps: npt.NDArray[np.int64] | None,
    session_codes: Codes | None,
    n_items: int,
    *,
    users_are_sessions: bool = False,
    new_array: NewArray = in_memory,
    progress: Progress = no_progress,
) -> CompanyIndex:
    """Index a log whose events, (n_events,) each, are sorted by user and time; a session belongs to one user.

    user u: item 0 at time 5, items 1 and 0 at time 9. Positions 0, and 1.5 for the two of equal time, kept doubled:

    >>> users, items, times = np.zeros(3, np.int32), np.array([0, 1, 0], np.int32), np.array([5, 9, 9])
    >>> index = index_company(users, items, times, None, 2)
    >>> index.offsets.tolist(), index.sequences.tolist(), index.places.tolist(), index.sequences_per_item.tolist()
    ([0, 2, 3], [0, 0, 0], [0, 3, 3], [1, 1])
    """
    n_events = len(item_codes)
    offsets = new_array("offsets", n_items + 1, np.int64)
    sequences = new_array("sequences", n_events, np.int32)
    places = None if timestamps is None else new_array("places", n_events, np.int32)
    users = None
    if session_codes is not None and not users_are_sessions:
        users = new_array("users", n_events, np.int32)
    per_item = new_array("sequences_per_item", n_items, np.int32)
    for start in range(0, n_events, _BLOCK):
        offsets[1:] += np.bincount(item_codes[start : start + _BLOCK], minlength=n_items)
    np.cumsum(offsets, out=offsets)
    free = np.array(offsets[:-1])  # where the next event of each item goes
    n_sequences = 0
    for start, stop in _blocks_of_users(user_codes):
        progress("Sorting the log by item", start, n_events)
        items, sessions = item_codes[start:stop], None if session_codes is None else session_codes[start:stop]
        order, begins = _by_sequence(user_codes[start:stop], sessions)
        number = np.cumsum(begins) - 1
        by_item = np.argsort(items[order], kind="stable")
        item, sequence = items[order][by_item], (n_sequences + number[by_item]).astype(np.int32)
        first_of_item = np.flatnonzero(changes(item))
        lengths = np.diff(np.append(first_of_item, len(item)))
        target = np.arange(len(item)) + np.repeat(free[item[first_of_item]] - first_of_item, lengths)
        sequences[target] = sequence
        if places is not None:
            assert timestamps is not None
            places[target] = _doubled_positions(timestamps[start:stop][order], begins, number)[by_item]
        if users is not None:
            users[target] = user_codes[start:stop][order][by_item]
        per_item += np.bincount(item[changes(item) | changes(sequence)], minlength=n_items).astype(np.int32)
        free[item[first_of_item]] += lengths
        n_sequences += int(np.count_nonzero(begins))
    return CompanyIndex(offsets, sequences, places, per_item, users, n_sequences)


def _blocks_of_users(user_codes: Codes) -> Iterator[tuple[int, int]]:
    """(start, stop) of blocks that tear no user apart; a user of more events than a block has one of his own."""
    start, n_events = 0, len(user_codes)
    while start < n_events:
        stop = min(start + _BLOCK, n_events)
        if stop < n_events:
            first = int(np.searchsorted(user_codes, user_codes[stop], "left"))
            stop = first if first > start else int(np.searchsorted(user_codes, user_codes[stop], "right"))
        yield start, stop
        start = stop


def _by_sequence(users: Codes, sessions: Codes | None) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """The order of some events by sequence, in each of them as they stood, and where a sequence begins."""
    key = users.astype(np.int64)
    if sessions is not None:
        key = key * (int(sessions.max(initial=0)) + 1) + sessions
    order = np.argsort(key, kind="stable")
    return order, changes(key[order])


def _doubled_positions(
    times: npt.NDArray[np.int64], begins: npt.NDArray[np.bool_], number: npt.NDArray[np.intp]
) -> Codes:
    """Twice the position of each event in its sequence: the first and the last of those of equal time, added up."""
    ties = begins | changes(times)
    first = np.flatnonzero(ties)
    last = np.append(first[1:], len(times)) - 1
    doubled = (first + last)[np.cumsum(ties) - 1] - 2 * np.flatnonzero(begins)[number]
    return np.asarray(doubled, np.int32)


def changes(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Where a value is another than the one before, bool (n,); the first is."""
    differs = np.ones(len(values), np.bool_)
    differs[1:] = values[1:] != values[:-1]
    return differs
