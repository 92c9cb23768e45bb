"""Two maps of three dimensions, to turn around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from analysis.map_summaries import stratified_sample
from figures.colourings import Groups, Scale
from figures.maps import (
    ABOVE,
    BELOW,
    HEIGHT,
    PANES,
    Highlight,
    Layout,
    axis_name,
    colour_axis,
    hover_texts,
    lettered,
    mark_traces,
    point_traces,
)

_MOST_IN_SPACE = 8_000  # points of each map in three dimensions, which every turn draws anew


def three_dimensional(
    layouts: tuple[Layout, Layout],
    names: tuple[str, str],
    titles: Sequence[str],
    colouring: Scale | Groups,
    shown_items: npt.NDArray[np.bool_],
    p: npt.NDArray[np.integer[Any]],
    highlight: Highlight,
) -> tuple[go.Figure, int]:
    """Two maps of three dimensions to turn around, and how many of the items that are shown stand in them."""
    placed = np.isfinite(layouts[0]).all(axis=1) | np.isfinite(layouts[1]).all(axis=1)
    sample = stratified_sample(p, shown_items & placed, _MOST_IN_SPACE)
    hover, traces = hover_texts(titles), []
    for pane, layout in enumerate(layouts):
        there = np.isfinite(layout).all(axis=1)
        scene = axis_name("scene", pane + 1)
        shown = sample[there[sample]]
        for own in point_traces(layout, shown, hover, colouring, first=pane == 0):
            traces.append(_in_space(own.to_plotly_json(), layout, scene) | {"opacity": 0.7})
        for mark in mark_traces(layout, titles, highlight, names, first=pane == 0):
            traces.append(_in_space(mark, layout, scene))
    bare = {"showticklabels": False, "title": {"text": ""}, "showbackground": False, "zeroline": False}
    scenes = {
        axis_name("scene", pane + 1): {"domain": {"x": list(across)}, "xaxis": bare, "yaxis": bare, "zaxis": bare}
        for pane, across in enumerate(PANES)
    }
    titled = [
        {
            "text": name,
            "x": across[0],
            "xanchor": "left",
            "font": {"size": 14},
            "y": 1,
            "xref": "paper",
            "yref": "paper",
            "showarrow": False,
            "yanchor": "bottom",
        }
        for name, across in zip(lettered(names), PANES, strict=True)
    ]
    layout_3d = {
        **scenes,
        "annotations": titled,
        "height": HEIGHT,
        "margin": {"l": 0, "r": 0, "t": ABOVE, "b": BELOW},
        "coloraxis": colour_axis(colouring),
        "legend": {"orientation": "h", "yanchor": "top", "y": -0.01, "x": 0, "itemsizing": "constant"},
        "uirevision": "maps-3d",
    }
    return go.Figure({"data": traces, "layout": layout_3d}), len(sample)


def _in_space(trace: dict[str, Any], layout: Layout, scene: str) -> dict[str, Any]:
    """A trace of points in the plane as one in space."""
    items = np.asarray(trace["customdata"], dtype=np.int64)
    marker = {**trace["marker"], "size": min(trace["marker"]["size"], 8) / 2 + 1}
    if marker.get("symbol") == "star":
        marker |= {"symbol": "diamond", "size": 8}
    places = {"x": layout[items, 0], "y": layout[items, 1], "z": layout[items, 2]}
    kept = {name: value for name, value in trace.items() if name not in ("type", "xaxis", "yaxis", "marker")}
    return {**kept, **places, "marker": marker, "type": "scatter3d", "scene": scene}
