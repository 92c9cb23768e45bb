"""Item sequences of a SparkLog, cut by the workers as interactions/sequences.py cuts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from errors import ParameterError
from interactions.sequences import SequenceBy, longest_pause
from spark.log import SparkLog
from spark.rows import PLACE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def cut_sequences(
    log: SparkLog,
    by: SequenceBy | None = None,
    *,
    gap_minutes: float = 30.0,
    seed: int = 0,
    items: DataFrame | None = None,
) -> DataFrame:
    """The sequences by user, session or gap, one a row: their key, and `items`, an array of item codes.

    by     None takes sessions where there are some
    items  a column `item` of the codes that count; the others are left out once the sequences are cut

    Events of one sequence and equal time have no order: one is drawn from the seed, the same however rows are spread.
    Raises ParameterError where the log lacks the column that `by` needs.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    if by == "session" and log.n_sessions is None:
        raise ParameterError(
            "Sequences by session need a session column, and this log has none: choose sequences by user or by gap."
        )
    if by == "gap" and not log.has_times:
        raise ParameterError(
            "Sequences by gap need a time column, and this log has none: choose sequences by user or by session."
        )
    rows, key = log.rows, ["user"] if by in ("user", "gap") else log.session_key
    if by == "gap":
        history = Window.partitionBy("user").orderBy("time")
        pause = sql.col("time") - sql.lag("time").over(history)
        begins = sql.coalesce(pause > longest_pause(gap_minutes), sql.lit(False))
        number = sql.sum("begins").over(history.rangeBetween(Window.unboundedPreceding, Window.currentRow))
        rows = rows.withColumn("begins", begins.cast("int")).withColumn("number", number)
        key = ["user", "number"]
    if items is not None:
        rows = rows.join(sql.broadcast(items), "item", "left_semi")
    order = [sql.xxhash64(sql.lit(seed), *PLACE), sql.col("item")]
    if log.has_times:
        order.insert(0, sql.col("time"))
    events = sql.sort_array(sql.collect_list(sql.struct(*(part.alias(f"o{at}") for at, part in enumerate(order)))))
    return rows.groupBy(*key).agg(events.getField(f"o{len(order) - 1}").alias("items"))
