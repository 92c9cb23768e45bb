"""What the ladder from matrix factorisation to item2vec looks like and says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from analysis.popularity import BUCKETS
from embedders import METHODS
from figures.charts import figure
from figures.colours import FAMILIES, OTHER
from figures.studies import MEASURES, Shown, in_lines, upright
from figures.text import count, decimal, drawn_text, percent, plain
from studies.attribution import Rung, largest_change, largest_new_neighbours, new_by_seed
from studies.measured import Agreement, RunMeasures

OF_LADDER = ("neighbour_popularity", "head_share", "same_category", "hubness_skewness", "coverage")
_ROW = 50  # pixels
_HARDLY = 0.1  # of 1 - Jaccard


def measured(rungs: Sequence[Rung]) -> list[tuple[Rung, RunMeasures]]:
    """The steps that are measured; from two on there is something to draw."""
    return [(rung, rung.measures) for rung in rungs if rung.measures is not None]


def ladder_sentence(rungs: Sequence[Rung]) -> str | None:
    """Which step changes most, in Markdown; None before two steps are known."""
    neighbours, popularity = largest_new_neighbours(rungs), largest_change(rungs, "neighbour_popularity")
    if neighbours is None or popularity is None:
        return None
    whole = all(rung.new_neighbours is not None for rung in rungs[1:])
    agreement, moved = rungs[neighbours].before, rungs[popularity].measures
    before = rungs[popularity - 1].measures
    assert agreement is not None
    assert moved is not None
    assert before is not None
    by_seed = new_by_seed(rungs, neighbours)
    chance = "" if not by_seed else f"; two seeds of one of the two agree by {decimal(1 - by_seed)}"
    step, other = (plain(rungs[place].step.label) for place in (neighbours, popularity))
    low, high = (decimal(measures["neighbour_popularity"].value) for measures in (before, moved))
    return (
        f"{'On this log' if whole else 'As far as it is trained,'} **the largest change of neighbours comes from "
        f"“{step}”** (Jaccard {decimal(agreement.jaccard.value)} to the step before{chance}), **the largest change of "
        f"popularity from “{other}”** (neighbours at popularity quantile {low} before it and {high} after it; chance "
        "is 0.50)."
    )


def noise_sentence(rungs: Sequence[Rung]) -> str | None:
    """Which steps change hardly more neighbours than another seed does, in Markdown; None where no floor is known."""
    known = {
        place: rung.new_neighbours - by_seed
        for place, rung in enumerate(rungs)
        if rung.new_neighbours is not None and (by_seed := new_by_seed(rungs, place)) is not None
    }
    if not known:
        return None
    within = [f"“{plain(rungs[place].step.label)}”" for place, above in known.items() if above < _HARDLY]
    if not within:
        return "Every step whose noise floor is known changes clearly more neighbours than another seed does."
    listed = within[0] if len(within) == 1 else f"{', '.join(within[:-1])} and {within[-1]}"
    return (
        f"**Hardly more than another seed makes**: at {listed} a second training would change the neighbours as much."
    )


def ladder(rungs: Sequence[Rung], measure: str, chance: float | None) -> go.Figure:
    """Steps from top to bottom, a measure along x, an arrow from step to step, the wider the more neighbours change."""
    values = [None if rung.measures is None else rung.measures[measure].json for rung in rungs]
    known = [place for place, value in enumerate(values) if value is not None]
    shown = next(one for one in MEASURES if one.name == measure)
    marks: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": [values[place] for place in known],
        "y": [-place for place in known],
        "marker": {"size": 15, "color": [_family_colour(rungs[place]) for place in known]},
        "text": [_told(rungs[place], shown) for place in known],
        "hovertemplate": "%{text}<extra></extra>",
    }
    span = [value for value in (*values, chance) if value is not None]
    low, high = (min(span), max(span)) if span else (0.0, 1.0)
    edge = max(0.1 * (high - low), 0.02)
    arrows = [
        _arrow(place, value, other, rungs[place + 1].new_neighbours)
        for place, (value, other) in enumerate(pairwise(values))
        if value is not None and other is not None
    ]
    changes = [
        _beside(-place + 0.5, _change(rung, new_by_seed(rungs, place)))
        for place, rung in enumerate(rungs)
        if rung.new_neighbours is not None
    ]
    lines = [] if chance is None else [upright(chance)]
    names = [in_lines(f"{place} {rung.step.label}") for place, rung in enumerate(rungs, 1)]
    return figure(
        [marks],
        shown.label.lower(),
        "",
        height=_ROW * len(rungs) + 120,
        x_axis={"range": [low - edge, high + edge], **shown.ticks},
        y_axis={
            "tickvals": [-place for place in range(len(rungs))],
            "ticktext": names,
            "range": [-len(rungs) + 0.4, 1.2],
            "automargin": True,
            "zeroline": False,
        },
        margin={"l": 10, "r": 64, "t": 30, "b": 10},
        annotations=[*arrows, *changes, _beside(0.9, "1 \N{MINUS SIGN} J")],
        shapes=lines,
        showlegend=False,
    )


def ladder_rows(rungs: Sequence[Rung]) -> tuple[list[str], list[list[str]]]:
    """The ladder as a table: its heads, and a row of texts for each step."""
    shown = [one for one in MEASURES if one.name in OF_LADDER]
    heads = ["#", "Step", *(one.label for one in shown)]
    heads += ["Jaccard to step before", "Jaccard to first", "Jaccard to last", "Own noise floor", "Items"]
    rows = []
    for place, rung in enumerate(rungs):
        measured = ["–" if rung.measures is None else one.write(rung.measures[one.name].json) for one in shown]
        first = None if place == 0 else rung.first
        last = None if place == len(rungs) - 1 else rung.last
        agreed = [_jaccard(one) for one in (rung.before, first, last)]
        floor = _jaccard(None if rung.floor is None else rung.floor.agreement)
        items = "–" if rung.measures is None else count(rung.measures.n)
        rows.append([str(place + 1), rung.step.label, *measured, *agreed, floor, items])
    return heads, rows


def accuracy_columns(hits: Sequence[Mapping[str, Any] | None]) -> dict[str, list[str]]:
    """Columns for the table of the steps: how often each finds the next item, by bucket; none where nobody was asked.

    hits  of each step, as `kept_hits` gives them
    """
    if not any(hits):
        return {}
    return {
        f"Hits, {part}": ["–" if one is None else f"{percent(one[part]['value'], 1)} @{one['k']}" for one in hits]
        for part in ("all", *BUCKETS)
    }


def ladder_note(rungs: Sequence[Rung], k: int, line: str) -> str:
    """How to read the picture; `line` is what the dashed line shows."""
    counts = [measures.n for _, measures in measured(rungs)]
    least, most = min(counts), max(counts)
    over = count(most) if least == most else f"{count(least)} to {count(most)}"
    return (
        f"k = {k}, cosine, over {over} items with a vector. The wider an arrow, the more neighbours change: to the "
        "right stands 1 \N{MINUS SIGN} J, where J is the Jaccard to the step before, below it what another seed alone "
        f"makes of it, where that is known. The dashed line is {line}."
    )


def _jaccard(agreement: Agreement | None) -> str:
    return "–" if agreement is None else decimal(agreement.jaccard.json)


def _change(rung: Rung, by_seed: float | None) -> str:
    """1 - Jaccard, and below it, small, what another seed alone makes."""
    told = decimal(rung.new_neighbours)
    return told if by_seed is None else f'{told}<br><span style="font-size:10px">seed {decimal(by_seed)}</span>'


def _family_colour(rung: Rung) -> str:
    return FAMILIES.get(METHODS[rung.step.needed.method].family, OTHER)


def _told(rung: Rung, shown: Shown) -> str:
    measures: RunMeasures | None = rung.measures
    assert measures is not None
    value = measures[shown.name]
    told = f"{drawn_text(rung.step.label)}<br>{shown.label.lower()} {shown.write(value.json)} over {value.n:,}"
    return told if rung.before is None else f"{told}<br>Jaccard {decimal(rung.before.jaccard.value)} to the step before"


def _arrow(place: int, value: float, other: float, change: float | None) -> dict[str, Any]:
    width = 1.0 if change is None else 1.0 + 6.0 * change
    return {
        "x": other, "y": -place - 1, "ax": value, "ay": -place, "xref": "x", "yref": "y", "axref": "x", "ayref": "y",
        "text": "", "showarrow": True, "arrowhead": 2, "arrowsize": max(2.4 / width, 0.6), "arrowwidth": width,
        "arrowcolor": OTHER, "standoff": 8, "startstandoff": 8, "opacity": 0.8,
    }  # fmt: skip


def _beside(y: float, text: str) -> dict[str, Any]:
    """Words in the margin to the right."""
    return {
        "xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "yref": "y", "y": y, "yanchor": "middle",
        "text": text, "showarrow": False, "align": "left",
    }  # fmt: skip
