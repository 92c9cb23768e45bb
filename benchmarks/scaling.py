"""`python -m benchmarks.scaling` fills scaling.json cell by cell; scaling_tables.py puts it into docs/scaling.md.

A cell that is there is not measured again; `--again` does so.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from benchmarks import fresh, large_catalogue, large_logs, large_spark
from benchmarks.standalone import standalone
from launcher.environment import ROOT

KEPT = Path(__file__).with_name("scaling.json")
GUIDE = ROOT / "docs" / "scaling.md"
ROWS = (1, 3, 10, 30)  # millions
ITEMS = (10, 30, 100, 300, 1000)  # thousands
DIMENSIONS = (16, 32, 64, 128)
USUAL_ITEMS, USUAL_DIMENSIONS = 100, 64
LONGEST = 900.0  # seconds that a cell may take, as a smaller one tells; longer ones are left out
_SHORT, _TIMES = 10.0, 3  # trainings of fewer seconds are measured so often, for the median

Place = Literal["here", "local[2]", "1 worker", "2 workers"]
PageWork = Literal["exact neighbours", "approximate neighbours", "map"]
PAGES: Mapping[PageWork, Sequence[int]] = {  # thousands of items
    "exact neighbours": (30, 100, 300),
    "approximate neighbours": (30, 100, 300, 1000),
    "map": (30, 100, 300),
}
_WORK: Mapping[PageWork, fresh.Part] = {
    "exact neighbours": large_catalogue.exact,
    "approximate neighbours": large_catalogue.approximate,
    "map": large_catalogue.mapped,
}
_WORKERS: Mapping[Place, int] = {"1 worker": 1, "2 workers": 2}
_MEMORY = "2g"  # of a worker

# The parameter that says how often a training goes over the log; SVDs have none.
PASSES: Mapping[str, str | None] = {
    "als": "iterations",
    "bpr": "iterations",
    "biased_mf": "epochs",
    "item2vec": "epochs",
    "user2vec": "epochs",
    "deepwalk": "epochs",
    "node2vec": "epochs",
    "eges": "epochs",
    "fm": "epochs",
    "neural": "epochs",
    "two_tower": "epochs",
    "svd": None,
    "cooccurrence_svd": None,
}
# Passes that are measured there: where there are two, what each costs is told from what comes before the first.
ON_SPARK: Mapping[str, Sequence[int]] = {"als": (1, 3), "item2vec": (1,)}


@dataclasses.dataclass(frozen=True)
class Cell:
    """One measurement: where, what, on how many million rows and thousand items, in how many dimensions."""

    place: Place
    method: str
    rows: int
    items: int = USUAL_ITEMS
    dimensions: int = USUAL_DIMENSIONS
    passes: int = 1

    @property
    def key(self) -> str:
        """Its name in scaling.json."""
        passes = "" if self.passes == 1 else f", {self.passes} passes"
        return f"{self.method} {self.place}: {self.rows} M rows, {self.items} k items, {self.dimensions} d{passes}"

    @property
    def sitting(self) -> tuple[object, ...]:
        """What is measured in one go: on Spark a log is read once for all methods."""
        return (self.key,) if self.place == "here" else (self.place, self.rows, self.items, self.dimensions)

    @property
    def settings(self) -> str:
        """The training's parameters, NAME=VALUE parted by commas."""
        name = PASSES[self.method]
        return f"dimensions={self.dimensions}" + ("" if name is None else f",{name}={self.passes}")


@dataclasses.dataclass(frozen=True)
class PageCell:
    """One measurement of what a page does with so many thousand items."""

    what: PageWork
    items: int

    @property
    def key(self) -> str:
        """Its name in scaling.json."""
        return f"{self.what}: {self.items} k items"

    @property
    def sitting(self) -> tuple[object, ...]:
        """What is measured in one go: itself."""
        return (self.key,)


def cells() -> Iterator[Cell]:
    """All trainings that are measured, each row of a table from its cheapest cell on."""
    for method in PASSES:
        yield from (Cell("here", method, rows) for rows in ROWS)
        yield from (Cell("here", method, 1, items=items) for items in ITEMS)
        yield from (Cell("here", method, 1, dimensions=dimensions) for dimensions in DIMENSIONS)
    for place in ("local[2]", "1 worker", "2 workers"):
        yield from (
            Cell(place, method, rows, passes=passes)
            for rows in ROWS
            for method in ON_SPARK
            for passes in ON_SPARK[method]
        )


def page_cells() -> Iterator[PageCell]:
    """All that is measured of pages."""
    return (PageCell(what, items) for what, sizes in PAGES.items() for items in sizes)


def measure(sitting: Sequence[Cell | PageCell], folder: Path) -> list[dict[str, float]]:
    """Measure what is measured in one go; logs that it needs are written into the folder and stay there for others."""
    first = sitting[0]
    if isinstance(first, PageCell):
        return [fresh.run(_WORK[first.what], first.items * 1000)]
    log = folder / f"log-{first.rows}-{first.items}.parquet"
    if not log.exists():
        fresh.run(large_logs.write, log, first.rows * 1_000_000, first.items * 1000)
    if first.place == "here":
        answer = fresh.run(large_logs.trained, log, first.method, first.settings)
        short = answer["training"] < _SHORT
        return [fresh.run(large_logs.trained, log, first.method, first.settings, times=_TIMES) if short else answer]
    trainings = [f"{cell.method}:{cell.settings}" for cell in sitting if isinstance(cell, Cell)]
    if first.place == "local[2]":
        answer = fresh.run(large_spark.trained, log, ";".join(trainings))
    else:
        with standalone(folder / "cluster", _WORKERS[first.place], _MEMORY) as cluster:
            answer = fresh.run(large_spark.trained, log, ";".join(trainings), cluster.address, _MEMORY)
    common = {name: value for name, value in answer.items() if name not in trainings}
    return [{"training": answer[training], **common} for training in trainings]


def fill(wanted: Sequence[Cell | PageCell], kept: Path, folder: Path, *, again: bool = False) -> None:
    """Measure the cells that are not kept yet, and keep each as soon as it is known."""
    known: dict[str, dict[str, float]] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    missing = [cell for cell in dict.fromkeys(wanted) if again or cell.key not in known]
    for _, together in itertools.groupby(missing, lambda cell: cell.sitting):
        sitting = [cell for cell in together if not _takes_too_long(cell, known)]
        if not sitting:
            continue
        for cell, answer in zip(sitting, measure(sitting, folder), strict=True):
            known[cell.key] = answer
            print(f"{cell.key}: {answer}", flush=True)
        kept.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def _takes_too_long(cell: Cell | PageCell, known: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether a training would take longer than is waited for, as the one with fewer rows, or items, tells."""
    if isinstance(cell, PageCell):
        return False
    if fewer := [rows for rows in ROWS if rows < cell.rows]:
        smaller, times = dataclasses.replace(cell, rows=fewer[-1]), cell.rows / fewer[-1]
    elif cell.items > USUAL_ITEMS:
        fewer = [items for items in ITEMS if items < cell.items]
        smaller, times = dataclasses.replace(cell, items=fewer[-1]), cell.items / fewer[-1]
    else:
        return False
    before = known.get(smaller.key)
    return before is None or before["training"] * times > LONGEST


def main(arguments: Sequence[str]) -> int:
    """Measure; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--place", action="append", help="only there: here, local[2], '1 worker' or '2 workers'")
    parser.add_argument("--method", action="append", help="only this one")
    parser.add_argument("--rows", action="append", type=int, help="only so many million")
    parser.add_argument("--pages", action="store_true", help="only what pages do")
    parser.add_argument("--again", action="store_true", help="also what is known")
    asked = parser.parse_args(arguments)
    trainings = [
        cell
        for cell in cells()
        if cell.place in (asked.place or [cell.place])
        and cell.method in (asked.method or [cell.method])
        and cell.rows in (asked.rows or [cell.rows])
    ]
    only_trainings = asked.place or asked.method or asked.rows
    wanted: list[Cell | PageCell] = [*([] if asked.pages else trainings), *([] if only_trainings else page_cells())]
    with tempfile.TemporaryDirectory(prefix="itemscape-scaling-") as name:
        fill(wanted, KEPT, Path(name), again=asked.again)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
