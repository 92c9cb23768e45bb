"""Where the next item stands among all others: a hundred thousand test pairs, exact, nothing sampled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import fresh
from benchmarks.row import Row

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from analysis.arrays import Vectors

    Codes = npt.NDArray[np.int64]

CASES, DIMENSIONS = 100_000, 64
ITEMS, MANY_ITEMS = 10_000, 70_000
BLOCK = 1024  # cases whose scores numpy holds at once
LIMIT, MEMORY_LIMIT = 20.0, 2.0  # seconds, GB


def measure(folder: Path) -> Iterator[Row]:
    """By the app, and by numpy with a row of scores for each case."""
    for items, times, limit in ((ITEMS, 3, LIMIT), (MANY_ITEMS, 1, None)):
        app, plain = fresh.in_turn([(part, items) for part in (with_app, with_numpy)], times)
        what = f"places of {CASES:,} next items among {items:,}"
        yield Row(what, app["seconds"], "s", plain["seconds"], "numpy in blocks of cases, float32", limit)
        yield Row(f"{what}: peak memory", app["memory"], "GB", plain["memory"], limit=MEMORY_LIMIT)


def with_app(items: str) -> dict[str, float]:
    """Each query scored once, in double precision, ties told."""
    import numpy as np

    from analysis.ranking import places_of_targets
    from analysis.scoring import by_vectors

    vectors, queries, targets = _planted(int(items))
    everything = np.ones(len(vectors), dtype=bool)
    few = np.zeros(2, dtype=np.int64)
    places_of_targets(lambda rows: np.zeros((1, 2), np.float32), few, few + 1, everything[:2])  # compiled, or loaded
    with fresh.clock() as clock:
        places_of_targets(by_vectors(vectors, vectors, "cosine"), queries, targets, everything)
    return {"seconds": clock.seconds, "memory": _peak_memory()}


def with_numpy(items: str) -> dict[str, float]:
    """All scores of each case's query, those above the target's counted."""
    import numpy as np

    vectors, queries, targets = _planted(int(items))
    with fresh.clock() as clock:
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        for start in range(0, CASES, BLOCK):
            block = slice(start, start + BLOCK)
            scores = unit[queries[block]] @ unit.T
            rows = np.arange(len(scores))
            scores[rows, queries[block]] = -np.inf
            own = scores[rows, targets[block], None]
            (scores > own).sum(axis=1)
            (scores == own).sum(axis=1)
    return {"seconds": clock.seconds, "memory": _peak_memory()}


def _planted(items: int) -> tuple[Vectors, Codes, Codes]:
    """Vectors and pairs of different items, all as likely: a real log asks for popular ones oftener, which is less."""
    import numpy as np

    random = np.random.default_rng(0)
    vectors = random.standard_normal((items, DIMENSIONS)).astype(np.float32)
    queries = random.integers(0, items, CASES)
    return vectors, queries, (queries + random.integers(1, items, CASES)) % items


def _peak_memory() -> float:
    import psutil

    from benchmarks import machine

    return machine.peak_memory(psutil.Process())
