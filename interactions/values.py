"""Cells as texts and as weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from errors import LogError

Indices = npt.NDArray[np.int32]  # (n,), -1 = missing


class TextColumn:
    """A column of texts, gathered batch by batch, one at least; each different text is kept once a batch."""

    def __init__(self) -> None:
        self._batches: list[Any] = []

    def add(self, encoded: Any) -> None:
        """Add a batch that `encode` made."""
        self._batches.append(encoded)

    def finish(self) -> tuple[Indices, list[str]]:
        """(index of each row's text, -1 = missing; the different texts in byte order, those of no row left out)."""
        import pyarrow as pa
        import pyarrow.compute as pc

        whole = pa.chunked_array(self._batches).unify_dictionaries()
        texts = whole.chunk(0).dictionary  # the same for all
        found = np.concatenate([_indices(batch) for batch in whole.chunks])
        self._batches.clear()
        used = np.zeros(len(texts) + 1, np.bool_)
        used[found] = True  # -1, the missing ones, falls on the last place
        used[-1] = False
        order = pc.array_sort_indices(texts).to_numpy(zero_copy_only=False).astype(np.int64)
        order = order[used[order]]
        rank = np.full(len(texts) + 1, -1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return rank[found], texts.take(pa.array(order)).to_pylist()


def encode(column: Any, name: str) -> Any:
    """Any Arrow column as a DictionaryArray<int32, large_string>; null where a cell is empty or only white space.

    Raises LogError for a column that has no text form, such as a list.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    try:
        if not pa.types.is_dictionary(kind):
            column = column.dictionary_encode()
        texts, indices = column.dictionary, column.indices
        if len(texts) > len(indices):  # a batch often comes with the texts of its whole row group
            used = indices.dictionary_encode()
            texts, indices = texts.take(used.dictionary), used.indices
        texts = texts.cast(pa.large_string())
    except pa.ArrowException as error:
        raise LogError(f"Column {name!r} holds values of type {kind}, which are no ids: choose another.") from error
    filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0)
    indices = indices.cast(pa.int32())
    if not (pc.all(filled).as_py() if len(filled) else True):
        indices = pc.if_else(pc.fill_null(pc.take(filled, indices), False), indices, pa.scalar(None, pa.int32()))
    return pa.DictionaryArray.from_arrays(indices, texts)


def read_weights(column: Any) -> npt.NDArray[np.float32]:
    """Weights float32 (n,); NaN where a cell is empty or no number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = decoded(column)
    if is_text(column):
        column = pc.utf8_trim_whitespace(column)
        try:
            numbers = column.cast(pa.float64())
        except pa.ArrowInvalid:
            good = pc.match_substring_regex(column, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
            column = pc.replace_substring_regex(column, r"^\+", "")
            numbers = pc.if_else(good, column, pa.scalar(None, column.type)).cast(pa.float64())
    else:
        try:
            numbers = column.cast(pa.float64(), safe=False)
        except pa.ArrowException:
            return np.full(len(column), np.nan, np.float32)
    with np.errstate(over="ignore"):
        return pc.fill_null(numbers, np.nan).to_numpy(zero_copy_only=False).astype(np.float32)  # type: ignore[no-any-return]


def _indices(batch: Any) -> Indices:
    import pyarrow.compute as pc

    return pc.fill_null(batch.indices, -1).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def decoded(column: Any) -> Any:
    """The column with its values in place of codes."""
    import pyarrow as pa

    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def cells_of(column: Any) -> list[Any]:
    """The cells of an Arrow column as Python has them; as text where Python has none, such as the year 50,000."""
    import pyarrow as pa

    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return list(column.cast(pa.string()).to_pylist())


def is_text(column: Any) -> bool:
    """Whether the Arrow column holds text."""
    import pyarrow as pa

    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def is_number(text: str) -> bool:
    """Whether a text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
