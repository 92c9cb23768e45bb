"""The tables of docs/scaling.md: `python -m benchmarks.scaling_tables` writes them from scaling.json."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence

from benchmarks.scaling import DIMENSIONS, GUIDE, ITEMS, KEPT, ON_SPARK, PAGES, PASSES, ROWS, Cell, PageCell, Place

Known = Mapping[str, Mapping[str, float]]
_DASH = "–"
_SPARK: tuple[Place, ...] = ("here", "local[2]", "1 worker", "2 workers")
_CORES: Mapping[Place, int] = {"local[2]": 2, "1 worker": 1, "2 workers": 2}
_USUAL_PASSES = {"als": 15, "item2vec": 10}  # the defaults of both
_PAPER = (1_000, 10_000)  # millions of rows
_NIGHT = 8.0  # hours
_MACHINES = (16.0, 64.0)  # GB
# The first three move the vectors of all users and items in each step, so that users who come with the rows make each
# row dearer; for the last one it is the matrix of pairs.
_DEARER_WITH_ROWS = frozenset({"fm", "neural", "two_tower", "cooccurrence_svd"})


def tables(known: Known) -> dict[str, str]:
    """Every table by the name of its place in the guide, as Markdown."""
    return {
        "rows": _by_rows(known),
        "items": _along(known, "thousand items", {items: Cell("here", "als", 1, items=items) for items in ITEMS}),
        "dimensions": _along(
            known, "dimensions", {number: Cell("here", "als", 1, dimensions=number) for number in DIMENSIONS}
        ),
        "machine": _on_one_machine(known),
        "spark": _on_spark(known),
        "paper": _on_paper(known),
        "pages": _on_pages(known),
    }


def with_tables(text: str, known: Known) -> str:
    """The guide with its tables; raises ValueError where one has no place."""
    for name, table in tables(known).items():
        begin, end = (f"<!-- {name}: {edge} -->" for edge in ("begin", "end"))
        if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
            raise ValueError(f"{GUIDE.name} needs one line {begin} and, after it, one line {end}")
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{table}\n\n{end}{rest.partition(end)[2]}"
    return text


def slope(known: Known, cell: Cell, what: str) -> float | None:
    """Seconds for a million rows more, between the two largest logs that were measured; None where there are no two."""
    measured = [(rows, known[key][what]) for rows in ROWS if (key := dataclasses.replace(cell, rows=rows).key) in known]
    if len(measured) < 2:
        return None
    (fewer, before), (more, after) = measured[-2:]
    return (after - before) / (more - fewer)


def _slope_of_training(known: Known, cell: Cell, passes: int) -> float | None:
    """Seconds of a training of so many passes for a million rows more; None where it was not measured.

    Where one number of passes was measured, what comes before the first is counted with each.
    """
    few, *more = ON_SPARK[cell.method]
    before = slope(known, dataclasses.replace(cell, passes=few), "training")
    if not more or before is None:
        return None if before is None else before / few * passes
    after = slope(known, dataclasses.replace(cell, passes=more[-1]), "training")
    return None if after is None else before + (after - before) / (more[-1] - few) * (passes - few)


def _by_rows(known: Known) -> str:
    heading = ["method, one pass", *(f"{rows} M rows" for rows in ROWS), "each M more", "memory at most"]
    lines = []
    for method in PASSES:
        cells = [Cell("here", method, rows) for rows in ROWS]
        memory = [known[cell.key]["memory"] for cell in cells if cell.key in known]
        each = slope(known, cells[0], "training")
        most = _number(max(memory, default=None), "GB")
        costs = "none" if each is not None and each <= 0 else _number(each, "s")
        lines.append([method, *(_seconds(known, cell) for cell in cells), costs, most])
    return _table(heading, lines)


def _along(known: Known, unit: str, cells: Mapping[int, Cell]) -> str:
    heading = [f"method, one pass over a million rows; {unit}", *map(str, cells)]
    lines = [
        [method, *(_seconds(known, dataclasses.replace(cell, method=method)) for cell in cells.values())]
        for method in PASSES
    ]
    return _table(heading, lines)


def _on_one_machine(known: Known) -> str:
    """How many rows fill machines of some sizes, and how long they take there, from the slopes of the measured logs."""
    heading = [
        "method",
        "memory, each M rows more",
        *(f"M rows in {memory:.0f} GB" for memory in _MACHINES),
        f"{_PAPER[0] / 1000:.0f} billion rows: hours a pass",
    ]
    lines = []
    for method in PASSES:
        cell = Cell("here", method, ROWS[0])
        memory, seconds = slope(known, cell, "memory"), slope(known, cell, "training")
        if memory is None or seconds is None:
            lines.append([method, *[_DASH] * (len(heading) - 1)])
            continue
        most = max(rows for rows in ROWS if dataclasses.replace(cell, rows=rows).key in known)
        there = known[dataclasses.replace(cell, rows=most).key]
        more = [(size - there["memory"]) / memory if memory > 0 else None for size in _MACHINES]
        fit = [_DASH if rows is None else f"{_two_digits(most + rows):,}" for rows in more]
        hours = (there["training"] + max(seconds, 0.0) * (_PAPER[0] - most)) / 3600
        at_least = "over " if method in _DEARER_WITH_ROWS else ""
        lines.append([method, f"{1000 * memory:,.0f} MB", *fit, f"{at_least}{hours:,.1f}"])
    return _table(heading, lines)


def _two_digits(number: float) -> int:
    """A number of rows, no more exactly than it is known."""
    return int(float(f"{number:.2g}"))


def _on_spark(known: Known) -> str:
    heading = ["what, where", *(f"{rows} M rows" for rows in ROWS), "each M more"]
    measured = [("reading", next(iter(ON_SPARK)), 1, "reading")]
    for method, listed in ON_SPARK.items():
        measured += [
            (f"{method}, {passes} passes" if passes > 1 else f"{method}, one pass", method, passes, "training")
            for passes in listed
        ]
    lines = []
    for name, method, passes, what in measured:
        for place in _SPARK[passes > 1 :]:  # here one pass is all that is measured
            cells = [Cell(place, method, rows, passes=passes) for rows in ROWS]
            each = _number(slope(known, cells[0], what), "s")
            lines.append([f"{name}, {place}", *(_seconds(known, cell, what) for cell in cells), each])
    return _table(heading, lines)


def _on_paper(known: Known) -> str:
    """Core-hours and memory at sizes that nobody measured, from the slopes of the measured ones."""
    cores_needed = f"cores for {_NIGHT:.0f} hours"
    heading = ["method, rows", "core-hours to read", "core-hours to train", cores_needed, "rows held, GB"]
    lines = []
    place: Place = "2 workers"
    for method, passes in _USUAL_PASSES.items():
        cell = Cell(place, method, ROWS[0])
        reading, training = slope(known, cell, "reading"), _slope_of_training(known, cell, passes)
        held = [
            known[key]["held"] / rows for rows in ROWS if (key := dataclasses.replace(cell, rows=rows).key) in known
        ]
        for rows in _PAPER:
            name = f"{method}, {rows / 1000:.0f} billion, {passes} passes"
            if reading is None or training is None:
                lines.append([name, *[_DASH] * 4])
                continue
            hours = [slope_ * rows * _CORES[place] / 3600 for slope_ in (reading, training)]
            cores = max(sum(hours) / _NIGHT, 1.0)
            lines.append([name, *(f"{value:,.0f}" for value in (*hours, cores, held[-1] * rows))])
    return _table(heading, lines)


def _on_pages(known: Known) -> str:
    """What pages do with ever more items, as far as it was measured."""
    sizes = sorted({items for listed in PAGES.values() for items in listed})
    heading = ["thousand items", *map(str, sizes)]
    lines = []
    for what in PAGES:
        found = [known.get(PageCell(what, items).key, {}) for items in sizes]
        lines.append([f"{what}, of all", *(_number(one.get("seconds"), "s") for one in found)])
        lines.append([f"{what}: memory", *(_number(one.get("memory"), "GB") for one in found)])
        if any("found" in one for one in found):
            shares = [f"{one['found']:.0%}" if "found" in one else _DASH for one in found]
            lines.append([f"{what}: of the exact ones", *shares])
    return _table(heading, lines)


def _seconds(known: Known, cell: Cell, what: str = "training") -> str:
    return _number(known[cell.key][what] if cell.key in known else None, "s")


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return _DASH
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:,.1f} {unit}"


def _table(heading: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    marks = ["---", *["---:"] * (len(heading) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heading, marks, *lines))


def main(arguments: Sequence[str]) -> int:
    """Write the tables, or only say whether they hold; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling_tables", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a table is stale")
    only_check = parser.parse_args(arguments).check
    text = GUIDE.read_text(encoding="utf-8")
    new = with_tables(text, json.loads(KEPT.read_text(encoding="utf-8")))
    if only_check:
        print("The tables hold." if new == text else "A table is stale: run python -m benchmarks.scaling_tables.")
        return int(new != text)
    GUIDE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
