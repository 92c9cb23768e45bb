"""Generated logs are what they promise, and what is written down is what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from benchmarks import large, large_logs
from interactions import read_log


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_pandas_makes_the_same_arrays_as_the_app(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_logs, "PIECE", 700)
    path = tmp_path / f"log.{kind}"
    large_logs.write(str(path), "2000")
    log, report = read_log(path)
    assert (report.rows, log.n_interactions, log.n_users) == (2000, 2000, 40)
    assert {large_logs.with_app(str(path))["rows"], large_logs.with_pandas(str(path))["rows"]} == {2000.0}
    made: list[pd.DataFrame] = []
    sort_values = pd.DataFrame.sort_values

    def kept(table: pd.DataFrame, by: list[str], kind: Literal["stable"]) -> pd.DataFrame:
        made.append(sort_values(table, by, kind=kind))
        return made[-1]

    monkeypatch.setattr(pd.DataFrame, "sort_values", kept)
    large_logs.with_pandas(str(path))
    (table,) = made
    assert np.array_equal(table["user_id"], log.user_codes)
    assert np.array_equal(table["item_id"], log.item_codes)
    assert np.array_equal(table["rating"], log.weights)
    assert log.timestamps is not None
    assert np.array_equal(table["timestamp"], log.timestamps)


def test_a_limit_that_is_not_met_is_written_down_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"write": {"bytes": 2e9}, "with_app": {"seconds": 9.0, "memory": 12.5, "rows": 5.0}}
    monkeypatch.setattr("benchmarks.fresh.run", lambda part, *_: answers[part.__name__])
    written = tmp_path / "large.md"
    assert large.main(tmp_path, 5, written) == 1
    assert "under 12.00 GB: NOT MET" in written.read_text(encoding="utf-8")
    answers["with_app"]["memory"] = 11.5
    assert large.main(tmp_path, 5, written) == 0
    assert "under 12.00 GB: met" in written.read_text(encoding="utf-8")
    assert large.main(tmp_path, 6, written) == 1, "rows were lost"
