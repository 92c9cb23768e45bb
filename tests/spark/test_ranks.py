"""Codes are the ranks of ids in byte order, however the workers share the ids out."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from interactions.progress import no_progress
from spark.ranks import ranked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspark.sql import SparkSession

LETTERS = ["", "a", "B", "é", "日", "\uffff", "\U0001f600", " ", "0", "\x7f", "\x80"]


@pytest.fixture
def many_parts(spark: SparkSession) -> Iterator[SparkSession]:
    """More parts than a small log fills."""
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", "23")
    yield spark
    spark.conf.set("spark.sql.shuffle.partitions", str(before))


def ranks(session: SparkSession, ids: Sequence[str]) -> dict[str, int]:
    frame = session.createDataFrame(pa.table({"user": pa.array(ids, pa.string())})).repartition(5)
    found, n_different = ranked(session, frame, "Counting users", no_progress)
    assert found.columns == ["user", "code"]
    assert dict(found.dtypes)["code"] == "int"
    rows = found.collect()
    assert len(rows) == n_different, "each id has one code"
    return {row["user"]: row["code"] for row in rows}


def by_bytes(ids: Sequence[str]) -> dict[str, int]:
    return {name: code for code, name in enumerate(sorted(set(ids), key=str.encode))}


def test_ranks_of_ids_in_all_scripts(many_parts: SparkSession) -> None:
    chance = random.Random(1)
    ids = [first + second + third for first in LETTERS for second in LETTERS for third in LETTERS]
    ids += chance.choices(ids, k=len(ids))
    chance.shuffle(ids)
    assert ranks(many_parts, ids) == by_bytes(ids)
    assert list(by_bytes(ids)) != sorted(set(ids), key=lambda text: text.encode("utf-16-be")), (
        "as Java's own texts sort"
    )


@pytest.mark.parametrize("ids", [["b"], ["b", "a"], ["b", "b"], []], ids=str)
def test_ranks_of_few_ids(many_parts: SparkSession, ids: list[str]) -> None:
    assert ranks(many_parts, ids) == by_bytes(ids)


def test_ranks_of_many_ids(spark: SparkSession) -> None:
    ids = [f"{number * 7919 % 20_011}" for number in range(30_000)]
    assert ranks(spark, ids) == by_bytes(ids)
