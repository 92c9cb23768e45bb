"""Small pictures for the guide to the methods, drawn from a log that fits on a hand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from figures.colours import BASELINE, BOTH, OTHER, A, B

ITEMS = ("bread", "butter", "jam", "crisps", "dip", "cola")
HISTORIES: Mapping[str, Sequence[str]] = {
    "Ann": ("bread", "butter", "jam", "crisps", "cola"),
    "Ben": ("jam", "butter", "bread", "dip", "crisps"),
    "Cem": ("crisps", "dip", "cola", "butter", "bread"),
    "Dee": ("cola", "dip", "crisps", "bread", "jam"),
}
WINDOW = 1  # places to each side

_ROW = 30  # pixels
_INK = "#1c2433"  # of words on a colour, in either theme
_MARGIN = {"l": 10, "r": 10, "t": 10, "b": 10}
CONFIG = {"displayModeBar": False}


class Cell(NamedTuple):
    """A square of a grid: its word, its colour, and how strong that is, from 0 = none to 1."""

    word: str
    colour: str
    strength: float


def touched() -> list[list[int]]:
    """The user-item matrix of the histories: a row a user, 1 where the user has the item."""
    return [[int(item in history) for item in ITEMS] for history in HISTORIES.values()]


def beside() -> list[list[int]]:
    """The item-item matrix of the histories: how often two items stand in one window, from both sides."""
    counts = [[0] * len(ITEMS) for _ in ITEMS]
    for history in HISTORIES.values():
        for place, item in enumerate(history):
            for neighbour in history[place + 1 : place + 1 + WINDOW]:
                one, other = ITEMS.index(item), ITEMS.index(neighbour)
                counts[one][other] += 1
                counts[other][one] += 1
    return counts


def user_item_matrix() -> go.Figure:
    """What matrix factorisation sees."""
    cells = [[Cell(str(value), A, 0.6 * value) for value in row] for row in touched()]
    return _grid(cells, list(HISTORIES), ITEMS)


def item_item_matrix() -> go.Figure:
    """What item2vec in effect sees."""
    counts = beside()
    most = max(itertools.chain(*counts))
    cells = [[Cell(str(value), B, 0.8 * value / most) for value in row] for row in counts]
    return _grid(cells, ITEMS, ITEMS)


def sliding_window() -> go.Figure:
    """One history, a row for each place of the window."""
    history = next(iter(HISTORIES.values()))
    cells = []
    for middle in range(len(history)):
        row = []
        for place, item in enumerate(history):
            if place == middle:
                row.append(Cell(item, A, 0.7))
            elif abs(place - middle) <= WINDOW:
                row.append(Cell(item, B, 0.5))
            else:
                row.append(Cell(item, OTHER, 0.0))
        cells.append(row)
    return _grid(cells, [f"{place}." for place in range(1, len(history) + 1)])


def next_step_of_a_walk() -> go.Figure:
    """Where a node2vec walk that came from t to i may go on, and how each way counts."""
    places = {"t": (0.0, 0.0), "i": (1.0, 0.0), "j": (0.5, 0.85), "k": (2.0, 0.45), "l": (2.0, -0.45)}
    ways = {"t": ("1/p", BOTH), "j": ("1", A), "k": ("1/q", B), "l": ("1/q", B)}
    lines = [_line(places["t"], places["j"], BASELINE)]
    lines += [_line(places["i"], places[end], colour) for end, (_, colour) in ways.items()]
    words = [
        _word(*_between(places["i"], places[end]), f"<b>{weight}</b>", yshift=12) for end, (weight, _) in ways.items()
    ]
    words += [
        _word(*places["t"], "came from", yshift=-28),
        _word(*places["i"], "is here", yshift=-28),
        _word(*places["j"], "next to t", yshift=28),
        _word(*places["k"], "further out", yshift=28),
    ]
    nodes = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [x for x, _ in places.values()],
        "y": [y for _, y in places.values()],
        "text": [f"<b>{name}</b>" for name in places],
        "textfont": {"color": _INK, "size": 14},
        "marker": {"size": 32, "color": [BOTH, OTHER, A, B, B], "opacity": 1, "line": {"width": 0}},
        "hoverinfo": "skip",
    }
    hidden = {"visible": False, "fixedrange": True}
    axes = {"xaxis": {**hidden, "range": [-0.4, 2.4]}, "yaxis": {**hidden, "range": [-0.9, 1.4]}}
    return _figure([nodes], 280, shapes=lines, annotations=words, **axes)


def _grid(cells: Sequence[Sequence[Cell]], rows: Sequence[str], columns: Sequence[str] = ()) -> go.Figure:
    """Squares with words, the first row on top; a word without colour under it has that of the theme's text."""
    shapes, words = [], []
    for y, row in enumerate(cells):
        for x, cell in enumerate(row):
            edge = {"width": 1, "color": "rgba(135, 146, 165, 0.4)"}
            box = {"type": "rect", "x0": x - 0.5, "x1": x + 0.5, "y0": y - 0.5, "y1": y + 0.5, "layer": "below"}
            shapes.append({**box, "fillcolor": _tint(cell.colour, cell.strength), "line": edge})
            words.append(_word(x, y, cell.word, font={"color": _INK, "size": 13} if cell.strength else {"size": 13}))
    axis = {"fixedrange": True, "showgrid": False, "zeroline": False, "ticks": "", "showline": False}
    across = {**axis, "range": [-0.5, len(cells[0]) - 0.5], "side": "top", "tickangle": 0}
    down = {**axis, "range": [len(rows) - 0.5, -0.5], "tickvals": list(range(len(rows))), "ticktext": list(rows)}
    across |= {"tickvals": list(range(len(columns))), "ticktext": list(columns)} if columns else {"visible": False}
    height = _ROW * (len(rows) + bool(columns)) + _MARGIN["t"] + _MARGIN["b"]
    return _figure([{"type": "scatter"}], height, shapes=shapes, annotations=words, xaxis=across, yaxis=down)


def _figure(traces: list[dict[str, Any]], height: int, **layout: Any) -> go.Figure:
    bare = {"height": height, "margin": _MARGIN, "showlegend": False, "hovermode": False, "dragmode": False}
    return go.Figure({"data": traces, "layout": {**bare, **layout}})


def _word(x: float, y: float, text: str, **place: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, **place}


def _line(start: tuple[float, float], end: tuple[float, float], colour: str) -> dict[str, Any]:
    ends = {"x0": start[0], "y0": start[1], "x1": end[0], "y1": end[1]}
    return {"type": "line", **ends, "line": {"color": colour, "width": 3}, "layer": "below"}


def _between(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2


def _tint(colour: str, strength: float) -> str:
    """A colour of colours.py (#rrggbb) mixed with white, by strength, so that dark words can be read on it."""
    if not strength:
        return "rgba(0, 0, 0, 0)"
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    red, green, blue = (round(255 + strength * (part - 255)) for part in parts)
    return f"rgb({red}, {green}, {blue})"
