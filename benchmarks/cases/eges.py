"""Training EGES with two columns on the sample, beside DeepWalk, which it must not take three times as long as."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import fresh, grocery
from benchmarks.row import Row

COLUMNS = ("category", "brand")
AT_MOST = 3  # times DeepWalk's seconds


def measure(folder: Path) -> Iterator[Row]:
    """Both with their defaults, one after the other in one process."""
    seconds = fresh.run(both)
    plain = seconds["deepwalk"]
    what = f"EGES ({' and '.join(COLUMNS)}), 64 dimensions, 2 threads"
    yield Row(what, seconds["eges"], "s", plain, "DeepWalk with the same walks", AT_MOST * plain)


def both() -> dict[str, float]:
    """Seconds from the log to vectors; compiled code is on disk, as the launcher leaves it."""
    from embedders import METHODS
    from embedders.parts import side_skip_gram, skip_gram, walks

    for part in (walks, skip_gram, side_skip_gram):
        part.warm_up()
    log = grocery.read()
    seconds = {}
    for name, columns in (("deepwalk", {}), ("eges", {"item_columns": COLUMNS})):
        method = METHODS[name]
        with fresh.clock() as clock:
            method.fit(log, method.Params.checked({"dimensions": 64, "threads": 2, **columns}), seed=0)
        seconds[name] = clock.seconds
    return seconds
