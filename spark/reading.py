"""From the files of a log to rows in Spark, every cell as text or number; what cannot be used is left out and counted.

A row means here what it means in interactions/: the same cells are read as the same values, and the same rows are left
out for the same reasons. What only guessing could read is refused, so that no count ever differs without a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from errors import LogError
from interactions.cleaning import Reason, Tally, in_words
from interactions.column_names import Role
from interactions.columns import resolve_columns, with_given
from interactions.formats.opening import open_source
from interactions.formats.source import Source
from interactions.guessing import guess_columns, guess_for_cleaning, may_be_compact_dates
from interactions.local_times import told_order
from interactions.options import ReadOptions
from interactions.progress import Progress
from interactions.times import read_times
from interactions.values import read_weights, told_decimal
from spark.files import HEAD, RemoteLog, read_start
from spark.lines import OPEN_QUOTE, cells_of_lines, line_end
from spark.rows import PLACE, Rows, places
from spark.times import seconds_of
from spark.values import number_of, text_of
from spark.watching import watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column, DataFrame, SparkSession

HEAD_ROWS = 1000  # that columns are guessed from
_LOOKED_AT = 1000  # different cells that Spark could not read are tried here
_SHOWN = 40  # letters of a cell
_PARQUET = b"PAR1"
_AGAIN = "the header again"
_MISSING: Mapping[Role, Reason] = {"user": "missing_user", "item": "missing_item", "session": "missing_session"}
_WRITTEN_OTHERWISE: tuple[tuple[Reason, Role, str, str], ...] = (
    ("unreadable_time", "time", "time", "as 2017-12-31 08:26:00 or as seconds since 1970"),
    ("non_finite_weight", "weight", "number", "plainly, as 1250.5"),
)
# Around a name in a header: blanks, a byte order mark, the sign of a comment, RecBole's type.
_BEFORE, _BEHIND = ("", " ", "\ufeff", "\ufeff#", '\ufeff"', "#", "# ", "%", "% "), ("", " ", '"', ":token")


@dataclass(frozen=True)
class Head:
    """What the beginning of a log tells.

    source  the beginning as a file of this machine; the whole first file, where it lies here
    rows    its first rows as text
    """

    source: Source
    rows: list[list[str]]
    roles: Mapping[Role, str]

    def cells(self, role: Role) -> list[str]:
        """Those of the column with a role."""
        name = self.roles.get(role)
        return [] if name is None else [row[self.source.columns.index(name)] for row in self.rows]


def read_head(
    session: SparkSession,
    files: RemoteLog,
    columns: Mapping[str, str] | None,
    options: ReadOptions,
    item_columns: Sequence[str],
    also: Sequence[Role],
    folder: Path,
    *,
    guess_others: bool = False,
) -> Head:
    """Look at the beginning of a log; raises LogError where it is no table that Spark is given, or roles are missing.

    also    roles that only the rules of cleaning need
    guess_others  roles that no column is given to are guessed
    folder  where the beginning may be kept for as long as the head is in use
    """
    if options.several_items is not None:
        raise LogError("Spark takes one item a cell: give each its own row, as reading the log here would.")
    path = files.here or _fetched(session, files, folder)
    source = open_source(path, options)
    if source.kind not in ("csv", "parquet"):
        raise LogError(f"{files.name} is of a kind that Spark is not given ({source.kind}): save it as Parquet or CSV.")
    rows = source.head(HEAD_ROWS)
    if columns is not None and guess_others:
        guesses = guess_columns(source.columns, rows)
        wanted = guess_for_cleaning(source.columns, rows, [guess.name for guess in guesses.values()])
        guesses |= {role: guess for role, guess in wanted.items() if role in also}
        columns = with_given({role: guess.name for role, guess in guesses.items()}, columns)
    return Head(source, rows, resolve_columns(source.columns, rows, columns, item_columns, files.name, also))


def _fetched(session: SparkSession, files: RemoteLog, folder: Path) -> Path:
    """The beginning of the first file, on this machine."""
    start = read_start(session, files.files[0])
    kept = folder / Path(files.files[0].path).name
    if not start.startswith(_PARQUET):
        kept = kept.with_name(kept.name.removesuffix(".gz").removesuffix(".bz2"))
        whole = len(start) < HEAD
        kept.write_bytes(start if whole else start[: line_end(start)])
        return kept
    import pyarrow.parquet as pq

    pq.write_table(session.read.parquet(files.paths[0]).limit(HEAD_ROWS).toArrow(), kept)
    return kept


def read_rows(session: SparkSession, files: RemoteLog, head: Head, tally: Tally, tell: Progress, *, keep: bool) -> Rows:
    """Read the columns that have roles and leave out what cannot be used.

    keep  rules of cleaning will go over the rows, so that the workers hold them on their disks; else it is cheaper to
          read the files again

    Raises LogError where nothing can be used, or where a cell is written in a way that only this machine can read.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as sql

    if head.source.kind == "csv":
        text, several = session.read.text(files.paths), len(files.files) > 1
        lines = cells_of_lines(text, head.source, sorted(set(head.roles.values())), several_files=several)
    else:
        lines = _typed(session, files, head)
    everything = _with_reasons(lines, head)
    if keep:
        everything = everything.persist(StorageLevel.DISK_ONLY)
    counts = everything.groupBy("reason").agg(sql.count("*").alias("rows"), sql.count_if("header").alias("headers"))
    found = watch(session, counts.collect, f"Reading {files.name}", tell, jobs=2)
    n_of: dict[str | None, int] = {row["reason"]: row["rows"] for row in found}
    n_headers = sum(row["headers"] for row in found)
    _refuse_open_quotes(everything, files.name, n_of)
    _refuse_what_is_read_otherwise(everything, head, n_of)
    if head.source.kind == "csv" and head.source.options.header:
        n_of["malformed_row"] = n_of.get("malformed_row", 0) - min(n_headers, len(files.files))
    for reason in (reason for reason in n_of if reason is not None):
        tally.add(reason, n_of[reason], _examples(everything, reason))  # type: ignore[arg-type]
    n_rows = n_of.get(None, 0) + tally.total
    if not n_rows:
        raise LogError(f"{files.name} has a header and no rows: choose a file with interactions in it.")
    if not n_of.get(None, 0):
        said = in_words(tally, such_as=True)
        raise LogError(" ".join([f"No row of {files.name} can be used: {said}.", *head.source.notes]))
    usable = everything.where(sql.col("reason").isNull()).drop("reason", "header", "shown")
    names = [name for name in usable.columns if name not in ("user", "item", *PLACE)]
    kept = everything if keep else None
    return Rows(usable, frozenset(names), users_are_sessions="user" not in head.roles, kept=kept)


def _typed(session: SparkSession, files: RemoteLog, head: Head) -> DataFrame:
    """The columns of Parquet files by their names as the head has them, with the order of the rows."""
    from pyspark.sql import functions as sql

    frame = session.read.parquet(*files.paths)
    given = {name.strip(): name for name in frame.columns}
    columns = [sql.col(f"`{given.get(name, name)}`").alias(name) for name in set(head.roles.values())]
    return frame.select(*columns, *places(several_files=len(files.files) > 1), sql.lit(None).alias("malformed"))


def _with_reasons(lines: DataFrame, head: Head) -> DataFrame:
    """Every role as a column, with the first reason why a row cannot be used, or null, and what to show of it then.

    One step after the other, each with its columns: else Spark works out anew what several of them need.
    """
    from pyspark.sql import functions as sql

    if "clock" in head.roles:
        raise LogError("Spark takes the time from one column: write date and time of the day together.")
    kinds = {field.name: field.dataType for field in lines.schema.fields}
    ids = [role for role in _MISSING if role in head.roles]
    columns: dict[str, Column] = {}
    for role, name in head.roles.items():
        column = sql.col(f"`{name}`")
        if role == "time":
            compact = may_be_compact_dates(head.cells("time"))
            columns |= {"time": seconds_of(column, kinds[name], compact=compact), "shown time": column.cast("string")}
        elif role in ("weight", "quantity"):
            columns |= {role: number_of(column, kinds[name]), f"shown {role}": column.cast("string")}
        else:
            columns |= {role: text_of(column, kinds[name], name)}
    frame = lines.select(*(column.alias(name) for name, column in columns.items()), *PLACE, "malformed")
    is_header = sql.coalesce(_all(sql.col(role).isin(_written(head.roles[role])) for role in ids), sql.lit(False))
    frame = frame.withColumn("header", is_header)
    reason = sql.when(sql.col("malformed").isNotNull() | sql.col("header"), "malformed_row")
    shown = sql.when(sql.col("malformed").isNotNull() | sql.col("header"), sql.coalesce("malformed", sql.lit(_AGAIN)))
    for role in ids:
        reason = reason.when(sql.col(role).isNull(), _MISSING[role])
        shown = shown.when(sql.col(role).isNull(), "")
    if "time" in head.roles:
        reason = reason.when(sql.col("time").isNull(), "unreadable_time")
        shown = shown.when(sql.col("time").isNull(), sql.col("shown time"))
    if "weight" in head.roles:
        weight = sql.col("weight")
        is_finite = ~sql.isnan(weight) & (sql.abs(weight) != sql.lit(float("inf")))
        reason = reason.when(~is_finite, "non_finite_weight").when(~(weight > 0), "non_positive_weight")
        shown = shown.when(~is_finite | ~(weight > 0), sql.col("shown weight"))
    frame = frame.withColumns({"reason": reason, "shown": shown})
    if "user" not in head.roles:
        frame = frame.withColumnRenamed("session", "user")
    return frame.drop("malformed", *(name for name in frame.columns if name.startswith("shown ")))


def _all(conditions: Any) -> Column:
    first, *others = conditions
    for condition in others:
        first = first & condition
    found: Column = first
    return found


def _written(name: str) -> list[str]:
    """How a header may write the name of a column, which was cleaned of all this."""
    return [before + name + behind for before in _BEFORE for behind in _BEHIND]


def _examples(everything: DataFrame, reason: str) -> list[str]:
    """Up to three of the rows that a reason took, as a person is shown them."""
    from pyspark.sql import functions as sql

    first = everything.where(sql.col("reason") == reason).orderBy(*PLACE).limit(3).select("shown").collect()
    return [_shown(row["shown"]) for row in first]


def _shown(cell: str | None) -> str:
    text = cell or ""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _refuse_open_quotes(everything: DataFrame, name: str, n_of: Mapping[str | None, int]) -> None:
    """Raise LogError where a field with quotes goes on in the next line, which another worker may have."""
    from pyspark.sql import functions as sql

    if n_of.get("malformed_row") and not everything.where(sql.col("shown") == OPEN_QUOTE).isEmpty():
        raise LogError(
            f"{name} has {OPEN_QUOTE}, and Spark reads line by line: save it as Parquet, or say that quotes hold "
            "nothing together."
        )


def _refuse_what_is_read_otherwise(everything: DataFrame, head: Head, n_of: Mapping[str | None, int]) -> None:
    """Raise LogError where cells that Spark SQL could not read are times or numbers to the reader of this machine."""
    import pyarrow as pa
    from pyspark.sql import functions as sql

    for reason, role, what, how in _WRITTEN_OTHERWISE:
        if not n_of.get(reason):
            continue
        unread = everything.where((sql.col("reason") == reason) & sql.col("shown").isNotNull())
        found = [row["shown"] for row in unread.select("shown").distinct().limit(_LOOKED_AT).collect()]
        column, told = pa.array(found, pa.string()), head.cells(role)
        if role == "time":
            order = told_order(told) or "month first"
            _, readable = read_times(column, compact=may_be_compact_dates(told), order=order, plain=True)
        else:
            readable = np.isfinite(read_weights(column, told_decimal(told) or "."))
        if readable.any():
            cell = found[int(readable.argmax())]
            raise LogError(
                f"{cell!r} in column {head.roles[role]!r} is a {what} that Spark is not taught to read: write it {how}."
            )
