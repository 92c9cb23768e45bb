"""Columns of an item or user table as features: the one encoder for every method that takes side information."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

NUMBER_BUCKETS = 10
LABEL_SEPARATOR = "|"  # "Action|Comedy" is two labels
MISSING = "missing"


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

    A column of texts has a feature a value; cells with "|", and lists, hold several labels, which share the 1. A column
    of numbers with more than 10 different ones is cut into 10 buckets of as equal size as its ties allow. A missing
    cell is a value of its own. Raises ParameterError where a column is not there.
    """
    from scipy import sparse

    blocks: list[sparse.csr_matrix] = []
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
    sizes = [block.shape[1] for block in blocks]
    nothing = sparse.csr_matrix(np.zeros((len(table), 0), dtype=np.float32))
    matrix = sparse.hstack([nothing, *blocks], format="csr")
    matrix.sort_indices()
    column_of = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return Features(tuple(columns), tuple(values), column_of, sparse.csr_matrix(matrix, dtype=np.float32))


def _encoded(column: pd.Series[Any]) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(the labels, then for each label of each row: the row, and the label's place)."""
    import pandas as pd

    numbers = _numbers(column)
    if numbers is not None:
        return _buckets(numbers)
    cells = [_labels(cell) for cell in column.tolist()]
    rows = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
    codes, labels = pd.factorize(np.array([label for cell in cells for label in cell], dtype=object), sort=True)
    return [str(label) for label in labels], rows, codes.astype(np.int64)


def _labels(cell: Any) -> list[str]:
    """The different labels of a cell, in their order."""
    if isinstance(cell, (list, tuple, np.ndarray)):
        parts = [str(part) for part in cell]
    elif cell is None or cell != cell or str(cell) == "<NA>":
        parts = []
    else:
        parts = str(cell).split(LABEL_SEPARATOR)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip())) or [MISSING]


def _numbers(column: pd.Series[Any]) -> npt.NDArray[np.float64] | None:
    """The column as numbers, NaN = missing, where it is one of many different numbers; else None.

    A text such as "007" is a name, not a number.
    """
    import pandas as pd

    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return None
    if not pd.api.types.is_numeric_dtype(column):
        texts = column.dropna()
        if not pd.api.types.is_string_dtype(column) or texts.str.match(r"\s*[+-]?0\d").any():
            return None
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan).copy()
    numbers[~np.isfinite(numbers)] = np.nan
    if np.isnan(numbers).sum() > int(column.isna().sum()) or len(np.unique(numbers[~np.isnan(numbers)])) <= 10:
        return None
    return numbers


def _buckets(
    numbers: npt.NDArray[np.float64],
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    known = ~np.isnan(numbers)
    ordered = np.sort(numbers[known])
    # The edges are values that occur, so that equal numbers never fall into two buckets.
    places = np.arange(1, NUMBER_BUCKETS) * len(ordered) // NUMBER_BUCKETS
    edges = np.unique(ordered[places])
    edges = edges[edges > ordered[0]]
    codes = np.where(known, np.searchsorted(edges, np.where(known, numbers, 0.0), side="right"), len(edges) + 1)
    bounds = [ordered[0], *edges, ordered[-1]]
    labels = [f"{low:g} to below {high:g}" for low, high in itertools.pairwise(bounds[:-1])]
    labels.append(f"{bounds[-2]:g} to {bounds[-1]:g}")
    if not known.all():
        labels.append(MISSING)
    return labels, np.arange(len(numbers)), codes.astype(np.int64)
