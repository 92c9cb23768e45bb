"""The two maps of the Compare page: points that follow the pointer, or a plain chart, or three dimensions."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from figures import maps
from figures.maps_in_space import three_dimensional
from figures.text import count, plain
from widgets.comparing import linked_maps
from widgets.comparing.evidence import Evidence
from widgets.comparing.map_evidence import BOARD, DrawnMaps, colouring, drawn_maps, plain_base, points
from widgets.comparing.map_settings import FAILED, MapView
from widgets.comparing.selection import SELECTION, selection_on
from widgets.item_filter import ItemFilter, Mask
from widgets.jobs_panel import outcome
from widgets.measures import explain
from widgets.pictures import CONFIG
from widgets.search import choose

_MARKS = "map-marks"
_messages = logging.getLogger(__name__)


def pair_of_maps(evidence: Evidence, item: int, view: MapView, only: ItemFilter, mask: Mask) -> DrawnMaps:
    """The two maps of the items that `mask` shows, the chosen item and its neighbours in both."""
    drawn = drawn_maps(evidence, view)
    if drawn.job is not None:
        outcome(drawn.job)
    if view.drawing == "linked":
        shown = _linked(evidence, item, drawn, view, only, mask)
    elif view.drawing == "3-D":
        shown = _three_dimensional(evidence, item, drawn, view, mask)
    else:
        shown = _plain(evidence, item, drawn, view, only, mask)
    _caption(drawn, view, shown, only, mask)
    return drawn


def _linked(
    evidence: Evidence, item: int, drawn: DrawnMaps, view: MapView, only: ItemFilter, mask: Mask
) -> tuple[int, int]:
    message = points(evidence, drawn, view, only, mask)
    linked_maps.draw_points(message.payload, key="map-points")
    a, b = evidence.pair.of_item(item)
    selection = selection_on(drawn)
    linked_maps.draw_marks(
        {
            "board": BOARD,
            "item": item,
            "near_a": a.neighbours.tolist(),
            "near_b": b.neighbours.tolist(),
            "selection": None if selection is None else selection.as_json(),
        },
        key=_MARKS,
        on_chosen=lambda: _choose(evidence.catalogue.ids),
        on_selected=lambda: _select(drawn),
        on_failed=_fail,
    )
    return message.drawn, message.shown


def _plain(
    evidence: Evidence, item: int, drawn: DrawnMaps, view: MapView, only: ItemFilter, mask: Mask
) -> tuple[int, int]:
    choice, items = evidence.choice, evidence.catalogue
    made_from = (*choice.made_from, choice.names, drawn.made, view.colour, only)
    base = plain_base(made_from, evidence, drawn, view, mask)
    figure = maps.marked(base, drawn.layouts, choice.names, items.titles, maps.Highlight.of(evidence.pair, item))
    st.plotly_chart(
        figure,
        key="maps",
        on_select=lambda: _plain_selection(items.ids, drawn),
        selection_mode=("points", "box", "lasso"),
        config={"displaylogo": False, "scrollZoom": True, "plotGlPixelRatio": 1},
        alt=f"Maps of {choice.names[0]} and {choice.names[1]} side by side",
    )
    return int(mask.sum()), int(mask.sum())


def _three_dimensional(evidence: Evidence, item: int, drawn: DrawnMaps, view: MapView, mask: Mask) -> tuple[int, int]:
    choice, items = evidence.choice, evidence.catalogue
    figure, shown = three_dimensional(
        drawn.layouts, choice.names, items.titles, colouring(evidence, view.colour), mask, items.p,
        maps.Highlight.of(evidence.pair, item),
    )  # fmt: skip
    st.plotly_chart(figure, key="maps-3d", config=CONFIG, alt=f"Maps of {choice.names[0]} and {choice.names[1]} in 3-D")
    return shown, int(mask.sum())


def _caption(drawn: DrawnMaps, view: MapView, shown: tuple[int, int], only: ItemFilter, mask: Mask) -> None:
    hand = {
        "linked": "Point at an item to see it and its neighbours in both, click to choose it; the lasso and the box, "
        "above the maps, pick out items.",
        "3-D": "Drag to turn.",
        "plain": "Drag to move, scroll to zoom, click a point to choose it.",
    }[view.drawing]
    words = [maps.how_made(drawn.kind, drawn.residual), hand]
    if shown[0] < shown[1]:
        dense = ", over a picture of how densely all of them lie" if view.drawing == "linked" else ""
        words.append(f"{count(shown[0])} of {count(shown[1])} items are shown as points, a fair share of every "
                     f"popularity{dense}.")  # fmt: skip
    if only.values:
        words.append(
            f"Shown are the {count(int(mask.sum()))} of {count(len(mask))} items with {plain(only.in_words)}, "
            "and the chosen item's neighbours."
        )
    st.caption(" ".join(words))
    explain("map_residual", "popularity_quantile", "buckets", "hubness")


def _told(what: str) -> Any:
    """What the maps told; None where they are no longer on the page by the time that it is read."""
    marks = st.session_state.get(_MARKS)
    return None if marks is None else marks.get(what)


def _choose(ids: Sequence[str]) -> None:
    item = _told("chosen")
    if isinstance(item, int) and 0 <= item < len(ids):
        choose(ids[item])


def _select(drawn: DrawnMaps) -> None:
    told = _told("selected")
    if told is not None:
        _keep_selection(drawn, told["selection"])


def _fail() -> None:
    reason = _told("failed")
    if reason:
        st.session_state[FAILED] = str(reason)
        _messages.warning("linked maps failed in the browser: %s", reason)
        st.toast("This browser cannot draw the linked maps: a plain chart stands in their place.")


def _plain_selection(ids: Sequence[str], drawn: DrawnMaps) -> None:
    selection = st.session_state["maps"]["selection"]
    shapes = [*selection.get("lasso", ()), *selection.get("box", ())]
    if shapes:
        last = shapes[-1]
        x, y = list(last["x"]), list(last["y"])
        if len(x) == 2:  # a box is told by two corners
            x, y = [x[0], x[1], x[1], x[0]], [y[0], y[0], y[1], y[1]]
        _keep_selection(drawn, {"pane": int(str(last["xref"]).endswith("2")), "x": x, "y": y})
    elif selection["points"]:
        choose(ids[int(selection["points"][0]["customdata"])])


def _keep_selection(drawn: DrawnMaps, selection: Mapping[str, Any] | None) -> None:
    st.session_state[SELECTION] = None if selection is None else {**selection, "made": drawn.made}
