"""SparkLog: an interaction log whose rows stay with the workers, and what of it fits on one machine."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedders.base import LogSize, part_of
from interactions.cleaning import CleaningReport, CleaningRules, Step, Tally, refuse_too_little
from interactions.column_names import FACTS, Role
from interactions.log import Texts
from interactions.notes import (
    notes_of_columns,
    notes_of_lost_rows,
    notes_of_roles,
    notes_of_several_items,
    notes_of_shared_sessions,
    notes_of_times,
)
from interactions.options import READER_VERSION, ReadOptions
from interactions.progress import Progress, no_progress
from interactions.tables import item_facts, join_table, open_table, text_column, with_facts
from spark.cleaning import clean
from spark.files import RemoteLog, find_files
from spark.heads import read_head
from spark.notes import notes_of_rows
from spark.ranks import ranked
from spark.reading import read_rows
from spark.rows import PLACE, Rows
from spark.watching import watch

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

_BYTES_A_PART = 32 << 20  # of a log's files, for one of the parts that rows are shuffled into
_PARTS_A_CORE = 4


@dataclass(frozen=True)
class SparkLog:
    """A log that Spark has read, cleaned and coded; only what grows with the items is on this machine.

    rows                user, item (int32 codes), weight (float32), PLACE, and where there are some time (int64 seconds
                        UTC) and session (its id, or its number within the user); held by the workers
    user_codes          user (text) and code (int32), one row a user; held by the workers
    item_ids            text (n_items,); a code is the rank of its id in byte order, as it is for users
    items               table, one row an item: title, category, further columns
    users_per_item      int64 (n_items,): popularity p, distinct users of each item
    events_per_item     int64 (n_items,)
    n_sessions          None where there are none; in a log of baskets they stand for the users
    first, last         seconds UTC, None without times
    users_are_sessions  True where the log has sessions and no users
    columns             role -> name of the column that has it
    digest              sha256 over the files' addresses, sizes and times, column roles, rules and reader version
    """

    session: SparkSession
    name: str
    rows: DataFrame
    user_codes: DataFrame
    item_ids: Texts
    items: pd.DataFrame
    users_per_item: npt.NDArray[np.int64]
    events_per_item: npt.NDArray[np.int64]
    n_interactions: int
    n_users: int
    n_sessions: int | None
    first: int | None
    last: int | None
    users_are_sessions: bool
    columns: Mapping[str, str]
    digest: str

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    @property
    def has_times(self) -> bool:
        return self.first is not None

    @property
    def session_key(self) -> list[str]:
        """The columns of `rows` that tell sessions apart; a user's whole history is one where there are none."""
        return ["user", "session"] if "session" in self.rows.columns else ["user"]

    def user_ids(self) -> Texts:
        """The users by code, text (n_users,): they come to this machine."""
        found = self.user_codes.toArrow().sort_by("code")
        return np.array(found["user"].to_pylist(), dtype=object)

    @cached_property
    def size(self) -> LogSize:
        """What an estimate needs to know of it."""
        pairs = int(self.users_per_item.sum())
        return LogSize(self.n_interactions, self.n_users, self.n_items, self.n_sessions, pairs)


def read_log(
    session: SparkSession,
    place: str,
    columns: Mapping[str, str] | None = None,
    rules: CleaningRules = CleaningRules(),  # noqa: B008 - frozen
    *,
    guess_others: bool = False,
    items_path: Path | None = None,
    options: ReadOptions = ReadOptions(),  # noqa: B008 - frozen
    items_options: ReadOptions = ReadOptions(),  # noqa: B008
    progress: Progress = no_progress,
) -> tuple[SparkLog, CleaningReport]:
    """Read a log of Parquet or delimited text with Spark, as `interactions.read_log` reads it on one machine.

    place       a path that every worker can read, or a URI that their Hadoop knows: a file, a folder, or a pattern
    columns     role -> column name; None = guessed from the first rows, as with `guess_others` those are that none is
                given to
    items_path  a table of items on this machine

    Raises LogError, with one sentence, where the files cannot be read or nothing to compare is left.
    """
    progress("Looking at the files", 0.0, 1.0)
    files = find_files(session, place)
    _cut_for(session, files)
    item_table = None if items_path is None else open_table(items_path, items_options, options)
    table_columns = [] if item_table is None else item_table.columns
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="itemscape-") as folder:
        head = read_head(
            session,
            files,
            columns,
            options,
            table_columns,
            rules.columns_needed,
            Path(folder),
            guess_others=guess_others,
        )
        facts = {} if item_table is None else item_facts(item_table, columns, head.roles)
        keep = rules != CleaningRules()
        rows = read_rows(session, files, head, tally, part_of(progress, 0.0, 0.3), keep=keep)
    n_shared = 0
    if keep and "session" in rows.has:
        n_shared = _count_sessions(session, rows.frame, "Looking at sessions", part_of(progress, 0.3, 0.35))[1]
    rows, steps = clean(session, rows, rules, tally, part_of(progress, 0.35, 0.5))
    items = _different_items(session, rows, part_of(progress, 0.5, 0.6))
    item_ids = items["item"].to_pylist()
    users, n_users = ranked(session, rows.frame.select("user"), "Counting users", part_of(progress, 0.6, 0.7))
    some = [row["user"] for row in users.limit(2).collect()] if n_users < 2 else ["", ""]
    refuse_too_little(files.name, len(item_ids), item_ids, some, tally)
    coded = _coded(session, rows, users, item_ids)
    of_items = _count_rows(session, coded, part_of(progress, 0.7, 0.9))
    n_interactions = int(of_items["events"].sum())
    first, last = (int(of_items["first"].min()), int(of_items["last"].max())) if "time" in rows.has else (None, None)
    n_sessions = n_users if rows.users_are_sessions else None
    if "session" in rows.has:
        n_sessions, now_shared = _count_sessions(session, coded, "Counting sessions", part_of(progress, 0.9, 0.95))
        n_shared = n_shared if keep else now_shared
    notes = head.source.notes + notes_of_roles(head.roles) + notes_of_times(head.roles, first, last)
    notes += notes_of_rows(session, rows, coded, users, item_ids, rules, part_of(progress, 0.95, 1.0))
    rows.forget()

    import pandas as pd

    table = pd.DataFrame({name: _fact(items, name) for name in FACTS})
    notes += notes_of_shared_sessions(head.roles, n_shared)
    notes += notes_of_columns(head.source.columns, head.rows, head.roles, rules, guessed=columns is None)
    notes += notes_of_lost_rows(head.roles, tally, n_interactions)
    notes += notes_of_several_items(item_ids, "Spark takes one a cell, so give each its own row.")
    items_known = None
    if item_table is not None:
        joined = join_table(item_table, item_ids, "item", head.roles["item"], items_options.match_ids)
        facts = {role: name for role, name in facts.items() if name in joined.frame}
        table = with_facts(table, joined, facts)
        items_known = int(joined.known.sum())
        notes += joined.notes
    named: dict[Role, str] = {**head.roles, **facts}
    log = SparkLog(
        session=session,
        name=files.name,
        rows=coded,
        user_codes=users,
        item_ids=np.array(item_ids, dtype=object),
        items=table,
        users_per_item=of_items["users"],
        events_per_item=of_items["events"],
        n_interactions=n_interactions,
        n_users=n_users,
        n_sessions=n_sessions,
        first=first,
        last=last,
        users_are_sessions=rows.users_are_sessions,
        columns={str(role): name for role, name in named.items()},
        digest=_digest(files, items_path, named, rules, [options, head.source.options, items_options]),
    )
    report = CleaningReport(
        rows=n_interactions + tally.total,
        interactions=n_interactions,
        dropped=tally.dropped(),
        columns=dict(log.columns),
        examples=tally.examples(),
        items_known=items_known,
        notes=notes,
        steps=steps or [Step(step="readable", rows=n_interactions, users=n_users, items=log.n_items)],
    )
    return log, report


def _cut_for(session: SparkSession, files: RemoteLog) -> None:
    """Shuffle into parts of a size that a worker holds with ease, unless somebody has said how many."""
    if session.conf.get("spark.sql.shuffle.partitions") == "200":  # what Spark has where nothing is said
        parts = max(_PARTS_A_CORE * session.sparkContext.defaultParallelism, -(-files.size // _BYTES_A_PART))
        session.conf.set("spark.sql.shuffle.partitions", str(parts))


def _count_sessions(session: SparkSession, rows: DataFrame, stage: str, tell: Progress) -> tuple[int, int]:
    """(sessions, each of one user; how many values of the session column stand with several users)."""
    from pyspark.sql import functions as sql

    owners = rows.select("session", "user").distinct().groupBy("session").agg(sql.count("*").alias("users"))
    counts = owners.agg(sql.sum("users"), sql.count_if(sql.col("users") > 1))
    (found,) = watch(session, counts.collect, stage, tell, jobs=3)
    return found[0], found[1]


def _different_items(session: SparkSession, rows: Rows, tell: Progress) -> Any:
    """An Arrow table, a row an item in byte order, with the first title and category that each has."""
    import pyarrow as pa
    from pyspark.sql import functions as sql

    found = rows.frame.select("item").distinct()
    for role in (role for role in FACTS if role in rows.has):
        # The first row of each block, before the first of all is looked for, leaves few to sort.
        firsts = (
            rows.frame.where(sql.col(role).isNotNull())
            .groupBy("item", role, "file", "block")
            .agg(sql.min("row").alias("row"))
        )
        first = firsts.groupBy("item").agg(sql.min_by(role, sql.struct(*PLACE)).alias(role))
        found = found.join(first, "item", "left")
    table: pa.Table = watch(session, found.toArrow, "Counting items", tell, jobs=3)
    return table.sort_by("item")


def _fact(items: Any, role: Role) -> pd.Series[Any]:
    """Titles or categories of the items as a column, missing where the log has none."""
    return text_column(items[role].to_pylist() if role in items.column_names else None, items.num_rows)


def _coded(session: SparkSession, rows: Rows, users: DataFrame, item_ids: Sequence[str]) -> DataFrame:
    """The rows with codes for ids, held by the workers in memory and, where that is full, on their disks."""
    import pyarrow as pa
    from pyspark import StorageLevel
    from pyspark.sql import functions as sql

    codes = pa.table({"item": pa.array(item_ids, pa.string()), "item code": np.arange(len(item_ids), dtype=np.int32)})
    items = sql.broadcast(session.createDataFrame(codes))
    joined = rows.frame.join(items, "item").join(users.withColumnRenamed("code", "user code"), "user")
    weight = sql.col("weight") if "weight" in rows.has else sql.lit(1.0).cast("float")
    columns = [
        sql.col("user code").alias("user"),
        sql.col("item code").alias("item"),
        weight.alias("weight"),
        *(name for name in ("time", "session") if name in rows.has),
        *PLACE,
    ]
    return joined.select(*columns).persist(StorageLevel.MEMORY_AND_DISK)


def _count_rows(session: SparkSession, coded: DataFrame, tell: Progress) -> Mapping[str, npt.NDArray[np.int64]]:
    """Of each item its users, its events and, where there are times, its first and last; int64 (n_items,) each."""
    from pyspark.sql import functions as sql

    times = [("first", sql.min), ("last", sql.max)] if "time" in coded.columns else []
    pairs = coded.groupBy("item", "user").agg(
        sql.count("*").alias("events"), *(reduce("time").alias(name) for name, reduce in times)
    )
    counts = pairs.groupBy("item").agg(
        sql.count("*").alias("users"),
        sql.sum("events").alias("events"),
        *(reduce(name).alias(name) for name, reduce in times),
    )
    found = watch(session, counts.toArrow, "Giving codes to users and items", tell, jobs=3).sort_by("item")
    return {name: found[name].to_numpy().astype(np.int64) for name in found.column_names}


def _digest(
    files: RemoteLog,
    items_path: Path | None,
    roles: Mapping[Role, str],
    rules: CleaningRules,
    options: Sequence[ReadOptions],
) -> str:
    """sha256 of all that the log was made from: addresses, sizes and times in place of the files' bytes."""
    listed = [[file.path, file.size, file.changed] for file in files.files]
    table = None if items_path is None else hashlib.sha256(items_path.read_bytes()).hexdigest()
    written = [one.model_dump(mode="json") for one in options]
    made_from = ["spark", listed, table, dict(roles), rules.model_dump(mode="json"), written, READER_VERSION]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
