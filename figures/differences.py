"""Any two models on the same cases: how much more one has than the other, as a picture and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from figures.accuracy import MEASURES, USER_MEASURES, part_name, shown_name
from figures.charts import figure, interval_bars
from figures.colours import BASELINE, A
from figures.text import decimal, plain
from studies.evaluation import PARTS


def difference_of(report: Mapping[str, Any], name: str, other: str, measure: str) -> dict[str, dict[str, Any]]:
    """How much more one model has than another, by part, on the same cases or users; a measure by target."""
    known = report["differences"].get(name, {}).get(other)
    if known is not None:
        return dict(known[measure])
    turned = report["differences"][other][name][measure]
    return {
        part: {"value": _minus(cell["value"]), "low": _minus(cell["high"]), "high": _minus(cell["low"]), "n": cell["n"]}
        for part, cell in turned.items()
    }


def differences_by_part(report: Mapping[str, Any], name: str, other: str, measure: str) -> go.Figure:
    """The difference of two models with its 95 % interval, for all cases and for each bucket, and a line at 0."""
    found = difference_of(report, name, other, measure)
    known = [part for part in PARTS if found[part]["value"] is not None]
    trace = {
        "type": "scatter",
        "x": [part_name(part, measure) for part in known],
        "y": [100 * found[part]["value"] for part in known],
        "mode": "markers",
        "marker": {"size": 11, "color": A},
        "error_y": interval_bars([found[part] for part in known], A, thickness=2.0),
        "hovertemplate": "%{y:+.2f} points<extra></extra>",
    }
    zero = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0,
            "line": {"color": BASELINE, "dash": "dash"}}  # fmt: skip
    return figure([trace], "", f"{MEASURES[measure]}@{report['k']}, points", shapes=[zero], showlegend=False)


def difference_sentence(report: Mapping[str, Any], name: str, other: str, measure: str) -> str:
    """Who has more, over all cases and where that is clear by bucket, in Markdown."""
    found = difference_of(report, name, other, measure)
    whole, unit = found["all"], "users" if measure in USER_MEASURES else "cases"
    if whole["value"] is None or whole["low"] is None:
        return f"There are too few {unit} to tell the two apart."
    first, second = plain(shown_name(name)), plain(shown_name(other))
    sides = {part: _side(found[part]) for part in PARTS}
    clear = [f"{part} ({first if side > 0 else second})" for part, side in sides.items() if side and part != "all"]
    if sides["all"]:
        more, less = (first, second) if sides["all"] > 0 else (second, first)
        low, high = sorted(100 * abs(whole[side]) for side in ("low", "high"))
        head = (
            f"**{more} has clearly more than {less}**: by {decimal(100 * abs(whole['value']))} points over all {unit} "
            f"(95 % between {decimal(low)} and {decimal(high)})."
        )
    else:
        head = (
            f"**Over all {unit} the two cannot be told apart**: {first} has {decimal(100 * whole['value'])} points "
            f"more (95 % from {decimal(100 * whole['low'])} to {decimal(100 * whole['high'])})."
        )
    return f"{head} Clear by bucket: {', '.join(clear)}." if clear else f"{head} In no bucket is it clear."


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _side(cell: Mapping[str, Any]) -> int:
    """1 where a difference is clearly above 0, -1 where below, else 0."""
    if cell["low"] is None:
        return 0
    return int(cell["low"] > 0) - int(cell["high"] < 0)
