"""The measured block of README.md: `python -m benchmarks.readme` writes it, `--check` measures anew and compares.

item2vec on two threads is not repeatable, so the numbers may differ a little from one training to the next.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import grocery, screenshot
from launcher.environment import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

# Heading of a column -> the name in the JSON, digits shown, and how far it may move: at most this, or this share of it.
SIDE_COLUMNS = {
    "neighbour popularity": ("neighbour_popularity", 2, 0.03, 0.0),
    "head share": ("head_share", 2, 0.03, 0.0),
    "same category": ("same_category", 2, 0.03, 0.0),
    "hubness skewness": ("hubness_skewness", 1, 0.5, 0.25),
    "coverage": ("coverage", 2, 0.03, 0.0),
}
AGREEMENT_COLUMNS = {
    "Jaccard": ("jaccard", 3, 0.02, 0.0),
    "overlap": ("overlap", 3, 0.02, 0.0),
    "overlap by chance": ("expected_overlap", 4, 0.0001, 0.0),
}
TITLES = {"als": "ALS", "item2vec": "item2vec"}

Numbers = Mapping[tuple[str, str], float]  # (first cell of the row, heading of the column) -> value


def block(reports: Sequence[Mapping[str, Any]]) -> str:
    """The block's Markdown from the JSON of each pair of `grocery.PAIRS`."""
    rows = {}
    for report in reports:
        for side in (report["a"], report["b"]):
            rows[_name(side)] = [_shown(side[name], digits) for name, digits, _, _ in SIDE_COLUMNS.values()]
    agreement = {
        f"{_name(report['a'])} and {_name(report['b'])}": [
            _shown(value["all"] if isinstance(value := report[name], Mapping) else value, digits)
            for name, digits, _, _ in AGREEMENT_COLUMNS.values()
        ]
        for report in reports
    }
    first = reports[0]
    runs = (grocery.ALS, grocery.ITEM2VEC)
    commands = [*map(grocery.training_command, runs), *(pair.command for pair in grocery.PAIRS)]
    return "\n".join(
        [
            *_table("run, neighbours by", SIDE_COLUMNS, dict(sorted(rows.items()))),
            "",
            f"Chance is 0.50 for the neighbour popularity and {first['a']['head_share_of_catalogue']:.2f} for the head "
            f"share. How far they agree, over {first['common_items']:,} products:",
            "",
            *_table("pair", AGREEMENT_COLUMNS, agreement),
            "",
            "```sh",
            *(f".venv/bin/python cli.py {' '.join(command)}" for command in commands),
            "```",
        ]
    )


def numbers(text: str) -> Numbers:
    """Every number in the Markdown tables of a text; raises ValueError where a cell is no number."""
    found: dict[tuple[str, str], float] = {}
    heading: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            heading = []
        elif not heading:
            heading = cells
        elif set(cells[0]) - set("-:"):
            found |= {(cells[0], column): float(cell) for column, cell in zip(heading[1:], cells[1:], strict=True)}
    return found


def differences(written: Numbers, measured: Numbers) -> list[str]:
    """One sentence for each number that has moved too far, is missing, or is not measured any more."""
    found = []
    limits = SIDE_COLUMNS | AGREEMENT_COLUMNS
    for place in [*measured, *(place for place in written if place not in measured)]:
        row, column = place
        if place not in measured:
            found.append(f"{row}, {column}: the README says {written[place]:g}, and it is not measured any more.")
        elif place not in written:
            found.append(f"{row}, {column}: measured {measured[place]:g}, and it is missing from the README.")
        else:
            _, digits, least, share = limits[column]
            allowed = max(least, share * abs(written[place]))
            if not abs(measured[place] - written[place]) <= allowed + 0.5 * 10**-digits:
                found.append(
                    f"{row}, {column}: the README says {written[place]:g}, measured {measured[place]:g}, "
                    f"and {allowed:g} is how far it may move."
                )
    return found


def written_block(text: str) -> str:
    """What stands between the markers of a README; raises ValueError where they are not there once each."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"the README needs one line {BEGIN} and, after it, one line {END}")
    return text.partition(BEGIN)[2].partition(END)[0].strip("\n")


def with_block(text: str, new: str) -> str:
    """A README with another block between its markers."""
    written_block(text)
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{new}\n{END}{rest.partition(END)[2]}"


def check() -> list[str]:
    """Train and compare anew; what of the README's block does not hold, empty where all does."""
    written = numbers(written_block(README.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory(prefix="itemscape-readme-") as folder:
        grocery.train(Path(folder))
        return differences(written, numbers(block(grocery.compare(Path(folder)))))


def write() -> None:
    """Train and compare anew, write the block, and take the picture of the Compare page."""
    text = README.read_text(encoding="utf-8")
    written_block(text)
    with tempfile.TemporaryDirectory(prefix="itemscape-readme-") as folder:
        grocery.train(Path(folder))
        README.write_text(with_block(text, block(grocery.compare(Path(folder)))), encoding="utf-8")
        screenshot.take(Path(folder))


def main(arguments: Sequence[str]) -> int:
    """Write the block and the picture, or check the block; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readme", description="The measured parts of README.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; say what does not hold, and exit with 1")
    if not parser.parse_args(arguments).check:
        write()
        return 0
    wrong = check()
    print("\n".join(wrong) or "The numbers in README.md hold.")
    return int(bool(wrong))


def _name(side: Mapping[str, Any]) -> str:
    return f"{TITLES[side['method']]}, {side['similarity']}"


def _shown(value: float | None, digits: int) -> str:
    return f"{math.nan if value is None else value:.{digits}f}"


def _table(first: str, columns: Mapping[str, object], rows: Mapping[str, Sequence[str]]) -> list[str]:
    lines = [[first, *columns], ["---", *("---:" for _ in columns)], *([name, *cells] for name, cells in rows.items())]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
