"""What the rows of a log come to, counted by Spark: only counts come to this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.distributions import ENDLESS, PAUSES_TOLD_APART, Pauses, counted_pauses
from analysis.row_counts import Counted, RowCounts, moments_of_hours
from embedders.base import Progress, no_progress, part_of
from spark.log import SparkLog
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_HOUR = 3_600


def count_rows(log: SparkLog, progress: Progress = no_progress) -> RowCounts:
    """The counts that a summary of the log is made from."""
    activity = _sizes(log, ["user"], "Counting what each user did", part_of(progress, 0.0, 0.2))
    lengths = activity if log.users_are_sessions else None
    if "session" in log.rows.columns:
        of_sessions = part_of(progress, 0.2, 0.4)
        lengths = _sizes(log, log.session_key, "Counting what each session holds", of_sessions)
    return RowCounts(
        activity=activity,
        lengths=lengths,
        moments=_moments(log, part_of(progress, 0.4, 0.6)) if log.has_times else None,
        pauses=_pauses(log, part_of(progress, 0.6, 1.0)) if log.has_times and not log.users_are_sessions else None,
    )


def _sizes(log: SparkLog, of: Sequence[str], stage: str, tell: Progress) -> Counted:
    """How many groups of rows there are of each size."""
    from pyspark.sql import functions as sql

    sizes = log.rows.groupBy(*of).agg(sql.count("*").alias("value"))
    found = _table(log, sizes.groupBy("value").agg(sql.count("*").alias("times")), stage, tell).sort_by("value")
    return Counted(_numbers(found, "value"), _numbers(found, "times"))


def _moments(log: SparkLog, tell: Progress) -> Counted:
    from pyspark.sql import functions as sql

    time = sql.col("time")
    hours = log.rows.groupBy((time - sql.pmod(time, sql.lit(_HOUR))).alias("hour"))
    counts = hours.agg(sql.min("time").alias("first"), sql.max("time").alias("last"), sql.count("*").alias("events"))
    found = _table(log, counts, "Counting by the hour", tell)
    return moments_of_hours(*(_numbers(found, name) for name in ("first", "last", "events")))


def _pauses(log: SparkLog, tell: Progress) -> Pauses:
    """Pauses, each as the longest of PAUSES_TOLD_APART that is no longer: thus there are few different ones."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    of_user = Window.partitionBy("user").orderBy("time")
    time = sql.col("time")
    before = sql.coalesce(time - sql.lag("time").over(of_user), sql.lit(ENDLESS))
    after = sql.coalesce(sql.lead("time").over(of_user) - time, sql.lit(ENDLESS))
    beside = log.rows.select(before.alias("before"), after.alias("after"))
    rounded = beside.select(
        _rounded(sql.col("before")).alias("before"), _rounded(sql.least("before", "after")).alias("shortest")
    )
    counts = rounded.groupBy("before", "shortest").agg(sql.count("*").alias("times"))
    found = _table(log, counts, "Counting pauses", tell)
    return counted_pauses(*(_numbers(found, name) for name in ("before", "shortest", "times")))


def _rounded(pause: Column) -> Column:
    """A pause as one of PAUSES_TOLD_APART, or ENDLESS."""
    from pyspark.sql import functions as sql

    steps = sql.array(*(sql.lit(int(step)) for step in PAUSES_TOLD_APART))
    shorter = sql.array_max(sql.filter(steps, lambda step: step <= pause))
    return sql.when(pause == ENDLESS, pause).otherwise(shorter)


def _table(log: SparkLog, counts: DataFrame, stage: str, tell: Progress) -> Any:
    return watch(log.session, counts.toArrow, stage, tell, jobs=2)


def _numbers(table: Any, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]] = table[name].to_numpy().astype(np.int64)
    return numbers
