"""The pictures of popularity bias: Plotly figures from plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from figures.charts import SHARE_TICKS, figure
from figures.colours import BASELINE, OTHER
from figures.text import decimal, drawn_text, percent, shorten

Numbers = Sequence[float | None]
Unit = Literal["share", "quantile", "change"]
_LONGEST_NAME = 22  # characters beside a bar; more would take the room of the bar
_ROW, _AROUND = 44, 90  # pixels: a row, and all that is not rows


@dataclass(frozen=True)
class Series:
    """What one run or baseline says: a name, the colour that it has in every picture, and its values."""

    name: str
    colour: str
    values: Numbers


@dataclass(frozen=True)
class Bar:
    """One value with its 95 % interval; None where it cannot be had."""

    name: str
    colour: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Dumbbell:
    """One run by two similarities; None = not known yet."""

    name: str
    colour: str
    cosine: float | None
    dot: float | None


def share_bars(groups: Sequence[str], series: Sequence[Series], y_title: str) -> go.Figure:
    """Shares, 0..1, as bars side by side, one of each series in each group."""
    traces = [
        {
            "type": "bar",
            "name": drawn_text(shorten(one.name, _LONGEST_NAME)),
            "x": list(groups),
            "y": list(one.values),
            "marker": {"color": one.colour},
            "hovertemplate": "%{x}: %{y:.1%}",
        }
        for one in series
    ]
    return figure(traces, "", y_title, y_axis={"tickformat": SHARE_TICKS, "rangemode": "tozero"}, barmode="group")


def bars(rows: Sequence[Bar], x_title: str, unit: Unit) -> go.Figure:
    """One lying bar for each run and baseline, in their order from the top, each with its number and interval."""
    known = [row for row in rows if row.value is not None]
    values = [row.value for row in known if row.value is not None]
    # Room for the number beyond the longest bar, on whichever side that ends.
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    room = 0.28 * ((high - low) or 1.0)
    limits = [low - room if low < 0 else 0.0, high + room if high > 0 else room]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": [drawn_text(shorten(row.name, _LONGEST_NAME)) for row in known],
        "x": values,
        "marker": {"color": [row.colour for row in known]},
        "text": [_written(value, unit) for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_distance(row.high, row.value) for row in known],
            "arrayminus": [_distance(row.value, row.low) for row in known],
            "thickness": 1,
            "width": 3,
            "color": OTHER,
        },
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    form = ".1f" if unit == "quantile" else ".0%"
    axis = {"range": limits, "tickformat": form, "zeroline": True, "nticks": 5}
    rows_up = {"autorange": "reversed", "automargin": True, "ticklabelstandoff": 6}
    return figure([trace], x_title, "", height=_AROUND + _ROW * len(rows), x_axis=axis, y_axis=rows_up, bargap=0.35)


def dumbbells(rows: Sequence[Dumbbell], x_title: str, marks: Sequence[tuple[str, float | None, str]]) -> go.Figure:
    """Each run's number by cosine (a circle) and by dot product (a diamond), joined, between 0 and 1.

    marks  (name, level, colour) of the baselines, drawn as lines from top to bottom
    """
    traces: list[dict[str, Any]] = []
    for row in rows:
        there = [
            (value, symbol) for value, symbol in ((row.cosine, "circle"), (row.dot, "diamond")) if value is not None
        ]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "x": [value for value, _ in there],
                "y": [drawn_text(shorten(row.name, _LONGEST_NAME))] * len(there),
                "line": {"color": row.colour, "width": 3},
                "marker": {"size": 14, "symbol": [symbol for _, symbol in there], "color": row.colour},
                "text": [decimal(value) for value, _ in there],
                "textposition": "top center",
                "hovertemplate": "%{x:.3f}<extra></extra>",
                "showlegend": False,
            }
        )
    for name, symbol in (("cosine", "circle"), ("dot product", "diamond")):
        marker = {"size": 11, "symbol": symbol, "color": BASELINE}
        traces.append({"type": "scatter", "mode": "markers", "x": [None], "y": [None], "name": name, "marker": marker})
    traces += [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [None],
            "y": [None],
            "name": name,
            "line": {"color": colour, "dash": "dash", "width": 2},
        }
        for name, level, colour in marks
        if level is not None
    ]
    shapes = [
        {
            "type": "line",
            "layer": "below",
            **{"xref": "x", "x0": level, "x1": level, "yref": "paper", "y0": 0, "y1": 1},
            "line": {"color": colour, "dash": "dash", "width": 2},
        }
        for _, level, colour in marks
        if level is not None
    ]
    axis = {"range": [-0.04, 1.06], "zeroline": False}
    # The first row on top, with room for its numbers above it.
    rows_up = {"range": [len(rows) - 0.6, -0.7], "automargin": True, "type": "category"}
    height = _AROUND + 40 + (_ROW + 20) * len(rows)
    return figure(traces, x_title, "", height=height, x_axis=axis, y_axis=rows_up, shapes=shapes)


def concentration_lines(lines: Sequence[tuple[str, str, Sequence[float], Sequence[float]]]) -> go.Figure:
    """What share of all places the most listed items take: (name, colour, shares of items, shares of places) a line."""
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": drawn_text(shorten(name, _LONGEST_NAME)),
            "x": list(items),
            "y": list(places),
            "line": {"color": colour, "width": 3},
            "hovertemplate": "the %{x:.2%} most listed items take %{y:.0%} of the places",
        }
        for name, colour, items, places in lines
    ]
    least = min((items[0] for _, _, items, _ in lines if len(items)), default=0.01)
    ticks = [share for share in (0.00001, 0.0001, 0.001, 0.01, 0.1, 1.0) if share >= least]
    across = {"type": "log", "tickvals": ticks, "ticktext": [f"{100 * share:g} %" for share in ticks]}
    upward = {"tickformat": ".0%", "range": [0, 1.03], "ticklabelstandoff": 4}
    return figure(
        traces, "most listed items, share of the catalogue", "share of all places", x_axis=across, y_axis=upward
    )


def _written(value: float, unit: Unit) -> str:
    if unit == "quantile":
        return decimal(value)
    sign = "+" if unit == "change" and value > 0 else ""
    return sign + percent(value)


def _distance(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else high - low
