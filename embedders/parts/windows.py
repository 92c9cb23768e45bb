"""Which items of a log stand together: the parameters, and the sequences they cut."""

from __future__ import annotations

from typing import Literal

import numpy as np

from embedders.base import LogSize, Params, parameter
from embedders.search import Between, OneOf
from errors import ParameterError
from interactions.log import InteractionLog
from interactions.sequences import SequenceBy, Sequences

CUT = "Sequences of more than "  # the note on sequences that were split begins with it
LONGEST_WHOLE = 1000  # events of a sequence of which all pairs are taken, unless another number is asked for


class SequenceParams(Params):
    """Parameters of every method that cuts the log into sequences."""

    sequences: Literal["automatic", "session", "user", "gap"] = parameter(
        "automatic",
        "Where one sequence ends and the next begins: with the session, the user, or a gap in time; automatic = by "
        "session where the log has sessions, else by user.",
    )
    gap_minutes: float = parameter(
        30.0,
        "For sequences by gap: a longer pause than this starts a new sequence; larger gives fewer, longer sequences.",
        low=0.1,
        high=525_600.0,
    )

    @property
    def by(self) -> SequenceBy | None:
        """What the log cuts by; None leaves it to the log."""
        return None if self.sequences == "automatic" else self.sequences


class WindowParams(SequenceParams):
    """Parameters of every method that looks at sequences through a window."""

    time_window_minutes: float | None = parameter(
        None,
        "Two items are a pair only where at most so many minutes lie between them; smaller sees closer company, empty "
        "= no limit.",
        low=0.0,
        high=5_256_000.0,
        search=OneOf((None, 1.0, 10.0, 60.0, 360.0, 1440.0, 10_080.0), needs_times=True),
    )
    window: int = parameter(
        10,
        "How far apart two items of a sequence may stand to count as a pair; near pairs count more, in even steps; "
        "larger sees looser company.",
        low=1,
        high=500,
        search=Between(1, 50, log=True),
    )
    whole_session: bool = parameter(
        False,
        "Take all pairs of a sequence in place of a window; work grows with the square of its length, so those of "
        "more than 1,000 events are split.",
    )

    @property
    def longest_pause(self) -> int | None:
        """The time window in whole seconds."""
        return None if self.time_window_minutes is None else round(60 * self.time_window_minutes)


def cut(log: InteractionLog, params: WindowParams, seed: int) -> Sequences:
    """The log's sequences; raises ParameterError where they need times that the log does not have."""
    sequences = log.sequences(params.by, gap_minutes=params.gap_minutes, seed=seed)
    if params.time_window_minutes is not None and sequences.timestamps is None:
        raise ParameterError("time_window_minutes needs times, and this log has none: leave it empty.")
    return sequences


def company(size: LogSize, params: WindowParams, *, kept: float = 1.0, shrunk: bool = False) -> float:
    """About how many later events of its sequence an event meets in its window, for estimates.

    Lengths of sequences are taken to fall off by a constant share, as those of baskets do.

    kept    share of the events that are left in
    shrunk  windows are drawn from 1 to `window`
    """
    length = max(kept * size.interactions / max(_n_sequences(size, params), 1), 1.0)
    if params.whole_session:
        return _LONG_TAIL * (length - 1)
    apart = np.arange(1, params.window + 1)
    met = (1 - 1 / length) ** apart
    return float((met * (1 - (apart - 1) / params.window)).sum() if shrunk else met.sum())


_LONG_TAIL = 1.5  # where all pairs count, the longest sequences have more than a constant share has it
_VISIT = 10  # events between two gaps, where nothing is known of them


def _n_sequences(size: LogSize, params: WindowParams) -> float:
    if params.sequences == "user":
        return size.users
    if params.sequences == "gap" and size.sessions is None:
        return max(size.users, size.interactions / _VISIT)
    return size.users if size.sessions is None else size.sessions


def split_long(sequences: Sequences, longest: int) -> Sequences:
    """Sequences of more than `longest` items cut into as few and as even pieces as can be."""
    lengths = sequences.lengths()
    pieces = np.maximum(-(-lengths // longest), 1)
    sequence = np.repeat(np.arange(len(lengths)), pieces)
    number = np.arange(len(sequence)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = sequences.offsets[:-1][sequence] + number * lengths[sequence] // pieces[sequence]
    return Sequences(sequences.items, np.append(starts, sequences.offsets[-1]), sequences.timestamps)


def notes_on_pieces(whole: Sequences, longest: int | None) -> list[str]:
    """What a person should know where `split_long` found something to split; nothing where it did not."""
    too_long = 0 if longest is None else int((whole.lengths() > longest).sum())
    return [f"{CUT}{longest:,} events, split into pieces: {too_long:,}."] if too_long else []
