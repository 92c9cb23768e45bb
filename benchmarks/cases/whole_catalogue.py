"""The whole catalogue of the sample, 68,509 items, none left out for being rare: neighbours, map, Compare page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import fresh, grocery
from benchmarks.cases import compare, maps, neighbours
from benchmarks.row import Row

FLOOR = 1  # least households a product needs: all have one
MAP_LIMIT, PAGE_LIMIT = 60.0, 700.0  # seconds, milliseconds


def measure(folder: Path) -> Iterator[Row]:
    """Neighbours against numpy and the bare product; a first map, seeded; other items and other k on the page."""
    own = folder / "whole"
    yield from neighbours.searched(own, FLOOR)
    fresh.run(maps.compile_once)
    yield Row(
        "first map of a fresh worker", fresh.run(maps.one_map, own / grocery.ALS)["seconds"], "s", limit=MAP_LIMIT
    )
    yield from compare.page_of(own, FLOOR, PAGE_LIMIT)
