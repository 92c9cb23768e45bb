"""Logs of any kind, for hypothesis: with times or without, with users, sessions or both, ties of all sorts."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import assume
from hypothesis import strategies as st

from errors import LogError, ParameterError
from interactions.log import InteractionLog
from interactions.split import Split
from tests.planted import make_log

Event = tuple[int, int, int, int]  # user, item, minute, session
MARKER = "marker"

events = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 9), st.integers(0, 3)), min_size=4, max_size=40
)
kinds = st.fixed_dictionaries({"times": st.booleans(), "sessions": st.booleans(), "users": st.booleans()}).filter(
    lambda kind: kind["users"] or kind["sessions"]
)


def log_of(rows: Sequence[Event], kind: dict[str, bool], marked: Sequence[int] = ()) -> InteractionLog:
    """A log with those columns; the weight of an event is its number, from 1. Some events are of the item MARKER."""
    return make_log(
        [f"u{user}" for user, _, _, _ in rows] if kind["users"] else None,
        [MARKER if number in marked else f"i{item}" for number, (_, item, _, _) in enumerate(rows)],
        [60 * minute for _, _, minute, _ in rows] if kind["times"] else None,
        [f"s{session}" for _, _, _, session in rows] if kind["sessions"] else None,
        [float(number + 1) for number in range(len(rows))],
    )


def numbers_of(log: InteractionLog) -> list[int]:
    """The numbers of its events, from 0."""
    return [int(weight) - 1 for weight in log.weights]


def parts_of(log: InteractionLog, share: float, seed: int = 0) -> tuple[InteractionLog, InteractionLog]:
    """The two parts; an example that leaves one of them empty says nothing."""
    try:
        return Split.of(log, share, seed=seed).parts(log)
    except (ParameterError, LogError):
        assume(False)
        raise
