"""A file as a table that is read in batches, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.options import ReadOptions

Kind = Literal["csv", "parquet"]


@dataclass(frozen=True)
class Batch:
    """Some records of a file, in the file's order.

    arrays       one Arrow array for each column asked for, all of the same length
    places       int64 (n,): where each record stands in the file, from 1, counted in `unit`
    n_malformed  malformed lines met since the batch before
    malformed    (place, what is wrong) of up to three of them
    done         how much of the file is read, in the unit of the source's `size`
    """

    arrays: list[Any]
    places: npt.NDArray[np.int64]
    n_malformed: int
    malformed: list[tuple[int, str]]
    done: int


class Source(Protocol):
    """What is known of a file from its head, and the way to its rows.

    unit   "line" or "row": what `places` of a batch count
    size   what `done` of a batch runs up to
    """

    path: Path
    kind: Kind
    unit: Literal["line", "row"]
    size: int
    columns: list[str]
    options: ReadOptions

    def head(self, rows: int) -> list[list[str]]:
        """The first records as text, a list of cells each; "" where a cell is empty."""

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All records in order, the named columns only; raises LogError where the file turns out damaged."""


def open_source(path: Path, options: ReadOptions) -> Source:
    """Look at a file's first bytes and open it as what it is; raises LogError where it is nothing that can be read."""
    # The formats import each other's contract from here.
    from interactions.delimited import DelimitedFile
    from interactions.parquet import ParquetFile

    try:
        if path.is_dir():
            raise LogError(f"{path} is a folder: choose the file inside it.")
        with path.open("rb") as file:
            first = file.read(8)
    except FileNotFoundError as error:
        raise LogError(f"There is no file {path}: check its name and folder.") from error
    except OSError as error:
        raise LogError(f"{path} cannot be opened: {error.strerror}.") from error
    if not first:
        raise LogError(f"{path.name} is empty: choose a file with a header and at least one row.")
    if first.startswith(b"PAR1"):
        return ParquetFile(path)
    if path.suffix.lower() in (".parquet", ".pq"):
        raise LogError(f"{path.name} is not a Parquet file, whatever its name says: export it again as Parquet or CSV.")
    for magic, what in _PACKED.items():
        if first.startswith(magic):
            raise LogError(f"{path.name} is {what}: unpack it, or save it as CSV or Parquet.")
    return DelimitedFile(path, options)


_PACKED = {
    b"\x1f\x8b": "compressed with gzip",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard",
    b"BZh": "compressed with bzip2",
    b"SQLite f": "an SQLite database",
}
