"""The claims about matrix factorisation and item2vec in plain words, each with the picture of its effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

from figures.charts import figure, interval_bars
from figures.colours import BASELINE, OTHER, A
from figures.differences import difference_of
from figures.text import count, decimal, percent, plain

_TITLES: Final = {
    "popular items": "Matrix factorisation puts popular items in front",
    "middle": "item2vec learns items of middling popularity better",
    "short window": "In a short time window item2vec beats matrix factorisation",
}
_ASKED_FOR: Final = {
    "popular items": "a matrix factorisation and an item2vec",
    "middle": "a matrix factorisation and an item2vec",
    "short window": "a matrix factorisation and an item2vec with a time window",
}
_OUTCOMES: Final = {"holds": ("Holds here", "green"), "does not hold": ("Does not hold here", "red"),
                    "cannot tell": ("Cannot tell", "gray")}  # fmt: skip
UNTESTED: Final = ("Not tested", "gray")


@dataclass(frozen=True)
class Card:
    """A claim as it stands on the page: title, verdict and its colour, what was found (Markdown), how, the picture.

    otherwise  what comes of it with others of the models that were asked, a line each (Markdown)
    """

    title: str
    verdict: str
    colour: str
    found: str
    settings: str
    picture: go.Figure | None
    otherwise: tuple[str, ...] = ()


def claim_card(claim: Mapping[str, Any], report: Mapping[str, Any]) -> Card:
    """A card from the JSON of a claim and of the evaluation that it was tested in."""
    name, outcome = claim["claim"], claim["outcome"]
    title = _TITLES[name]
    if outcome is None:
        return Card(title, *UNTESTED, f"This needs {_ASKED_FOR[name]} among those that are asked.", "", None)
    verdict, colour = _OUTCOMES[outcome]
    mf, other = (plain(one) for one in claim["contestants"])
    effects = claim["effects"]
    otherwise = tuple(_otherwise(claim, one) for one in claim.get("otherwise", ()))
    if any(effect["low"] is None for effect in effects):
        return Card(title, verdict, colour, f"{_missing(effects)}.", "", None, otherwise)
    found = _popularity(effects, mf, other) if name == "popular items" else _hits(claim, report)
    return Card(title, verdict, colour, found, _settings(claim, report), effect_picture(effects, name), otherwise)


def otherwise_in_words(claim: Mapping[str, Any]) -> str:
    """In how many of the other ways a claim holds; empty where there is none."""
    others = claim.get("otherwise", ())
    holds = sum(one["outcome"] == "holds" for one in others)
    if not others:
        return ""
    which = "the one other pair of models" if len(others) == 1 else f"{count(len(others))} other pairs of models"
    return f"Holds in {count(holds)} of {which}"


def effect_picture(effects: Sequence[Mapping[str, Any]], name: str) -> go.Figure:
    """Each effect with its 95 % interval, a line at 0 and a band for what is too small to count."""
    is_popularity = name == "popular items"
    scale = 1.0 if is_popularity else 100.0
    least = max(scale * effects[0]["least"], 0.0)
    high = {"yref": "paper", "y0": 0, "y1": 1}
    zero = {"type": "line", "x0": 0, "x1": 0, **high, "line": {"color": BASELINE, "dash": "dash"}}
    small = {"type": "rect", "x0": -least, "x1": least, **high, "fillcolor": BASELINE, "opacity": 0.15}
    small |= {"line": {"width": 0}, "layer": "below"}
    unit = "of quantiles" if is_popularity else "in points of HR"
    return figure(
        [_with_interval(effect, scale, A if place == 0 else OTHER) for place, effect in enumerate(effects)],
        f"difference {unit}",
        "",
        height=84 + 36 * len(effects),
        shapes=[small, zero],
        showlegend=False,
        y_axis={"autorange": "reversed", "automargin": True},
    )


def holm_sentence(claims: Sequence[Mapping[str, Any]]) -> str:
    """How it is allowed for that several claims, or one on several pairs of models, are tested at once."""
    tested = [claim for claim in claims if claim.get("p") is not None]
    tests = sum(one.get("p") is not None for claim in claims for one in (claim, *claim.get("otherwise", ())))
    if tests < 2:
        return "One claim is tested, so nothing has to be corrected for."
    what = (
        f"{len(tested)} claims are tested"
        if tests == len(tested)
        else (f"{count(tests)} tests of {'1 claim' if len(tested) == 1 else f'{len(tested)} claims'} are made")
    )
    values = "; ".join(
        f"{_TITLES[claim['claim']]}: p {_p(claim['p'])}, corrected {_p(claim['p_holm'])}" for claim in tested
    )
    return (
        f"{what} at once, and one of them may look sure by chance: a claim holds only where "
        f"its p stays below 0.05 after Holm's correction. {values}."
    )


def _popularity(effects: Sequence[Mapping[str, Any]], mf: str, other: str) -> str:
    first = effects[0]
    more, less = (mf, other) if first["value"] >= 0 else (other, mf)
    size, (low, high) = abs(first["value"]), sorted(abs(first[side]) for side in ("low", "high"))
    around = f"95 % between {decimal(low)} and {decimal(high)}"
    if first["low"] <= 0 <= first["high"]:
        around = f"95 % from {decimal(first['low'])} to {decimal(first['high'])}"
    return (
        f"The neighbours that {more} gives are more popular than those of {less}, by **{decimal(size)}** of a "
        f"popularity quantile ({around}), over {count(first['n'])} items."
    )


def _hits(claim: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    (first, chance), names, k = claim["effects"], claim["contestants"], report["k"]
    mf, other = (plain(one) for one in names)
    part = "mid" if claim["claim"] == "middle" else "all"
    others, own = (report["methods"][one]["hr"][part]["value"] for one in names)
    among = "where the next item is of middling popularity" if part == "mid" else "over all cases"
    sure = "" if chance["low"] > 0 else " It is not clearly better than chance, though."
    return (
        f"{other} has the next item among its {k} nearest in **{percent(own, 2)}** of the cases, {mf} in "
        f"**{percent(others, 2)}**, {among} (difference {_points(first['value'])}, 95 % from "
        f"{_points(first['low'])} to {_points(first['high'])} points; {count(first['n'])} cases)."
        f"{sure}{_without_window(claim, report)}"
    )


def _without_window(claim: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    """Beside a short window: what item2vec has without one, so that it is seen what the window does."""
    usual = next((one["contestants"][1] for one in report["claims"] if one["claim"] == "middle"), None)
    if claim["claim"] != "short window" or usual is None:
        return ""
    apart = difference_of(report, claim["contestants"][1], usual, "hr")["all"]
    alike = apart["low"] is not None and apart["low"] <= 0 <= apart["high"]
    told = ", which cannot be told from that: the window is not what does it" if alike else ""
    if apart["high"] is not None and apart["high"] < 0:
        told = " without one, which is clearly more: the window is not what does it"
    return f" {plain(usual)} has {percent(report['methods'][usual]['hr']['all']['value'], 2)}{told}."


def _settings(claim: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    by_name = {one["name"]: one["similarity"] for one in report["contestants"]}
    similarities = sorted({by_name[name] for name in claim["contestants"]})
    by = " and ".join("dot product" if one == "dot" else one for one in similarities)
    parts = [f"By {by}", f"k = {report['k']}"]
    if claim["claim"] == "middle":
        parts.append("middling = items that hold the 50 to 80 % of all user-item pairs")
    least = claim["effects"][0]["least"]
    parts.append(
        f"less than {decimal(least)} does not count"
        if claim["claim"] == "popular items"
        else f"less than {_points(least)} points does not count"
    )
    return " · ".join(parts)


def _otherwise(claim: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """The verdict on another pair of models, those named that are not on the card."""
    others = [plain(name) for name in one["contestants"] if name not in claim["contestants"]]
    verdict = _OUTCOMES[one["outcome"]][0].removesuffix(" here").lower()
    unknown = any(effect["low"] is None for effect in one["effects"])
    missing = _missing(one["effects"])
    size = missing[:1].lower() + missing[1:] if unknown else _size(claim["claim"], one["effects"][0])
    return f"With {' and '.join(others)}: **{verdict}** ({size})"


def _missing(effects: Sequence[Mapping[str, Any]]) -> str:
    """Why there is nothing to tell."""
    return next((effect["missing"] for effect in effects if effect.get("missing")), "There are too few cases")


def _size(name: str, effect: Mapping[str, Any]) -> str:
    scale, places, unit = (1, 2, "of a quantile") if name == "popular items" else (100, 2, "points")
    value, low, high = (decimal(scale * effect[side], places) for side in ("value", "low", "high"))
    return f"difference {value} {unit}, 95\N{NO-BREAK SPACE}% from {low} to {high}"


def _points(value: float) -> str:
    return decimal(100 * value)


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {decimal(value, 3)}"


def _with_interval(effect: Mapping[str, Any], scale: float, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [scale * effect["value"]],
        "y": [_short(effect["what"])],
        "mode": "markers",
        "marker": {"size": 11, "color": colour},
        "error_x": interval_bars([effect], colour, scale, thickness=2.5),
        "hovertemplate": "%{x:.3f}<extra></extra>",
    }


def _short(what: str) -> str:
    for long, short in (("matrix factorisation", "MF"), ("popularity of neighbours ", ""), (" less ", "<br>less ")):
        what = what.replace(long, short)
    return what
