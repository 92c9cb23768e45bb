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
    figure = go.Figure(
        go.Scatter(
            x=popularity["rank"],
            y=popularity["p"],
            mode="lines",
            line={"color": A, "width": 3},
            hovertemplate=f"rank %{{x:,}}<br>%{{y:,}} {who}<extra></extra>",
        )
    )
    start = 1
    for name, colour in BUCKETS.items():
        part = popularity["buckets"][name]
        if part["items"]:
            end = max(part["last_rank"], start)
            figure.add_vrect(x0=start, x1=end, fillcolor=colour, opacity=0.12, line_width=0)
            # On a log axis an annotation's place is the logarithm of the value.
            middle = (math.log10(start) + math.log10(end)) / 2
            words = f"<b>{name}</b><br>{part['items']:,}"
            figure.add_annotation(x=middle, y=0.99, yref="paper", yanchor="top", text=words, showarrow=False)
            start = end
    _axes(figure, "popularity rank", f"{who} who touched the item")
    figure.update_xaxes(type="log", dtick=1)
    figure.update_yaxes(type="log", dtick=1)
    return figure


def weekly_activity(weeks: Mapping[str, Sequence[Any]]) -> go.Figure:
    """Interactions of each week."""
    figure = go.Figure(
        go.Bar(
            x=weeks["start"],
            y=weeks["interactions"],
            marker_color=A,
            hovertemplate="week of %{x}<br>%{y:,} interactions<extra></extra>",
        )
    )
    _axes(figure, "week", "interactions")
    return figure


def class_histogram(classes: Mapping[str, Sequence[int]], of: str, size: str) -> go.Figure:
    """How many users (or sessions) fall into each class of size, classes twice as wide as the one before."""
    names = [
        f"{low:,}" if low == high else f"{low:,}-{high:,}"
        for low, high in zip(classes["low"], classes["high"], strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=names, y=classes["size"], marker_color=A, hovertemplate=f"%{{x}} {size}<br>%{{y:,}} {of}<extra></extra>"
        )
    )
    _axes(figure, size, of)
    figure.update_xaxes(type="category")
    return figure


def loss_curve(losses: Sequence[float]) -> go.Figure:
    """Training loss by step."""
    steps = list(range(1, len(losses) + 1))
    figure = go.Figure(go.Scatter(x=steps, y=list(losses), mode="lines+markers", line={"color": A}))
    _axes(figure, "step", "loss", height=220)
    return figure


def popularity_lines(curves: Sequence[tuple[str, Curve]], y_title: str, baseline: float | None) -> go.Figure:
    """A mean with its 95 % band against the item's own popularity quantile, one line a run."""
    figure = go.Figure()
    for (name, curve), colour in zip(curves, (A, B), strict=True):
        banded = np.isfinite(curve.low)
        x = curve.q[banded]
        figure.add_trace(
            go.Scatter(
                x=np.concatenate([x, x[::-1]]),
                y=np.concatenate([curve.high[banded], curve.low[banded][::-1]]),
                fill="toself",
                fillcolor=colour,
                opacity=0.18,
                mode="none",
                hoverinfo="skip",
                showlegend=False,
            )
        )
        shown = np.isfinite(curve.mean)
        figure.add_trace(
            go.Scatter(
                x=curve.q[shown],
                y=curve.mean[shown],
                customdata=curve.n[shown],
                name=html.escape(name),
                mode="lines+markers",
                line={"color": colour, "width": 3},
                hovertemplate="own quantile %{x:.2f}<br>%{y:.3f}<br>%{customdata:,} items<extra></extra>",
            )
        )
    if baseline is not None:
        figure.add_hline(baseline, line={"color": BASELINE, "dash": "dash"}, annotation_text="chance")
    _axes(figure, "own popularity quantile (1 = most popular)", y_title)
    return figure


def paired_bars(
    groups: Sequence[str], a: Sequence[float | None], b: Sequence[float | None], names: tuple[str, str], y_title: str,
    baseline: Sequence[float | None] | None = None, baseline_name: str = "chance",
) -> go.Figure:  # fmt: skip
    """Two bars a group, A beside B, with a mark for chance where there is one."""
    figure = go.Figure(
        [
            go.Bar(name=html.escape(name), x=list(groups), y=list(values), marker_color=colour)
            for name, values, colour in zip(names, (a, b), (A, B), strict=True)
        ]
    )
    if baseline is not None:
        figure.add_trace(
            go.Scatter(
                x=list(groups),
                y=list(baseline),
                name=baseline_name,
                mode="markers",
                marker={"symbol": "line-ew", "size": 40, "line": {"width": 3, "color": BASELINE}},
            )
        )
    _axes(figure, "", y_title)
    figure.update_layout(barmode="group")
    return figure


def _axes(figure: go.Figure, x: str, y: str, *, height: int = _HEIGHT) -> None:
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 24, "b": 10},
        xaxis_title=x,
        yaxis_title=y,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
        showlegend=any(trace.name for trace in figure.data),
    )
