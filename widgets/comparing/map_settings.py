"""How the maps are drawn: what colours and sizes the points, and, folded, the settings of the map itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from figures.text import plain
from workspace.logs import LogEntry
from workspace.results import MapParams

COLUMN = "column "  # before the name of a column that colours the maps
COLOURINGS = {
    "popularity": "popularity",
    "bucket": "bucket",
    "category": "category",
    "overlap": "overlap with the other run",
    "hubness": "hubness",
    "norm": "vector length",
}
Drawing = Literal["linked", "3-D", "plain"]
_DRAWINGS: dict[Drawing, str] = {"linked": "Linked maps", "3-D": "3-D", "plain": "Plain chart"}
_PARAMS = "_map_params"
FAILED = "_linked_maps_failed"  # in the session: why this browser cannot draw linked maps


@dataclass(frozen=True)
class MapView:
    """What is drawn, and how.

    colour  one of COLOURINGS, or COLUMN and a column of the item table
    layout  "UMAP" or "PCA"
    """

    colour: str
    layout: Literal["UMAP", "PCA"]
    params: MapParams
    sized: bool
    words: bool
    drawing: Drawing


def choose_view(log: LogEntry) -> MapView:
    """The settings as chosen; all but the colour are folded."""
    colour = _colour(log)
    with st.popover("Map settings", icon=":material/tune:"):
        drawing = _drawing()
        sized = st.toggle("Size by popularity", key="map-sized", persist_state="session")
        words = st.toggle(
            "Words for regions", value=True, key="map-words", persist_state="session",
            help="The category, or the word of the titles, that stands out most in each dense region.",
        )  # fmt: skip
        layout = st.segmented_control(
            "Layout", ["UMAP", "PCA"], required=True, default="UMAP", key="map-layout", persist_state="session",
            help="PCA is there at once and shows the largest directions; UMAP takes a while and shows groups.",
        )  # fmt: skip
        params = _params() if layout == "UMAP" else MapParams()
    if drawing == "3-D":
        params = params.model_copy(update={"components": 3})
    return MapView(colour, "PCA" if layout == "PCA" else "UMAP", params, sized, words, drawing)


def coloured_by(option: str) -> str:
    """The name of a colouring for a person."""
    return plain(COLOURINGS.get(option, option.removeprefix(COLUMN)))


def _colour(log: LogEntry) -> str:
    own = [f"{COLUMN}{name}" for name in log.columns_in("items") if name not in ("title", "category")]
    options = [*COLOURINGS, *own]
    if st.session_state.get("colour") not in options:
        st.session_state["colour"] = options[0]
    picked = st.selectbox(
        "Colour by", options, key="colour", persist_state="session", format_func=coloured_by, width=240
    )
    return str(picked)


def _drawing() -> Drawing:
    failed = st.session_state.get(FAILED)
    options: list[Drawing] = ["plain", "3-D"] if failed else ["linked", "3-D", "plain"]
    if st.session_state.get("map-drawing") not in options:
        st.session_state["map-drawing"] = options[0]
    picked = st.segmented_control(
        "Drawn as", options, required=True, key="map-drawing", persist_state="session",
        format_func=lambda option: _DRAWINGS[option],
        help="Linked maps show an item under the pointer, and its neighbours, in both maps at once.",
    )  # fmt: skip
    return picked or options[0]


def _params() -> MapParams:
    kept: MapParams = st.session_state.setdefault(_PARAMS, MapParams())
    with st.form("map-params", border=False):
        neighbours = st.slider(
            "Neighbours of UMAP", 2, 100, kept.n_neighbours, help="More show the large picture, fewer the fine one."
        )
        distance = st.slider(
            "Least distance", 0.0, 1.0, kept.min_distance, 0.05,
            help="How close points may stand; more spreads the groups out.",
        )  # fmt: skip
        repeatable = st.toggle(
            "Repeatable", value=kept.seed is not None,
            help="From seed 0, the same each time; off takes every core and about half the time.",
        )  # fmt: skip
        if st.form_submit_button("Draw the maps with these"):
            kept = MapParams(n_neighbours=neighbours, min_distance=distance, seed=0 if repeatable else None)
            st.session_state[_PARAMS] = kept
    return kept
