"""Two maps of the same items side by side: one figure, matched axes, the chosen item and its neighbours in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from figures.colourings import Groups, Scale
from figures.colours import BOTH, FRAME, QUERY, A, B
from figures.text import decimal, drawn_text

if TYPE_CHECKING:
    from workspace.pairs import Pair

Layout = npt.NDArray[np.float32]  # (n_items, 2), NaN where an item has no vector
HEIGHT = 620
PANES = ((0.002, 0.49), (0.51, 0.998))  # shares of the width; at its very edge a frame would be cut off
BELOW = 115  # pixels below the maps: the legend, and under it the colour bar
ABOVE = 56  # pixels above the maps: the names of the runs, and over them Plotly's buttons
_POINT_SIZES = ((5_000, 4), (800, 6), (0, 8))  # from so many items on, points of so many pixels


@dataclass(frozen=True)
class Highlight:
    """The chosen item and its neighbours: item codes."""

    query: int
    only_a: npt.NDArray[np.int32]
    only_b: npt.NDArray[np.int32]
    both: npt.NDArray[np.int32]

    @classmethod
    def of(cls, pair: Pair, item: int) -> Highlight:
        """An item and its neighbours in both runs."""
        a, b = pair.of_item(item)
        return cls(
            query=item,
            only_a=a.neighbours[~a.shared & (a.neighbours >= 0)],
            only_b=b.neighbours[~b.shared & (b.neighbours >= 0)],
            both=a.neighbours[a.shared],
        )


def base_figure(
    layouts: tuple[Layout, Layout],
    names: tuple[str, str],
    titles: Sequence[str],
    colouring: Scale | Groups,
    shown_items: npt.NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """All items in both maps, or those that are shown, as a plain figure dict that `marked` draws on.

    shown_items  bool (n_items,); each point's customdata is its item code

    It does not change with the chosen item, so it is worth keeping: checking 20,000 points takes Plotly 0.2 s.
    """
    figure = make_subplots(rows=1, cols=2, subplot_titles=lettered(names))
    hover = hover_texts(titles)
    for column, layout in enumerate(layouts, start=1):
        there = np.isfinite(layout[:, 0])
        shown = np.flatnonzero(there if shown_items is None else there & shown_items)
        for trace in point_traces(layout, shown, hover, colouring, first=column == 1):
            figure.add_trace(trace, row=1, col=column)
    figure.update_annotations(yshift=6, xanchor="left", font_size=14)  # clear of the frames
    (left, right), (bottom, top) = window_of(layouts)
    bare = {
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "ticks": "",
        "showline": True,
        "mirror": True,
        "linecolor": FRAME,
    }
    figure.update_xaxes(**bare, matches="x", range=[left, right])
    axes = (figure.layout.xaxis, figure.layout.xaxis2)
    for axis, name, domain in zip(axes, figure.layout.annotations, PANES, strict=True):
        axis.domain, name.x = domain, domain[0]
    figure.update_yaxes(**bare, matches="y", range=[bottom, top])
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 0, "t": ABOVE, "b": BELOW},
        dragmode="pan",
        hovermode="closest",
        coloraxis=colour_axis(colouring),
        legend={
            "orientation": "h",
            "yanchor": "top",
            "y": -0.01,
            "x": 0,
            "itemsizing": "constant",
            "traceorder": "reversed",
            "bgcolor": "rgba(0, 0, 0, 0)",  # the frame of the maps shows through
        },
        uirevision="maps",
    )
    whole: dict[str, Any] = figure.to_dict()
    for trace in whole["data"]:  # Plotly makes an array of objects of it, which the JSON encoder must take apart again
        trace["hovertext"] = list(trace["hovertext"])
    return whole


def marked(
    base: dict[str, Any],
    layouts: tuple[Layout, Layout],
    names: tuple[str, str],
    titles: Sequence[str],
    highlight: Highlight | None,
) -> go.Figure:
    """The base figure with the chosen item and its neighbours drawn in both maps."""
    marks = []
    if highlight is not None:
        for pane, layout in enumerate(layouts, start=1):
            for mark in mark_traces(layout, titles, highlight, names, first=pane == 1):
                marks.append(
                    {"type": "scattergl", **mark, "xaxis": axis_name("x", pane), "yaxis": axis_name("y", pane)}
                )
    return _Ready({"data": [*base["data"], *marks], "layout": base["layout"]})


def how_made(kind: str, residual: float | None) -> str:
    """What the maps show and how they were laid beside each other, in two sentences; kind = "UMAP" or "PCA"."""
    fit = "" if residual is None else f" (map residual {decimal(residual, 3)} of 1)"
    how = (
        "Each map is a UMAP of that run's vectors; the younger run's was started from the older one's and turned onto "
        f"it{fit}."
        if kind == "UMAP"
        else f"Each map shows the first principal components of that run's vectors; B is turned onto A{fit}."
    )
    return f"{how} Neighbours are taken in the full vectors, never in the picture."


def colour_axis(colouring: Scale | Groups) -> dict[str, Any]:
    """The colour bar below the maps, on the right."""
    ticks = colouring.ticks if isinstance(colouring, Scale) else ()
    told = {"tickvals": [place for place, _ in ticks], "ticktext": [text for _, text in ticks]} if ticks else {}
    return {
        "colorscale": "Viridis",
        "cmin": colouring.low if isinstance(colouring, Scale) else 0,
        "cmax": colouring.high if isinstance(colouring, Scale) else 1,
        "colorbar": {
            "title": {"text": colouring.title, "side": "top", "font": {"size": 12}},
            "orientation": "h",
            "thickness": 10,
            "len": 0.6,  # as wide as its title in a narrow window
            "x": 1,
            "xanchor": "right",
            "y": -0.13,  # below the legend, which takes two lines in a narrow window
            "yanchor": "top",
            **told,
        },
    }


class _Ready(go.Figure):  # type: ignore[misc]
    """A figure whose parts were checked and encoded before: Plotly would copy and check 20,000 points at each click."""

    def __init__(self, ready: dict[str, Any]) -> None:
        super().__init__()
        self._ready = ready

    def to_dict(self) -> dict[str, Any]:
        return self._ready


def point_traces(
    layout: Layout,
    shown: npt.NDArray[np.intp],
    hover: npt.NDArray[np.object_],
    colouring: Scale | Groups,
    *,
    first: bool,
) -> list[go.Scattergl]:
    """All items of one map that are shown, one trace a group, or one for all."""
    size = point_size(len(shown))
    if isinstance(colouring, Scale):
        colours = colouring.of(0 if first else 1)[shown].astype(np.float32)
        marker = {"size": size, "opacity": 0.7, "color": colours, "coloraxis": "coloraxis"}
        return [go.Scattergl(**_points(layout, shown, hover[shown], marker), name="items", showlegend=False)]
    return [
        go.Scattergl(
            **_points(layout, members, hover[members], {"size": size, "opacity": 0.7, "color": colour}),
            name=drawn_text(name),
            legendgroup=f"group-{code}",
            showlegend=first,
        )
        for code, (name, colour) in reversed(list(enumerate(zip(colouring.names, colouring.colours, strict=True))))
        if len(members := shown[colouring.codes[shown] == code])
    ]


def mark_traces(
    layout: Layout, titles: Sequence[str], highlight: Highlight, names: tuple[str, str], *, first: bool
) -> list[dict[str, Any]]:
    """The chosen item and its neighbours in one map, one trace a kind."""
    kinds = [
        ("neighbour in both", highlight.both, {"size": 12, "color": BOTH}),
        (f"only in {drawn_text(names[0])}", highlight.only_a, {"size": 12, "color": A}),
        (f"only in {drawn_text(names[1])}", highlight.only_b, {"size": 12, "color": B}),
        ("chosen item", np.array([highlight.query]), {"size": 17, "symbol": "star", "color": QUERY}),
    ]
    return [
        {
            **_points(
                layout,
                items,
                hover_texts([titles[code] for code in items]),
                marker | {"line": {"width": 2, "color": "white"}},
            ),
            "name": name,
            "legendgroup": name,
            "showlegend": first,
        }
        for name, items, marker in kinds
        if len(items)
    ]


def _points(
    layout: Layout, items: npt.NDArray[Any], hover: npt.NDArray[np.object_], marker: dict[str, Any]
) -> dict[str, Any]:
    return {
        "x": layout[items, 0],
        "y": layout[items, 1],
        "mode": "markers",
        "marker": marker,
        "customdata": items.astype(np.int32),
        "hovertext": hover.tolist(),
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def point_size(n: int) -> int:
    """Pixels of a point where so many are drawn."""
    return next(points for least, points in _POINT_SIZES if n >= least)


def window_of(layouts: tuple[Layout, Layout]) -> tuple[tuple[float, float], tuple[float, float]]:
    """What both panes show at first, (left, right) and (bottom, top): nearly all items, not the few far away."""
    places = np.concatenate(layouts)
    low, high = np.nanpercentile(places, [0.3, 99.7], axis=0)
    room = 0.06 * np.maximum(high - low, 1e-6)
    return (float(low[0] - room[0]), float(high[0] + room[0])), (float(low[1] - room[1]), float(high[1] + room[1]))


def lettered(names: tuple[str, str]) -> list[str]:
    """The names of the two runs as they stand above their maps."""
    return [f"<b>{letter}</b> {drawn_text(name)}" for letter, name in zip("AB", names, strict=True)]


def hover_texts(titles: Sequence[str]) -> npt.NDArray[np.object_]:
    """Titles as Plotly may draw them: it reads some HTML in texts, so none of a title's own may reach it."""
    return np.array([drawn_text(title) for title in titles], dtype=object)


def axis_name(letter: str, pane: int) -> str:
    """Plotly's name of an axis or a scene of the first or second map: "x", "x2"."""
    return letter if pane == 1 else f"{letter}{pane}"
