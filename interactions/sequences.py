"""Item sequences: the sentences that word2vec and the item graph are built from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from errors import ParameterError

SequenceBy = Literal["user", "session", "gap"]
EventOrder = Literal["random", "file"]


@dataclass(frozen=True)
class Sequences:
    """Item codes cut into sequences, stored flat.

    items       int32 (n_events,), the sequences one after the other
    offsets     int64 (n_sequences + 1,), sequence s = items[offsets[s]:offsets[s + 1]]
    timestamps  int64 (n_events,) seconds UTC, or None where the log has no times
    """

    items: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    timestamps: npt.NDArray[np.int64] | None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[npt.NDArray[np.int32]]:
        for start, stop in zip(self.offsets[:-1], self.offsets[1:], strict=True):
            yield self.items[start:stop]

    def lengths(self) -> npt.NDArray[np.int64]:
        """Events in each sequence, int64 (n_sequences,)."""
        return np.diff(self.offsets)


def cut_sequences(
    user_codes: npt.NDArray[np.int32],
    item_codes: npt.NDArray[np.int32],
    timestamps: npt.NDArray[np.int64] | None,
    session_codes: npt.NDArray[np.int32] | None,
    *,
    by: SequenceBy,
    gap_minutes: float = 30.0,
    order: EventOrder = "random",
    seed: int = 0,
) -> Sequences:
    """Cut a log, sorted by user, time and place in the file, into sequences of item codes.

    by="user"     one sequence a user
    by="session"  one sequence a user and session
    by="gap"      a user's events, cut where the next one comes more than `gap_minutes` later
    order         events of one sequence with equal times (all of them where there are no times) have no order:
                  "random" draws one from `seed`, "file" keeps their place in the file

    Raises ParameterError where the log lacks the column that `by` needs.
    """
    if by == "session" and session_codes is None:
        raise ParameterError(
            "Sequences by session need a session column, and this log has none: choose sequences by user or by gap."
        )
    if by == "gap" and timestamps is None:
        raise ParameterError(
            "Sequences by gap need a time column, and this log has none: choose sequences by user or by session."
        )
    n_events = len(item_codes)
    sequence = user_codes.astype(np.int64)
    if by == "session":
        assert session_codes is not None
        sequence = sequence * (int(session_codes.max(initial=0)) + 1) + session_codes
    # The log is sorted by user and time, so that of all this sorting often nothing is left to do.
    place = np.argsort(sequence, kind="stable")
    starts = _changes(sequence[place])
    times = None if timestamps is None else timestamps[place]
    if order == "random":
        place = _shuffled(place, starts if times is None else starts | _changes(times), seed)
    if by == "gap":
        assert times is not None
        starts[1:] |= np.diff(times) > longest_pause(gap_minutes)
    offsets = np.append(np.flatnonzero(starts), n_events).astype(np.int64)
    return Sequences(item_codes[place], offsets, times)


def longest_pause(gap_minutes: float) -> float:
    """Seconds after which a session still goes on; 4.1 minutes are 246, and not the fraction less that floats make."""
    return round(60 * gap_minutes, 6)


def _changes(values: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Where a value is another than the one before, bool (n,); the first is."""
    changes = np.ones(len(values), np.bool_)
    changes[1:] = values[1:] != values[:-1]
    return changes


def _shuffled(place: npt.NDArray[np.intp], begins: npt.NDArray[np.bool_], seed: int) -> npt.NDArray[np.intp]:
    """Places in a random order inside each run; only runs of several are touched.

    begins  bool (n_events,): where a run begins
    """
    run = np.cumsum(begins)
    tied = np.flatnonzero(np.bincount(run)[run] > 1)
    chance = np.random.default_rng(seed).random(len(place))[place[tied]]
    shuffled = place.copy()
    shuffled[tied] = place[tied][np.lexsort((chance, run[tied]))]
    return shuffled
