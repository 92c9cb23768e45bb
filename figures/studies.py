"""What many runs beside each other look like: their agreement, their map, their measures."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from figures.charts import SHARE_TICKS, figure
from figures.colours import BASELINE, FAMILIES, OTHER
from figures.text import decimal, drawn_text, percent, shorten

_LABEL = 20  # characters of a line beside the ladder


class Shown(NamedTuple):
    """A measure as studies show it: its name in code, its heading, how its value is written."""

    name: str
    label: str
    write: Callable[[float | None], str]

    @property
    def is_share(self) -> bool:
        """Whether its values are shares, 0..1, which stand there as percentages."""
        return self.write is percent

    @property
    def ticks(self) -> dict[str, str]:
        """How Plotly is to write them along an axis."""
        return {"tickformat": SHARE_TICKS} if self.is_share else {}


MEASURES = (
    Shown("neighbour_popularity", "Neighbour popularity", decimal),
    Shown("head_share", "Head share", percent),
    Shown("same_category", "Same category", percent),
    Shown("hubness_skewness", "Hubness skewness", decimal),
    Shown("coverage", "Coverage", percent),
    Shown("gini", "Gini of list counts", decimal),
    Shown("anti_hubs", "Items in no list", percent),
    Shown("popularity_lift", "Popularity lift (log10)", decimal),
    Shown("assortativity", "Assortativity", decimal),
    Shown("norm_popularity", "Length and popularity", decimal),
)
CHANCE = {"neighbour_popularity": 0.5}


def agreement_matrix(
    names: Sequence[str], jaccard: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]
) -> go.Figure:
    """Mean Jaccard of every two runs as a heat map; each mark's customdata is (row, column).

    A run's own 1 is grey: it says nothing, and would take the brightest colour. A heat map tells nobody of a click, so
    that a mark that cannot be seen lies on each cell.
    """
    m = len(names)
    itself = np.eye(m, dtype=bool)
    apart = jaccard[~itself]
    cells: dict[str, Any] = {
        "type": "heatmap",
        **_filled(jaccard, ~itself),
        "zmin": 0,
        "zmax": float(np.nanmax(np.append(apart, 0.1))),
        "colorscale": "Viridis",
        "hoverinfo": "skip",
        "showscale": m > _WRITTEN,
        "colorbar": {
            "title": {"text": "Jaccard", "side": "top"},
            "orientation": "h",
            "thickness": 10,
            "len": 0.8,
            "nticks": 4,
            "y": -0.02,
            "yanchor": "top",
        },
        "xgap": 1,
        "ygap": 1,
    }
    grey = {**cells, **_filled(jaccard, itself), "colorscale": [[0, OTHER], [1, OTHER]], "showscale": False}
    axis = {"tickvals": list(range(m)), "automargin": True, "showgrid": False, "zeroline": False}
    numbers = [str(place) for place in range(1, m + 1)]
    numbered = [in_lines(f"{place} {name}") for place, name in enumerate(names, start=1)]
    return figure(
        [cells, grey, _clickable(names, jaccard, counts)],
        "",
        "",
        height=max(min(60 * m, 700), 260) + 110,
        x_axis={
            **axis,
            "range": [-0.5, m - 0.5],
            "ticktext": numbers,
            "side": "top",
            "tickangle": 0,
            "tickfont": {"size": 12 if m <= _WRITTEN else 9},
        },
        y_axis={**axis, "range": [m - 0.5, -0.5], "ticktext": numbered},
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
        showlegend=False,
        hovermode="closest",
    )


def _filled(jaccard: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Values of the cells that are wanted, nothing in the others; written there where the cells are large enough."""
    rows = np.where(wanted, jaccard, np.nan).tolist()
    filled: dict[str, Any] = {"z": [[None if value != value else value for value in row] for row in rows]}
    if len(rows) <= _WRITTEN:
        texts = [[decimal(value) for value in row] for row in jaccard.tolist()]
        filled |= {"text": np.where(wanted, texts, "").tolist(), "texttemplate": "%{text}"}
    return filled


def _clickable(names: Sequence[str], jaccard: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]) -> dict[str, Any]:
    """A mark on each cell that cannot be seen, and says what the cell is."""
    m = len(names)
    labels = [drawn_text(name) for name in names]
    rows, columns = (axis.ravel() for axis in np.indices((m, m)))
    text = [
        f"{labels[row]}<br>{labels[column]}<br>Jaccard {decimal(jaccard[row, column], 3)} over "
        f"{counts[row, column]:,} items"
        for row, column in zip(rows, columns, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": columns.tolist(),
        "y": rows.tolist(),
        "customdata": np.stack([rows, columns], axis=1).tolist(),
        "marker": {"symbol": "square", "size": max(min(_MATRIX // m, 60), 8), "color": OTHER, "opacity": 0.0},
        "selected": {"marker": {"opacity": 0.0}},
        "unselected": {"marker": {"opacity": 0.0}},
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
    }


def runs_on_a_map(
    names: Sequence[str], families: Sequence[str], places: npt.NDArray[np.float64], marked: Mapping[int, str]
) -> go.Figure:
    """Runs that agree lie near each other, coloured by family; each point's customdata is its place in `names`.

    A point has the number and the name of its run, or of many runs the number that the matrix gives them.

    marked  run -> the letter behind its name
    """
    (left, right), (low, high) = ((float(axis.min()), float(axis.max())) for axis in places.T)
    width = max(right - left, high - low, 0.1)
    sides = _free_sides(places / width)
    many = len(names) > _NAMED
    letters = [f" ({marked[place]})" if place in marked else "" for place in range(len(names))]
    full = [
        drawn_text(f"{place} {name}{letter}")
        for place, (name, letter) in enumerate(zip(names, letters, strict=True), 1)
    ]
    told = (
        [f"{place}{letter}" for place, letter in enumerate(letters, 1)]
        if many
        else [
            in_lines(f"{place} {name}{letter}")
            for place, (name, letter) in enumerate(zip(names, letters, strict=True), 1)
        ]
    )
    traces: list[dict[str, Any]] = []
    for family in dict.fromkeys(families):
        mine = [place for place, own in enumerate(families) if own == family]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": family,
                "x": places[mine, 0].tolist(),
                "y": places[mine, 1].tolist(),
                "customdata": mine,
                "text": [told[place] for place in mine],
                "textposition": [sides[place] for place in mine],
                "marker": {"size": 14, "color": FAMILIES.get(family, OTHER)},
                "hovertext": [full[place] for place in mine],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "cliponaxis": False,
            }
        )
    bare = {"showgrid": False, "zeroline": False, "showticklabels": False}
    return figure(
        traces,
        "",
        "",
        height=460,
        x_axis={**bare, "range": [left - 0.25 * width, right + 0.25 * width]},
        y_axis={
            **bare, "range": [low - 0.2 * width, high + 0.2 * width], "scaleanchor": "x", "constrain": "domain",
        },
        showlegend=True,
        hovermode="closest",
    )  # fmt: skip


def bars_of_runs(
    names: Sequence[str], families: Sequence[str], values: Sequence[float | None], shown: Shown, chance: float | None
) -> go.Figure:
    """One measure of every run, a bar each."""
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(names))),
        "text": [shown.write(value) for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": [FAMILIES.get(family, OTHER) for family in families]},
        "hovertext": [drawn_text(name) for name in names],
        "hovertemplate": "%{hovertext}: %{text}<extra></extra>",
    }
    short = [drawn_text(shorten(f"{place} {name}", _LABEL + 4)) for place, name in enumerate(names, 1)]
    ends = [0.0, *(value for value in values if value is not None)]
    return figure(
        [bars],
        "",
        "",
        height=26 * len(names) + 60,
        x_axis={"range": [1.3 * min(ends), 1.3 * max(ends) or 1.0], "nticks": 4, "tickangle": 0, **shown.ticks},
        y_axis={
            "tickvals": list(range(len(names))),
            "ticktext": short,
            "autorange": "reversed",
            "automargin": True,
        },
        shapes=[] if chance is None else [upright(chance)],
        showlegend=False,
    )


_NAMED = 8  # runs on the map; the names of more would lie upon each other
_WRITTEN = 12  # runs; in smaller cells numbers cannot be read
_MATRIX = 500  # pixels of a matrix, about


def _free_sides(places: npt.NDArray[np.float64]) -> list[str]:
    """Above or below its point: where a name stands clear of points and of the names to its left."""
    sides = [""] * len(places)
    taken: list[tuple[float, float]] = []
    for place in np.argsort(places[:, 0], kind="stable"):
        x, y = (float(value) for value in places[place])
        others = [*taken, *np.delete(places, place, axis=0).tolist()]
        free = {
            side: min(
                (max(abs(x - other) / 0.2, abs(y + shift - height) / 0.06) for other, height in others), default=9
            )
            for side, shift in (("top center", 0.06), ("bottom center", -0.06))
        }
        sides[place] = "top center" if free["top center"] >= 1 else max(free, key=free.__getitem__)
        taken.append((x, y + (0.06 if sides[place] == "top center" else -0.06)))
    return sides


def in_lines(name: str) -> str:
    """A name in at most two short lines."""
    return "<br>".join(drawn_text(line) for line in textwrap.wrap(name, _LABEL, max_lines=2, placeholder="…"))


def upright(x: float) -> dict[str, Any]:
    """A dashed line from bottom to top."""
    line = {"color": BASELINE, "dash": "dash"}
    return {"type": "line", "xref": "x", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line}
