"""Which items of a log stand together: the parameters, and the sequences they cut."""

from __future__ import annotations

from typing import Literal

import numpy as np

from embedders.base import Params, parameter
from errors import ParameterError
from interactions.log import InteractionLog
from interactions.sequences import SequenceBy, Sequences


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
    )
    window: int = parameter(
        10,
        "How far apart two items of a sequence may stand to count as a pair; near pairs count more, in even steps; "
        "larger sees looser company.",
        low=1,
        high=500,
    )
    whole_session: bool = parameter(
        False, "Take all pairs of a sequence in place of a window; work grows with the square of its length."
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


def split_long(sequences: Sequences, longest: int) -> Sequences:
    """Sequences of more than `longest` items cut into as few and as even pieces as can be."""
    lengths = sequences.lengths()
    pieces = np.maximum(-(-lengths // longest), 1)
    sequence = np.repeat(np.arange(len(lengths)), pieces)
    number = np.arange(len(sequence)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = sequences.offsets[:-1][sequence] + number * lengths[sequence] // pieces[sequence]
    return Sequences(sequences.items, np.append(starts, sequences.offsets[-1]), sequences.timestamps)
