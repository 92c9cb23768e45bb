"""Parquet and Arrow files as batches of columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from errors import LogError
from interactions.formats.source import Batch, Kind
from interactions.options import ReadOptions
from interactions.values import cells_of

_ROWS = 1 << 18  # a batch


class _Columnar(ABC):
    """A file of typed columns; raises LogError where a column name stands there twice."""

    kind: Kind
    unit: Literal["line", "row"] = "row"

    def __init__(self, path: Path, schema: Any, n_rows: int) -> None:
        """schema: of Arrow; n_rows: of the whole file."""
        self.path, self.size = path, n_rows
        self.options = ReadOptions(layout="table")
        self.notes: list[str] = []
        with _telling_damage(path, self.kind.capitalize()):
            self.columns: list[str] = list(schema.names)
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            raise LogError(f"{path.name} has two columns named {twice[0]!r}: rename one of them.")

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text; "" where a cell is null."""
        for batch in self._read(self.columns, rows):
            _refuse_broken(batch, self.path.name)
            cells = [cells_of(column) for column in batch.slice(0, rows).columns]
            return [["" if cell is None else str(cell) for cell in row] for row in zip(*cells, strict=True)]
        return []

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All rows in order, the named columns only."""
        done = 0
        for batch in self._read(columns, _ROWS):
            _refuse_broken(batch, self.path.name)
            places = np.arange(done + 1, done + batch.num_rows + 1, dtype=np.int64)
            done += batch.num_rows
            yield Batch([batch.column(name) for name in columns], places, n_malformed=0, malformed=[], done=done)

    @abstractmethod
    def _read(self, columns: Sequence[str], rows: int) -> Iterator[Any]:
        """Record batches of at most so many rows; raises LogError where the file is damaged."""


class ParquetFile(_Columnar):
    """A Parquet file; raises LogError where its footer cannot be read."""

    kind: Kind = "parquet"

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        with _telling_damage(path, "Parquet"), pq.ParquetFile(path) as file:
            schema, n_rows = file.schema_arrow, file.metadata.num_rows
        super().__init__(path, schema, n_rows)
        # Text is read as codes where it is stored as codes: the whole cost of a large file is its text.
        self._texts = [
            field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]

    def _read(self, columns: Sequence[str], rows: int) -> Iterator[Any]:
        import pyarrow.parquet as pq

        as_codes = [name for name in columns if name in self._texts]
        with _telling_damage(self.path, "Parquet"), pq.ParquetFile(self.path, read_dictionary=as_codes) as file:
            yield from file.iter_batches(batch_size=rows, columns=list(columns))


class ArrowFile(_Columnar):
    """An Arrow file or stream, which Feather's newer files are as well; raises LogError where it is damaged."""

    kind: Kind = "arrow"

    def __init__(self, path: Path) -> None:
        stored = self._stored(path)
        schema, _ = next(stored)
        super().__init__(path, schema, sum(batch.num_rows for _, batch in stored))

    def _read(self, columns: Sequence[str], rows: int) -> Iterator[Any]:
        for _, batch in self._stored(self.path):
            if batch is not None:
                for first in range(0, batch.num_rows, rows):
                    yield batch.select(list(columns)).slice(first, rows)

    @staticmethod
    def _stored(path: Path) -> Iterator[tuple[Any, Any]]:
        """(schema, None), then (schema, record batch) for each that is stored; mapped, so that columns cost nothing."""
        import pyarrow as pa

        with _telling_damage(path, "Arrow"), pa.memory_map(str(path)) as file:
            if file.read(6) == b"ARROW1":
                reader = pa.ipc.open_file(file)
                yield reader.schema, None
                for number in range(reader.num_record_batches):
                    yield reader.schema, reader.get_batch(number)
            else:
                file.seek(0)
                stream = pa.ipc.open_stream(file)
                yield stream.schema, None
                for batch in stream:
                    yield stream.schema, batch


@contextmanager
def _telling_damage(path: Path, what: str) -> Iterator[None]:
    """Raise LogError where Arrow cannot read on."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise LogError(f"{path.name} is a damaged {what} file ({_first_line(error)}): export it again.") from error


def _refuse_broken(batch: Any, name: str) -> None:
    """Raise LogError where cells point outside of what is stored, before anything follows them there."""
    import pyarrow as pa

    try:
        for column in batch.columns:  # a number or a day points nowhere, whatever it is
            column.validate(full=not pa.types.is_primitive(column.type))
    except pa.ArrowException as error:
        raise LogError(f"{name} is damaged ({_first_line(error)}): export it again.") from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
