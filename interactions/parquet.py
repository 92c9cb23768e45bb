"""Parquet files as batches of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from errors import LogError
from interactions.options import ReadOptions
from interactions.source import Batch, Kind

_ROWS = 1 << 18  # a batch


class ParquetFile:
    """A Parquet file; raises LogError where its footer cannot be read or a column name stands there twice."""

    kind: Kind = "parquet"
    unit: Literal["line", "row"] = "row"

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        self.options = ReadOptions(layout="table")
        try:
            with pq.ParquetFile(path) as file:
                schema, self.size = file.schema_arrow, file.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            raise LogError(f"{path.name} is a damaged Parquet file ({_first_line(error)}): export it again.") from error
        self.columns: list[str] = list(schema.names)
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            raise LogError(f"{path.name} has two columns named {twice[0]!r}: rename one of them.")
        # Text is read as codes where it is stored as codes: the whole cost of a large file is its text.
        self._texts = [
            field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text; "" where a cell is null."""
        for batch in self._read(self.columns, rows):
            cells = [column.to_pylist() for column in batch.slice(0, rows).columns]
            return [["" if cell is None else str(cell) for cell in row] for row in zip(*cells, strict=True)]
        return []

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All rows in order, the named columns only."""
        done = 0
        for batch in self._read(columns, _ROWS):
            places = np.arange(done + 1, done + batch.num_rows + 1, dtype=np.int64)
            done += batch.num_rows
            yield Batch([batch.column(name) for name in columns], places, n_malformed=0, malformed=[], done=done)

    def _read(self, columns: Sequence[str], rows: int) -> Iterator[Any]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self.path, read_dictionary=[name for name in columns if name in self._texts]) as file:
                yield from file.iter_batches(batch_size=rows, columns=list(columns))
        except (pa.ArrowException, OSError) as error:
            raise LogError(
                f"{self.path.name} is a damaged Parquet file ({_first_line(error)}): export it again."
            ) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
