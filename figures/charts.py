"""What all charts share, and those of training and comparing: Plotly figures from plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from analysis import Curve
from figures.colours import BASELINE, ON_BAR, OTHER, A, B
from figures.text import drawn_text, shorten

SHARE_TICKS = ".2~%"  # as many places as the ticks need: without them small shares would stand twice on an axis
_HEIGHT = 320


@dataclass(frozen=True)
class Chart:
    """One picture: the question it answers, a sentence with its numbers (Markdown), the measures it shows."""

    question: str
    figure: go.Figure
    said: str | None
    measures: tuple[str, ...]


def loss_curve(losses: Sequence[float]) -> go.Figure:
    """Training loss by step."""
    steps = list(range(1, len(losses) + 1))
    line = {"type": "scatter", "x": steps, "y": list(losses), "mode": "lines+markers", "line": {"color": A}}
    return figure([line], "step", "loss", height=220)


def popularity_lines(curves: Sequence[tuple[str, Curve]], y_title: str, baseline: float | None) -> go.Figure:
    """A mean with its 95 % band against the item's own popularity quantile, one line a run."""
    traces: list[dict[str, Any]] = []
    for (name, curve), colour in zip(curves, (A, B), strict=True):
        banded, shown = np.isfinite(curve.low), np.isfinite(curve.mean)
        traces += [
            band(curve.q[banded], curve.low[banded], curve.high[banded], colour),
            {
                "type": "scatter",
                "x": curve.q[shown],
                "y": curve.mean[shown],
                "customdata": curve.n[shown],
                "name": drawn_text(name),
                "mode": "lines+markers",
                "line": {"color": colour, "width": 3},
                "hovertemplate": "own quantile %{x:.2f}<br>%{y:.3f}<br>%{customdata:,} items<extra></extra>",
            },
        ]
    chance = {} if baseline is None else _chance(baseline)
    return figure(traces, "own popularity quantile (1 = most popular)", y_title, **chance)


def band(x: npt.NDArray[Any], low: npt.NDArray[Any], high: npt.NDArray[Any], colour: str) -> dict[str, Any]:
    """What lies between two lines, faintly."""
    return {
        "type": "scatter",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.18,
        "mode": "none",
        "hoverinfo": "skip",
        "showlegend": False,
    }


def interval_bars(
    cells: Sequence[Mapping[str, Any]], colour: str, scale: float = 100.0, thickness: float = 1.5
) -> dict[str, Any]:
    """Error bars from values with "value", "low" and "high", times `scale`; none where an interval is not known."""

    def apart(cell: Mapping[str, Any], side: str) -> float:
        return 0.0 if cell[side] is None else float(scale * abs(cell[side] - cell["value"]))

    return {
        "type": "data",
        "symmetric": False,
        "array": [apart(cell, "high") for cell in cells],
        "arrayminus": [apart(cell, "low") for cell in cells],
        "color": colour,
        "thickness": thickness,
        "width": 3,
    }


def paired_bars(
    groups: Sequence[str], a: Sequence[float | None], b: Sequence[float | None], names: tuple[str, str], y_title: str,
    baseline: Sequence[float | None] | None = None, baseline_name: str = "chance",
) -> go.Figure:  # fmt: skip
    """Two bars a group, A beside B, with a mark for chance where there is one."""
    traces: list[dict[str, Any]] = [
        {"type": "bar", "name": drawn_text(name), "x": list(groups), "y": list(values), "marker": {"color": colour}}
        for name, values, colour in zip(names, (a, b), (A, B), strict=True)
    ]
    if baseline is not None:
        marker = {"symbol": "line-ew", "size": 40, "line": {"width": 3, "color": BASELINE}}
        marks = {"type": "scatter", "name": baseline_name, "mode": "markers", "marker": marker}
        traces.append({**marks, "x": list(groups), "y": list(baseline)})
    return figure(traces, "", y_title, barmode="group")


def shares_against(names: Sequence[str], shares: Sequence[float], expected: Sequence[float], x_title: str) -> go.Figure:
    """A lying bar a name, the first on top, with a mark for the share that it has elsewhere."""
    labels = [drawn_text(shorten(name, 30)) for name in names]
    # Bright within a dark edge: it stands out on its bar, and beside it on a light and on a dark page.
    marker = {"symbol": "diamond", "size": 9, "color": "white", "line": {"width": 2, "color": ON_BAR}}
    traces: list[dict[str, Any]] = [
        {"type": "bar", "orientation": "h", "x": list(shares), "y": labels, "marker": {"color": OTHER}, "name": "here"},
        {"type": "scatter", "mode": "markers", "x": list(expected), "y": labels, "marker": marker, "name": "all items"},
    ]
    return figure(
        traces, x_title, "", height=110 + 24 * len(names), x_axis={"tickformat": SHARE_TICKS},
        y_axis={"autorange": "reversed", "automargin": True},
    )  # fmt: skip


def _chance(level: float) -> dict[str, Any]:
    """A dashed line across the whole chart, and the word for it."""
    across = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": level, "y1": level}
    word = {"xref": "paper", "x": 1, "xanchor": "right", "y": level, "yanchor": "bottom", "text": "chance"}
    return {
        "shapes": [{"type": "line", **across, "line": {"color": BASELINE, "dash": "dash"}}],
        "annotations": [{**word, "showarrow": False}],
    }


def figure(
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
