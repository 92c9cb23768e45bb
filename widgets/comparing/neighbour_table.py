"""The neighbour table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from figures.text import plain
from widgets.search import choose
from workspace.catalogue import Catalogue
from workspace.pairs import SideOfItem


def neighbour_table(side: SideOfItem, items: Catalogue, *, key: str) -> None:
    """The neighbours of the chosen item in one run; a click on a row makes that neighbour the chosen item."""
    there = side.neighbours >= 0
    neighbours, scores, shared = side.neighbours[there], side.scores[there], side.shared[there]
    if len(neighbours) == 0:
        st.info(f"{plain(side.name)} has no vector for this item, so it has no neighbours there.")
        return
    rows = pd.DataFrame(
        {
            "rank": np.arange(1, len(neighbours) + 1),
            "title": [items.titles[code] for code in neighbours],
            "similarity": scores.astype(np.float64),
            "popularity": items.quantiles[neighbours],
            "shared": shared,
            "category": [items.categories[code] or "–" for code in neighbours],
        }
    )
    chosen = [items.ids[code] for code in neighbours]

    def walk() -> None:
        picked = st.session_state[key]["selection"]["cells"]
        if picked:
            choose(chosen[picked[0][0]])

    st.dataframe(
        rows,
        hide_index=True,
        key=key,
        on_select=walk,
        selection_mode="single-cell",
        alt=f"Neighbours in {side.name}",
        column_config={
            "rank": st.column_config.NumberColumn("#", width=35),
            "title": st.column_config.TextColumn("Title", width=210),
            "similarity": st.column_config.ProgressColumn(
                "Similarity",
                format="%.3f",
                min_value=min(0.0, float(scores.min())),
                max_value=max(1.0, float(scores.max())),
                width=85,
            ),
            "popularity": st.column_config.ProgressColumn(
                "Popularity",
                help="Popularity quantile: 0 = least, 1 = most popular item of the log.",
                format="%.2f",
                min_value=0.0,
                max_value=1.0,
                width=85,
            ),
            "shared": st.column_config.CheckboxColumn(
                "Both", help="Ticked where the other run has this neighbour too.", width=50
            ),
            "category": st.column_config.TextColumn("Category"),
        },
    )
