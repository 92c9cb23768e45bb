"""Charts as Plotly figures, from plain numbers."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from analysis import Curve
from widgets.colours import BASELINE, BUCKETS, A, B

_HEIGHT = 320
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}


def popularity_curve(popularity: Mapping[str, Any], who: str) -> go.Figure:
    """Popularity against rank on log axes, with the head, mid and tail edges."""
    shapes, annotations = [], []
    start = 1
    for name, colour in BUCKETS.items():
        part = popularity["buckets"][name]
        if part["items"]:
            end = max(part["last_rank"], start)
            across = {"xref": "x", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1}
            shapes.append({"type": "rect", **across, "fillcolor": colour, "opacity": 0.12, "line": {"width": 0}})
            # On a log axis an annotation's place is the logarithm of the value.
            middle = (math.log10(start) + math.log10(end)) / 2
            place = {"x": middle, "y": 0.99, "yref": "paper", "yanchor": "top"}
            annotations.append({**place, "text": f"<b>{name}</b>", "showarrow": False})
            start = end
    line = {
        "type": "scatter",
        "x": popularity["rank"],
        "y": popularity["p"],
        "mode": "lines",
        "line": {"color": A, "width": 3},
        "hovertemplate": f"rank %{{x:,}}<br>%{{y:,}} {who}<extra></extra>",
    }
    log = {"type": "log", "dtick": 1}
    return _figure(
        [line], "popularity rank", f"{who} who touched the item", x_axis=log, y_axis=log,
        shapes=shapes, annotations=annotations,
    )  # fmt: skip


def weekly_activity(weeks: Mapping[str, Sequence[Any]]) -> go.Figure:
    """Interactions of each week."""
    hover = "week of %{x}<br>%{y:,} interactions<extra></extra>"
    bars = {"type": "bar", "x": weeks["start"], "y": weeks["interactions"], "marker": {"color": A}}
    return _figure([{**bars, "hovertemplate": hover}], "week", "interactions")


def class_histogram(classes: Mapping[str, Sequence[int]], of: str, size: str) -> go.Figure:
    """How many users (or sessions) fall into each class of size, classes twice as wide as the one before."""
    names = [
        f"{low:,}" if low == high else f"{low:,}-{high:,}"
        for low, high in zip(classes["low"], classes["high"], strict=True)
    ]
    hover = f"%{{x}} {size}<br>%{{y:,}} {of}<extra></extra>"
    bars = {"type": "bar", "x": names, "y": classes["size"], "marker": {"color": A}, "hovertemplate": hover}
    return _figure([bars], size, of, x_axis={"type": "category"})


def cleaning_funnel(steps: Sequence[Mapping[str, Any]], names: Mapping[str, str], who: str) -> go.Figure:
    """Rows that are left after each step of cleaning, the first on top, with the users and items beside them."""
    labels = [f"{number}. {names.get(step['step'], step['step'])}" for number, step in enumerate(steps, start=1)]
    beside = [f"{step['rows']:,} rows · {step['users']:,} {who} · {step['items']:,} items" for step in steps]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [step["rows"] for step in steps],
        "y": labels,
        "text": beside,
        "textposition": "inside",
        "insidetextanchor": "start",
        "constraintext": "none",
        "marker": {"color": A},
        "hovertemplate": "%{text}<extra>%{y}</extra>",
    }
    y_axis = {"autorange": "reversed", "automargin": True}
    return _figure([bars], "rows left", "", height=90 + 44 * len(steps), y_axis=y_axis)


def loss_curve(losses: Sequence[float]) -> go.Figure:
    """Training loss by step."""
    steps = list(range(1, len(losses) + 1))
    line = {"type": "scatter", "x": steps, "y": list(losses), "mode": "lines+markers", "line": {"color": A}}
    return _figure([line], "step", "loss", height=220)


def popularity_lines(curves: Sequence[tuple[str, Curve]], y_title: str, baseline: float | None) -> go.Figure:
    """A mean with its 95 % band against the item's own popularity quantile, one line a run."""
    traces: list[dict[str, Any]] = []
    for (name, curve), colour in zip(curves, (A, B), strict=True):
        banded, shown = np.isfinite(curve.low), np.isfinite(curve.mean)
        x = curve.q[banded]
        traces += [
            {
                "type": "scatter",
                "x": np.concatenate([x, x[::-1]]),
                "y": np.concatenate([curve.high[banded], curve.low[banded][::-1]]),
                "fill": "toself",
                "fillcolor": colour,
                "opacity": 0.18,
                "mode": "none",
                "hoverinfo": "skip",
                "showlegend": False,
            },
            {
                "type": "scatter",
                "x": curve.q[shown],
                "y": curve.mean[shown],
                "customdata": curve.n[shown],
                "name": html.escape(name),
                "mode": "lines+markers",
                "line": {"color": colour, "width": 3},
                "hovertemplate": "own quantile %{x:.2f}<br>%{y:.3f}<br>%{customdata:,} items<extra></extra>",
            },
        ]
    chance = {} if baseline is None else _chance(baseline)
    return _figure(traces, "own popularity quantile (1 = most popular)", y_title, **chance)


def paired_bars(
    groups: Sequence[str], a: Sequence[float | None], b: Sequence[float | None], names: tuple[str, str], y_title: str,
    baseline: Sequence[float | None] | None = None, baseline_name: str = "chance",
) -> go.Figure:  # fmt: skip
    """Two bars a group, A beside B, with a mark for chance where there is one."""
    traces: list[dict[str, Any]] = [
        {"type": "bar", "name": html.escape(name), "x": list(groups), "y": list(values), "marker": {"color": colour}}
        for name, values, colour in zip(names, (a, b), (A, B), strict=True)
    ]
    if baseline is not None:
        marker = {"symbol": "line-ew", "size": 40, "line": {"width": 3, "color": BASELINE}}
        marks = {"type": "scatter", "name": baseline_name, "mode": "markers", "marker": marker}
        traces.append({**marks, "x": list(groups), "y": list(baseline)})
    return _figure(traces, "", y_title, barmode="group")


def _chance(level: float) -> dict[str, Any]:
    """A dashed line across the whole chart, and the word for it."""
    across = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": level, "y1": level}
    word = {"xref": "paper", "x": 1, "xanchor": "right", "y": level, "yanchor": "bottom", "text": "chance"}
    return {
        "shapes": [{"type": "line", **across, "line": {"color": BASELINE, "dash": "dash"}}],
        "annotations": [{**word, "showarrow": False}],
    }


def _figure(
    traces: Sequence[Mapping[str, Any]], x: str, y: str, *, height: int = _HEIGHT,
    x_axis: Mapping[str, Any] | None = None, y_axis: Mapping[str, Any] | None = None, **layout: Any,
) -> go.Figure:  # fmt: skip
    """All of a figure at once: each later `update` or `add` would have Plotly go through it again."""
    return go.Figure(
        {
            "data": traces,
            "layout": {
                "height": height,
                "margin": {"l": 10, "r": 10, "t": 24, "b": 10},
                "xaxis": {"title": {"text": x}, **(x_axis or {})},
                "yaxis": {"title": {"text": y}, **(y_axis or {})},
                "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
                "showlegend": any("name" in trace for trace in traces),
                **layout,
            },
        }
    )
