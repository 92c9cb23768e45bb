"""The charts of a log: how it is spread over items, users, sessions, categories and time, and what cleaning left."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from analysis.distributions import size_classes
from figures.charts import SHARE_TICKS, figure
from figures.colours import BUCKETS, OTHER, A, B
from figures.text import drawn_text, percent, shorten

_OF = {"hour": "", "day": "", "week": "week of ", "month": "month of ", "year": "year of "}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DURATIONS = (1, 10, 60, 600, 3_600, 6 * 3_600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400)  # seconds


def popularity_curve(popularity: Mapping[str, Any], who: str) -> go.Figure:
    """Popularity against rank on log axes, with the head, mid and tail edges."""
    shapes, annotations = [], []
    start, all_items = 1, sum(part["items"] for part in popularity["buckets"].values())
    for name, colour in BUCKETS.items():
        part = popularity["buckets"][name]
        if part["items"]:
            end = max(part["last_rank"], start)
            across = {"xref": "x", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1}
            shapes.append({"type": "rect", **across, "fillcolor": colour, "opacity": 0.12, "line": {"width": 0}})
            # On a log axis an annotation's place is the logarithm of the value.
            middle = (math.log10(start) + math.log10(end)) / 2
            place = {"x": middle, "y": 1, "yref": "paper", "yanchor": "bottom"}
            # The axis gives the few items of the head most room, so that their share has to be said.
            text = f"<b>{name}</b><br>{percent(part['items'] / all_items)}"
            annotations.append({**place, "text": text, "showarrow": False, "hovertext": f"{part['items']:,} items"})
            start = end
    line = {
        "type": "scatter",
        "x": popularity["rank"],
        "y": popularity["p"],
        "mode": "lines",
        "line": {"color": A, "width": 3},
        "hovertemplate": f"rank %{{x:,}}<br>%{{y:,}} {who}<extra></extra>",
    }
    title = "baskets with the item" if who == "baskets" else f"{who} who touched the item"
    return figure(
        [line], "popularity rank", title, x_axis=_log_axis(popularity["rank"]), y_axis=_log_axis(popularity["p"]),
        shapes=shapes, annotations=annotations, margin={"l": 10, "r": 10, "t": 64, "b": 10},
    )  # fmt: skip


def _log_axis(values: Sequence[int]) -> dict[str, Any]:
    """A log axis that has numbers to read even where all values lie within one power of ten."""
    most, least = max(values, default=1), max(min(values, default=1), 1)
    if most >= 100 * least:
        return {"type": "log", "dtick": 1, "tickformat": ","}
    ticks = [one * 10**power for power in range(12) for one in (1, 2, 5)]
    if sum(least <= tick <= most for tick in ticks) < 2:  # 12 to 15 has none
        ticks = sorted({least, most})
    return {"type": "log", "tickvals": ticks, "tickformat": ","}


def events_over_time(time: Mapping[str, Any]) -> go.Figure:
    """Interactions of each hour, day, week, month or year."""
    hover = f"{_OF[time['unit']]}%{{x}}<br>%{{y:,}} interactions<extra></extra>"
    bars = {"type": "bar", "x": time["start"], "y": time["interactions"], "marker": {"color": A}}
    known = all(start[4] == "-" for start in time["start"])  # Plotly's calendar ends with the year 9999
    x_axis = {"type": "date" if known and len(time["start"]) > 1 else "category"}  # one bar has no span to part
    return figure([{**bars, "hovertemplate": hover}], time["unit"], "interactions", x_axis=x_axis)


def class_histogram(counted: Mapping[str, Sequence[int]], of: str, size: str) -> go.Figure:
    """How many users (or sessions) fall into each class of size, classes twice as wide as the one before."""
    classes = size_classes(np.array(counted["value"], np.int64), np.array(counted["size"], np.int64))
    first = int(np.argmax(classes.size > 0))  # nothing is drawn left of the first that has some
    names = [
        f"{low:,}" if low == high else f"{low:,}–{high:,}"
        for low, high in zip(classes.low[first:], classes.high[first:], strict=True)
    ]
    hover = f"%{{x}} {size}<br>%{{y:,}} {of}<extra></extra>"
    bars = {"type": "bar", "x": names, "y": classes.size[first:].tolist(), "marker": {"color": A}}
    return figure([{**bars, "hovertemplate": hover}], size, of, x_axis={"type": "category"})


def pause_histogram(pauses: Mapping[str, Sequence[int]], gap: float | None) -> go.Figure:
    """Pauses of a second or more between the events of a user, on a log axis, with the gap (seconds) that cuts marked.

    A log axis has no zero, and no gap tears events of the same moment apart: those are left out.
    """
    edges, sizes = pauses["edges"][1:], pauses["size"][1:]
    last = max((place for place, size in enumerate(sizes) if size), default=0)
    lower, upper = edges[: last + 1], [*edges[1:], 2 * edges[-1]][: last + 1]
    # A bar's width is in units of the axis, so that on a log axis bars are drawn as a line of steps.
    steps = {
        "type": "scatter",
        "mode": "lines",
        "line": {"shape": "hv", "color": A, "width": 1},
        "fill": "tozeroy",
        "x": [*lower, upper[-1]],
        "y": [*sizes[: last + 1], 0],
        "text": [*(f"{duration(low)} to {duration(high)}" for low, high in zip(lower, upper, strict=True)), ""],
        "hovertemplate": "%{text}<br>%{y:,} pauses<extra></extra>",
    }
    ticks = [seconds for seconds in _DURATIONS if seconds < upper[-1]]
    x_axis = {"type": "log", "tickvals": ticks, "ticktext": [duration(seconds) for seconds in ticks]}
    shapes, annotations = [], []
    if gap is not None:
        across = {"xref": "x", "yref": "paper", "x0": gap, "x1": gap, "y0": 0, "y1": 1}
        shapes.append({"type": "line", **across, "line": {"color": B, "width": 2, "dash": "dash"}})
        word = {"x": math.log10(gap), "y": 1, "yref": "paper", "yanchor": "bottom", "text": duration(gap)}
        annotations.append({**word, "showarrow": False, "font": {"color": B}})
    return figure(
        [steps], "pause between two events of a user", "pauses", x_axis=x_axis, shapes=shapes, annotations=annotations
    )


def hours_of_week(hours: Sequence[Sequence[int]]) -> go.Figure:
    """Interactions by weekday and hour of the day, UTC; one row a weekday, Monday on top."""
    field = {
        "type": "heatmap",
        "z": hours,
        "x": [f"{hour:02}:00" for hour in range(24)],
        "y": list(_WEEKDAYS),
        "colorscale": [[0, "rgba(59, 130, 246, 0)"], [1, A]],  # nothing shows the page behind, light or dark
        "zmin": 0,
        "zmax": max(1, *(max(row) for row in hours)),  # Plotly heeds the least only beside the most
        "hovertemplate": "%{y} %{x}<br>%{z:,} interactions<extra></extra>",
        "colorbar": {"thickness": 10, "outlinewidth": 0, "title": {"text": "interactions", "side": "right"}},
    }
    x_axis = {
        "showgrid": False,
        "tickvals": list(range(0, 24, 6)),
        "tickangle": 0,
    }  # more would not stand apart in a narrow window
    return figure([field], "hour (UTC)", "", x_axis=x_axis, y_axis={"autorange": "reversed", "showgrid": False})


def category_shares(categories: Mapping[str, Any], n_interactions: int, n_items: int) -> go.Figure:
    """The largest categories' shares of the interactions and of the items, the one with most interactions on top."""
    names = [shorten(name, 30) for name in categories["names"]]
    places = list(range(len(names)))  # two may be shortened alike, and an axis of names would draw them as one
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": of,
            "x": [size / max(total, 1) for size in categories[of]],
            "y": places,
            "customdata": categories[of],
            "text": [drawn_text(name) for name in categories["names"]],
            "textposition": "none",
            "hovertemplate": f"%{{text}}<br>%{{x:.1%}} of the {of}: %{{customdata:,}}<extra></extra>",
            "marker": {"color": colour},
        }
        for of, total, colour in (("interactions", n_interactions, A), ("items", n_items, OTHER))
    ]
    return figure(
        traces, "share of all", "", barmode="group", height=90 + 24 * len(names), x_axis={"tickformat": SHARE_TICKS},
        y_axis=_names_on_the_left(places, names),
    )  # fmt: skip


def most_popular(top_items: Sequence[Mapping[str, Any]], who: str) -> go.Figure:
    """The most popular items, by the users who touched them."""
    names = [shorten(item["title"] or item["id"], 32) for item in top_items]
    places = list(range(len(names)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [item["p"] for item in top_items],
        "y": places,
        "text": [drawn_text(f"{item['title'] or item['id']} (id {item['id']})") for item in top_items],
        "customdata": [item["interactions"] for item in top_items],
        "textposition": "none",
        "hovertemplate": f"%{{text}}<br>%{{x:,}} {who}, %{{customdata:,}} interactions<extra></extra>",
        "marker": {"color": A},
    }
    return figure([bars], who, "", height=90 + 24 * len(names), y_axis=_names_on_the_left(places, names))


def _names_on_the_left(places: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    texts = [drawn_text(name) for name in names]
    return {"autorange": "reversed", "automargin": True, "tickvals": places, "ticktext": texts, "zeroline": False}


def duration(seconds: float) -> str:
    """Seconds in the largest unit that gives a short number: 1800 -> "30 min"."""
    for size, unit in ((365 * 86_400, "y"), (86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def cleaning_funnel(steps: Sequence[Mapping[str, Any]], names: Mapping[str, str], who: str) -> go.Figure:
    """Rows that are left after each step of cleaning, the first on top, with the users and items beside them."""
    labels = [f"{number}. {names.get(step['step'], step['step'])}" for number, step in enumerate(steps, start=1)]
    beside = [f"{step['rows']:,} rows · {step['users']:,} {who} · {step['items']:,} items" for step in steps]
    places = list(range(len(steps)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [step["rows"] for step in steps],
        "y": places,
        "width": 0.4,
        "offset": 0.0,
        "marker": {"color": A},
        "hoverinfo": "skip",
    }
    # Texts of bars are cut where a bar is short; these stand above it, whatever its length.
    words = {
        "type": "scatter",
        "mode": "text",
        "x": [0] * len(steps),
        "y": [place - 0.22 for place in places],
        "text": beside,
        "textposition": "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    y_axis = {"autorange": "reversed", "automargin": True, "tickvals": places, "ticktext": labels, "zeroline": False}
    return figure(
        [bars, words], "rows left", "", height=90 + 52 * len(steps), x_axis={"rangemode": "tozero"},
        y_axis=y_axis | {"showgrid": False},
    )  # fmt: skip
