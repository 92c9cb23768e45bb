"""A library's training in rounds, on a thread of its own, so that a long round does not delay a cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event

from embedders.base import Learned, Progress
from embedders.parts import background
from errors import Cancelled

RoundDone = Callable[[float | None], None]  # told the loss of the round, where there is one; may raise Cancelled


def train_in_rounds(fit: Callable[[RoundDone], Learned], rounds: int, progress: Progress) -> Learned:
    """What `fit` returns, with its losses; it calls what it is given at the end of each of its `rounds`."""
    done: list[float | None] = []

    def work(stop: Event) -> Learned:
        def round_done(loss: float | None) -> None:
            if stop.is_set():
                raise Cancelled
            done.append(loss)

        return fit(round_done)

    told = 0

    def beat() -> None:
        nonlocal told
        while told < len(done):
            told += 1
            progress(f"Round {told} of {rounds}", told, rounds, done[told - 1])
        progress(f"Round {min(told + 1, rounds)} of {rounds}", told, rounds)

    (learned,) = background.run([work], beat)
    return replace(learned, losses=tuple(loss for loss in done if loss is not None))
