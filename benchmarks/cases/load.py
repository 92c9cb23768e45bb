"""The sample from its files to an InteractionLog. Imports are not timed, on either side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import fresh
from benchmarks.row import Row

TIMES = 3


def measure(folder: Path) -> Iterator[Row]:
    """From Parquet as it comes, and from a CSV of the same rows."""
    app = fresh.run(with_app, _sample_log(), times=TIMES)["seconds"]
    plain = fresh.run(with_pandas, _sample_log(), times=TIMES)["seconds"]
    yield Row("the sample from Parquet", app, "s", plain, "pandas.read_parquet", 2.0)
    table = folder / "interactions.csv"
    fresh.run(write_csv, table)
    app = fresh.run(with_app, table, times=TIMES)["seconds"]
    plain = fresh.run(with_pandas, table, times=TIMES)["seconds"]
    yield Row("the same rows from CSV", app, "s", plain, "pandas.read_csv", 5.0)
    table.unlink()


def with_app(log: str) -> dict[str, float]:
    """Read by the app, with item table, cleaning and the sample's column roles."""
    from interactions import CleaningRules, read_log
    from interactions.sample import sample_columns, sample_files

    with fresh.clock() as clock:
        read_log(Path(log), sample_columns(), CleaningRules(), items_path=sample_files()[1])
    return {"seconds": clock.seconds}


def with_pandas(log: str) -> dict[str, float]:
    """Read by pandas, with its item table, and nothing done with it."""
    import pandas as pd
    import pyarrow.parquet  # noqa: F401 - pandas imports it when it first reads

    from interactions.sample import sample_files

    with fresh.clock() as clock:
        pd.read_csv(log) if log.endswith(".csv") else pd.read_parquet(log)
        pd.read_parquet(sample_files()[1])
    return {"seconds": clock.seconds}


def write_csv(table: str) -> dict[str, float]:
    """Write the sample's log as CSV."""
    import pandas as pd

    pd.read_parquet(_sample_log()).to_csv(table, index=False)
    return {}


def _sample_log() -> Path:
    from interactions.sample import sample_files

    return sample_files()[0]
