"""Rows that are met one by one, gathered into batches of text columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from interactions.formats.source import Batch

_ROWS = 1 << 16  # a batch
_MOST = 32 << 20  # characters of a batch

Row = tuple[int, Sequence[str | None] | str, int]
"""(place in the file from 1, the cells or what is wrong with them, how much of the file is read)."""


def in_batches(rows: Iterable[Row], n_columns: int) -> Iterator[Batch]:
    """Batches of text arrays, null where a cell is None; a row that is a text instead of cells is malformed."""
    cells: list[Sequence[str | None]] = []
    places: list[int] = []
    malformed: list[tuple[int, str]] = []
    n_malformed, done, size = 0, 0, 0
    for place, row, done in rows:
        if isinstance(row, str):
            n_malformed += 1
            if len(malformed) < 3:
                malformed.append((place, row))
        else:
            cells.append(row)
            places.append(place)
            size += sum([len(cell) for cell in row if cell])
        if len(cells) + n_malformed >= _ROWS or size > _MOST:
            yield _batch(cells, places, n_columns, n_malformed, malformed, done)
            cells, places, malformed, n_malformed, size = [], [], [], 0, 0
    if cells or n_malformed:
        yield _batch(cells, places, n_columns, n_malformed, malformed, done)


def _batch(
    cells: Sequence[Sequence[str | None]],
    places: Sequence[int],
    n_columns: int,
    n_malformed: int,
    malformed: list[tuple[int, str]],
    done: int,
) -> Batch:
    import pyarrow as pa

    columns = zip(*cells, strict=True) if cells else [()] * n_columns
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    return Batch(arrays, np.array(places, np.int64), n_malformed, malformed, done)
