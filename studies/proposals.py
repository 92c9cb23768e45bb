"""What is tried next in a tuning, by Optuna's tree-structured Parzen estimator (Bergstra et al., 2011)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedders.search import Between, Search

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Point = dict[str, Any]  # name of what is searched -> value
Tried = tuple[Point, Sequence[float] | None]  # a point and its values, None where it failed

_MOST_DRAWS = 100  # of points that were tried before, until a space counts as used up


def propose(
    space: Mapping[str, Search], tried: Sequence[Tried], larger_is_better: Sequence[bool], seed: int
) -> Point | None:
    """A point of the space that was not tried before; None where there is none left.

    larger_is_better  of each value

    It follows from the arguments alone: a study that is taken up again goes on as if it had never stopped.
    """
    import optuna  # takes a moment to import

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        directions=["maximize" if larger else "minimize" for larger in larger_is_better],
        sampler=optuna.samplers.TPESampler(seed=_mixed(seed, len(tried))),
    )
    distributions = {name: _distribution(search) for name, search in space.items()}
    for point, values in tried:
        if values is not None:
            study.add_trial(optuna.trial.create_trial(params=point, distributions=distributions, values=list(values)))
    before = [point for point, _ in tried]
    for _ in range(_MOST_DRAWS):
        point = study.ask(distributions).params
        if point not in before:
            return point
    return None


def _mixed(seed: int, number: int) -> int:
    """A seed for the trial of this number: draws of one trial say nothing of those of another."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _distribution(search: Search) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if not isinstance(search, Between):
        return CategoricalDistribution(search.choices)
    if search.whole:
        return IntDistribution(int(search.low), int(search.high), log=search.log)
    return FloatDistribution(search.low, search.high, log=search.log)
