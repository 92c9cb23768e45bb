"""Two maps that follow the pointer together: a component of the page, drawn by the plotly.js that plotly brings."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.offline import get_plotlyjs

from figures.colours import BOTH, QUERY, A, B

_HERE = Path(__file__).parent
_KEY = (
    f'<p class="itemscape-key"><span style="color: {QUERY}">★</span> chosen item, and its neighbours by rank: '
    f'<span style="color: {A}">●</span> only in A, <span style="color: {B}">●</span> only in B, '
    f'<span style="color: {BOTH}">●</span> in both. <span style="color: {B}">○</span> on the map of A, '
    f'<span style="color: {A}">○</span> on that of B: where the neighbours of the other run lie.</p>'
)
_HTML = (
    '<div class="itemscape-maps"><div class="itemscape-plot"></div>'
    '<svg class="itemscape-overlay" role="img" aria-label="Chosen item and its neighbours"></svg></div>'
    f"{_KEY}"
)
# Hardly transparent, so that the points become a layer of their own: without a graphics card Chromium would leave out
# the lower part of a drawing that is higher than the window.
_CSS = """
.itemscape-plot .gl-container { opacity: 0.999; }
.itemscape-maps { width: 100%; }
.itemscape-overlay { position: absolute; left: 0; top: 0; pointer-events: none; font-family: var(--st-font); }
.itemscape-key { margin: 0.5rem 0 0; font-size: 0.875rem; color: var(--st-text-color); }
.itemscape-key span { font-size: 1.1rem; line-height: 1; }
"""


def _script(*names: str) -> str:
    return "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in names)


@functools.cache
def _plotly() -> str:
    """plotly.js as a part of a module: it looks for `module` and finds this one."""
    return (
        "window.itemscapePlotly ??= (() => {\nconst module = { exports: {} }, exports = module.exports;\n"
        f"let define;\n{get_plotlyjs()}\nreturn module.exports;\n}})();\nconst Plotly = window.itemscapePlotly;\n"
    )


_MAPS = st.components.v2.component(
    "itemscape_maps",
    html=_HTML,
    css=_CSS,
    js=_plotly() + _script("board", "payload", "base", "overlay", "maps"),
    isolate_styles=False,
)
_MARKS = st.components.v2.component("itemscape_marks", js=_script("board", "marks"), isolate_styles=False)


def draw_points(payload: bytes, *, key: str) -> None:
    """The points of both maps, packed by `figures.map_payload.packed`; sent once, whatever item is chosen later."""
    _MAPS(data=payload, key=key)


def draw_marks(
    marks: Mapping[str, Any],
    *,
    key: str,
    on_chosen: Callable[[], None],
    on_selected: Callable[[], None],
    on_failed: Callable[[], None],
) -> None:
    """The chosen item, its neighbours and the selection on the maps of the same board.

    The callbacks find in `st.session_state[key]` what happened: `chosen` (an item code), `selected` ({"selection":
    {"pane", "x", "y"} or None}), `failed` (why the browser cannot draw the maps).
    """
    _MARKS(
        data=dict(marks),
        key=key,
        on_chosen_change=on_chosen,
        on_selected_change=on_selected,
        on_failed_change=on_failed,
    )
