"""A file as a table that is read in batches, whatever its format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.options import ReadOptions

MOST_COLUMNS = 5_000

Kind = Literal["csv", "json lines", "parquet", "arrow", "excel", "sqlite", "duckdb", "baskets", "user-items"]


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
    notes  what a person should know of how the file was read
    """

    path: Path
    kind: Kind
    unit: Literal["line", "row"]
    size: int
    columns: list[str]
    options: ReadOptions
    notes: list[str]

    def head(self, rows: int) -> list[list[str]]:
        """The first records as text, a list of cells each; "" where a cell is empty."""

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All records in order, the named columns only; raises LogError where the file turns out damaged."""


def checked_columns(names: Sequence[str], file: str) -> list[str]:
    """Names of columns, trimmed, "column 3" for an empty one; LogError where two are alike or they are too many."""
    columns = [name.strip() or f"column {place}" for place, name in enumerate(names, start=1)]
    if len(columns) > MOST_COLUMNS:
        raise LogError(
            f"{file} has {len(columns):,} columns, and {MOST_COLUMNS:,} is the most that can be read: save only the "
            "columns you need."
        )
    for name, times in Counter(columns).items():
        if times > 1:
            raise LogError(f"{file} has {times} columns named {name!r}: rename them so that they differ.")
    return columns


def chosen_table(tables: Sequence[str], wanted: str | None, file: str, what: str = "table") -> str:
    """The one that is wanted, or the only one; raises LogError where it is not there, or several are."""
    shown = [name if name.isprintable() else repr(name) for name in tables[:20]]
    listed = ", ".join(shown) + (f" and {len(tables) - 20} more" if len(tables) > 20 else "")
    if not tables:
        raise LogError(f"{file} holds no {what} with rows and columns.")
    if wanted is None and len(tables) > 1:
        raise LogError(f"{file} holds {len(tables)} {what}s: say which is the table, one of {listed}.")
    if wanted is not None and wanted not in tables:
        raise LogError(f"{file} holds no {what} {wanted!r}: it holds {listed}.")
    return tables[0] if wanted is None else wanted
