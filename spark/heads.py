"""What the beginning of a log tells, before Spark reads all of it: how it is written, and the column of each role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from errors import LogError
from interactions.column_names import Role
from interactions.columns import resolve_columns, with_given
from interactions.formats.opening import open_source
from interactions.formats.source import Source
from interactions.formats.unpacking import PACKED
from interactions.guessing import guess_columns, guess_for_cleaning
from interactions.options import ReadOptions
from spark import cluster
from spark.files import HEAD, RemoteFile, RemoteLog, read_start
from spark.lines import line_end
from spark.parquet import read_parquet

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HEAD_ROWS = 1000  # that columns are guessed from
_PARQUET = b"PAR1"


@dataclass(frozen=True)
class Head:
    """What the beginning of a log tells.

    source   the beginning as a file of this machine; the whole first file, where it lies here
    rows     its first rows as text, and those of further files where the first has few
    options  as they were given
    """

    source: Source
    rows: list[list[str]]
    roles: Mapping[Role, str]
    options: ReadOptions

    @property
    def columns(self) -> list[str]:
        """The columns that have a role."""
        return list(dict.fromkeys(self.roles.values()))

    def cells(self, *roles: Role) -> list[str]:
        """The first cells of the columns with those roles, one column after the other."""
        places = [self.source.columns.index(self.roles[role]) for role in roles if role in self.roles]
        return [row[place] for place in places for row in self.rows]


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

    also          roles that only the rules of cleaning need
    guess_others  roles that no column is given to are guessed
    folder        where the beginning may be kept for as long as the head is in use
    """
    if options.several_items is not None:
        raise LogError("Spark takes one item a cell: give each its own row, as reading the log here would.")
    source, rows = _first_rows(session, files, options, folder)
    if columns is not None and guess_others:
        guesses = guess_columns(source.columns, rows)
        wanted = guess_for_cleaning(source.columns, rows, [guess.name for guess in guesses.values()])
        guesses |= {role: guess for role, guess in wanted.items() if role in also}
        columns = with_given({role: guess.name for role, guess in guesses.items()}, columns)
    return Head(source, rows, resolve_columns(source.columns, rows, columns, item_columns, files.name, also), options)


def _first_rows(
    session: SparkSession, files: RemoteLog, options: ReadOptions, folder: Path
) -> tuple[Source, list[list[str]]]:
    """The beginning of the first file, and as many rows as columns are guessed from."""
    source: Source | None = None
    rows: list[list[str]] = []
    for number, file in enumerate(files.files):
        start = _start(session, file)
        if not start:  # nothing, packed
            continue
        found = _opened(session, file, start, options if source is None else source.options, folder / str(number))
        source = source or found
        has_all = found.kind == "parquet" and set(found.columns) >= set(source.columns)
        if found.kind != source.kind or not (has_all or found.columns == source.columns):
            raise LogError(f"{file.name} has other columns than {source.path.name}: give all files of a log the same.")
        places = [found.columns.index(name) for name in source.columns]
        rows += [[row[place] for place in places] for row in found.head(HEAD_ROWS - len(rows))]
        if len(rows) >= HEAD_ROWS:
            break
    if source is None:
        raise LogError(f"{files.name} is empty: choose a log with a header and at least one row.")
    return source, rows


def _opened(session: SparkSession, file: RemoteFile, start: bytes, options: ReadOptions, folder: Path) -> Source:
    source = open_source(file.here or _fetched(session, file, start, folder), options)
    if source.kind not in ("csv", "parquet"):
        raise LogError(f"{file.name} is of a kind that Spark is not given ({source.kind}): save it as Parquet or CSV.")
    if source.kind == "csv" and start.startswith(PACKED):
        raise LogError(
            f"{file.name} is packed in a way that its name does not tell Spark, or that Spark does not know: unpack "
            "it, or pack it as .gz and name it so."
        )
    return source


def _start(session: SparkSession, file: RemoteFile) -> bytes:
    """The first bytes of a file as Spark has them, few where it lies here; raises LogError where it cannot be read."""
    try:
        return read_start(session, file, 8 if file.here else HEAD)
    except Exception as error:  # py4j wraps whatever the file system raises
        if not hasattr(error, "java_exception"):
            raise
        raise LogError(
            f"{file.name} cannot be read ({cluster.reason(error).rstrip('.')}): it is damaged, or not packed as its "
            "name says."
        ) from error


def _fetched(session: SparkSession, file: RemoteFile, start: bytes, folder: Path) -> Path:
    """The beginning of a file, on this machine."""
    folder.mkdir()
    kept = folder / file.name
    if not start.startswith(_PARQUET):
        kept = kept.with_name(kept.name.removesuffix(".gz").removesuffix(".bz2").removesuffix(".zst"))
        whole = len(start) < HEAD
        kept.write_bytes(start if whole else start[: line_end(start)])
        return kept
    import pyarrow.parquet as pq

    frame = read_parquet(session, [file])
    pq.write_table(frame.limit(HEAD_ROWS).toArrow(), kept)
    return kept
