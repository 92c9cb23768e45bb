"""Tables of SQLite and DuckDB files, opened for reading only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

from errors import LogError
from interactions.formats.source import Batch, Kind, checked_columns, chosen_table
from interactions.formats.text_rows import Row, in_batches
from interactions.options import ReadOptions

_ROWS = 1 << 18  # a batch


class SqliteTable:
    """A table or view of an SQLite file; raises LogError where there are several and none is named."""

    kind: Kind = "sqlite"
    unit: Literal["line", "row"] = "row"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self._table = chosen_table(sqlite_tables(path), options.table, path.name)
        with _sqlite(path) as connection:
            # A statement of its own for the names: a view may be broken.
            cursor = connection.execute(f"SELECT * FROM {_quoted(self._table)} LIMIT 0")
            self.columns = checked_columns([name for name, *_ in cursor.description], path.name)
            (self.size,) = connection.execute(f"SELECT COUNT(*) FROM {_quoted(self._table)}").fetchone()
        self.notes: list[str] = []
        self.options = ReadOptions(layout="table", table=self._table)

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text, a list of cells each; "" where a cell is null."""
        return [["" if cell is None else cell for cell in row] for _, row, _ in self._read(self.columns, rows)]

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All rows in order, the named columns only."""
        return in_batches(self._read(columns, None), len(columns))

    def _read(self, columns: Sequence[str], limit: int | None) -> Iterator[Row]:
        # The n-th column by its place, since two columns of a view may have one name.
        named = ", ".join(_quoted(name) for name in columns)
        with _sqlite(self.path) as connection:
            query = f"SELECT {named} FROM {_quoted(self._table)} LIMIT ?"
            for place, row in enumerate(connection.execute(query, [-1 if limit is None else limit]), start=1):
                yield place, [_text(value) for value in row], place


class DuckdbTable:
    """A table or view of a DuckDB file; raises LogError where there are several and none is named."""

    kind: Kind = "duckdb"
    unit: Literal["line", "row"] = "row"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        places = _duckdb_places(path)
        chosen = chosen_table(list(places), options.table, path.name)
        self._table = ".".join(map(_quoted, places[chosen]))
        with _duckdb(path) as connection:
            described = connection.execute(f"SELECT * FROM {self._table} LIMIT 0").description
            self.columns = checked_columns([name for name, *_ in described], path.name)
            (self.size,) = connection.execute(f"SELECT COUNT(*) FROM {self._table}").fetchone()
        self.notes: list[str] = []
        self.options = ReadOptions(layout="table", table=chosen)

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text, a list of cells each; "" where a cell is null."""
        with _duckdb(self.path) as connection:
            found = connection.execute(f"SELECT * FROM {self._table} LIMIT ?", [rows]).fetchall()
        return [["" if cell is None else str(cell) for cell in row] for row in found]

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All rows in order, the named columns only."""
        import numpy as np

        done = 0
        with _duckdb(self.path) as connection:
            query = f"SELECT {', '.join(map(_quoted, columns))} FROM {self._table}"
            for batch in connection.sql(query).to_arrow_reader(_ROWS):
                places = np.arange(done + 1, done + batch.num_rows + 1, dtype=np.int64)
                done += batch.num_rows
                yield Batch(list(batch.columns), places, n_malformed=0, malformed=[], done=done)


def sqlite_tables(path: Path) -> list[str]:
    """The tables and views of an SQLite file."""
    query = (
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' "
        "ORDER BY name"
    )
    with _sqlite(path) as connection:
        return [name for (name,) in connection.execute(query)]


def duckdb_tables(path: Path) -> list[str]:
    """The tables and views of a DuckDB file; "sales.events" stands for one in another schema than main."""
    return list(_duckdb_places(path))


def _duckdb_places(path: Path) -> dict[str, tuple[str, str]]:
    """Name as a person reads it -> schema and table."""
    query = (
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database() "
        "ORDER BY ALL"
    )
    with _duckdb(path) as connection:
        found = connection.execute(query).fetchall()
    return {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in found}


@contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            yield connection
    except (sqlite3.Error, UnicodeError) as error:  # names of columns are decoded by the library
        raise LogError(f"{path.name} cannot be read as an SQLite database ({error}).") from error


@contextmanager
def _duckdb(path: Path) -> Iterator[Any]:
    import duckdb

    try:
        config: dict[str, str | bool | int | float | list[str]] = {
            "enable_external_access": False, "autoinstall_known_extensions": False
        }  # fmt: skip
        with duckdb.connect(str(path), read_only=True, config=config) as connection:
            yield connection
    except (duckdb.Error, UnicodeError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise LogError(f"{path.name} cannot be read as a DuckDB database ({reason}).") from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: Any) -> str | None:
    """A cell as text, a number as SQLite writes it."""
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
