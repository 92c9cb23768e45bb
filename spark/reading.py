"""From the files of a log to rows in Spark, every cell as text or number; what cannot be used is left out and counted.

A row means here what it means in interactions/: the same cells are read as the same values, and the same rows are left
out for the same reasons. What only guessing could read is refused, so that no count ever differs without a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from errors import LogError
from interactions.cleaning import REASONS, Reason, Tally, in_words
from interactions.column_names import Role
from interactions.formats.source import Kind
from interactions.guessing import may_be_compact_dates
from interactions.progress import Progress
from spark.files import RemoteLog, telling_damage
from spark.heads import Head
from spark.line_notes import FAULTS, notes_of_lines
from spark.lines import NUL_BYTE, OPEN_QUOTE, cell_name, cells_of_lines
from spark.parquet import columns_of, read_parquet
from spark.rows import PLACE, Rows, places
from spark.times import seconds_of
from spark.unread import UNREAD, refuse_what_is_read_otherwise, unread_name
from spark.values import number_of, text_of, trimmed
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_SHOWN, _EXAMPLES = 40, 3  # letters of a cell, and rows of a reason
BROKEN_TEXT = "text that is not UTF-8"
# Beside the reasons why a row cannot be used: the header as it stands, odd where in the middle it would be a row.
_HEADING, _ODD_HEADING = "heading", "odd heading"
_AGAIN = "the header again"
_MISSING: Mapping[Role, Reason] = {"user": "missing_user", "item": "missing_item", "session": "missing_session"}
# Around a name in a header: blanks, a byte order mark, the sign of a comment, RecBole's type.
_BEFORE, _BEHIND = ("", " ", "\ufeff", "\ufeff#", '\ufeff"', "#", "# ", "%", "% "), ("", " ", '"', ":token")


class _Counted(NamedTuple):
    """Rows of one file and one reason.

    first   the number of the first of them in the file, None where that is not among its first bytes
    unread  of each role, cells that are filled and could not be read
    faulty  lines with each of FAULTS
    """

    file: str
    reason: str | None
    rows: int
    first: int | None
    unread: dict[Role, int]
    faulty: dict[str, int]


def read_rows(session: SparkSession, files: RemoteLog, head: Head, tally: Tally, tell: Progress, *, keep: bool) -> Rows:
    """Read the columns that have roles and leave out what cannot be used.

    keep  rules of cleaning will go over the rows, so that the workers hold them on their disks; else it is cheaper to
          read the files again

    Raises LogError where nothing can be used, or where a cell is written in a way that only this machine can read.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as sql

    if "clock" in head.roles:
        raise LogError("Spark takes the time from one column: write date and time of the day together.")
    cells = _cells(session, files, head)
    # What workers hold of a frame, Spark takes for another that is made alike: also where the files are others by now.
    everything = _with_reasons(cells.withColumn("version", sql.lit(files.version)), head)
    if keep:
        everything = everything.persist(StorageLevel.DISK_ONLY)
    with telling_damage(files.name):
        counted = _count(session, everything, head.source.kind, f"Reading {files.name}", tell)
    n_of: Counter[str | None] = Counter()
    for found in counted:
        n_of[found.reason] += found.rows
    _refuse_lines(files.name, n_of)
    refuse_what_is_read_otherwise(
        everything, head, {role: sum(found.unread.get(role, 0) for found in counted) for role in UNREAD}
    )
    if _has_header(head):
        n_of["malformed_row"] += _headers_again(counted, files)
    faulty = sum((Counter(found.faulty) for found in counted if found.reason == "malformed_row"), Counter[str]())
    head.source.notes += notes_of_lines(session, files, head.source, faulty, tell)
    examples = _examples(everything, [reason for reason in REASONS if n_of[reason]])
    for reason in REASONS:
        tally.add(reason, n_of[reason], examples.get(reason, [repr(_AGAIN)]))
    if not n_of[None] + tally.total:
        raise LogError(f"{files.name} has a header and no rows: choose a file with interactions in it.")
    if not n_of[None]:
        said = in_words(tally, such_as=True)
        raise LogError(" ".join([f"No row of {files.name} can be used: {said}.", *head.source.notes]))
    roles = [role for role in everything.columns if role in head.roles or role == "user"]
    usable = everything.where(sql.col("reason").isNull()).select(*roles, *PLACE)
    names = frozenset(roles) - {"user", "item"}
    return Rows(usable, names, users_are_sessions="user" not in head.roles, kept=everything if keep else None)


def _cells(session: SparkSession, files: RemoteLog, head: Head) -> DataFrame:
    """The columns that have roles as `cell_name` numbers them, `malformed`, `heading` and PLACE."""
    from pyspark.sql import functions as sql
    from pyspark.sql.types import StringType

    several = len(files.files) > 1
    if head.source.kind == "csv":
        return cells_of_lines(session.read.text(files.paths), head.source, head.columns, several_files=several)
    frame = read_parquet(session, files.files)
    columns = columns_of(session, frame, files.files, head.columns)
    cells = frame.select(
        *(column.alias(cell_name(number)) for number, column in enumerate(columns)), *places(several_files=several)
    )
    is_broken = sql.lit(False)
    for field in cells.schema.fields:
        if isinstance(field.dataType, StringType) and field.name not in PLACE:
            is_broken |= ~sql.is_valid_utf8(sql.col(f"`{field.name}`"))
    return cells.withColumns({"malformed": sql.when(is_broken, BROKEN_TEXT), "heading": sql.lit(False)})


def _with_reasons(lines: DataFrame, head: Head) -> DataFrame:
    """Every role as a column, with the first reason why a row cannot be used, or null, and what to show of it then.

    One step after the other, each with its columns: else Spark works out anew what several of them need.
    """
    from pyspark.sql import functions as sql

    kinds = {field.name: field.dataType for field in lines.schema.fields}
    cells = {role: cell_name(head.columns.index(name)) for role, name in head.roles.items()}
    column_of = {role: sql.col(f"`{name}`") for role, name in cells.items()}
    columns: dict[str, Column] = {}
    for role, name in cells.items():
        if role == "time":
            compact = may_be_compact_dates(head.cells("time"))
            columns[role] = seconds_of(column_of[role], kinds[name], compact=compact)
        elif role in UNREAD:
            columns[role] = number_of(column_of[role], kinds[name])
        else:
            columns[role] = text_of(column_of[role], kinds[name], head.roles[role])
    raw = {f"raw {role}": column_of[role].cast("string") for role in UNREAD if role in cells}
    named = _all(_is_named(column_of[role].cast("string"), name) for role, name in head.roles.items())
    is_heading = sql.col("heading") | (sql.col("malformed").isNull() & sql.coalesce(named, sql.lit(False)))
    frame = lines.select(
        *(column.alias(name) for name, column in (columns | raw).items()),
        "malformed",
        (is_heading if _has_header(head) else sql.lit(False)).alias("heading"),
        *PLACE,
    )
    ids = [role for role in _MISSING if role in head.roles]
    is_header = _all(_is_named(sql.col(role), head.roles[role]) for role in ids)
    is_header = sql.col("malformed").isNull() & sql.coalesce(is_header, sql.lit(False))
    frame = frame.withColumn("header", is_header)
    is_bad = sql.col("malformed").isNotNull() | sql.col("header")
    reason = sql.when(sql.col("malformed").isin(OPEN_QUOTE, NUL_BYTE, BROKEN_TEXT), sql.col("malformed"))
    reason = reason.when(sql.col("heading"), sql.when(is_bad, _HEADING).otherwise(_ODD_HEADING)).when(
        is_bad, "malformed_row"
    )
    shown = sql.when(is_bad, sql.coalesce("malformed", sql.lit(_AGAIN)))
    for role in ids:
        reason = reason.when(sql.col(role).isNull(), _MISSING[role])
        shown = shown.when(sql.col(role).isNull(), "")
    if "time" in columns:
        reason = reason.when(sql.col("time").isNull(), "unreadable_time")
        shown = shown.when(sql.col("time").isNull(), sql.col("raw time"))
    if "weight" in columns:
        weight = sql.col("weight")
        is_finite = ~sql.isnan(weight) & (sql.abs(weight) != sql.lit(float("inf")))
        reason = reason.when(~is_finite, "non_finite_weight").when(~(weight > 0), "non_positive_weight")
        shown = shown.when(~is_finite | ~(weight > 0), sql.col("raw weight"))
    frame = frame.withColumns({"reason": reason, "shown": shown})
    frame = frame.withColumns({unread_name(role): _unread(role) for role in UNREAD if role in columns})
    frame = frame.drop("malformed", "heading", "header", *raw)
    return frame if "user" in columns else frame.withColumnRenamed("session", "user")


def _has_header(head: Head) -> bool:
    return head.source.kind == "csv" and bool(head.source.options.header)


def _unread(role: Role) -> Column:
    """The cell where it is filled and no time, of a row that has all before it, or no number, whatever row it is of."""
    from pyspark.sql import functions as sql

    if role == "time":
        is_unread = sql.col("reason") == "unreadable_time"
    else:
        is_unread = sql.isnan(role) & sql.col("malformed").isNull() & ~sql.col("header") & ~sql.col("heading")
    cell = sql.col(f"`raw {role}`")
    return sql.when(is_unread, sql.when(trimmed(cell) != "", cell))


def _count(session: SparkSession, everything: DataFrame, kind: Kind, stage: str, tell: Progress) -> list[_Counted]:
    from pyspark.sql import functions as sql

    faults = FAULTS if kind == "csv" else ()  # lines alone have them
    unread: list[Role] = [role for role in UNREAD if unread_name(role) in everything.columns]
    counts = everything.groupBy("file", "reason").agg(
        sql.count("*").alias("rows"),
        sql.min(sql.when(sql.col("block") == 0, sql.col("row"))).alias("first"),
        *(sql.count(f"`{unread_name(role)}`").alias(role) for role in unread),
        *(sql.count_if(sql.col("shown") == fault).alias(fault) for fault in faults),
    )
    return [
        _Counted(
            row["file"],
            row["reason"],
            row["rows"],
            row["first"],
            {role: row[role] for role in unread},
            {fault: row[fault] for fault in faults},
        )
        for row in watch(session, counts.collect, stage, tell, jobs=2)
    ]


def _refuse_lines(name: str, n_of: Mapping[str | None, int]) -> None:
    """Raise LogError where there are lines that Spark and this machine would cut otherwise, or that damage has made."""
    if n_of[OPEN_QUOTE]:
        raise LogError(
            f"{name} has {OPEN_QUOTE}, and Spark reads line by line: save it as Parquet, or say that quotes hold "
            "nothing together."
        )
    for damage in (NUL_BYTE, BROKEN_TEXT):
        if n_of[damage]:
            raise LogError(f"{name} holds {damage}: it is damaged, export it again.")


def _headers_again(counted: Sequence[_Counted], files: RemoteLog) -> int:
    """Headers that are not the first row of their file; raises LogError where one of several files begins otherwise."""
    headings = [found for found in counted if found.reason in (_HEADING, _ODD_HEADING)]
    first: dict[str, int] = {}
    for found in counted:
        if found.first is not None:
            first[found.file] = min(found.first, first.get(found.file, found.first))
    begins = {found.file: found.reason for found in headings if found.first == first.get(found.file, -1)}
    names = {file.uri: file.name for file in files.files}
    for file in dict.fromkeys(found.file for found in counted):
        if file not in begins:
            raise LogError(
                f"{names.get(file, files.name)} does not begin with the header of {files.files[0].name}: give all "
                "files of a log the same, in UTF-8."
            )
    left = Counter[str | None]()
    for found in headings:
        left[found.reason] += found.rows
    left.subtract(begins.values())
    if left[_ODD_HEADING]:
        raise LogError(
            f"{files.name} has its header again among its rows, which Spark cannot tell from a row: leave it out there."
        )
    return left[_HEADING]


def _examples(everything: DataFrame, reasons: Sequence[str]) -> dict[str, list[str]]:
    """Up to three of the rows that each reason took, as a person is shown them."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    if not reasons:
        return {}
    first = sql.row_number().over(Window.partitionBy("reason").orderBy(*PLACE))
    taken = everything.where(sql.col("reason").isin(list(reasons))).select("reason", "shown", first.alias("number"))
    found: dict[str, list[str]] = {}
    for row in taken.where(sql.col("number") <= _EXAMPLES).orderBy("number").collect():
        found.setdefault(row["reason"], []).append(_shown(row["shown"]))
    return found


def _shown(cell: str | None) -> str:
    text = cell or ""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _all(conditions: Any) -> Column:
    first, *others = conditions
    for condition in others:
        first = first & condition
    found: Column = first
    return found


def _is_named(cell: Column, name: str) -> Column:
    """Whether a cell is what a header may write for a column's name, which was cleaned of all that stands around it."""
    written = [before + name + behind for before in _BEFORE for behind in _BEHIND]
    return cell.contains(name) & cell.isin(written)  # a look at the text is cheaper than one into the list
