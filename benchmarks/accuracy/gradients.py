"""The gradients of two_tower's softmax over the batch against finite differences, in float64."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.accuracy.check import Check
from tests.embedders.test_two_tower import slopes

MOST = 1e-6


def measure() -> Iterator[Check]:
    """With features, history, logQ, masked hits, a repeated item and a row that does not count."""
    for layers in (0, 1):
        worst = max(abs(slope - difference) / abs(difference) for slope, difference in slopes(layers))
        what = f"towers with {layers} hidden layers, 5 random ways: greatest relative difference of the slopes"
        yield Check(what, worst, f"at most {MOST:g}", worst <= MOST)
