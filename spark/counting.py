"""How often items stand together in a SparkLog, counted by the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spark.log import SparkLog

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def cooccurrences(log: SparkLog) -> DataFrame:
    """item, other (int32 codes, item < other), together (int64): how many sessions hold both; pairs never met left out.

    Users' whole histories stand for sessions where there are none. A session of n different items has n (n - 1) / 2
    pairs, which its worker writes down one after the other.
    """
    from pyspark.sql import functions as sql

    held = log.rows.groupBy(*log.session_key).agg(sql.array_sort(sql.collect_set("item")).alias("items"))
    first = held.select(sql.posexplode("items").alias("at", "item"), "items")
    rest = sql.slice("items", sql.col("at") + 2, sql.size("items"))
    pairs = first.select("item", sql.explode(rest).alias("other"))
    return pairs.groupBy("item", "other").agg(sql.count("*").alias("together"))
