"""The trials of a tuning as plain records, and the best of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np

from analysis.arrays import Similarity

Objective = Literal["hr", "ndcg", "tail hr", "hr against popularity"]
MEASURES: Final[dict[Objective, tuple[str, ...]]] = {
    "hr": ("hr",),
    "ndcg": ("ndcg",),
    "tail hr": ("tail_hr",),
    "hr against popularity": ("hr", "neighbour_popularity"),
}
"""What is measured for each objective; where it is two measures there is a front of best trials, not one."""
LESS_IS_BETTER: Final = ("neighbour_popularity",)


@dataclass(frozen=True)
class Trial:
    """One training with parameters that were tried.

    number   from 0; the first has the defaults
    params   every parameter of the method with its value
    seed     of the training
    values   measure -> its value on the validation part; empty where the trial failed
    seconds  what training and asking took
    failure  one sentence where it failed, else empty
    """

    number: int
    params: Mapping[str, Any]
    similarity: Similarity
    seed: int
    values: Mapping[str, float]
    seconds: float
    state: Literal["complete", "failed"]
    failure: str = ""

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON values: `Trial(**values)` gives the trial back."""
        return asdict(self)


def best_trials(trials: Sequence[Trial], objective: Objective) -> tuple[Trial, ...]:
    """The complete trials that no other is better than, in their order.

    One measure: the first with the best value. Two: the Pareto front, all that no other equals in both and beats in
    one. None where no trial is complete.
    """
    measures = MEASURES[objective]
    complete = [trial for trial in trials if trial.state == "complete"]
    gains = np.array([[_gain(trial, measure) for measure in measures] for trial in complete])
    best = [
        trial
        for trial, own in zip(complete, gains, strict=True)
        if not ((gains >= own).all(axis=1) & (gains > own).any(axis=1)).any()
    ]
    return tuple(best[:1] if len(measures) == 1 else best)


def _gain(trial: Trial, measure: str) -> float:
    return -trial.values[measure] if measure in LESS_IS_BETTER else trial.values[measure]
