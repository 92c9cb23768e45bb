"""What a window sweep looks like and says: plain values of a sweep in, figures, sentences and tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from embedders import METHODS
from figures.charts import figure, interval_bars
from figures.colours import BASELINE, FAMILIES, OTHER
from figures.text import count, decimal, drawn_text, percent, plain
from studies.evaluation import NEXT_ITEM, PARTS
from studies.windows import Axis, Reach, Windows, is_short, reach_name

MEASURES: Final = {
    "hr": "Hit rate",
    "ndcg": "NDCG",
    "mrr": "MRR",
    "neighbour_popularity": "Neighbour popularity",
    "jaccard": "Agreement",
}
AXES: Final[Mapping[Axis, str]] = {"time": "In time", "gap": "By pauses", "places": "In places"}
_X: Final = {
    "time": "at most so far apart in time",
    "gap": "a longer pause ends a sequence",
    "places": "at most so far apart in the sequence",
}
_AMONG: Final = {
    "all": "Whatever the next item is",
    "head": "Where the next item is a popular one",
    "mid": "Where the next item is of middling popularity",
    "tail": "Where the next item is a rare one",
}
_SHORT: Final = {"time": "1 h at most", "gap": "1 h at most", "places": "5 places at most"}
_CURVE = FAMILIES["sequences"]
Report = Mapping[str, Any]


def names_of(report: Report, whole: str) -> list[str]:
    """What the windows of a sweep are called; `whole` is what a sequence is called."""
    return [reach_name(report["axis"], reach, whole) for reach in report["reaches"]]


def sweep_curve(report: Report, measure: str, part: str, whole: str) -> go.Figure:
    """A measure along the windows with its 95 % intervals, over a band for the one beside and a line for chance."""
    scale = 100.0 if measure in NEXT_ITEM else 1.0
    curve = report["curves"][measure]
    names = names_of(report, whole)
    cells = [one[part] for one in curve["along"]]
    known = [place for place, cell in enumerate(cells) if cell["value"] is not None]
    trace = {
        "type": "scatter",
        "x": [_tick(names[place]) for place in known],
        "y": [scale * cells[place]["value"] for place in known],
        "mode": "lines+markers",
        "line": {"color": _CURVE, "width": 2.5},
        "marker": {"size": 8},
        "error_y": interval_bars([cells[place] for place in known], _CURVE, scale),
        "customdata": [cells[place]["n"] for place in known],
        "hovertemplate": f"%{{x}}: %{{y:.{2 if scale == 100 else 3}f}}, n = %{{customdata:,}}<extra></extra>",
    }
    shapes: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    if curve["beside"] is not None and curve["beside"][part]["value"] is not None:
        name = report["contestants"][0]["name"]
        shapes += _level(curve["beside"][part], scale, beside_colour(report), "solid")
        words.append(
            _level_word(name, curve["beside"][part], [cells[place]["value"] for place in known], scale, report)
        )
    if curve["chance"] is not None and curve["chance"][part]["value"] is not None:
        value = scale * curve["chance"][part]["value"]
        shapes.append(_line(value, BASELINE, "dash"))
        words.append(_word("chance", value, BASELINE, "right"))
    return figure(
        [trace], _X[report["axis"]], _y_title(report, measure), height=280, shapes=shapes, annotations=words,
        showlegend=False,
        x_axis={"type": "category", "categoryorder": "array", "categoryarray": [_tick(name) for name in names],
                "range": [-0.4, len(names) - 0.6]},
        y_axis={"range": [0, _top(curve, measure, part)], "automargin": True},
    )  # fmt: skip


def beside_colour(report: Report) -> str:
    """The colour of the one beside: that of its family, where item2vec does not have it."""
    family = METHODS[report["contestants"][0]["method"]].family
    return OTHER if family == "sequences" else FAMILIES[family]


def sweep_sentence(report: Report, whole: str, part: str = "mid") -> str:
    """Which window is best for a bucket, and whether a short one beats the one beside, each with how sure it is."""
    best = report["best"][part]
    if best is None:
        return f"{_AMONG[part]} there are no cases to ask about, so that no window can be told from another."
    names = names_of(report, whole)
    return " ".join([_best(report, names, part), _short(report, names, part)])


def how_sure(report: Report) -> str:
    """What "clearly" means below a sentence."""
    return (
        f"k = {report['k']}, {_similarity(report)}. Clearly: the 95 % interval leaves out zero, the difference is at "
        "least a tenth of the hits, chance is beaten too, and that stays so after Holm's correction for the "
        f"{len(report['reaches'])} windows tested at once. Of two windows one is clearly better where that stays so "
        "for all pairs of windows."
    )


def window_notes(windows: Windows, axis: Axis, whole: str) -> list[str]:
    """Why some windows of an axis are not offered, a sentence each."""
    if axis == "gap" and not windows.reaches:
        return []  # said of the windows in time
    if axis == "time" and not windows.reaches:
        return ["This log has no times in which events lie apart, so that only windows in places can be tried."]

    def name(reach: Reach) -> str:
        return reach_name(axis, reach, whole)

    said = []
    if windows.empty:
        said.append(
            f"No two events of a sequence lie within {name(windows.empty[-1])}: that is too short for this log."
        )
    for kept in windows.reaches:
        alike = [name(reach) for reach, stands in windows.same.items() if stands == kept]
        if alike:
            sees = "sees" if len(alike) == 1 else "see"
            said.append(f"{_listed(alike)} {sees} the same pairs as {name(kept)} on this log: one stands for all.")
    if windows.tied:
        said.append(f"Within {name(windows.tied[-1])} lie only events of one and the same time, whose order is drawn.")
    return said


def sweep_rows(report: Report, measure: str, whole: str) -> tuple[list[str], list[list[Any]]]:
    """The curves of a measure as a table: heads, and for each window, the one beside and chance its values by part."""
    scale = 100.0 if measure in NEXT_ITEM else 1.0
    unit = ", %" if measure in NEXT_ITEM else ""
    heads = ["Window"]
    for part in PARTS:
        heads += [f"{part}{unit}", f"95 % of {part}"]
    curve = report["curves"][measure]
    lines = list(zip(names_of(report, whole), curve["along"], strict=True))
    if curve["beside"] is not None:
        lines.append((report["contestants"][0]["name"], curve["beside"]))
    if curve["chance"] is not None:
        lines.append(("chance", curve["chance"]))
    rows = []
    for name, by_part in lines:
        row: list[Any] = [name]
        for part in PARTS:
            cell = by_part[part]
            row += [None if cell["value"] is None else scale * cell["value"], _between(cell, scale)]
        rows.append(row)
    return heads, rows


def sweep_records(report: Report, whole: str) -> list[dict[str, Any]]:
    """All numbers of a sweep, one a row, unrounded: for a file."""
    names, beside = names_of(report, whole), report["contestants"][0]
    records = []

    def add(window: str, measure: str, by_part: Mapping[str, Any]) -> None:
        for part in PARTS:
            cell = {key: by_part[part][key] for key in ("value", "low", "high", "n")}
            records.append({"window": window, "measure": measure, "bucket": part, **cell, "k": report["k"]})

    for measure, curve in report["curves"].items():
        for name, by_part in zip(names, curve["along"], strict=True):
            add(name, measure, by_part)
        for name, level in ((beside["name"], curve["beside"]), ("chance", curve["chance"])):
            if level is not None:
                add(name, measure, level)
    for place, name in enumerate(names):
        add(name, f"hr less {beside['name']}", {part: report["against"][part][place] for part in PARTS})
    return records


def _similarity(report: Report) -> str:
    beside = report["contestants"][0]
    return (
        "by cosine"
        if beside["similarity"] == "cosine"
        else f"item2vec by cosine, {plain(beside['name'])} by dot product"
    )


def _best(report: Report, names: Sequence[str], part: str) -> str:
    best = report["best"][part]
    cell = report["curves"]["hr"]["along"][best["place"]][part]
    others = len(names) - 1
    rivals = [names[place] for place in best["rivals"]]
    if not others:
        sure = ""
    elif not rivals:
        sure = ", **clearly oftener than in every other window**"
    elif len(rivals) == others:
        sure = ", but **no other window is clearly worse**"
    else:
        sure = f", though {_listed(rivals)} {'is' if len(rivals) == 1 else 'are'} not clearly worse"
    return (
        f"{_AMONG[part]}, item2vec has it among its {report['k']} nearest oftenest in the window "
        f"**{names[best['place']]}**: in {percent(cell['value'], 1)} of {count(cell['n'])} cases{_around(cell)}{sure}."
    )


def _short(report: Report, names: Sequence[str], part: str) -> str:
    axis, against, beside = report["axis"], report["against"][part], plain(report["contestants"][0]["name"])
    short = [place for place, reach in enumerate(report["reaches"]) if is_short(axis, reach)]
    if not short:
        return f"No short window ({_SHORT[axis]}) was tried."
    if any(against[place]["low"] is None for place in short):
        return f"There are too few cases to tell a short window from {beside}."
    clear = [place for place in short if against[place]["outcome"] == "holds"]
    place = max(clear or short, key=lambda one: against[one]["value"])
    found = against[place]
    gain = _gain(found)
    if clear:
        return f"**A short window beats {beside} clearly**: {names[place]}, by {gain}.{_longer(report, names, part)}"
    if all(against[one]["behind"] for one in short):
        return f"**{beside} beats every short window clearly**: the best of them, {names[place]}, is behind by {gain}."
    if found["low"] > 0:
        why = "too little to count" if found["above_chance"] else "and is not clearly better than chance"
        return f"**No short window clearly beats {beside}**: {names[place]} is ahead by {gain}, {why}."
    where = "ahead" if found["value"] >= 0 else "behind"
    return f"**No short window clearly beats {beside}**: the best of them, {names[place]}, is {where} by {gain}."


def _longer(report: Report, names: Sequence[str], part: str) -> str:
    """Whether it is the shortness that does it, where a short window beats the one beside."""
    longer = [place for place, reach in enumerate(report["reaches"]) if not is_short(report["axis"], reach)]
    as_well = [place for place in longer if report["against"][part][place]["outcome"] == "holds"]
    if not as_well:
        return " No longer window does." if longer else ""
    so = f" So {'does' if len(as_well) == 1 else 'do'} {_listed([names[place] for place in as_well])}"
    best = report["best"][part]
    as_good = {best["place"], *best["rivals"]} & set(as_well)
    return f"{so}, not clearly less: being short is not what does it." if as_good else f"{so}, by clearly less."


def _around(cell: Mapping[str, Any]) -> str:
    if cell["low"] is None:
        return ""
    return f" (95\N{NO-BREAK SPACE}% from {decimal(100 * cell['low'], 1)} to {decimal(100 * cell['high'], 1)})"


def _gain(found: Mapping[str, Any]) -> str:
    """How far one is ahead or behind, without its sign, and the interval turned round with it."""
    low, value, high = (100 * found[side] for side in ("low", "value", "high"))
    if value < 0:
        low, value, high = -high, -value, -low
    places = 1 if value >= 1 else 2
    around = f"95\N{NO-BREAK SPACE}% from {decimal(low, places)} to {decimal(high, places)}"
    return f"{decimal(value, places)} points ({around})"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _y_title(report: Report, measure: str) -> str:
    if measure in NEXT_ITEM:
        return f"{MEASURES[measure]}@{report['k']}, %"
    if measure == "jaccard":
        return f"Jaccard@{report['k']}"
    return "popularity quantile"


def _top(curve: Mapping[str, Any], measure: str, part: str) -> float:
    """Where the picture ends above: lines across it do not make room for themselves."""
    if measure == "neighbour_popularity":
        return 1.0
    cells = [one[part] for one in (*curve["along"], curve["beside"], curve["chance"]) if one is not None]
    values = [cell[side] for cell in cells for side in ("value", "high") if cell[side] is not None]
    return (100.0 if measure in NEXT_ITEM else 1.0) * 1.1 * max(values, default=0.0) or 1.0


def _tick(name: str) -> str:
    return name.removesuffix(" places").removesuffix(" place").replace("whole ", "whole<br>")


def _between(cell: Mapping[str, Any], scale: float) -> str:
    return "–" if cell["low"] is None else f"{scale * cell['low']:.2f} to {scale * cell['high']:.2f}"


def _line(value: float, colour: str, dash: str) -> dict[str, Any]:
    across = {"xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "layer": "below"}
    return {"type": "line", **across, "line": {"color": colour, "dash": dash, "width": 2}}


def _level(cell: Mapping[str, Any], scale: float, colour: str, dash: str) -> list[dict[str, Any]]:
    """A line across the whole picture, within its interval."""
    line = _line(scale * cell["value"], colour, dash)
    if cell["low"] is None:
        return [line]
    area = {"xref": "paper", "x0": 0, "x1": 1, "y0": scale * cell["low"], "y1": scale * cell["high"]}
    return [
        {"type": "rect", **area, "fillcolor": colour, "opacity": 0.2, "line": {"width": 0}, "layer": "below"},
        line,
    ]


def _level_word(
    name: str, level: Mapping[str, Any], values: Sequence[float], scale: float, report: Report
) -> dict[str, Any]:
    """The name of the one beside at its level, on that side of it where the curve does not begin."""
    below = bool(values) and values[0] >= level["value"]
    edge = level["low" if below else "high"]
    at = scale * (level["value"] if edge is None else edge)
    return _word(drawn_text(name), at, beside_colour(report), "left") | {"yanchor": "top" if below else "bottom"}


def _word(text: str, value: float, colour: str, side: str) -> dict[str, Any]:
    return {
        "xref": "paper", "x": 0 if side == "left" else 1, "xanchor": side, "y": value, "yanchor": "bottom",
        "text": text, "showarrow": False, "font": {"color": colour, "size": 11},
    }  # fmt: skip
