"""Biased matrix factorisation with its defaults on MovieLens 100K."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.accuracy import ml100k
from benchmarks.accuracy.check import Check
from embedders.base import no_progress
from embedders.biased_mf import BiasedMfParams
from embedders.parts.biased_factors import factorise
from interactions import InteractionLog


def measure() -> Iterator[Check]:
    """Test error of the ratings; a tenth of the training part is held out once more, for the loss curve."""
    yield ml100k.check(fit)


def fit(log: InteractionLog, seed: int, **values: Any) -> ml100k.Scores:
    """Train with these parameters and else the defaults."""
    settings = BiasedMfParams.checked(values).settings
    return factorise(log.user_item_means(), settings, seed, no_progress).predicted
