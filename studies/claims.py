"""The claims about matrix factorisation and item2vec, each as effects with intervals and a verdict on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from analysis.bootstrap import resample_crossed
from analysis.intervals import Interval, difference_of_lists, holm, p_value
from analysis.popularity import BUCKETS, popularity_quantiles
from analysis.ranking import hit_rate
from studies.evaluation import RANDOM, Evaluation

Outcome = Literal["holds", "does not hold", "cannot tell"]
LEAST_LEAN: Final = 0.02  # of a popularity quantile: a smaller difference is not called one, however sure it is
LEAST_GAIN: Final = 0.1  # of the other's hit rate
ERROR: Final = 0.05


@dataclass(frozen=True)
class Effect:
    """A difference that a claim stands on.

    what   the difference in words
    least  how large it must be to count
    """

    what: str
    interval: Interval
    least: float = 0.0

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
    """Claim 1: the neighbours that matrix factorisation gives are more popular than those of item2vec."""
    q = popularity_quantiles(evaluation.questions.p)
    lists = [evaluation.answers[name].near[:, : evaluation.k] for name in (factorisation, item2vec)]
    values = [q[near] for near in lists]
    interval = difference_of_lists(lists[0], values[0], lists[1], values[1])
    return verdict([Effect("neighbour popularity, matrix factorisation less item2vec", interval, LEAST_LEAN)])


def better_in_the_middle(evaluation: Evaluation, factorisation: str, item2vec: str, part: str = "mid") -> Verdict:
    """Claim 2: item2vec finds the next item oftener where that is of middling popularity, and not by chance alone."""
    return verdict(
        [
            more_hits(evaluation, item2vec, factorisation, part, "item2vec less matrix factorisation"),
            more_hits(evaluation, item2vec, RANDOM, part, "item2vec less chance"),
        ]
    )


def better_in_a_short_window(
    evaluation: Evaluation, factorisation: str, short: str, whole: str, part: str = "all"
) -> Verdict:
    """Claim 3: item2vec with a short time window finds the next item oftener, and because of the window."""
    return verdict(
        [
            more_hits(evaluation, short, factorisation, part, "item2vec, short window, less matrix factorisation"),
            more_hits(evaluation, short, whole, part, "item2vec, short window less whole history"),
        ]
    )


def more_hits(evaluation: Evaluation, name: str, other: str, part: str, what: str) -> Effect:
    """How much oftener one model finds the next item than another, at targets of one part of the catalogue.

    The interval resamples sessions, queries and targets: another training changes vectors item by item, and cases of
    one item share that.
    """
    questions, k = evaluation.questions, evaluation.k
    inside = np.ones(questions.n_cases, dtype=bool)
    if part != "all":
        inside = questions.buckets[questions.targets] == BUCKETS.index(part)
    if not inside.any():
        return Effect(what, Interval(math.nan, math.nan, math.nan, 0))
    own, others = (hit_rate(evaluation.answers[one].next_item, k)[inside] for one in (name, other))
    found = resample_crossed(
        (own - others)[:, None],
        [questions.sessions[inside], questions.queries[inside], questions.targets[inside]],
        seed=questions.settings.seed,
    )
    return Effect(what, found.interval(0), LEAST_GAIN * float(others.mean()))


def _outcome(effects: Sequence[Effect], p: float) -> Outcome:
    if any(effect.is_absent for effect in effects):
        return "does not hold"
    return "holds" if p <= ERROR and all(effect.is_there for effect in effects) else "cannot tell"
