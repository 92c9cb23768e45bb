"""What a comparison says, in plain sentences: each a function of values and intervals alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.arrays import Floats, Neighbours
from analysis.intervals import Interval, difference_of_lists, share_interval
from analysis.measures import Measure
from analysis.popularity import neighbour_popularity
from figures.text import count, decimal, percent, plain

LEAST_LEAN = 0.02  # of a quantile: a smaller difference is not called one, however sure it is
LEAST_AGREEMENT = 0.02  # of a Jaccard
LEAST_ALIKE = 0.9995  # of an overlap: what is shown as all of the neighbours
_NO_INTERVAL = Interval(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True)
class Turned:
    """Neighbour popularity of one run by cosine and by dot product, and the difference, dot less cosine."""

    cosine: float
    dot: float
    difference: Interval

    @classmethod
    def of(cls, q: Floats, cosine: Neighbours, dot: Neighbours) -> Turned:
        """Of a run's lists by both similarities, and the popularity quantiles of the items."""
        means = [Measure.mean(neighbour_popularity(lists, q)).value for lists in (cosine, dot)]
        return cls(means[0], means[1], difference_of_lists(dot, q[dot], cosine, q[cosine]))


def findings(
    report: Mapping[str, Any],
    names: tuple[str, str],
    floors: tuple[Measure | None, Measure | None] = (None, None),
    turned: tuple[Turned | None, Turned | None] = (None, None),
) -> list[str]:
    """Up to four sentences in Markdown: who pushes popular items, where they agree, how much of it is noise, dot.

    report  the JSON of `Comparison.as_json`
    floors  overlap of each run with the same training from another seed, None where it is not known
    turned  each run by both similarities, None where that is not known
    """
    a, b = (plain(name) for name in names)
    if report["overlap"]["all"] is None:
        return ["The two runs have no items in common that could be compared."]
    found = [_lean(report, a, b), _agreement(report), _noise(report, a, b, floors), _dot((a, b), turned)]
    return [sentence for sentence in found if sentence is not None]


def _lean(report: Mapping[str, Any], a: str, b: str) -> str | None:
    of_a, of_b = (report[side]["neighbour_popularity"] for side in ("a", "b"))
    if of_a is None or of_b is None:
        return None
    difference = _interval(report["differences"]["neighbour_popularity"])
    verdict = {
        "a": f"{a} pushes popular items more",
        "b": f"{b} pushes popular items more",
        None: "Neither clearly pushes popular items more",
    }[difference.which(LEAST_LEAN)]
    head = ""
    if report["a"]["head_share"] is not None and report["b"]["head_share"] is not None:
        head = (
            f" Head items, {percent(report['a']['head_share_of_catalogue'], 1)} of the catalogue, take "
            f"{percent(report['a']['head_share'])} of the neighbour places in {a} and "
            f"{percent(report['b']['head_share'])} in {b}."
        )
    return (
        f"**{verdict}**: the neighbours stand at popularity quantile {decimal(of_a)} in {a} and {decimal(of_b)} in {b} "
        f"({_signed(difference)}; chance is 0.50).{head}"
    )


def _agreement(report: Mapping[str, Any]) -> str:
    overlap, k, jaccard = report["overlap"]["all"], report["k"], report["jaccard"]
    there = min(k, report["common_items"] - 1)  # a small catalogue has fewer neighbours than were asked for
    where = ""
    if jaccard["head"] is not None and jaccard["tail"] is not None:
        difference = _interval(report["differences"]["head_tail_jaccard"])
        numbers = f"Jaccard {decimal(jaccard['head'])} on head items, {decimal(jaccard['tail'])} on tail items"
        where = {
            "a": f" They agree more on popular items than on rare ones: {numbers}.",
            "b": f" They agree more on rare items than on popular ones: {numbers}.",
            None: f" They agree about as much on popular items as on rare ones: {numbers}.",
        }[difference.which(LEAST_AGREEMENT)]
    return (
        f"**They share {decimal(overlap * k, 1)} of {there} neighbours** on average "
        f"(Jaccard {decimal(jaccard['all'])}; two random lists would share {decimal(report['expected_overlap'] * k)}), "
        f"over {count(report['common_items'])} items.{where}"
    )


def _noise(report: Mapping[str, Any], a: str, b: str, floors: tuple[Measure | None, Measure | None]) -> str:
    if floors[0] is None or floors[1] is None:
        return (
            "**How much of that is noise is not known yet**: a second training of each, from another seed, tells how "
            "far a method agrees with itself."
        )
    k, overlap = report["k"], report["overlap"]["all"]
    between = share_interval(overlap, report["n"]["all"])
    lower = min(floors, key=lambda floor: floor.value if floor is not None else math.inf)
    assert lower is not None
    own = share_interval(lower.value, lower.n)
    selves = f"{decimal(floors[0].value * k, 1)} of {k} in {a}, {decimal(floors[1].value * k, 1)} in {b}"
    explained = ""
    if between.high < own.low:
        unlike, room = 1 - overlap, 1 - lower.value
        verdict = "Their difference is more than noise"
        explained = f" Noise explains {f'at most {percent(room / unlike)}' if room > 0 else 'none'} of the difference."
    elif between.low > own.high:
        verdict = "They differ no more than two trainings of one of them do"
    elif overlap >= lower.value >= LEAST_ALIKE:
        verdict = "They do not differ"
    else:
        verdict = "Their difference cannot be told from noise"
    shared = f"two seeds of one method share {selves}; the two runs share {decimal(overlap * k, 1)}"
    return f"**{verdict}**: {shared}.{explained}"


def _dot(names: tuple[str, str], turned: tuple[Turned | None, Turned | None]) -> str | None:
    parts = []
    for name, of in zip(dict.fromkeys(names), turned, strict=False):
        if of is None or math.isnan(of.cosine) or math.isnan(of.dot):
            continue
        moved = {"a": "rise", "b": "fall", None: "stay"}[of.difference.which(LEAST_LEAN)]
        parts.append(f"those of {name} {moved}, from quantile {decimal(of.cosine)} to {decimal(of.dot)}")
    if not parts:
        return None
    changed = any(of is not None and of.difference.which(LEAST_LEAN) is not None for of in turned)
    verdict = (
        "Dot instead of cosine changes how popular the neighbours are"
        if changed
        else ("Dot instead of cosine leaves the popularity of the neighbours as it is")
    )
    return f"**{verdict}**: {'; '.join(parts)}."


def _interval(of: Mapping[str, Any]) -> Interval:
    if of["value"] is None:
        return _NO_INTERVAL
    return Interval(of["value"], of["low"], of["high"], of["n"])


def _signed(difference: Interval) -> str:
    """The difference, A less B, told as the more of the two less the other."""
    if math.isnan(difference.value):
        return "difference unknown"
    if difference.value < 0:
        which, of = "B less A", Interval(-difference.value, -difference.high, -difference.low, difference.n)
    else:
        which, of = "A less B", difference
    told = f"{which} {of.value:+z.2f}, 95 % between {of.low:+z.2f} and {of.high:+z.2f}"
    return told.replace("-", "\N{MINUS SIGN}")
