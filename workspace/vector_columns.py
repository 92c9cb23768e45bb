"""Which column of a table of vectors holds the ids, and which ones hold the numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from errors import VectorsError
from interactions.columns import guess_id, listed
from interactions.values import is_number

_OWN = re.compile(r"v(\d{1,9})")
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")
_INDEXES = re.compile(r"column 1|Unnamed: 0|__index_level_0__")  # what a data frame's index is written as


class VectorColumns(NamedTuple):
    """The column of the ids, and those of the numbers in the order of the dimensions."""

    ids: str
    numbers: list[str]


def choose_columns(
    path: Path,
    names: Sequence[str],
    numeric: Collection[str],
    lists: Collection[str] = (),
    id_column: str | None = None,
    item_column: str = "item_id",
) -> VectorColumns:
    """Choose by names and kinds: v0, v1 ..., or the one column of lists, or the numbered family, or all numbers.

    numeric, lists  columns of numbers; columns of lists of numbers
    id_column       as given; None = guessed
    item_column     what the log calls its items

    Raises VectorsError where the names do not tell.
    """
    ids = guess_ids(path, names, {*numeric, *lists}, id_column, item_column) or _only_other(path, names, lists)
    rest = [name for name in names if name != ids]
    own = {int(match[1]): name for name in rest if (match := _OWN.fullmatch(name))}
    if own:
        return VectorColumns(ids, _whole(path, own))
    if len(lists) > 1:
        raise VectorsError(f"{path.name} has several columns of lists ({listed(list(lists))}): keep the vectors only.")
    if lists:
        return VectorColumns(ids, list(lists))
    numbers = [name for name in rest if name in numeric]
    family = _family(rest)
    counted = len(family) == len(rest) and all(name.isdecimal() for name in rest)
    if rest and all(is_number(name) for name in rest) and not counted:
        raise VectorsError(
            f"The first line of {path.name} looks like a vector ({listed(list(names), 4)}): add a line above it that "
            "names the columns."
        )
    if len(family) > 1 and 2 * len(set(family) & set(numbers)) > len(numbers):
        return VectorColumns(ids, family)
    if not numbers:
        raise VectorsError(
            f"{path.name} has no columns of numbers beside {ids!r}, it has {listed(list(names))}: choose a file of "
            "vectors."
        )
    return VectorColumns(ids, numbers)


def is_id_name(name: str, item_column: str) -> bool:
    """Whether the name of a column says that it holds the ids of items."""
    return guess_id([name], "item", item_column) is not None


def guess_ids(
    path: Path, names: Sequence[str], numbers: Collection[str], id_column: str | None, item_column: str
) -> str | None:
    """The column with the ids: as given, by its name, else the first that holds no numbers, else a frame's index.

    Raises VectorsError where the given one is not there.
    """
    if id_column is not None:
        if id_column not in names:
            raise VectorsError(f"{path.name} has no column {id_column!r}: it has {listed(list(names))}.")
        return id_column
    return (
        guess_id(names, "item", item_column)
        or next((name for name in names if name not in numbers), None)
        or next((name for name in names if _INDEXES.fullmatch(name)), None)
    )


def _only_other(path: Path, names: Sequence[str], lists: Collection[str]) -> str:
    """The one column of numbers beside the vectors, as where ids are numbers."""
    others = [name for name in names if not _OWN.fullmatch(name) and name not in lists]
    if len(others) == 1:
        return others[0]
    raise VectorsError(
        f"Every column of {path.name} holds numbers ({listed(list(names), 8)}): name the one with the ids, or call it "
        "item_id."
    )


def _whole(path: Path, own: dict[int, str]) -> list[str]:
    """v0 to vn, or v1 to vn, in the order of their numbers."""
    start = min(min(own), 1)
    missing = next((number for number in range(start, start + len(own)) if number not in own), None)
    if missing is not None:
        raise VectorsError(f"{path.name} has no column v{missing}, but v{max(own)}: export all columns of the vectors.")
    return [own[number] for number in sorted(own)]


def _family(names: Sequence[str]) -> list[str]:
    """The largest set of names that differ in their last number only, which counts up from 0 or 1."""
    families: dict[str, dict[int, str]] = {}
    for name in names:
        if match := _NUMBERED.fullmatch(name):
            families.setdefault(match[1], {})[int(match[2])] = name
    whole = [
        [family[number] for number in sorted(family)]
        for family in families.values()
        if min(family) in (0, 1) and max(family) - min(family) == len(family) - 1
    ]
    return max(whole, key=len, default=[])
