"""What Spark counts of a log's rows, and the log that is kept of it, against the same log read by this machine."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from analysis.row_counts import Counted, RowCounts
from embedders.base import no_progress
from errors import Cancelled
from interactions import CleaningRules
from interactions import read_log as read_here
from spark.cluster import Cluster
from spark.counts import count_rows
from spark.log import read_log
from workspace import logs
from workspace.on_spark import SparkSource
from workspace.spark_logs import keep_spark_log
from workspace.summary import row_counts, summarise

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow

TINY = Path(__file__).resolve().parents[2] / "sample_data" / "tiny.csv"
HOUR, DAY = 3_600, 86_400


def plain(counts: RowCounts) -> dict[str, Any]:
    """Counts as lists; the moments by the hour, which is as Spark tells them apart."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(counts):
        value = getattr(counts, field.name)
        if isinstance(value, Counted) and field.name == "moments":
            hours = np.repeat(value.values, value.times) // HOUR
            ends = [int(value.values.min()), int(value.values.max())]
            found[field.name] = ends, Counted.of(hours).values.tolist(), Counted.of(hours).times.tolist()
        elif value is not None:
            found[field.name] = {name: array.tolist() for name, array in vars(value).items()}
        else:
            found[field.name] = None
    return found


def hard_times(random: np.random.Generator) -> list[str]:
    """Pauses that lie on the edges of bins and gaps, ties, times before 1970, sessions that users share."""
    steps = np.array([0, 0, 1, 2, 9, 59, 60, 61, 1_799, 1_800, 1_801, HOUR, DAY, DAY + 1, 63_072_000, 63_072_001])
    rows = ["user,item,time,session"]
    for user in range(40):
        time = int(random.integers(-10 * DAY, 10 * DAY))
        for event in range(int(random.integers(1, 30))):
            rows.append(f"u{user},i{random.integers(12)},{time},s{(user // 2 + event // 7) % 9}")
            time += int(random.choice(steps))
    return [rows[0], *random.permutation(rows[1:])]


def baskets(random: np.random.Generator) -> list[str]:
    return ["session,item,time", *(f"{row // 6},{random.integers(9)},{(row // 6) * DAY}" for row in range(200))]


def without_times(random: np.random.Generator) -> list[str]:
    return ["user,item,session", *(f"{row % 9},{random.integers(7)},{row % 4}" for row in range(150))]


def bare(random: np.random.Generator) -> list[str]:
    return ["user,item", *(f"{random.integers(20)},{random.integers(7)}" for _ in range(150))]


@pytest.mark.parametrize("shape", [hard_times, baskets, without_times, bare])
def test_spark_counts_what_this_machine_counts(spark: SparkSession, tmp_path: Path, shape: Any) -> None:
    file = tmp_path / "log.csv"
    file.write_text("\n".join(shape(np.random.default_rng(3))))
    here, _ = read_here(file)
    there, _ = read_log(spark, str(file))
    assert plain(count_rows(there)) == plain(row_counts(here))


def test_the_log_that_is_kept_has_the_summary_and_the_facts_of_the_local_one(spark: SparkSession) -> None:
    rules = CleaningRules(min_users_per_item=5, sessions="day")
    entry = logs.import_log(TINY, name="tiny", rules=rules)
    log, report = read_log(spark, str(TINY), rules=rules)
    source = SparkSource(str(TINY), "tiny on Spark", rules=rules)
    stages: list[str] = []
    kept = keep_spark_log(
        log, report, source, Cluster("local[2]"), lambda stage, done, total, loss=None: stages.append(stage)
    )
    local = summarise(logs.open_log(entry.digest))
    assert kept.summary.keys() == local.keys()
    for part, value in local.items():
        assert kept.summary[part] == value, part
    same = (
        "rows", "interactions", "users", "items", "sessions", "users_are_sessions", "first", "last", "columns", "rules",
        "dropped", "steps", "items_known", "source_name",
    )  # fmt: skip
    for name in same:
        assert getattr(kept, name) == getattr(entry, name), name
    assert stages[-1] == "Keeping the log"
    stages.clear()
    again = keep_spark_log(
        log, report, source, Cluster("local[1]"), lambda stage, done, total, loss=None: stages.append(stage)
    )
    assert stages == [], "nothing is counted twice"
    assert again.origin["master"] == "local[1]"


def test_counting_stops_when_somebody_wants_that(spark: SparkSession) -> None:
    log, _ = read_log(spark, str(TINY))

    def cancelled(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if stage == "Counting pauses":
            raise Cancelled

    with pytest.raises(Cancelled):
        count_rows(log, cancelled)
    assert plain(count_rows(log, no_progress))["pauses"]["size"]
