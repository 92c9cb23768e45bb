"""How long work says how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """How long work says how far it is; it may raise Cancelled to stop the work.

    stage  what is being done, in plain words
    done   how much of the whole is done, in the unit of `total`; never falls
    loss   the training loss of the step just finished, where there is one
    """

    def __call__(self, stage: str, done: float, total: float, loss: float | None = None) -> None: ...


def no_progress(stage: str, done: float, total: float, loss: float | None = None) -> None:
    """Tell nobody."""
