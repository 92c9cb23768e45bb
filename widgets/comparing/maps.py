"""The two maps of the Compare page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from figures import maps
from figures.text import count, decimal, plain
from widgets.comparing.evidence import COLUMN, Evidence, PairMap, base_figure, pair_map
from widgets.item_filter import ItemFilter, Mask
from widgets.jobs_panel import outcome
from widgets.measures import explain
from widgets.pictures import CONFIG
from widgets.search import choose
from workspace.logs import LogEntry

_COLOURINGS = ("popularity", "bucket", "category")
_FEW = 8  # buttons side by side; more are a list


def pair_of_maps(evidence: Evidence, item: int, colouring: str, only: ItemFilter, mask: Mask) -> None:
    """The two maps side by side, of the items that `mask` shows; a click on a point makes it the chosen item."""
    choice, items = evidence.choice, evidence.catalogue
    found = pair_map(choice)
    if found.pair is None:
        _drawing(found)
        return
    layouts = (found.pair.a, found.pair.b)
    base = base_figure((choice.a.key, choice.b.key, choice.names, colouring, only), evidence, found.pair, mask)
    figure = maps.marked(base, layouts, choice.names, items.titles, evidence.highlight(item))
    st.plotly_chart(
        figure,
        key="maps",
        on_select=lambda: _choose_clicked(items.ids),
        selection_mode="points",
        config={**CONFIG, "scrollZoom": True, "plotGlPixelRatio": 1},
        alt=f"Maps of {choice.names[0]} and {choice.names[1]} side by side",
    )
    fit = "" if found.pair.residual is None else f" (map residual {decimal(found.pair.residual, 3)} of 1)"
    st.caption(
        "Each map is a UMAP of that run's vectors; the younger run's was started from the older one's and turned onto "
        f"it{fit}. Neighbours are taken in the full vectors, never in the picture. Drag to move, scroll to zoom, "
        "click a point to choose it."
        + (f" Shown are the {count(int(mask.sum()))} of {count(len(mask))} items with {plain(only.in_words)}, "
           "and the chosen item's neighbours." if only.values else "")
    )  # fmt: skip
    explain("map_residual", "popularity_quantile", "buckets")


def colouring(log: LogEntry) -> str:
    """What colours the maps: always offered are three, beside them every column of the log's item table."""
    own = [f"{COLUMN}{name}" for name in log.columns_in("items") if name not in ("title", "category")]
    options = [*_COLOURINGS, *own]
    if st.session_state.get("colour") not in options:
        st.session_state["colour"] = _COLOURINGS[0]
    if len(options) <= _FEW:
        picked = st.segmented_control(
            "Colour by", options, required=True, key="colour", persist_state="session", format_func=_coloured_by
        )
    else:
        picked = st.selectbox(
            "Colour by", options, key="colour", persist_state="session", format_func=_coloured_by, width=300
        )
    return str(picked)


def _coloured_by(option: str) -> str:
    return plain(option.removeprefix(COLUMN))


def _drawing(found: PairMap) -> None:
    """The place of the maps while they are drawn, or why they could not be."""
    if found.job is not None:
        outcome(found.job)
        if found.job.active:
            st.skeleton(height=560)


def _choose_clicked(ids: Sequence[str]) -> None:
    points = st.session_state["maps"]["selection"]["points"]
    if points:
        choose(ids[int(points[0]["customdata"])])
