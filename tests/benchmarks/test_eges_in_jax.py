"""The peer that EGES's kernel is held against learns the same model: it has to be a fair one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks import eges_in_jax
from embedders.parts.skip_gram import Settings
from interactions.features import encode_features
from interactions.sequences import Sequences

SETTINGS = Settings(8, 2, True, None, 4, 0.75, 0.0, 20, 0.05, 1)


def islands(sequences: int = 400, length: int = 20) -> Sequences:
    """Sequences of items 0 to 5, or of 6 to 11."""
    random = np.random.default_rng(0)
    items = random.integers(6, size=(sequences, length)) + 6 * (np.arange(sequences) % 2)[:, np.newaxis]
    return Sequences(items.astype(np.int32).ravel(), np.arange(sequences + 1) * length, None)


def test_pairs_are_those_of_a_double_loop() -> None:
    sequences = Sequences(np.array([3, 1, 4, 1, 5, 9, 2], dtype=np.int32), np.array([0, 4, 7]), None)
    inputs, centres = eges_in_jax.pairs_of(sequences, 1, np.random.default_rng(0))
    slow = [(1, 3), (3, 1), (4, 1), (1, 4), (1, 4), (4, 1), (9, 5), (5, 9), (2, 9), (9, 2)]
    assert sorted(zip(inputs.tolist(), centres.tolist(), strict=True)) == sorted(slow)


def test_the_loss_of_vectors_that_say_nothing_is_that_of_a_coin_for_each_output() -> None:
    nothing = eges_in_jax.Learned(np.zeros((12, 8), dtype=np.float32), np.zeros((12, 8), dtype=np.float32))
    # A negative that is the centre itself, one of twelve, does not count.
    expected = (1 + SETTINGS.negatives * 11 / 12) * np.log(2)
    assert eges_in_jax.loss(nothing, islands(), SETTINGS) == pytest.approx(expected, rel=0.01)


def test_it_learns_which_items_stand_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eges_in_jax, "BATCH", 16)  # twelve items stand in a large one too often
    sequences = islands()
    features = encode_features(pd.DataFrame({"shelf": list("aabbcc" * 2)}), ["shelf"])
    learned = eges_in_jax.train(sequences, features, SETTINGS, seed=0)
    scores = learned.vectors @ learned.context.T
    same = np.arange(12)[:, np.newaxis] // 6 == np.arange(12) // 6
    assert scores[same].min() > scores[~same].max() + 1
