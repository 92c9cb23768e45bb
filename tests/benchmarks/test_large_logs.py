"""Generated logs are what they promise, and what is written down is what was measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from benchmarks import large, large_logs
from errors import ParameterError
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


def test_a_training_is_timed_apart_from_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    large_logs.write(str(path), "500", "20")
    answer = large_logs.trained(str(path), "als", "dimensions=4,iterations=1")
    assert set(answer) == {"reading", "training", "memory"}
    assert min(answer.values()) > 0
    with pytest.raises(ParameterError):
        large_logs.trained(str(path), "als", "dimensions=0")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, float]]:
    """What the processes that measure would answer: five rows here, seven on Spark, every limit met."""
    found = {
        "write": {"bytes": 2e9},
        "with_app": {"seconds": 9.0, "memory": 11.5, "rows": 5.0},
        "trained": {**dict.fromkeys(large.TRAININGS, 2.0), "reading": 1.0, "rows": 7.0, "memory": 5.9, "driver": 0.3},
    }

    def stand_in(part: Callable[..., object], *arguments: object) -> dict[str, float]:
        return found[part.__name__]

    monkeypatch.setattr("benchmarks.fresh.run", stand_in)
    return found


def test_what_is_within_its_limits_is_written_down_as_that(
    tmp_path: Path, answers: dict[str, dict[str, float]]
) -> None:
    written = tmp_path / "large.md"
    assert large.main(tmp_path, 5, 7, written) == 0
    text = written.read_text(encoding="utf-8")
    assert text.count("under 6.00 GB: met") == 1
    assert "under 12.00 GB: met" in text
    assert large.main(tmp_path, 6, 7, written) == 1, "rows were lost here"
    assert large.main(tmp_path, 5, 8, written) == 1, "rows were lost on Spark"
    assert answers["trained"]["rows"] == 7


@pytest.mark.parametrize(
    ("part", "memory", "said"),
    [("with_app", 12.5, "under 12.00 GB: NOT MET"), ("trained", 6.1, "under 6.00 GB: NOT MET")],
)
def test_a_limit_that_is_not_met_is_written_down_as_that(
    tmp_path: Path, answers: dict[str, dict[str, float]], part: str, memory: float, said: str
) -> None:
    answers[part]["memory"] = memory
    written = tmp_path / "large.md"
    assert large.main(tmp_path, 5, 7, written) == 1
    assert said in written.read_text(encoding="utf-8")
