"""What the pictures of popularity bias show, each in one sentence of Markdown with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from analysis import Curve
from figures.text import decimal, percent, plain

Names = tuple[str, str]
_LOW = 0.2  # popularity quantile below which items are called the least popular fifth
_CLEAR = 0.1  # a weaker correlation is not called one


def neighbours(report: Mapping[str, Any], names: Names, curves: tuple[Curve, Curve], popularity: float | None) -> str:
    """How popular neighbours are, over all items and for the least popular ones; popularity = of the baseline."""
    near = _of(report, "neighbour_popularity", names)
    low = _both([decimal(least_popular(curve)) for curve in curves], names)
    beside = "" if popularity is None else f", and were they the most popular items, at {decimal(popularity)}"
    return (
        f"Neighbours stand at popularity quantile {near}; drawn at random they would stand at 0.50{beside}. Those of "
        f"the least popular fifth of the items stand at {low}."
    )


def buckets(shares: Sequence[Sequence[float | None]], of_catalogue: Sequence[float], names: Names) -> str:
    """Who fills the lists; shares of head, mid and tail of A and of B."""
    head, tail = ([percent(share[bucket]) for share in shares] for bucket in (0, 2))
    return (
        f"Head items are {percent(of_catalogue[0], 1)} of the catalogue and take {_both(head, names)} of the places; "
        f"tail items are {percent(of_catalogue[2])} of it and take {_both(tail, names)}."
    )


def similarities(runs: Sequence[tuple[str, float | None, float | None]]) -> str:
    """How popular neighbours are by either similarity: (name, by dot, by cosine) of each run."""
    return f"By dot product neighbours stand at popularity quantile {_by_similarity(runs, decimal, 'at ')}."


def head_shares(runs: Sequence[tuple[str, float | None, float | None]]) -> str:
    """Head's share of the places by either similarity: (name, by dot, by cosine) of each run."""
    return f"By dot product head items take {_by_similarity(runs, percent, '')} of the places."


def concentration(shares: Sequence[float | None], random: float | None, names: Names) -> str:
    """How much the most listed hundredth of the items takes."""
    both = _both([percent(share) for share in shares], names)
    beside = "" if random is None else f"; at random they would take {percent(random)}"
    return f"The 1 % of the items that stand in most lists take {both} of all places{beside}."


def norms(runs: Sequence[tuple[str, float | None]]) -> str:
    """Whether popular items are longer vectors: (name, correlation) of each run."""
    said = "; ".join(_longer(correlation, name) for name, correlation in runs)
    return f"{said[:1].upper()}{said[1:]}. By dot product longer vectors come in front; cosine takes the length out."


def recommended(runs: Sequence[tuple[str, Mapping[str, Any]]], profile: Mapping[str, Any]) -> str:
    """The popularity of what is recommended; (name, measures) of each run."""
    parts = [f"**{decimal(measures['arp_quantile']['value'])}** from {plain(name)}" for name, measures in runs]
    return (
        f"Users get items at popularity quantile {' and '.join(parts)}; they chose items at "
        f"**{decimal(profile['arp_quantile']['value'])}** themselves."
    )


def not_head(runs: Sequence[tuple[str, Mapping[str, Any]]], profile: Mapping[str, Any]) -> str:
    """How much of the lists is not head."""
    parts = [f"**{percent(measures['aplt']['value'])}** of what {plain(name)} recommends" for name, measures in runs]
    own = percent(profile["aplt"]["value"])
    return f"{' and '.join(parts)} is not head; of what users chose themselves it is **{own}**."


def lift(runs: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """How much more popular the lists are than what users chose themselves."""
    parts = [f"what {plain(name)} recommends {_more(measures['lift']['value'])}" for name, measures in runs]
    said = " and ".join(parts)
    return f"{said[:1].upper()}{said[1:]} than what users chose themselves."


def recommended_buckets(runs: Sequence[tuple[str, Mapping[str, Any]]], profile: Mapping[str, Any]) -> str:
    """Who fills the lists of users."""
    head = [f"**{percent(measures['shares']['head']['value'])}** in {plain(name)}" for name, measures in runs]
    tail = [f"**{percent(measures['shares']['tail']['value'])}** in {plain(name)}" for name, measures in runs]
    own = profile["shares"]
    return (
        f"Head items take {' and '.join(head)}, against {percent(own['head']['value'])} of what users chose "
        f"themselves; tail items {' and '.join(tail)}, against {percent(own['tail']['value'])}."
    )


def least_popular(curve: Curve) -> float | None:
    """The mean over the items of the least popular fifth, or None where there are none."""
    low = (curve.n > 0) & (curve.q < _LOW)
    return float(np.average(curve.mean[low], weights=curve.n[low])) if low.any() else None


def _of(report: Mapping[str, Any], measure: str, names: Names) -> str:
    return _both([decimal(report[side][measure]) for side in ("a", "b")], names)


def _by_similarity(
    runs: Sequence[tuple[str, float | None, float | None]], show: Callable[[float | None], str], at: str
) -> str:
    dot = " and ".join(f"**{show(by_dot)}** in {plain(name)}" for name, by_dot, _ in runs)
    cosine = " and ".join(f"**{show(by_cosine)}**" for _, _, by_cosine in runs)
    return f"{dot}, by cosine {at}{cosine}"


def _both(shown: Sequence[str], names: Names) -> str:
    return " and ".join(f"**{value}** in {plain(name)}" for value, name in zip(shown, names, strict=True))


def _longer(correlation: float | None, name: str) -> str:
    if correlation is None:
        return f"for {plain(name)} nothing can be said"
    number = f"(Spearman {decimal(correlation)})"
    if abs(correlation) < _CLEAR:
        return f"in {plain(name)} length has little to do with popularity {number}"
    return f"in {plain(name)} popular items have {'longer' if correlation > 0 else 'shorter'} vectors {number}"


def _more(share: float | None) -> str:
    if share is None:
        return "cannot be said to be more or less popular"
    return f"is **{percent(abs(share))}** {'more' if share >= 0 else 'less'} popular"
