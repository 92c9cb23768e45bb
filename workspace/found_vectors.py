"""Vectors as they were found in a file, and what must be true of them before they are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from embedders.base import Vectors
from errors import VectorsError

NARROWEST, WIDEST = 2, 4096  # dimensions


@dataclass(frozen=True)
class FoundVectors:
    """What a file holds: row i of `vectors` belongs to ids[i].

    ids         None or "" where a row has no id
    vectors     numbers (n, dimensions)
    places      int64 (n,): where each row stands in the file, from 1, counted in `unit`
    dimensions  names of the columns, empty where they have none
    notes       what a person should know of the reading, one sentence each
    """

    ids: Sequence[str | None]
    vectors: npt.NDArray[Any]
    places: npt.NDArray[np.int64]
    unit: Literal["line", "row"]
    dimensions: Sequence[str] = ()
    notes: tuple[str, ...] = ()


def check_width(path: Path, width: int) -> None:
    """Raise VectorsError where vectors are too short or too long to be used."""
    if width < NARROWEST:
        raise VectorsError(
            f"The vectors of {path.name} hold {width} number each, and at least {NARROWEST} are needed to tell "
            "directions apart: choose a file with more columns of numbers."
        )
    if width > WIDEST:
        raise VectorsError(
            f"The vectors of {path.name} hold {width:,} numbers each, and {WIDEST:,} is the most that can be used: "
            "shorten them first, by a principal component analysis for instance."
        )


def checked(path: Path, found: FoundVectors) -> tuple[list[str], Vectors]:
    """(ids, float32 vectors); raises VectorsError for the first row without an id, with one twice, or a bad number."""
    if not len(found.ids):
        raise VectorsError(f"{path.name} holds no vectors: choose a file with at least one.")
    check_width(path, found.vectors.shape[1])
    ids = _checked_ids(path, found)
    with np.errstate(over="ignore"):
        vectors = np.ascontiguousarray(found.vectors, dtype=np.float32)
    finite = np.isfinite(vectors)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        which = f"{found.dimensions[column]}" if found.dimensions else f"number {column + 1}"
        raise VectorsError(
            f"{path.name}, {_place(found, row)}: {which} of item {ids[row]!r} is empty or no finite 32-bit number: "
            "mend it, or leave the item out."
        )
    return ids, vectors


def _checked_ids(path: Path, found: FoundVectors) -> list[str]:
    ids, first = [], dict[str, int]()
    for row, item in enumerate(found.ids):
        if not item:
            raise VectorsError(f"{path.name}, {_place(found, row)}: there is no id: fill it in, or leave the row out.")
        if first.setdefault(item, row) != row:
            places = f"{_place(found, first[item])} and {_place(found, row)}"
            raise VectorsError(f"{path.name} has two vectors for item {item!r} ({places}): keep one of them.")
        ids.append(item)
    return ids


def _place(found: FoundVectors, row: int) -> str:
    return f"{found.unit} {found.places[row]:,}"
