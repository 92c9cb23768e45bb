"""An epoch of the two towers on the sample."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks import fresh, grocery
from benchmarks.row import Row

DIMENSIONS = 64
EPOCHS = 4  # the first one compiles and is left out


def measure(folder: Path) -> Iterator[Row]:
    """The app's defaults, as seconds an epoch for each million of interactions."""
    seconds = fresh.run(an_epoch)["seconds"]
    yield Row(f"two-tower, {DIMENSIONS} dimensions, an epoch of a million rows", seconds, "s", limit=60.0)


def an_epoch() -> dict[str, float]:
    """The median epoch after the first, from the end of one to the end of the next."""
    from embedders import METHODS

    method, log = METHODS["two_tower"], grocery.read()
    ends = []

    def note_end(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if loss is not None:
            ends.append(time.perf_counter())

    method.fit(log, method.Params.checked({"dimensions": DIMENSIONS, "epochs": EPOCHS}), seed=0, progress=note_end)
    epoch = statistics.median(later - earlier for earlier, later in pairwise(ends))
    return {"seconds": epoch / log.n_interactions * 1e6}
