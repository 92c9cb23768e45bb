"""Work on Spark is told of while it lasts, and ends where somebody wants that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from errors import Cancelled
from interactions.progress import no_progress
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow

STAGE = "Adding up"
FOR_DAYS = 10**15  # numbers that would have to be added up
NUMBERS = 50_000_000  # a second or so
PATIENCE = 60.0  # seconds for tasks to see that nobody waits for them


def add_up(spark: SparkSession, numbers: int, parts: int = 2) -> list[Any]:
    return spark.range(0, numbers, 1, parts).selectExpr("sum(id % 10)").collect()


def active_jobs(spark: SparkSession) -> list[int]:
    return list(spark.sparkContext.statusTracker().getActiveJobsIds())


def test_who_cancels_ends_the_jobs_that_spark_is_at(spark: SparkSession) -> None:
    def progress(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if active_jobs(spark):
            raise Cancelled

    with pytest.raises(Cancelled):
        watch(spark, lambda: add_up(spark, FOR_DAYS), STAGE, progress)
    end = time.monotonic() + PATIENCE
    while active_jobs(spark) and time.monotonic() < end:
        time.sleep(0.05)
    left = active_jobs(spark)
    spark.sparkContext.cancelAllJobs()  # so that a failure here is none of other tests
    assert left == []


def test_progress_grows_with_jobs_and_tasks_and_ends_whole(spark: SparkSession) -> None:
    told: list[tuple[str, float, float]] = []

    def progress(stage: str, done: float, total: float, loss: float | None = None) -> None:
        told.append((stage, done, total))

    def two_jobs() -> list[Any]:
        return [add_up(spark, NUMBERS, parts=8), add_up(spark, NUMBERS, parts=8)]

    first, second = watch(spark, two_jobs, STAGE, progress, jobs=2, begun=0.5)
    assert first == second
    assert first[0][0] == NUMBERS // 10 * 45
    shares = [done for _, done, _ in told]
    assert {(stage, total) for stage, _, total in told} == {(STAGE, 1.0)}
    assert shares == sorted(shares)
    assert shares[0] >= 0.5
    assert shares[-1] == 1.0
    of_jobs = {0.5 + 0.5 * min(jobs / 2, 0.99) for jobs in range(5)}
    assert set(shares) - of_jobs - {1.0}, "tasks that are done count, not only jobs"


def test_what_fails_on_spark_fails_here(spark: SparkSession) -> None:
    with pytest.raises(ZeroDivisionError):
        watch(spark, lambda: [1 // 0], STAGE, no_progress)
