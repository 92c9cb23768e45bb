"""Ranks of ids in byte order, worked out by the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from interactions.progress import Progress

_WITHIN = (1 << 33) - 1  # the part of Spark's increasing ids that counts the rows of a partition


def ranked(session: SparkSession, ids: DataFrame, stage: str, tell: Progress) -> tuple[DataFrame, int]:
    """(each different id of the one column with its rank, `code` int32, held by the workers; how many there are).

    Ids are sorted into partitions by ranges, so that the rank is the number of ids in those before, and the place in
    one's own.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as sql

    (name,) = ids.columns
    parts = int(session.conf.get("spark.sql.shuffle.partitions") or 1)
    in_ranges = ids.distinct().repartitionByRange(parts, name).sortWithinPartitions(name)
    numbered = in_ranges.select(name, sql.monotonically_increasing_id().alias("number"))
    kept = numbered.persist(StorageLevel.MEMORY_AND_DISK)
    part = sql.shiftright("number", 33)
    counts = kept.groupBy(part.alias("part")).count()
    sizes = {row["part"]: row["count"] for row in watch(session, counts.collect, stage, tell, jobs=4)}
    before, total = {}, 0
    for number in sorted(sizes):
        before[number] = total
        total += sizes[number]
    if not before:
        return kept.select(name, sql.lit(0).alias("code")), 0
    offsets = session.createDataFrame(list(before.items()), "part bigint, before bigint")
    within = sql.col("number").bitwiseAND(_WITHIN)
    found = kept.withColumn("part", part).join(sql.broadcast(offsets), "part")
    return found.select(name, (sql.col("before") + within).cast("int").alias("code")), total
