"""Cells that hold several items, such as a basket in one cell: a row for each."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from interactions.formats.source import Batch
from interactions.values import decoded, is_list

_ANYWHERE = 0.5  # of the parts stand first in one cell and behind another part in one


def unfolded(batch: Batch, items: int, mark: str | None) -> Batch:
    """The batch with a row for each item, in their order; a cell without any stays one row, whose item is missing.

    items  place of the column of items: one of lists, whose values the items are, or of texts
    mark   what stands between the items of a text, " " = white space; None = a text is one item

    What the other columns hold is repeated, but for lists as long as those of the items, or empty, which are cut along
    with them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = batch.arrays[items]
    if mark is not None and not is_list(column.type):
        column = _parted(decoded(column), mark)
    if not is_list(column.type):
        return batch
    lengths = _lengths(column)
    rows = np.repeat(np.arange(len(column)), np.maximum(lengths, 1))
    arrays = []
    for place, array in enumerate(batch.arrays):
        lists = column if place == items else array
        own = _lengths(lists) if is_list(lists.type) else None
        if own is not None and np.array_equal(own[own > 0], lengths[own > 0]):
            is_filled = (own > 0)[rows]
            arrays.append(pc.list_flatten(lists).take(pa.array(np.cumsum(is_filled) - 1, mask=~is_filled)))
        else:
            arrays.append(array.take(pa.array(rows)))
    return dataclasses.replace(batch, arrays=arrays, places=batch.places[rows])


def likely_mark(cells: Sequence[str]) -> str | None:
    """What stands between items where most cells look like several of them, which come again at other places."""
    for mark, least in (("|", 2), (";", 2), (",", 2), (" ", 3)):
        cut = [[part for part in re.split(rf"\s*{re.escape(mark)}\s*", cell.strip()) if part] for cell in cells]
        several = [parts for parts in cut if len(parts) > 1]
        n_parts = sum(map(len, several))
        if len(several) < max(0.5 * len(cells), 2) or n_parts < least * len(several):
            continue
        if len({part for parts in several for part in parts}) > 0.5 * n_parts:
            continue
        # What stands in one place only is a part of a name: "Shirt, L".
        firsts, later = {parts[0] for parts in cut if parts}, {part for parts in several for part in parts[1:]}
        if sum(part in firsts and part in later for parts in several for part in parts) >= _ANYWHERE * n_parts:
            return mark
    return None


def _parted(texts: Any, mark: str) -> Any:
    """Texts as lists of texts; a mark at the end, or several in a row, make no empty item."""
    import pyarrow.compute as pc

    if mark.isspace():
        return pc.split_pattern_regex(pc.utf8_trim_whitespace(texts), r"\s+")
    bare = pc.utf8_trim(texts, characters=f"{mark} ")
    return pc.split_pattern_regex(bare, rf"\s*(?:{re.escape(mark)}\s*)+")


def _lengths(lists: Any) -> Any:
    import pyarrow.compute as pc

    return pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
