"""Columns of an item or user table as features: the one encoder for every method that takes side information."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from errors import ParameterError
from interactions.labels import label_cutter, label_text, labels_in

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

NUMBER_BUCKETS = 10
MISSING = "missing"  # a cell that says so in words is missing as well

Numbers = npt.NDArray[np.float64]
Encoded = tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""The labels; then for each label of each row the row, and the label's place."""

_LEADING_ZERO = r"\s*[+-]?0\d"
_ISO_DATE = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d\S*)?"


class Value(NamedTuple):
    """A feature: a value of a column, as a person reads it."""

    column: str
    value: str


@dataclass(frozen=True)
class Features:
    """What a table says of its rows, as numbers.

    columns    names of the columns, in the order that was asked for
    values     what each feature is
    column_of  int32 (n_features,): the place of its column in `columns`
    matrix     CSR float32 (n_rows, n_features): in each row the features of one column add up to 1
    """

    columns: tuple[str, ...]
    values: tuple[Value, ...]
    column_of: npt.NDArray[np.int32]
    matrix: sparse.csr_matrix

    @property
    def n_features(self) -> int:
        return len(self.values)

    def padded(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """(features int32, shares float32), both (n_rows, most features of a row); what is left over has share 0."""
        per_row = np.diff(self.matrix.indptr)
        width = int(per_row.max(initial=0))
        filled = np.arange(width) < per_row[:, np.newaxis]
        features = np.zeros(filled.shape, dtype=np.int32)
        shares = np.zeros(filled.shape, dtype=np.float32)
        features[filled], shares[filled] = self.matrix.indices, self.matrix.data
        return features, shares


def encode_features(table: pd.DataFrame, columns: Sequence[str]) -> Features:
    """Encode the columns, row by row of the table.

    A column of texts has a feature a value; lists, and texts that `label_cutter` takes for such, hold several labels,
    which share the 1. A column of numbers or dates with more than 10 different ones is cut into at most 10 buckets of
    as equal size as its ties allow: equal numbers are never parted. Texts that are all numbers, or all dates like
    2026-01-31, are taken for what they say; "007" is a name. A missing cell is a value of its own. Raises
    ParameterError where a column is not there.
    """
    from scipy import sparse

    blocks: list[sparse.csr_matrix] = [sparse.csr_matrix(np.empty((len(table), 0), dtype=np.float32))]
    values: list[Value] = []
    for name in columns:
        if name not in table.columns:
            known = ", ".join(str(column) for column in table.columns) or "none"
            raise ParameterError(f"There is no column {name!r}: the columns are {known}.")
        labels, rows, codes = _encoded(table[name])
        shares = 1 / np.bincount(rows, minlength=len(table))
        blocks.append(
            sparse.csr_matrix((shares[rows].astype(np.float32), (rows, codes)), shape=(len(table), len(labels)))
        )
        values += [Value(name, label) for label in labels]
    matrix = sparse.csr_matrix(sparse.hstack(blocks), dtype=np.float32)
    matrix.sort_indices()
    sizes = [block.shape[1] for block in blocks[1:]]
    column_of = np.repeat(np.arange(len(sizes), dtype=np.int32), np.array(sizes, dtype=np.int64))
    return Features(tuple(columns), tuple(values), column_of, matrix)


def labels_of(column: pd.Series[Any]) -> list[list[str]]:
    """The labels of each cell of a column of texts; none where it is missing."""
    return [[] if cell == [MISSING] else cell for cell in _cells(column)]


def scale_of(column: pd.Series[Any]) -> tuple[Numbers, Callable[[Numbers], list[str]]] | None:
    """A column of numbers or of dates as numbers, float64 (n,), NaN = missing, and what writes them for a person.

    None where it is a column of texts, or says nothing.
    """
    for read, write in ((_numbers, _number_texts), (_moments, _moment_texts)):
        scale = read(column)
        if scale is not None and not np.isnan(scale).all():
            return scale, write
    return None


def _encoded(column: pd.Series[Any]) -> Encoded:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)  # how a file stores its values does not change what they are
    scale = scale_of(column)
    if scale is not None:
        return _buckets(*scale)
    cells = _cells(column)
    rows = np.repeat(np.arange(len(cells)), np.array([len(cell) for cell in cells], dtype=np.int64))
    codes, labels = pd.factorize(np.array([label for cell in cells for label in cell], dtype=object), sort=True)
    return [str(label) for label in labels], rows, codes.astype(np.int64)


def _cells(column: pd.Series[Any]) -> list[list[str]]:
    """The labels of each cell."""
    values = column.tolist()
    cut = label_cutter({value for value in values if isinstance(value, str) and value.strip()})
    return [_labels(value, cut) for value in values]


def _labels(cell: Any, cut: Callable[[str], list[str]]) -> list[str]:
    """The different labels of a cell, in their order."""
    if isinstance(cell, list | tuple | np.ndarray):
        parts = labels_in(cell, lambda part: "" if _is_missing(part) else label_text(part))
    else:
        parts = [] if _is_missing(cell) else cut(str(cell))
    return list(dict.fromkeys(part.strip() for part in parts if part.strip())) or [MISSING]


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return pd.api.types.is_scalar(value) and bool(pd.isna(value))


def _numbers(column: pd.Series[Any]) -> Numbers | None:
    """The column as numbers, NaN = missing, where every cell that is not missing is one; else None."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    missing = column.isna().to_numpy(dtype=np.bool_)
    if kind == "string":
        texts = column.astype("str")
        if texts.str.match(_LEADING_ZERO, na=False).any():
            return None
        missing = missing | (texts.str.strip().str.lower() == "nan").to_numpy(dtype=np.bool_)
        column = texts
    elif kind not in ("integer", "floating", "mixed-integer-float", "decimal"):
        return None
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers + 0.0 if (np.isnan(numbers) <= missing).all() else None  # + 0.0 makes one of 0 and -0


def _moments(column: pd.Series[Any]) -> Numbers | None:
    """The column as seconds UTC, NaN = missing, where every cell that is not missing is a date or a time; else None."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "string":
        if not column.astype("str").str.fullmatch(_ISO_DATE, na=True).all():
            return None
    elif kind not in ("datetime64", "datetime", "date"):
        return None
    moments = pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601" if kind == "string" else None)
    if not moments.isna().equals(column.isna()):
        return None
    seconds = moments.dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64).astype(np.float64))


def _buckets(numbers: Numbers, write: Callable[[Numbers], list[str]]) -> Encoded:
    """A feature a number where there are few different ones, else one a bucket; missing ones are the last."""
    known = ~np.isnan(numbers)
    different, counts = np.unique(numbers[known], return_counts=True)
    bucket_of = np.arange(len(different))
    if len(different) > NUMBER_BUCKETS:
        # A number goes where the middle of its ties lies: one that most rows have stands alone, and never all in one.
        last = np.cumsum(counts)
        tenth = (2 * last - counts) * NUMBER_BUCKETS // (2 * last[-1])
        bucket_of = np.unique(tenth, return_inverse=True)[1]
    firsts = np.flatnonzero(np.diff(bucket_of, prepend=-1))
    lows, highs = different[firsts], different[np.append(firsts[1:], len(different)) - 1]
    texts = write(np.concatenate([lows, highs]))
    pairs = zip(texts[: len(lows)], texts[len(lows) :], strict=True)
    labels = [low if low == high else f"{low} to {high}" for low, high in pairs]
    codes = np.full(len(numbers), len(labels), dtype=np.int64)
    codes[known] = bucket_of[np.searchsorted(different, numbers[known])]
    return labels + [MISSING] * (not known.all()), np.arange(len(numbers)), codes


def _number_texts(numbers: Numbers) -> list[str]:
    """Whole numbers in full, others with as few digits, four at least, as keep different ones apart."""
    finite = numbers[np.isfinite(numbers)]
    if (finite == np.trunc(finite)).all() and (np.abs(finite) < 1e15).all():
        return [f"{number:.0f}" for number in numbers]
    different = len(np.unique(numbers))
    written = ([f"{number:.{digits}g}" for number in numbers] for digits in range(4, 18))  # 17 always do
    return next(texts for texts in written if len(set(texts)) == different)


def _moment_texts(seconds: Numbers) -> list[str]:
    """Dates, with the time of the day where one of them has one."""
    unit: Literal["D", "s"] = "D" if (seconds % 86_400 == 0).all() else "s"
    moments = seconds.astype(np.int64).astype("datetime64[s]")
    return [text.replace("T", " ") for text in np.datetime_as_string(moments, unit=unit).tolist()]
