"""`python -m benchmarks.large`: a hundred million rows read here, thirty million trained on by Spark; see large.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks import fresh, large_logs, large_spark, machine
from benchmarks.row import HEADING, Row

ROWS, SPARK_ROWS = 100_000_000, 30_000_000
TRAININGS = {"als": "iterations=5", "item2vec": "epochs=1"}
MEMORY, SPARK_MEMORY = 12.0, 6.0  # GB at most
WRITTEN = Path(__file__).with_name("large.md")
_ABOUT = """\
# Tens of millions of rows

Written by `make bench-large`, which generates the files and removes them again: 10 GB of disk, 12 GB of memory, and
more than half an hour on two cores. Spark runs as local[2]; its memory is that of all processes together, Java's and
Python's, looked at five times a second.
"""

Answer = Mapping[str, float]


def report(size: float, here: Answer, on_spark: Mapping[str, Answer]) -> str:
    """What was measured, as Markdown; size of the first file in bytes, what the measured processes answered."""
    rows = [
        Row(f"{here['rows'] / 1e6:,.0f} million rows of Parquet, {size / 1e9:.1f} GB, read here", here["seconds"], "s"),
        Row("  peak memory", here["memory"], "GB", limit=MEMORY),
    ]
    for method, answer in on_spark.items():
        rows += [
            Row(f"{answer['rows'] / 1e6:,.0f} million rows read by Spark", answer["reading"], "s"),
            Row(f"  and trained on by {method} with {TRAININGS[method]}", answer["training"], "s"),
            Row("  peak memory", answer["memory"], "GB", limit=SPARK_MEMORY),
            Row("  of that the program's own, which drives Spark", answer["driver"], "GB"),
        ]
    return "\n".join([_ABOUT, "```", *machine.facts(), "", HEADING, *map(str, rows), "```", ""])


def main(folder: Path, rows: int = ROWS, spark_rows: int = SPARK_ROWS, written: Path = WRITTEN) -> int:
    """Generate, read, train, write down; the exit code is 1 where a limit is not met, or rows were lost."""
    log, spark_log = folder / "large.parquet", folder / "spark.parquet"
    size = fresh.run(large_logs.write, log, rows)["bytes"]
    here = fresh.run(large_logs.with_app, log)
    log.unlink(missing_ok=True)
    fresh.run(large_logs.write, spark_log, spark_rows)
    on_spark = {method: fresh.run(large_spark.trained, spark_log, method, sets) for method, sets in TRAININGS.items()}
    text = report(size, here, on_spark)
    written.write_text(text, encoding="utf-8")
    print(text)
    is_whole = here["rows"] == rows and all(answer["rows"] == spark_rows for answer in on_spark.values())
    return int("NOT MET" in text or not is_whole)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="itemscape-large-") as name:
        sys.exit(main(Path(name)))
