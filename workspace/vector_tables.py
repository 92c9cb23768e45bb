"""Tables of vectors, CSV and Parquet, and of ids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedders.base import Progress, no_progress
from errors import VectorsError
from interactions.columns import listed
from interactions.formats.columnar import ParquetFile
from interactions.formats.delimited import DelimitedFile
from interactions.formats.opening import open_source
from interactions.formats.source import Batch, Source
from interactions.options import ReadOptions
from interactions.values import decoded, encode, is_number, read_weights
from workspace.found_vectors import FoundVectors, check_width
from workspace.vector_columns import choose_columns

_HEAD_ROWS = 1000  # rows that columns are told from
_ENOUGH = 0.5  # of the filled cells of a column must be numbers for it to be one of numbers


def read_table(path: Path, id_column: str | None, item_column: str, progress: Progress = no_progress) -> FoundVectors:
    """Read the vectors of a CSV or Parquet file, row by row as they stand there.

    Raises VectorsError, or LogError where it is no table at all.
    """
    source = open_source(path, ReadOptions(header=True))
    if isinstance(source, DelimitedFile):
        if all(is_number(name) for name in source.columns):
            raise VectorsError(
                f"The first line of {path.name} holds only numbers ({listed(source.columns, 4)}), so it looks like "
                "data: add a first line with the names of the columns."
            )
        return _from_text(source, id_column, item_column, progress)
    if isinstance(source, ParquetFile):
        return _from_parquet(source, id_column, item_column, progress)
    raise VectorsError(f"{path.name} is no file of vectors that can be read: save it as CSV or Parquet.")


def read_ids(source: Source, column: str) -> list[str | None]:
    """One column of a table as ids, each exactly as it stands there; None where a cell is empty."""
    ids: list[str | None] = []
    for batch in source.batches([column]):
        _refuse_malformed(source, batch)
        ids += _texts(batch.arrays[0], column)
    return ids


def _from_text(source: DelimitedFile, id_column: str | None, item_column: str, progress: Progress) -> FoundVectors:
    numeric = _numeric_columns(source.columns, source.head(_HEAD_ROWS))
    chosen = choose_columns(source.path, source.columns, numeric, (), id_column, item_column)
    check_width(source.path, len(chosen.numbers))
    ids: list[str | None] = []
    places, parts = [], [np.empty((0, len(chosen.numbers)), np.float32)]
    for batch in source.wide_batches(chosen.ids, chosen.numbers):
        _refuse_malformed(source, batch)
        ids += _texts(batch.arrays[0], chosen.ids)
        parts.append(_numbers(batch.arrays[1]).reshape(-1, len(chosen.numbers)))
        places.append(batch.places)
        progress(f"Reading {source.path.name}", batch.done, source.size)
    return FoundVectors(
        ids,
        np.concatenate(parts),
        np.concatenate(places),
        source.unit,
        chosen.numbers,
        _columns_read(chosen.ids, chosen.numbers),
    )


def _from_parquet(source: Source, id_column: str | None, item_column: str, progress: Progress) -> FoundVectors:
    import pyarrow.parquet as pq

    kinds = {field.name: field.type for field in pq.read_schema(source.path)}
    lists = [name for name, kind in kinds.items() if _is_list(kind) and _is_number(kind.value_type)]
    numeric = [name for name, kind in kinds.items() if _is_number(kind)]
    chosen = choose_columns(source.path, source.columns, numeric, lists, id_column, item_column)
    ids: list[str | None] = []
    places: list[npt.NDArray[np.int64]] = []
    parts: list[npt.NDArray[np.float32]] = []
    for batch in source.batches([chosen.ids, *chosen.numbers]):
        ids += _texts(batch.arrays[0], chosen.ids)
        if chosen.numbers[0] in lists:
            parts.append(_from_lists(source.path, batch.arrays[1], batch.places, parts[0].shape[1] if parts else None))
        else:
            columns = zip(batch.arrays[1:], chosen.numbers, strict=True)
            parts.append(np.stack([_from_column(source.path, array, name) for array, name in columns], axis=1))
        check_width(source.path, parts[0].shape[1])
        places.append(batch.places)
        progress(f"Reading {source.path.name}", batch.done, source.size)
    if not parts:
        raise VectorsError(f"{source.path.name} has no rows: choose a file with vectors in it.")
    return FoundVectors(
        ids,
        np.concatenate(parts),
        np.concatenate(places),
        source.unit,
        () if chosen.numbers[0] in lists else chosen.numbers,
        _columns_read(chosen.ids, chosen.numbers),
    )


def _numeric_columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The columns whose first cells are numbers; all of them where the head of a very wide file holds no row."""
    import pyarrow as pa

    if not rows:
        return list(names)
    numeric = []
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        filled = [cell for cell in cells if cell.strip()]
        readable = ~np.isnan(read_weights(pa.array(filled, pa.string())))
        if filled and readable.mean() >= _ENOUGH:
            numeric.append(name)
    return numeric


def _numbers(cells: Any) -> npt.NDArray[np.float32]:
    """Texts as numbers, NaN where one is none."""
    import pyarrow as pa

    try:
        numbers: npt.NDArray[np.float32] = cells.cast(pa.float32()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:  # spaces around a number, or a cell that is none
        return read_weights(cells)
    return numbers


def _from_column(path: Path, array: Any, name: str) -> npt.NDArray[np.float32]:
    """A column of numbers, NaN where a cell is empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = decoded(array)
    try:
        wide = array.cast(pa.float64()) if pa.types.is_decimal(array.type) else array
        numbers: npt.NDArray[np.float32] = pc.fill_null(wide.cast(pa.float32(), safe=False), np.nan).to_numpy(
            zero_copy_only=False
        )
    except pa.ArrowException as error:
        raise VectorsError(
            f"Column {name!r} of {path.name} holds values of type {array.type}, not numbers: save it as float32."
        ) from error
    return numbers


def _from_lists(path: Path, array: Any, places: npt.NDArray[np.int64], width: int | None) -> npt.NDArray[np.float32]:
    """A column of lists as a matrix; raises VectorsError where one is missing or has another length than the first."""
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.list_value_length(array), -1).to_numpy(zero_copy_only=False)
    if width is None:
        width = int(next((length for length in lengths if length >= 0), 0))
    odd = np.flatnonzero(lengths != width)
    if len(odd):
        length = lengths[odd[0]]
        held = "no vector" if length < 0 else f"a vector of {length:,} numbers"
        raise VectorsError(
            f"{path.name}, row {places[odd[0]]:,}: there is {held}, while others have {width:,} numbers: all need the "
            "same length."
        )
    return _from_column(path, array.flatten(), "vectors").reshape(len(array), width)


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _texts(array: Any, name: str) -> list[str | None]:
    texts: list[str | None] = decoded(encode(array, name)).to_pylist()
    return texts


def _refuse_malformed(source: Source, batch: Batch) -> None:
    if batch.malformed:
        place, what = batch.malformed[0]
        raise VectorsError(
            f"{source.path.name}, {source.unit} {place:,}: {what} (the header names {len(source.columns):,}): mend "
            "the line, or export the file again."
        )


def _columns_read(ids: str, numbers: Sequence[str]) -> tuple[str]:
    which = f"column {numbers[0]!r}" if len(numbers) == 1 else f"columns {numbers[0]!r} to {numbers[-1]!r}"
    return (f"Column {ids!r} was read as the ids and {which} as the vectors.",)
