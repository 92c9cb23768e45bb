"""A table with an item a row; a click on a row makes that item the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from widgets.search import choose

ABSENT = "–"


def item_table(
    table: pd.DataFrame,
    ids: Sequence[str],
    columns: Mapping[str, Any],
    *,
    key: str,
    alt: str,
    height: int | None = None,
    pick: Callable[[str], None] = choose,
) -> None:
    """Draw the table.

    ids      the item of each row
    columns  Streamlit's settings of a column, by its name
    pick     what is done with the id of the row that was clicked
    """

    def walk() -> None:
        cells = st.session_state[key]["selection"]["cells"]
        if cells:
            pick(ids[cells[0][0]])

    st.dataframe(
        table,
        hide_index=True,
        key=key,
        on_select=walk,
        selection_mode="single-cell",
        height="auto" if height is None else height,
        placeholder=ABSENT,
        alt=alt,
        column_config=dict(columns),
    )
