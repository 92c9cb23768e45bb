"""Time and memory of a training beside what its method says it takes, with every default, on two sizes of the sample.

The estimates are meant to be right within twice and half: where a ratio is not, on an idle machine with two processors,
the constants in the method's module are to be fitted anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks import fresh, grocery
from benchmarks.row import Row

FLOORS = (20, 100)  # least households a product needs
RATINGS_ONLY = ("biased_mf",)  # the sample has none
LONGEST = 600  # seconds that a training on the whole sample may take
_EVERY = 0.01  # seconds


def measure(folder: Path) -> Iterator[Row]:
    """Two rows a training; the ratio is that of what it took to what was expected."""
    from embedders import METHODS

    for floor in FLOORS:
        kept = folder / f"floor {floor}"
        kept.mkdir()
        log = grocery.read(floor)
        log.save(kept)
        for name, method in METHODS.items():
            if name in RATINGS_ONLY:
                continue
            took = fresh.run(training, kept, name)
            what = f"{method.title}, {log.n_items:,} products"
            limit = LONGEST if floor == FLOORS[0] else None
            yield Row(f"{what}: time", took["seconds"], "s", took["expected_seconds"], "the estimate", limit)
            yield Row(f"{what}: memory", took["gigabytes"], "GB", took["expected_gigabytes"], "the estimate")


def training(kept: str, name: str) -> dict[str, float]:
    """One method with its defaults on a log that was saved to a folder, as a fresh worker trains it."""
    from embedders import METHODS
    from interactions.log import InteractionLog
    from workspace.summary import size_of

    log, method = InteractionLog.load(Path(kept)), METHODS[name]
    params = method.Params()
    expected = method.estimate(size_of(log), params)
    with _memory() as memory, fresh.clock() as clock:
        method.fit(log, params)
    return {
        "seconds": clock.seconds,
        "expected_seconds": expected.seconds,
        "gigabytes": memory.peak / 1e9,
        "expected_gigabytes": expected.memory / 1e9,
    }


class _Memory:
    """Bytes that this process had at most during a block, beside those that it had before."""

    peak = 0.0


@contextmanager
def _memory() -> Iterator[_Memory]:
    process, ended, read = psutil.Process(), threading.Event(), _Memory()
    before = process.memory_info().rss

    def watch() -> None:
        while not ended.wait(_EVERY):
            read.peak = max(read.peak, process.memory_info().rss - before)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield read
    finally:
        ended.set()
        watcher.join()
