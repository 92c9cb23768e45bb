"""Drawing a figure on a page."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}


def show(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a figure, with a camera above it that saves it under its key."""
    as_picture = {"format": "png", "filename": key, "scale": 2}
    config = {"displaylogo": False, "modeBarButtons": [["toImage"]], "toImageButtonOptions": as_picture}
    st.plotly_chart(figure, config=config, key=key, alt=alt)


def picture(figure: go.Figure, alt: str) -> None:
    """Draw a figure under the words that say what it shows."""
    st.plotly_chart(figure, config=CONFIG, key=alt, alt=alt)
