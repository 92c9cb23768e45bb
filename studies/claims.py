"""The claims about matrix factorisation and item2vec, each as effects with intervals and a verdict on them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from analysis.arrays import Floats
from analysis.intervals import LEAST_GROUPS, Interval, crossed_mean, difference_of_lists, holm, p_value
from analysis.popularity import BUCKETS, popularity_quantiles
from analysis.ranking import hit_rate
from analysis.ranks import value_quantiles
from studies.evaluation import RANDOM, Evaluation
from studies.roles import ClaimName, Pair, Roles

Outcome = Literal["holds", "does not hold", "cannot tell"]
_LESS: Final = "matrix factorisation less item2vec"
LEAST_LEAN: Final = 0.02  # of a popularity quantile: a smaller difference is not called one, however sure it is
LEAST_GAIN: Final = 0.1  # of the other's hit rate
ERROR: Final = 0.05
_NOTHING: Final = Interval(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True)
class Effect:
    """A difference that a claim stands on.

    what     the difference in words
    least    how large it must be to count
    missing  why there is nothing to tell, as a sentence begins; empty where there is
    """

    what: str
    interval: Interval
    least: float = 0.0
    missing: str = ""

    @property
    def is_there(self) -> bool:
        """Clearly above 0, and large enough to count."""
        return self.interval.low > 0 and self.interval.value >= self.least

    @property
    def is_absent(self) -> bool:
        """Clearly less than what counts."""
        return self.interval.high < max(self.least, 0.0)

    @property
    def is_reversed(self) -> bool:
        """Clearly below 0, and large enough to count."""
        return self.interval.high < 0 and self.interval.value <= -self.least


@dataclass(frozen=True)
class Verdict:
    """What the effects say of a claim, which needs all of them.

    p       how likely the least sure of the effects is by chance; NaN where one is not known
    raised  the same after Holm's correction for all claims that were tested together
    """

    outcome: Outcome
    effects: tuple[Effect, ...]
    p: float
    raised: float


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict; `verdict` is None where the contestants it needs were not asked.

    otherwise  the same claim on other pairs of those that were asked
    """

    name: ClaimName
    contestants: tuple[str | None, str | None]
    verdict: Verdict | None
    otherwise: tuple[Claim, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values, null where there is none."""
        facts: dict[str, Any] = {"claim": self.name, "contestants": list(self.contestants), "outcome": None}
        if self.verdict is None:
            return facts
        p, raised = (None if math.isnan(p) else p for p in (self.verdict.p, self.verdict.raised))
        effects = [
            {"what": effect.what, "least": None if math.isnan(effect.least) else effect.least}
            | effect.interval.as_json()
            | ({"missing": effect.missing} if effect.missing else {})
            for effect in self.verdict.effects
        ]
        facts |= {"outcome": self.verdict.outcome, "effects": effects, "p": p, "p_holm": raised}
        return facts | ({"otherwise": [one.as_json() for one in self.otherwise]} if self.otherwise else {})


def tested(evaluation: Evaluation, roles: Mapping[ClaimName, Roles]) -> list[Claim]:
    """Every claim on whom it is about, and on all others it could be about; all are tested together."""
    tests: list[tuple[ClaimName, Pair]] = [
        (name, pair)
        for name, whom in roles.items()
        if whom.factorisation is not None and whom.other is not None
        for pair in ((whom.factorisation, whom.other), *whom.otherwise)
    ]
    found = together([_test(evaluation, name, *pair) for name, pair in tests])
    made = [Claim(name, pair, one) for (name, pair), one in zip(tests, found, strict=True)]
    claims = []
    for name, whom in roles.items():
        of_it = [one for one in made if one.name == name]
        nobody = Claim(name, (whom.factorisation, whom.other), None)
        claims.append(replace(of_it[0], otherwise=tuple(of_it[1:])) if of_it else nobody)
    return claims


def _test(evaluation: Evaluation, name: ClaimName, factorisation: str, item2vec: str) -> Verdict:
    if name == "popular items":
        return popular_items_in_front(evaluation, factorisation, item2vec)
    return finds_more(evaluation, factorisation, item2vec, "mid" if name == "middle" else "all")


def verdict(effects: Sequence[Effect]) -> Verdict:
    """The verdict on one claim alone.

    It holds where every effect is there, does not where one is surely less than what counts, else nobody can tell.

    >>> sure, unsure = Effect("a", Interval(0.5, 0.4, 0.6, 9)), Effect("b", Interval(0.1, -0.1, 0.3, 9))
    >>> verdict([sure]).outcome, verdict([sure, unsure]).outcome
    ('holds', 'cannot tell')
    >>> verdict([sure, Effect("c", Interval(-0.2, -0.3, -0.1, 9))]).outcome
    'does not hold'
    >>> verdict([Effect("d", Interval(0.01, 0.001, 0.019, 9), least=0.02)]).outcome  # sure, and too small to count
    'does not hold'
    """
    values = [p_value(effect.interval) for effect in effects]
    p = math.nan if not values or any(map(math.isnan, values)) else max(values)
    return Verdict(_outcome(effects, p), tuple(effects), p, p)


def together(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Verdicts on claims that are tested at once: one holds only where it does after Holm's correction as well."""
    raised = holm([one.p for one in verdicts])
    return [replace(one, raised=p, outcome=_outcome(one.effects, p)) for one, p in zip(verdicts, raised, strict=True)]


def popular_items_in_front(evaluation: Evaluation, factorisation: str, item2vec: str) -> Verdict:
    """Claim 1: the neighbours that matrix factorisation gives are more popular than those of item2vec.

    By their popularity in the training part, and in the test part too: where all items are alike, some are met oftener
    in training by chance, and a model that prefers those prefers no popular items.
    """
    questions = evaluation.questions
    lists = [evaluation.answers[name].near[:, : evaluation.k] for name in (factorisation, item2vec)]
    seen = popularity_quantiles(questions.p)
    unseen = value_quantiles(np.where(questions.known, questions.p_in_test, np.nan))
    effects = []
    for what, q in (("in training", seen), ("in the test part", unseen)):
        interval = difference_of_lists(lists[0], q[lists[0]], lists[1], q[lists[1]])
        missing = _no_lean(q, interval, evaluation.k)
        told = f"popularity of neighbours {what}, {_LESS}"
        effects.append(Effect(told, _known(interval, missing), LEAST_LEAN, missing))
    return verdict(effects)


def finds_more(evaluation: Evaluation, factorisation: str, item2vec: str, part: str) -> Verdict:
    """Claims 2 and 3: item2vec finds the next item oftener than matrix factorisation, and not by chance alone.

    The second claim is on items of middling popularity; the third is on all, for an item2vec that sees only what lies
    close in time. Where nothing but popularity decides, who shuns popular items hits rare ones oftener, as chance does.
    """
    return verdict(
        [
            more_hits(evaluation, item2vec, factorisation, part, "item2vec less matrix factorisation"),
            more_hits(evaluation, item2vec, RANDOM, part, "item2vec less chance"),
        ]
    )


def more_hits(evaluation: Evaluation, name: str, other: str, part: str, what: str) -> Effect:
    """How much oftener one model finds the next item than another, at targets of one part of the catalogue.

    The interval takes cases of one session, of one query and of one target for alike: another training changes vectors
    item by item, and cases of one item share that.
    """
    questions, k = evaluation.questions, evaluation.k
    inside = np.ones(questions.n_cases, dtype=bool)
    if part != "all":
        inside = questions.buckets[questions.targets] == BUCKETS.index(part)
    if not inside.any():
        return Effect(what, _NOTHING, missing="There are no such cases")
    own, others = (hit_rate(evaluation.answers[one].next_item, k)[inside] for one in (name, other))
    interval = crossed_mean(
        own - others, [questions.sessions[inside], questions.queries[inside], questions.targets[inside]]
    )
    least = LEAST_GAIN * float(others.mean())
    missing = ""
    if math.isnan(interval.value):
        missing = f"The cases are of fewer than {LEAST_GROUPS} sessions, queries or targets"
    elif least + others.mean() > 1 and interval.high >= 0:
        missing = f"Lists of {k} hold so much of the catalogue that nobody can be right a tenth oftener"
    return Effect(what, _known(interval, missing), least, missing)


def _no_lean(q: Floats, interval: Interval, k: int) -> str:
    """Why neighbours cannot lean to popular items, of which `q` are the quantiles, NaN = not in the training part."""
    known = q[~np.isnan(q)]
    if interval.n < LEAST_GROUPS:
        return f"Fewer than {LEAST_GROUPS} items have neighbours"
    if np.ptp(known) == 0:
        return "All items are as popular as each other"
    return f"Lists of {k} hold every other item" if k >= len(known) - 1 else ""


def _known(interval: Interval, missing: str) -> Interval:
    return _NOTHING if missing else interval


def _outcome(effects: Sequence[Effect], p: float) -> Outcome:
    if any(effect.is_absent for effect in effects):
        return "does not hold"
    return "holds" if p <= ERROR and all(effect.is_there for effect in effects) else "cannot tell"
