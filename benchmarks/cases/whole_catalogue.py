"""The whole catalogue of the sample, 68,509 items, none left out for being rare: neighbours, map, Compare page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import fresh, grocery
from benchmarks.cases import compare, maps, neighbours
from benchmarks.row import Row

FLOOR = 1  # least households a product needs: all have one
MAP_LIMIT, PAGE_LIMIT = 60.0, 700.0  # seconds, milliseconds
QUIET = 3.0  # seconds, as in `compare`


def measure(folder: Path) -> Iterator[Row]:
    """Neighbours against numpy and the bare product; maps, seeded; other items and other k on the page."""
    own = folder / "whole"
    yield from neighbours.searched(own, FLOOR)
    grocery.train(own, floor=FLOOR)
    digest = grocery.open_in_workspace(own, own / "home", FLOOR)
    fresh.run(maps.compile_once)
    for what, seconds in fresh.run(maps.kept_pair).items():
        yield Row(what, seconds, "s", limit=MAP_LIMIT if what.startswith("map") else None)
    yield from compare.page_of(digest, PAGE_LIMIT, QUIET)
