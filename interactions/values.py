"""Cells as texts and as weights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.labels import LABEL_SEPARATOR, label_text, labels_in

Indices = npt.NDArray[np.int32]  # (n,), -1 = missing
Mark = Literal[",", "."]  # what stands before the tenths

_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_MINUS, _APOSTROPHE = "\u2212", "['\u2019]"
_SPACE = "[ \u00a0\u2007\u2009\u202f]"  # the others do not break, as between thousands


def _written(decimal: Mark) -> str:
    """A number as people write it, its thousands in threes, for the regular expressions of Python and of Arrow."""
    mark, other = re.escape(decimal), re.escape("." if decimal == "," else ",")
    groups = "|".join(rf"[1-9]\d{{0,2}}(?:{between}\d{{3}})+" for between in (other, _SPACE, _APOSTROPHE))
    number = rf"(?P<number>(?:{groups})(?:{mark}\d+)?|(?:\d+(?:{mark}\d+)?|{mark}\d+)(?:[eE][+\-]?\d+)?)"
    signs = [rf"(?P<sign_{place}>[{'+' if place < 2 else ''}{_MINUS}\-]?)" for place in range(4)]
    currencies = [rf"(?P<currency_{place}>[$€£¥￥₩₹]|EUR|USD|GBP|JPY|CNY|)" for place in range(2)]
    parts = (signs[0], currencies[0], signs[1], number, signs[2], currencies[1], signs[3])
    return f"^{f'{_SPACE}?'.join(parts)}$"


_WRITTEN: dict[Mark, str] = {",": _written(","), ".": _written(".")}
_COMPILED = {mark: re.compile(pattern, re.ASCII) for mark, pattern in _WRITTEN.items()}


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
        if pc.count_distinct(texts, mode="all").as_py() < len(texts):
            # A file's dictionary may hold a text twice, and Arrow leaves those alone that all batches share.
            other = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.large_string()))
            whole = pa.chunked_array([*self._batches, other]).unify_dictionaries()
            texts = whole.chunk(0).dictionary
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

    Sixteen bytes in each cell are UUIDs; other bytes are text where they are UTF-8, else hexadecimal digits.

    Raises LogError for a column that has no text form, such as a list.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if isinstance(column, pa.ExtensionArray):  # such as UUIDs
        column = column.storage
    try:
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        texts, indices = column.dictionary, column.indices
        if len(texts) > len(indices):  # a batch often comes with the texts of its whole row group
            used = indices.dictionary_encode()
            texts, indices = texts.take(used.dictionary), used.indices
        texts = _as_texts(texts)
        if texts.null_count:  # a file's dictionary may hold nothing too, which none of two can be merged with
            once = texts.dictionary_encode()
            texts, indices = once.dictionary, once.indices.take(indices)
    except pa.ArrowException as error:
        raise LogError(f"Column {name!r} holds values of type {kind}, which are no ids: choose another.") from error
    filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0)
    indices = indices.cast(pa.int32())
    if not (pc.all(filled).as_py() if len(filled) else True):
        indices = pc.if_else(pc.fill_null(pc.take(filled, indices), False), indices, pa.scalar(None, pa.int32()))
    return pa.DictionaryArray.from_arrays(indices, texts)


def _as_texts(values: Any) -> Any:
    """Different values as large_string."""
    import pyarrow as pa

    kind = values.type
    if pa.types.is_fixed_size_binary(kind) and kind.byte_width == 16:
        return pa.array([None if cell is None else _as_uuid(cell) for cell in values.to_pylist()], pa.large_string())
    if pa.types.is_fixed_size_binary(kind) or pa.types.is_binary_view(kind):
        values = values.cast(pa.large_binary())
    try:
        return values.cast(pa.large_string())
    except pa.ArrowInvalid:
        if not (pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type)):
            raise
        return pa.array([None if cell is None else _as_text(cell) for cell in values.to_pylist()], pa.large_string())


def _as_uuid(cell: bytes) -> str:
    digits = cell.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _as_text(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.hex()


def told_decimal(cells: Sequence[str]) -> Mark | None:
    """The mark before the tenths that most of those cells tell that are numbers with the one and not with the other.

    1,5 and 0,125 and 1.250,00 and 1.250.000 are numbers with a comma only; 1,250 and 1.250 tell nothing.
    """
    commas, points = ({cell for cell in set(cells) if is_written_number(cell, mark)} for mark in _WRITTEN)
    told = [cell in commas for cell in cells if (cell in commas) != (cell in points)]
    if not told:
        return None
    return "," if 2 * sum(told) > len(told) else "."


def is_written_number(cell: str, decimal: Mark) -> bool:
    """Whether a text is a number as people write it, such as 1.250,50 € or $1,250.50, with that mark before tenths."""
    found = _COMPILED[decimal].fullmatch(cell.strip())
    if found is None:
        return False
    parts = found.groupdict()
    signs, currencies = (sum(bool(parts[name]) for name in parts if kind in name) for kind in ("sign", "currency"))
    return signs <= 1 and currencies <= 1


def read_weights(column: Any, decimal: Mark | None = None) -> npt.NDArray[np.float32]:
    """Weights float32 (n,); NaN where a cell is empty or no number.

    decimal  the mark before the tenths of numbers as people write them, such as 1.250,50 € or $1,250.50, whose
             thousands are set apart by the other mark, by spaces or by apostrophes; None = only plain numbers
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = decoded(column)
    if is_text(column):
        column = pc.utf8_trim_whitespace(column)
        if decimal == ",":
            # These are plain numbers as well, but the file says otherwise.
            grouped = pc.match_substring_regex(column, r"^[+-]?[1-9]\d{0,2}(\.\d{3})+$")
            column = pc.if_else(grouped, pc.replace_substring(column, ".", ""), column)
        try:
            numbers = column.cast(pa.float64())
        except pa.ArrowInvalid:
            good = pc.match_substring_regex(column, _PLAIN)
            if decimal is not None:
                column = _as_plain(column, good, decimal)
                good = pc.is_valid(column)
            column = pc.replace_substring_regex(column, r"^\+", "")
            numbers = pc.if_else(good, column, pa.scalar(None, column.type)).cast(pa.float64())
    else:
        try:
            numbers = column.cast(pa.float64(), safe=False)
        except pa.ArrowException:
            return np.full(len(column), np.nan, np.float32)
    with np.errstate(over="ignore"):
        return pc.fill_null(numbers, np.nan).to_numpy(zero_copy_only=False).astype(np.float32)  # type: ignore[no-any-return]


def _as_plain(column: Any, plain: Any, decimal: Mark) -> Any:
    """Trimmed texts, plain numbers or not, as plain numbers; null where they are no numbers as people write them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    left = pc.fill_null(pc.invert(plain), False)
    parts = pc.extract_regex(column.filter(left).cast(pa.string()), _WRITTEN[decimal])
    part = {field.name: pc.struct_field(parts, field.name) for field in parts.type}
    signs = pc.binary_join_element_wise(*(part[f"sign_{place}"] for place in range(4)), "")
    bare = pc.replace_substring_regex(part["number"], f"{_SPACE}|{_APOSTROPHE}|[{'.' if decimal == ',' else ','}]", "")
    number = pc.replace_substring(bare, ",", ".")
    is_negative = pc.is_in(signs, pa.array(["-", _MINUS]))
    number = pc.if_else(is_negative, pc.binary_join_element_wise("-", number, ""), number)
    one_of_each = pc.and_(
        pc.less_equal(pc.utf8_length(signs), 1),
        pc.or_(pc.equal(part["currency_0"], ""), pc.equal(part["currency_1"], "")),
    )
    written = pc.if_else(one_of_each, number, None).cast(column.type)
    return pc.replace_with_mask(column, left, written)


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


def is_list(kind: Any) -> bool:
    """Whether the cells of an Arrow type are lists."""
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def lists_as_texts(column: Any) -> Any:
    """An Arrow column of lists as texts of labels, Drama|Comedy; any other column as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not is_list(column.type):
        return column
    if is_text(column.values) and not column.values.null_count:  # many times as fast
        return pc.binary_join(column.cast(pa.list_(pa.string())), LABEL_SEPARATOR)
    texts = [None if cell is None else LABEL_SEPARATOR.join(labels_in(cell, label_text)) for cell in cells_of(column)]
    return pa.array(texts, pa.large_string())


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
