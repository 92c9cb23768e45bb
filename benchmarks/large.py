"""`python -m benchmarks.large`: a hundred million rows of Parquet to an InteractionLog, written down in large.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import fresh, large_logs, machine
from benchmarks.row import HEADING, Row

ROWS = 100_000_000
WRITTEN = Path(__file__).with_name("large.md")
_ABOUT = """\
# A hundred million rows

Written by `make bench-large`, which generates the file and removes it again: 2 GB of disk, 12 GB of memory, minutes.
"""


def report(size: float, answer: dict[str, float]) -> str:
    """What was measured, as Markdown; size of the file in bytes, the answer of `large_logs.with_app`."""
    rows = [
        Row(f"{answer['rows'] / 1e6:,.0f} million rows of Parquet, {size / 1e9:.1f} GB", answer["seconds"], "s"),
        Row("peak memory", answer["memory"], "GB", limit=12.0),
    ]
    return "\n".join([_ABOUT, "```", *machine.facts(), "", HEADING, *map(str, rows), "```", ""])


def main(folder: Path, rows: int = ROWS, written: Path = WRITTEN) -> int:
    """Generate, read, write down; the exit code is 1 where a limit is not met."""
    log = folder / "large.parquet"
    size = fresh.run(large_logs.write, log, rows)["bytes"]
    answer = fresh.run(large_logs.with_app, log)
    text = report(size, answer)
    written.write_text(text, encoding="utf-8")
    print(text)
    return int("NOT MET" in text or answer["rows"] != rows)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="itemscape-large-") as name:
        sys.exit(main(Path(name)))
