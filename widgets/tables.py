"""What tables of several pages share."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

_LETTER, _EDGES, _WIDEST = 7, 20, 300  # pixels


def name_column(names: Iterable[str]) -> ColumnConfig:
    """A column as wide as the longest of these names: left alone, a table looks at those that it shows first."""
    return st.column_config.TextColumn(width=name_width(names))


def name_width(names: Iterable[str]) -> int:
    """Pixels in which the longest of these names has room, within reason."""
    return min(_LETTER * max(map(len, names), default=0) + _EDGES, _WIDEST)
