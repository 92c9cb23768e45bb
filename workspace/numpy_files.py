"""A NumPy array of vectors, with a second file that names its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedders.base import Progress, no_progress
from errors import LogError, VectorsError
from interactions.formats.opening import open_source
from interactions.formats.source import Source
from interactions.options import ReadOptions
from workspace.found_vectors import FoundVectors, check_width
from workspace.vector_columns import guess_ids, is_id_name
from workspace.vector_tables import read_ids

NPY = b"\x93NUMPY"  # what every .npy file begins with


def read_npy(
    path: Path, ids_path: Path | None, id_column: str | None, item_column: str, progress: Progress = no_progress
) -> FoundVectors:
    """Read a .npy array of numbers (n, dimensions), and from the other file the n ids of its rows."""
    array = open_npy(path)
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        held = f"values of type {array.dtype} in the shape {array.shape}"
        raise VectorsError(f"{path.name} holds {held}: save a table of numbers, one row an item.")
    if ids_path is None:
        raise VectorsError(f"{path.name} says nothing of items: give a second file with the ids, one a row.")
    check_width(path, array.shape[1])
    progress(f"Reading {ids_path.name}", 0.0, 1.0)
    ids = _row_ids(ids_path, id_column, item_column)
    if len(ids) != len(array):
        raise VectorsError(
            f"{ids_path.name} holds {len(ids):,} ids and {path.name} {len(array):,} vectors: give one id a vector, in "
            "the same order, and name the column of the ids where a line above them does."
        )
    progress(f"Reading {path.name}", 0.0, 1.0)
    return FoundVectors(ids, array, np.arange(1, len(ids) + 1), "row")


def open_npy(path: Path) -> npt.NDArray[Any]:
    """The array of a .npy file, mapped into memory; raises VectorsError where it is pickled or damaged."""
    try:
        array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        if "Python objects" in str(error):
            raise VectorsError(
                f"{path.name} holds pickled Python objects, which can run code when they are opened, so it is not "
                "read: save plain numbers (or texts, for ids) instead."
            ) from error
        raise VectorsError(f"{path.name} is a damaged .npy file ({error}): save it again.") from error
    return array


def _row_ids(path: Path, id_column: str | None, item_column: str) -> list[str | None]:
    """The ids of an array of texts or whole numbers, of a table, or of a text file with one a line."""
    with path.open("rb") as file:
        is_array = file.read(len(NPY)) == NPY
    if is_array:
        return _from_array(path)
    table = _as_table(path, id_column, item_column)
    if table is None:
        return _from_lines(path)
    column = guess_ids(path, table.columns, (), id_column, item_column)
    assert column is not None  # with no column taken for numbers, the first one is an answer
    return read_ids(table, column)


def _from_array(path: Path) -> list[str | None]:
    array = open_npy(path)
    if array.ndim != 1 or array.dtype.kind not in "iuUS":
        held = f"values of type {array.dtype} in the shape {array.shape}"
        raise VectorsError(f"{path.name} holds {held}: save a single row of ids, as texts or whole numbers.")
    if array.dtype.kind == "S":
        try:
            array = np.char.decode(array, "utf-8")
        except UnicodeDecodeError as error:
            raise VectorsError(f"{path.name} holds ids that are not UTF-8: save them as texts.") from error
    return [str(item) for item in array]


def _as_table(path: Path, id_column: str | None, item_column: str) -> Source | None:
    """The file as a table, or None where its first line names no column of ids: then that line is an id itself."""
    try:
        # Its first line is taken for names whatever it looks like: an item may be called as the column is.
        source = open_source(path, ReadOptions(header=True))
    except LogError:
        if id_column is not None or path.suffix.lower() in (".parquet", ".pq"):
            raise
        return None
    named = id_column is not None or any(is_id_name(name, item_column) for name in source.columns)
    return source if named or source.kind == "parquet" else None


def _from_lines(path: Path) -> list[str | None]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise VectorsError(f"{path.name} is not written in UTF-8 (line {line:,}): save it as UTF-8.") from error
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
