"""Ten million rows of a file to an InteractionLog, beside pandas making the same arrays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import fresh, large_logs
from benchmarks.row import Row

ROWS = 10_000_000
TIMES = 3


def measure(folder: Path) -> Iterator[Row]:
    """From CSV and from Parquet: seconds, and the most memory that either needs."""
    for kind, limit in (("csv", 30.0), ("parquet", 30.0)):
        log = folder / f"ten million.{kind}"
        fresh.run(large_logs.write, log, ROWS)
        app, plain = fresh.in_turn([(large_logs.with_app, log), (large_logs.with_pandas, log)], TIMES)
        what = f"10 million rows from {'CSV' if kind == 'csv' else 'Parquet'}"
        yield Row(what, app["seconds"], "s", plain["seconds"], f"pandas.read_{kind}, factorize, sort_values", limit)
        yield Row(f"peak memory of {what}", app["memory"], "GB", plain["memory"], "the same", 3.0)
        log.unlink()
