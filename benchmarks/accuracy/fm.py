"""The factorisation machine with its defaults on MovieLens 100K."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.accuracy import ml100k
from benchmarks.accuracy.check import Check
from embedders.base import no_progress
from embedders.fm import FmParams, train
from interactions import InteractionLog


def measure() -> Iterator[Check]:
    """Test error of the scores."""
    yield ml100k.check(fit)


def fit(log: InteractionLog, seed: int, **values: Any) -> ml100k.Scores:
    """Train with these parameters and else the defaults."""
    return train(log, FmParams.checked(values), seed, no_progress).machine.scores
