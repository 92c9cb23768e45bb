"""item2vec along its windows beside another contestant: accuracy, popularity and agreement as curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from analysis.agreement import jaccard
from analysis.arrays import Floats
from analysis.intervals import Interval, holm, p_value
from analysis.popularity import BUCKETS, neighbour_popularity, popularity_quantiles
from analysis.ranking import NextItem, chance_of
from studies.claims import ERROR, Verdict, finds_more, more_hits, together
from studies.evaluation import NEXT_ITEM, PARTS, Evaluation
from studies.questions import Questions
from studies.windows import Sweep

MEASURES: Final = (*NEXT_ITEM, "neighbour_popularity", "jaccard")
ByPart = Mapping[str, Interval]


@dataclass(frozen=True)
class Curve:
    """One measure along the windows, by bucket: of the target for accuracy, of the item itself for its neighbours.

    along   part -> its value in each window
    beside  part -> that of the contestant beside; None for agreement, which is with that contestant
    chance  part -> what chance has; None where that is next to nothing
    """

    along: tuple[ByPart, ...]
    beside: ByPart | None
    chance: ByPart | None

    def as_json(self) -> dict[str, Any]:
        """Plain values, null where there is none."""
        return {
            "along": [_json(one) for one in self.along],
            "beside": None if self.beside is None else _json(self.beside),
            "chance": None if self.chance is None else _json(self.chance),
        }


@dataclass(frozen=True)
class Best:
    """The window with the most hits.

    place   its place among the windows
    rivals  places of those that are not clearly worse: every two windows are compared, and Holm's correction allows for
            all of them, since which is best was not known beforehand
    """

    place: int
    rivals: tuple[int, ...]


@dataclass(frozen=True)
class Swept:
    """What a sweep found.

    curves   measure -> its curve
    against  part -> for each window, whether it has clearly more hits than the one beside and than chance; all windows
             of a part are tested together
    behind   part -> for each window, whether it has clearly fewer hits than the one beside, tested together as well
    best     part -> the window with the most hits, None where there are no cases
    """

    curves: Mapping[str, Curve]
    against: Mapping[str, tuple[Verdict, ...]]
    behind: Mapping[str, tuple[bool, ...]]
    best: Mapping[str, Best | None]

    def as_json(self) -> dict[str, Any]:
        """Plain values, null where there is none."""
        return {
            "curves": {measure: curve.as_json() for measure, curve in self.curves.items()},
            "against": {
                part: [_verdict_json(one, less) for one, less in zip(verdicts, self.behind[part], strict=True)]
                for part, verdicts in self.against.items()
            },
            "best": {
                part: None if one is None else {"place": one.place, "rivals": list(one.rivals)}
                for part, one in self.best.items()
            },
        }


def swept(evaluation: Evaluation, sweep: Sweep) -> Swept:
    """What the answers of a sweep's contestants say."""
    names, beside = [one.name for one in sweep.trained], sweep.beside.name
    against = {part: tuple(together([finds_more(evaluation, beside, name, part) for name in names])) for part in PARTS}
    curves: dict[str, Curve] = {
        **{str(measure): _accuracy(evaluation, measure, names, beside) for measure in NEXT_ITEM},
        "neighbour_popularity": _popularity(evaluation, names, beside),
        "jaccard": _agreement(evaluation, names, beside),
    }
    hits = {part: [one[part].value for one in curves["hr"].along] for part in PARTS}
    behind = {part: _clearly_behind(verdicts) for part, verdicts in against.items()}
    return Swept(curves, against, behind, {part: _best(evaluation, names, part, hits[part]) for part in PARTS})


def _accuracy(evaluation: Evaluation, measure: NextItem, names: Sequence[str], beside: str) -> Curve:
    found = evaluation.next_item(measure)
    *along, level = ({part: found.interval(name, part) for part in PARTS} for name in (*names, beside))
    value = chance_of(measure, evaluation.k, int(evaluation.questions.known.sum()))
    chance = {
        part: Interval(value, value, value, of.n) if of.n else Interval(math.nan, math.nan, math.nan, 0)
        for part, of in level.items()
    }
    return Curve(tuple(along), level, chance)


def _popularity(evaluation: Evaluation, names: Sequence[str], beside: str) -> Curve:
    questions = evaluation.questions
    q = popularity_quantiles(questions.p)

    def of(name: str) -> ByPart:
        return _over_items(neighbour_popularity(evaluation.answers[name].near[:, : evaluation.k], q), questions)

    even = Interval(0.5, 0.5, 0.5, int(questions.known.sum()))
    return Curve(tuple(of(name) for name in names), of(beside), dict.fromkeys(PARTS, even))


def _agreement(evaluation: Evaluation, names: Sequence[str], beside: str) -> Curve:
    lists = {name: evaluation.answers[name].near[:, : evaluation.k] for name in (*names, beside)}
    along = [_over_items(jaccard(lists[name], lists[beside]), evaluation.questions) for name in names]
    return Curve(tuple(along), None, None)


def _over_items(values: Floats, questions: Questions) -> ByPart:
    """The mean over all items and over those of each bucket, unknown values left out."""
    inside = {part: questions.buckets == number for number, part in enumerate(BUCKETS)}
    return {"all": Interval.mean(values), **{part: Interval.mean(values[rows]) for part, rows in inside.items()}}


def _best(evaluation: Evaluation, names: Sequence[str], part: str, hits: Sequence[float]) -> Best | None:
    if not hits or any(map(math.isnan, hits)):
        return None
    place = hits.index(max(hits))
    pairs = list(combinations(range(len(names)), 2))
    apart = [more_hits(evaluation, names[one], names[other], part, "").interval for one, other in pairs]
    sure = dict(zip(pairs, [p <= ERROR for p in holm([p_value(one) for one in apart])], strict=True))
    others = (other for other in range(len(names)) if other != place)
    return Best(place, tuple(other for other in others if not sure[min(place, other), max(place, other)]))


def _clearly_behind(verdicts: Sequence[Verdict]) -> tuple[bool, ...]:
    ahead = [one.effects[0] for one in verdicts]
    raised = holm([p_value(effect.interval) for effect in ahead])
    return tuple(effect.is_reversed and p <= ERROR for effect, p in zip(ahead, raised, strict=True))


def _json(by_part: ByPart) -> dict[str, Any]:
    return {part: interval.as_json() for part, interval in by_part.items()}


def _verdict_json(verdict: Verdict, behind: bool) -> dict[str, Any]:
    ahead, chance = verdict.effects
    return {
        "outcome": verdict.outcome,
        "behind": behind,
        "above_chance": chance.is_there,
        "p_holm": None if math.isnan(verdict.raised) else verdict.raised,
        **ahead.interval.as_json(),
    }
