"""Logs of many millions of rows, generated a piece at a time, and read each in a process of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import psutil

from benchmarks import fresh, machine

PIECE = 1_000_000  # rows
_FIRST, _YEARS = 1_500_000_000, 3 * 365 * 86_400  # seconds
_ITEMS = 100_000
_EVENTS_PER_USER = 50


def write(path: str, rows: str, n_items: str = str(_ITEMS)) -> dict[str, float]:
    """A log in no order as Parquet or CSV: ids of users and items as text, a weight of 1 to 5, and a time."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    n_rows, target = int(rows), Path(path)
    random = np.random.default_rng(0)
    users = pa.array([f"u{code:08x}" for code in range(max(n_rows // _EVENTS_PER_USER, 1))])
    items = pa.array([f"B{code:09d}" for code in range(int(n_items))])
    schema = pa.schema({"user_id": pa.string(), "item_id": pa.string(), "rating": pa.int64(), "timestamp": pa.int64()})
    opened = pq.ParquetWriter if target.suffix == ".parquet" else pyarrow.csv.CSVWriter
    with opened(target, schema) as file:
        for begin in range(0, n_rows, PIECE):
            size = min(PIECE, n_rows - begin)
            popular = (len(items) * random.random(size) ** 3).astype(np.int64)  # a few items have most of the rows
            columns = [
                users.take(pa.array(random.integers(0, len(users), size))),
                items.take(pa.array(popular)),
                pa.array(random.integers(1, 6, size)),
                pa.array(_FIRST + random.integers(0, _YEARS, size)),
            ]
            file.write_table(pa.table(columns, schema=schema))
    return {"bytes": float(target.stat().st_size)}


def with_app(path: str) -> dict[str, float]:
    """Read by the app, columns guessed: seconds, peak memory in GB, and the rows that are in the log."""
    from interactions import read_log

    _import_readers()
    with fresh.clock() as clock:
        log, _ = read_log(Path(path))
    return {"seconds": clock.seconds, "memory": _peak(), "rows": float(log.n_interactions)}


def trained(path: str, method: str, settings: str) -> dict[str, float]:
    """Read by the app and trained on, after a training on few rows: seconds of both, and peak memory in GB.

    settings  NAME=VALUE, parted by commas
    """
    from embedders import METHODS
    from interactions import read_log

    with fresh.clock() as reading:
        log, _ = read_log(Path(path))
    trainer = METHODS[method]
    values = dict(setting.split("=") for setting in settings.split(","))
    params = trainer.Params.checked(values)
    with tempfile.TemporaryDirectory() as folder:  # what is imported or compiled on first use is not of the log
        few = Path(folder) / "few.parquet"
        write(str(few), "2000", "50")
        trainer.fit(read_log(few)[0], trainer.Params.checked({**values, "dimensions": "4"}))
    with fresh.clock() as training:
        trainer.fit(log, params)
    return {"reading": reading.seconds, "training": training.seconds, "memory": _peak()}


def with_pandas(path: str) -> dict[str, float]:
    """The same arrays made with pandas: codes of the ids in their order, rows by user and time."""
    import pandas as pd

    _import_readers()
    with fresh.clock() as clock:
        ids = {"user_id": "str", "item_id": "str"}  # else ids of digits alone would lose their zeros
        table = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path, dtype=ids)
        for name in ids:
            table[name] = pd.factorize(table[name], sort=True)[0].astype(np.int32)
        table["rating"] = table["rating"].astype(np.float32)
        table = table.sort_values(["user_id", "timestamp"], kind="stable")
    return {"seconds": clock.seconds, "memory": _peak(), "rows": float(len(table))}


def _import_readers() -> None:
    """What either side imports when it first reads, so that only the reading is timed."""
    import numba  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.compute
    import pyarrow.parquet  # noqa: F401


def _peak() -> float:
    return machine.peak_memory(psutil.Process())
