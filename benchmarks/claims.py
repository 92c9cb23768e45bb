"""`python -m benchmarks.claims [LOGS]`: how often the verdicts on the claims are wrong where the truth is known.

Null logs, on which there is nothing to find: a claim that comes out as holding, or as clearly reversed, is false. Logs
with a planted truth, on which it is there to be found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from embedders import METHODS
from interactions import InteractionLog
from interactions.split import Split
from studies.claims import Verdict, finds_more, popular_items_in_front
from studies.contest import Contestant, PlainStore, evaluate
from studies.evaluation import Evaluation
from studies.provider import RunNeeded
from studies.questions import QuestionSettings, draw_questions
from tests.planted import tastes, within_the_hour

LOGS: Final = 200
ALLOWED: Final = 17  # of 200: the 99 % bound of a binomial of 5 %
MF, ITEM2VEC = "matrix factorisation", "item2vec"
_SHORT = {"sequences": "user", "time_window_minutes": 60.0}


@dataclass(frozen=True)
class Trial:
    """A kind of log, who is asked, and the claim that is tested.

    log         seed -> log
    contestants seed -> (method, parameters, seed) of what stands for matrix factorisation, and for item2vec
    """

    what: str
    log: Callable[[int], InteractionLog]
    contestants: Callable[[int], tuple[tuple[str, Mapping[str, Any], int], tuple[str, Mapping[str, Any], int]]]
    test: Callable[[Evaluation], Verdict]


def _methods(parameters: Mapping[str, Any] | None = None) -> Any:
    return lambda seed: (("als", {}, seed), ("item2vec", parameters or {}, seed))


NULLS: Final = (
    Trial(
        "popular items, where all are alike",
        tastes,
        _methods(),
        lambda found: popular_items_in_front(found, MF, ITEM2VEC),
    ),
    Trial(
        "the middle, two seeds of item2vec under two names",
        lambda seed: tastes(seed, stray=0.75),
        lambda seed: (("item2vec", {}, seed), ("item2vec", {}, seed + 1000)),
        lambda found: finds_more(found, MF, ITEM2VEC, "mid"),
    ),
    Trial(
        "short window, order shuffled inside sessions",
        lambda seed: within_the_hour(seed, ordered=False),
        _methods(_SHORT),
        lambda found: finds_more(found, MF, ITEM2VEC, "all"),
    ),
)
TRUE: Final = (
    Trial(
        "short window, what lies within an hour belongs together",
        within_the_hour,
        _methods(_SHORT),
        lambda found: finds_more(found, MF, ITEM2VEC, "all"),
    ),
)


def verdict_on(trial: Trial, seed: int) -> Verdict:
    """The verdict on the log that is made from a seed."""
    log = trial.log(seed)
    train, test = Split.of(log, 0.8).parts(log)
    questions = draw_questions(train, test, QuestionSettings(seed=seed))
    contestants = []
    for name, (method, values, own) in zip((MF, ITEM2VEC), trial.contestants(seed), strict=True):
        params = METHODS[method].Params.checked({"dimensions": 16, "threads": 1, **values})
        contestants.append(Contestant(name, RunNeeded(method, params, own)))
    return trial.test(evaluate(questions, contestants, PlainStore(questions)))


def is_false(verdict: Verdict) -> bool:
    """Whether it says that there is something where there is nothing."""
    return verdict.outcome == "holds" or any(effect.is_reversed for effect in verdict.effects)


def main(logs: int = LOGS) -> int:
    """Print a line a kind of log; returns 1 where more verdicts are false than chance allows."""
    code = 0
    for trial in NULLS:
        false = sum(is_false(verdict_on(trial, seed)) for seed in range(logs))
        allowed = ALLOWED * logs / LOGS
        code |= false > allowed
        print(f"null: {trial.what}: {false} of {logs} false (at most {allowed:g})", flush=True)
    for trial in TRUE:
        found = sum(verdict_on(trial, seed).outcome == "holds" for seed in range(logs // 10))
        print(f"planted: {trial.what}: holds in {found} of {logs // 10}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
