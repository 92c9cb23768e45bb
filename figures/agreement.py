"""Pictures of how far two runs agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from analysis import BUCKETS
from analysis.agreement import DepthCurve
from analysis.arrays import Floats
from analysis.measures import Measure
from analysis.popularity import Curve
from figures.charts import band, figure
from figures.colours import BASELINE, BOTH, OTHER, A, B
from figures.text import drawn_text

BINS = 20  # of a histogram from 0 to 1
Floors = tuple[Measure | None, Measure | None]  # Jaccard of each run with another seed of itself, None = not known


def by_bucket(report: Mapping[str, Any], names: tuple[str, str], floors: Floors) -> go.Figure:
    """Mean Jaccard of all items and of each bucket, with what each run reaches with itself from another seed."""
    groups = ["all", *BUCKETS]
    values = [report["jaccard"][group] for group in groups]
    bar = {"type": "bar", "x": groups, "y": values, "name": "the two runs", "marker": {"color": BOTH}, "width": 0.5}
    return figure(
        [bar], "bucket of the item", f"Jaccard of the {report['k']} neighbours",
        **_floor_lines(names, floors), y_axis={"rangemode": "tozero"},
    )  # fmt: skip


def histogram(values: Floats, x_title: str) -> go.Figure:
    """How many items agree how much, in twenty bins from 0 to 1; each bar's customdata is its bin."""
    counts, edges = bin_counts(values)
    bar = {
        "type": "bar",
        "x": ((edges[:-1] + edges[1:]) / 2).tolist(),
        "y": counts.tolist(),
        "customdata": list(range(BINS)),
        "marker": {"color": BOTH},
        "selected": {"marker": {"color": BOTH}},
        "unselected": {"marker": {"color": OTHER, "opacity": 0.5}},
        "hovertemplate": "%{y:,} items around %{x:.3f}<extra></extra>",
    }
    return figure([bar], x_title, "items", bargap=0.04, clickmode="event+select", dragmode="select", height=260)


def bin_counts(values: Floats) -> tuple[np.ndarray[Any, Any], Floats]:
    """Items in each bin and the bins' edges; unknown values are in none.

    >>> counts, edges = bin_counts(np.array([0.0, 0.04, 0.05, 1.0, np.nan]))
    >>> counts[:2].tolist(), int(counts[-1]), len(edges)
    ([2, 1], 1, 21)
    """
    edges = np.linspace(0, 1, BINS + 1)
    return np.bincount(bins_of(values)[~np.isnan(values)], minlength=BINS), edges


def bins_of(values: Floats) -> np.ndarray[Any, Any]:
    """The bin of each value, int64 (n,); -1 where it is unknown."""
    known = ~np.isnan(values)
    bins = np.full(len(values), -1, dtype=np.int64)
    # Jaccards such as 0.15 lie on an edge, which in floating point may fall on either side of it.
    bins[known] = np.minimum(np.floor(values[known] * BINS + 1e-9).astype(np.int64), BINS - 1)
    return bins


def by_depth(curve: DepthCurve, k: int) -> go.Figure:
    """Mean Jaccard against the length of the lists, with the length that is compared."""
    shown = np.isfinite(curve.mean)
    line = {
        "type": "scatter", "mode": "lines", "x": curve.depth[shown], "y": curve.mean[shown],
        "line": {"color": BOTH, "width": 3}, "hovertemplate": "first %{x}: %{y:.3f}<extra></extra>",
    }  # fmt: skip
    known = np.isfinite(curve.low)
    traces = [band(curve.depth[known], curve.low[known], curve.high[known], BOTH), line]
    mark = {"type": "line", "xref": "x", "x0": k, "x1": k, "yref": "paper", "y0": 0, "y1": 1}
    word = {"x": k, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "top", "text": f" k = {k}"}
    return figure(
        traces, "neighbours of each item that are compared", "mean Jaccard", y_axis={"rangemode": "tozero"},
        shapes=[{**mark, "line": {"color": BASELINE, "dash": "dash"}}], annotations=[{**word, "showarrow": False}],
    )  # fmt: skip


def by_popularity(curve: Curve, expected: float | None) -> go.Figure:
    """Mean Jaccard against the item's own popularity, with its interval; `expected` is what chance gives."""
    shown, known = np.isfinite(curve.mean), np.isfinite(curve.low)
    line = {
        "type": "scatter", "mode": "lines+markers", "x": curve.q[shown], "y": curve.mean[shown],
        "customdata": curve.n[shown], "line": {"color": BOTH, "width": 3},
        "hovertemplate": "own quantile %{x:.2f}<br>%{y:.3f}<br>%{customdata:,} items<extra></extra>",
    }  # fmt: skip
    traces = [band(curve.q[known], curve.low[known], curve.high[known], BOTH), line]
    lines = {} if expected is None else _levels([(expected, "chance", BASELINE)])
    return figure(
        traces, "own popularity quantile (1 = most popular)", "mean Jaccard", y_axis={"rangemode": "tozero"}, **lines
    )


def jaccard_by_chance(k: int, n: int) -> float | None:
    """About the Jaccard of two random lists: k k / (n - 1) shared, of twice k less those.

    >>> round(jaccard_by_chance(10, 101), 4), jaccard_by_chance(10, 2)  # 1 shared of 19
    (0.0526, None)
    """
    if n < 3:
        return None
    shared = min(k, n - 1) / (n - 1)
    return shared / (2 - shared)


def _floor_lines(names: tuple[str, str], floors: Floors) -> dict[str, Any]:
    known = [
        (floor.value, f"{drawn_text(name)}, two seeds", colour)
        for floor, name, colour in zip(floors, names, (A, B), strict=True)
        if floor is not None and not np.isnan(floor.value)
    ]
    return _levels(known)


def _levels(levels: Sequence[tuple[float, str, str]]) -> dict[str, Any]:
    """Dashed lines across a chart with their words, the second's below its line."""
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1}
    return {
        "shapes": [
            {**across, "y0": level, "y1": level, "line": {"color": colour, "dash": "dash"}}
            for level, _, colour in levels
        ],
        "annotations": [
            {
                "xref": "paper", "x": 1, "xanchor": "right", "y": level, "text": text, "showarrow": False,
                "yanchor": "top" if number else "bottom", "font": {"color": colour},
            }
            for number, (level, text, colour) in enumerate(levels)
        ],
    }  # fmt: skip
