"""How often items stand together in a SparkLog, counted by the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spark.files import full_uri
from spark.log import SparkLog
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from interactions.progress import Progress


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


def write_cooccurrences(log: SparkLog, place: str, progress: Progress) -> None:
    """Let the workers write `cooccurrences` as Parquet files into a new folder, with ids in place of codes.

    place  a path that every worker can write to, or a URI that their Hadoop knows
    """
    import numpy as np
    import pyarrow as pa

    codes = np.arange(log.n_items, dtype=np.int32)
    names = log.session.createDataFrame(pa.table({"code": codes, "id": pa.array(log.item_ids, pa.string())}))
    pairs = cooccurrences(log)
    for name in ("item", "other"):
        named = names.withColumnsRenamed({"code": name, "id": f"{name}_id"})
        pairs = pairs.join(named, name)
    written = pairs.selectExpr("item_id", "other_id", "together").write
    watch(log.session, lambda: written.parquet(full_uri(place)), "Counting what stands together", progress, jobs=4)
