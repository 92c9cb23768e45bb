"""Two maps of the same items side by side: one figure, matched axes, the chosen item and its neighbours in both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.arrays import row_norms, trained_rows
from analysis.map_summaries import stratified_sample
from analysis.ranks import value_quantiles
from figures.colours import BOTH, BUCKETS, CATEGORIES, FRAME, OTHER, QUERY, A, B
from figures.text import drawn_text
from interactions.features import labels_of, scale_of

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

Layout = npt.NDArray[np.float32]  # (n_items, 2), NaN where an item has no vector
_TOP_CATEGORIES = 20
_HEIGHT = 620
_MOST_IN_SPACE = 8_000  # points of each map in three dimensions, which every turn draws anew
_PANES = ((0.002, 0.49), (0.51, 0.998))  # shares of the width; at its very edge a frame would be cut off
_POINT_SIZES = ((5_000, 4), (800, 6), (0, 8))  # from so many items on, points of so many pixels


@dataclass(frozen=True)
class Scale:
    """Colour by a number: values float (n_items,), drawn on a colour bar from low to high.

    values_b  the numbers of the second map, where they are a run's own; None = the same in both
    """

    title: str
    values: npt.NDArray[np.float64]
    low: float = 0.0
    high: float = 1.0
    values_b: npt.NDArray[np.float64] | None = None

    def of(self, pane: int) -> npt.NDArray[np.float64]:
        """The numbers of the first or the second map."""
        return self.values if pane == 0 or self.values_b is None else self.values_b


@dataclass(frozen=True)
class Groups:
    """Colour by group: codes int (n_items,) into names and colours, drawn as a legend that switches groups off."""

    title: str
    codes: npt.NDArray[np.integer[Any]]
    names: Sequence[str]
    colours: Sequence[str]


@dataclass(frozen=True)
class Highlight:
    """The chosen item and its neighbours: item codes."""

    query: int
    only_a: npt.NDArray[np.int32]
    only_b: npt.NDArray[np.int32]
    both: npt.NDArray[np.int32]


def by_quantile(quantiles: npt.NDArray[np.float64]) -> Scale:
    """Colour by popularity quantile, 0 = least, 1 = most popular."""
    return Scale("Popularity quantile", quantiles)


def by_bucket(buckets: npt.NDArray[np.int8]) -> Groups:
    """Colour by head, mid and tail."""
    return Groups("Bucket", buckets, list(BUCKETS), list(BUCKETS.values()))


def by_overlap(overlap: npt.NDArray[np.float64]) -> Scale:
    """Colour by the share of an item's neighbours that both runs have, 0..1."""
    return Scale("Share of neighbours in both runs", overlap)


def by_list_counts(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> Scale:
    """Colour by the number of lists that an item stands in, in each run by its own."""
    in_a, in_b = np.log10(1 + a), np.log10(1 + b)
    most = max(float(in_a.max(initial=0)), float(in_b.max(initial=0)), 1.0)
    return Scale("Lists it stands in, log10(1 + n)", in_a, 0.0, most, in_b)


def by_norm(vectors_a: npt.NDArray[np.float32], vectors_b: npt.NDArray[np.float32]) -> Scale:
    """Colour by the length of an item's vector, as its quantile within the run."""
    a, b = (
        value_quantiles(np.where(trained_rows(vectors), row_norms(vectors), np.nan))
        for vectors in (vectors_a, vectors_b)
    )
    return Scale("Vector length, quantile", a, values_b=b)


def by_column(name: str, column: pd.Series[Any]) -> Scale | Groups:
    """Colour by a column of the item table: numbers and dates by their quantile, of several labels by the first."""
    scale = scale_of(column)
    if scale is not None:
        return Scale(f"{drawn_text(name)}, quantile", value_quantiles(scale[0]))
    return by_category([labels[0] if labels else None for labels in labels_of(column)], drawn_text(name))


def by_category(categories: Sequence[str | None], title: str = "Category") -> Groups:
    """Colour by category: the 20 with the most items, and everything else in grey."""
    known = [category for category in categories if category is not None]
    names, sizes = np.unique(np.array(known, dtype=object).astype(str), return_counts=True)
    largest = list(names[np.argsort(-sizes, kind="stable")][:_TOP_CATEGORIES])
    place = {name: position for position, name in enumerate(largest)}
    rest = len(largest)
    codes = np.array([rest if category is None else place.get(category, rest) for category in categories])
    return Groups(title, codes, [*largest, "other or none"], [*CATEGORIES[: len(largest)], OTHER])


def terms_of(
    categories: Sequence[str | None], titles: Sequence[str], most: int = 2_000
) -> tuple[sparse.csr_matrix, list[str]]:
    """Which items have which term, CSR (n_items, n_terms), and the terms: categories, else the words of the titles."""
    from scipy import sparse

    if any(category is not None for category in categories):
        words = [[] if category is None else [category] for category in categories]
    else:
        words = [sorted(set(re.findall(r"[^\W\d_]{3,}", title.lower()))) for title in titles]
    frequent = Counter(word for own in words for word in own).most_common(most)
    place = {word: number for number, (word, _) in enumerate(frequent)}
    rows = [item for item, own in enumerate(words) for word in own if word in place]
    columns = [place[word] for own in words for word in own if word in place]
    shape = (len(words), len(place))
    return sparse.csr_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=shape), list(place)


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
    figure = make_subplots(rows=1, cols=2, subplot_titles=[drawn_text(name) for name in names])
    hover = _hover(titles)
    for column, layout in enumerate(layouts, start=1):
        there = np.isfinite(layout[:, 0])
        shown = np.flatnonzero(there if shown_items is None else there & shown_items)
        for trace in _base(layout, shown, hover, colouring, first=column == 1):
            figure.add_trace(trace, row=1, col=column)
    figure.update_annotations(yshift=6)  # the names of the runs stand clear of the frames
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
    for axis, name, domain in zip(axes, figure.layout.annotations, _PANES, strict=True):
        axis.domain, name.x = domain, sum(domain) / 2
    figure.update_yaxes(**bare, matches="y", range=[bottom, top])
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 0, "r": 0, "t": 30, "b": 100},
        dragmode="pan",
        hovermode="closest",
        coloraxis=_colour_axis(colouring),
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
            for mark in _marks(layout, titles, highlight, names, first=pane == 1):
                marks.append({"type": "scattergl", **mark, "xaxis": _axis("x", pane), "yaxis": _axis("y", pane)})
    return _Ready({"data": [*base["data"], *marks], "layout": base["layout"]})


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
    hover, traces = _hover(titles), []
    for pane, layout in enumerate(layouts):
        there = np.isfinite(layout).all(axis=1)
        scene = _axis("scene", pane + 1)
        shown = sample[there[sample]]
        for own in _base(layout, shown, hover, colouring, first=pane == 0):
            traces.append(_in_space(own.to_plotly_json(), layout, scene) | {"opacity": 0.7})
        for mark in _marks(layout, titles, highlight, names, first=pane == 0):
            traces.append(_in_space(mark, layout, scene))
    bare = {"showticklabels": False, "title": {"text": ""}, "showbackground": False, "zeroline": False}
    scenes = {
        _axis("scene", pane + 1): {"domain": {"x": list(across)}, "xaxis": bare, "yaxis": bare, "zaxis": bare}
        for pane, across in enumerate(_PANES)
    }
    titled = [
        {
            "text": f"<b>{letter}</b> {drawn_text(name)}",
            "x": sum(across) / 2,
            "y": 1,
            "xref": "paper",
            "yref": "paper",
            "showarrow": False,
            "yanchor": "bottom",
        }
        for letter, name, across in zip("AB", names, _PANES, strict=True)
    ]
    layout_3d = {
        **scenes,
        "annotations": titled,
        "height": _HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 30, "b": 60},
        "coloraxis": _colour_axis(colouring),
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


def _colour_axis(colouring: Scale | Groups) -> dict[str, Any]:
    """The colour bar below the maps, on the right."""
    return {
        "colorscale": "Viridis",
        "cmin": colouring.low if isinstance(colouring, Scale) else 0,
        "cmax": colouring.high if isinstance(colouring, Scale) else 1,
        "colorbar": {
            "title": {"text": colouring.title, "side": "top"},
            "orientation": "h",
            "thickness": 10,
            "len": 0.3,
            "x": 1,
            "xanchor": "right",
            "y": -0.1,  # below the legend, which takes two lines in a narrow window
            "yanchor": "top",
        },
    }


class _Ready(go.Figure):  # type: ignore[misc]
    """A figure whose parts were checked and encoded before: Plotly would copy and check 20,000 points at each click."""

    def __init__(self, ready: dict[str, Any]) -> None:
        super().__init__()
        self._ready = ready

    def to_dict(self) -> dict[str, Any]:
        return self._ready


def _base(
    layout: Layout,
    shown: npt.NDArray[np.intp],
    hover: npt.NDArray[np.object_],
    colouring: Scale | Groups,
    *,
    first: bool,
) -> list[go.Scattergl]:
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


def _marks(
    layout: Layout, titles: Sequence[str], highlight: Highlight, names: tuple[str, str], *, first: bool
) -> list[dict[str, Any]]:
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
                _hover([titles[code] for code in items]),
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


def _hover(titles: Sequence[str]) -> npt.NDArray[np.object_]:
    """Titles as Plotly may draw them: it reads some HTML in texts, so none of a title's own may reach it."""
    return np.array([drawn_text(title) for title in titles], dtype=object)


def _axis(letter: str, pane: int) -> str:
    return letter if pane == 1 else f"{letter}{pane}"
