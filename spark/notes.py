"""What a person should know of the rows of a log, looked for by the workers: interactions/notes.py says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from interactions.cleaning import CleaningRules
from interactions.notes import (
    BYTE_ORDER_MARK,
    WORDS_FOR_NOTHING,
    Kind,
    notes_of_busiest,
    notes_of_cancelled,
    notes_of_ids,
)
from interactions.progress import Progress
from spark.cleaning import CANCELLED
from spark.rows import Rows
from spark.values import WHITE
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_STAGE = "Looking for what may be mistakes"
_MOST_IDS = 100_000  # odd ones that come to this machine: of more, as many are told


def notes_of_rows(
    session: SparkSession,
    rows: Rows,
    coded: DataFrame,
    users: DataFrame,
    item_ids: Sequence[str],
    rules: CleaningRules,
    tell: Progress,
) -> list[str]:
    """Notes of ids that are none, of a user with too many rows, and of receipts that take others back.

    rows      the rows that are left, ids as text
    coded     the same with codes of users
    users     `user` and `code`, one row a user
    item_ids  in byte order
    """
    kind: Kind = "session" if rows.users_are_sessions else "user"
    notes = notes_of_ids(kind, _odd_ids(session, users.select("user"), tell)) + notes_of_ids("item", item_ids)
    notes += _busiest(session, kind, coded, users, tell)
    if rules.returns == "keep" and rules.sessions is None and "session" in rows.has:
        notes += _cancelled(session, coded, tell)
    return notes


def _odd_ids(session: SparkSession, ids: DataFrame, tell: Progress) -> list[str]:
    """Of the ids in one column those that look like no ids, or like another, and that other; in byte order."""
    import pyarrow as pa
    from pyspark.sql import functions as sql

    (name,) = ids.columns
    own = sql.col(name)
    is_odd = own.isin(list(WORDS_FOR_NOTHING)) | own.rlike(f"^[{WHITE}]|[{WHITE}]\\z") | own.startswith(BYTE_ORDER_MARK)
    odd = ids.where(is_odd).limit(_MOST_IDS)
    found: pa.Table = watch(session, odd.toArrow, _STAGE, tell)
    texts = found[name].to_pylist()
    if not texts:
        return []
    bare = {text.strip() for text in texts} | {text.removeprefix(BYTE_ORDER_MARK) for text in texts}
    wanted = session.createDataFrame(pa.table({name: pa.array(sorted(bare), pa.string())}))
    others: pa.Table = watch(session, ids.join(sql.broadcast(wanted), name, "left_semi").toArrow, _STAGE, tell)
    return sorted({*texts, *others[name].to_pylist()}, key=str.encode)


def _busiest(session: SparkSession, kind: Kind, coded: DataFrame, users: DataFrame, tell: Progress) -> list[str]:
    """A note of the user with the most rows, the first of several."""
    from pyspark.sql import functions as sql

    rows_of = coded.groupBy("user").agg(sql.count("*").alias("rows"))
    first = sql.max(sql.struct("rows", (-sql.col("user")).alias("before"))).alias("first")
    counts: Any = rows_of.agg(first, sql.percentile("rows", 0.5).alias("median"), sql.sum("rows").alias("total"))
    (found,) = watch(session, counts.collect, _STAGE, tell, jobs=2)
    n_rows, before = found["first"]
    busy = notes_of_busiest(kind, "", n_rows, found["median"], found["total"])
    if not busy:  # which needs no name
        return []
    (user,) = users.where(sql.col("code") == -before).collect()
    return notes_of_busiest(kind, user["user"], n_rows, found["median"], found["total"])


def _cancelled(session: SparkSession, coded: DataFrame, tell: Progress) -> list[str]:
    from pyspark.sql import functions as sql

    counts = coded.agg(sql.count_if(sql.col("session").rlike(CANCELLED)).alias("rows"))
    (found,) = watch(session, counts.collect, _STAGE, tell)
    return notes_of_cancelled(found["rows"])
