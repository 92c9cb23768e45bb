"""Biased matrix factorisation with its defaults on MovieLens 100K."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.accuracy import ml100k
from benchmarks.accuracy.check import Check
from embedders.base import no_progress
from embedders.biased_mf import BiasedMfParams
from embedders.parts.biased_factors import factorise
from interactions import InteractionLog


def measure() -> Iterator[Check]:
    """Test error of the ratings; a tenth of the training part is held out once more, for the loss curve."""

    def fit(log: InteractionLog, seed: int) -> ml100k.Scores:
        return factorise(log.user_item_means(), BiasedMfParams().settings, seed, no_progress).predicted

    yield from ml100k.measure(fit)
