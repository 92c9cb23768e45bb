"""Showing only some items: those of some buckets, categories, or values of any other column of the item table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis import BUCKETS
from figures.text import count, plain
from interactions.features import encode_features
from workspace.catalogue import Catalogue
from workspace.logs import LogEntry

if TYPE_CHECKING:
    from scipy import sparse

_BUCKET = "bucket"
_MOST_VALUES = 500  # that are offered
_KEPT = 32
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ItemFilter:
    """What is shown: items that have any of the values in the column; no values = all items."""

    column: str = ""
    values: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        return f"{self.column}: {', '.join(self.values)}" if self.values else "all items"


def choose_filter(log: LogEntry, items: Catalogue) -> tuple[ItemFilter, Mask]:
    """The filter as chosen, and which items it shows, bool (n_items,)."""
    columns = [_BUCKET, *(name for name in log.columns_in("items") if name != "title")]
    column = st.session_state.get("filter-column")
    if column not in columns:
        column = st.session_state["filter-column"] = columns[0]
    chosen = tuple(st.session_state.get(_key(log, column), ()))
    with st.popover(f"Show {plain(ItemFilter(column, chosen).in_words)}", icon=":material/filter_alt:"):
        column = st.selectbox("Column", columns, key="filter-column", persist_state="session", format_func=plain)
        found = _values(log.digest, column, log, items)
        offered = found.values[:_MOST_VALUES]
        values = st.multiselect(
            "Items with any of these values", offered, key=_key(log, column), persist_state="session",
            placeholder="All items", format_func=lambda value: f"{value} ({count(found.sizes[value])})",
        )  # fmt: skip
        if len(found.values) > len(offered):
            st.caption(f"The {count(len(offered))} of {count(len(found.values))} values that most items have.")
    return ItemFilter(column, tuple(values)), found.mask(values)


def _key(log: LogEntry, column: str) -> str:
    return f"filter-{log.digest}-{column}"


@dataclass(frozen=True)
class ColumnValues:
    """The different values of a column, the one that most items have first.

    sizes  how many items have each
    has    CSC (n_items, n_values): which items have which
    """

    values: list[str]
    sizes: dict[str, int]
    has: sparse.csc_matrix

    def mask(self, chosen: Sequence[str]) -> Mask:
        """Which items have any of the chosen values, bool (n_items,); all of them where none is chosen."""
        if not chosen:
            return np.ones(self.has.shape[0], np.bool_)
        places = [place for place, value in enumerate(self.values) if value in set(chosen)]
        return np.asarray(self.has[:, places].getnnz(axis=1) > 0)


def column_values(column: pd.Series[Any]) -> ColumnValues:
    """The values of a column of an item table: labels of texts, ranges of numbers and dates, "missing" for no value."""
    features = encode_features(pd.DataFrame({"column": column.to_numpy()}), ["column"])
    has = features.matrix.tocsc()
    order = np.argsort(-has.getnnz(axis=0), kind="stable")
    values = [features.values[place].value for place in order]
    return ColumnValues(values, dict(zip(values, has.getnnz(axis=0)[order].tolist(), strict=True)), has[:, order])


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _values(digest: str, column: str, _log: LogEntry, _items: Catalogue) -> ColumnValues:
    if column == _BUCKET:
        return column_values(pd.Series([BUCKETS[code] for code in _items.buckets], dtype="str"))
    return column_values(_log.item_column(column).reindex(list(_items.ids)))
