"""The factorisation machine with its defaults, and with what the tables say, on MovieLens 100K."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.accuracy import ml100k
from benchmarks.accuracy.check import Check
from embedders.base import no_progress
from embedders.fm import FmParams, train
from interactions import InteractionLog


def measure() -> Iterator[Check]:
    """Test error of the scores."""

    def fit(log: InteractionLog, seed: int) -> ml100k.Scores:
        return train(log, FmParams(), seed, no_progress).machine.scores

    yield from ml100k.measure(fit)
