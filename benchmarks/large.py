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
TRAININGS = ("als:iterations=3", "item2vec:epochs=1")
MEMORY, SPARK_MEMORY = 12.0, 6.0  # GB at most
WRITTEN = Path(__file__).with_name("large.md")
_ABOUT = """\
# Tens of millions of rows

Written by `make bench-large`, which generates the files and removes them again: 10 GB of disk, 12 GB of memory, and
twenty minutes on two cores. Spark runs as local[2]; its memory is that of all processes together, Java's and
Python's, looked at five times a second.
"""

Answer = Mapping[str, float]


def report(size: float, here: Answer, on_spark: Answer) -> str:
    """What was measured, as Markdown; size of the first file in bytes, what the measured processes answered."""
    rows = [
        Row(f"{here['rows'] / 1e6:,.0f} million rows of Parquet, {size / 1e9:.1f} GB, read here", here["seconds"], "s"),
        Row("  peak memory", here["memory"], "GB", limit=MEMORY),
    ]
    rows += [
        Row(f"{on_spark['rows'] / 1e6:,.0f} million rows read by Spark", on_spark["reading"], "s"),
        *(Row(f"  and trained on by {name.replace(':', ' with ')}", on_spark[name], "s") for name in TRAININGS),
        Row("  peak memory", on_spark["memory"], "GB", limit=SPARK_MEMORY),
        Row("  of that the program's own, which drives Spark", on_spark["driver"], "GB"),
    ]
    return "\n".join([_ABOUT, "```", *machine.facts(), "", HEADING, *map(str, rows), "```", ""])


def main(folder: Path, rows: int = ROWS, spark_rows: int = SPARK_ROWS, written: Path = WRITTEN) -> int:
    """Generate, read, train, write down; the exit code is 1 where a limit is not met, or rows were lost."""
    log, spark_log = folder / "large.parquet", folder / "spark.parquet"
    size = fresh.run(large_logs.write, log, rows)["bytes"]
    here = fresh.run(large_logs.with_app, log)
    log.unlink(missing_ok=True)
    fresh.run(large_logs.write, spark_log, spark_rows)
    on_spark = fresh.run(large_spark.trained, spark_log, ";".join(TRAININGS))
    text = report(size, here, on_spark)
    written.write_text(text, encoding="utf-8")
    print(text)
    is_whole = here["rows"] == rows and on_spark["rows"] == spark_rows
    return int("NOT MET" in text or not is_whole)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="itemscape-large-") as name:
        sys.exit(main(Path(name)))
