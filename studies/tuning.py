"""Fair tuning: each method gets the same number of trials on the same questions before methods are compared.

The questions are drawn from a validation part that is cut off the training part: the test part is not touched.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np

from analysis.arrays import Mask, Similarity
from analysis.popularity import BUCKETS, neighbour_popularity, popularity_quantiles
from analysis.ranking import hit_rate, ndcg
from embedders import METHODS, Method
from embedders.base import Progress, no_progress, part_of, search_space
from embedders.search import OneOf, Search
from errors import InputError, ParameterError
from interactions import InteractionLog
from interactions.split import Split
from studies.evaluation import Model, nearest_items, next_item_places
from studies.proposals import Point, propose
from studies.questions import Questions, QuestionSettings, draw_questions
from studies.trials import LESS_IS_BETTER, MEASURES, Objective, Trial

SIMILARITY: Final = "similarity"  # its name beside those of parameters
_TRAINING = 0.8  # of a trial's progress; the rest is asking


@dataclass(frozen=True)
class TuningSettings:
    """What is looked for, and how much may be tried: the same for every method.

    trials      the budget, the defaults included
    k           length of lists
    similarity  of the lists, or "searched" where it is tried like a parameter
    fixed       parameters that are not tuned, such as the dimensions, with their values
    share       of the training part that trials are trained on; the rest is asked about
    questions   how next-item questions are drawn from that rest
    seed        of every training, and of what is tried
    """

    objective: Objective = "hr"
    trials: int = 20
    k: int = 10
    similarity: Similarity | Literal["searched"] = "cosine"
    fixed: Mapping[str, Any] = field(default_factory=dict)
    share: float = 0.9
    questions: QuestionSettings = field(default_factory=QuestionSettings)
    seed: int = 0


def tune(
    method: str,
    train: InteractionLog,
    settings: TuningSettings,
    so_far: Sequence[Trial] = (),
    progress: Progress = no_progress,
) -> Iterator[Trial]:
    """Try parameters of a method and give each trial when it is done; the first has the defaults.

    train   the training part
    so_far  trials of the same method, part and settings that are there already: the tuning goes on after them

    The same arguments give the same trials, but for their seconds: a method that repeats bit for bit on one thread only
    gets one, unless `fixed` has another number. A trial whose training is refused is a failed one. The budget is not
    used up where a space has fewer points.

    Raises ParameterError where settings, method and log do not fit, or the trials so far are of another space;
    Cancelled where `progress` does: the trials given until then are complete.
    """
    questions = validation_questions(train, settings)
    tuning = _Tuning(METHODS[method], questions, settings)
    trials = list(so_far)
    tuning.check(trials)
    while len(trials) < settings.trials:
        point = tuning.next_point(trials)
        if point is None:
            break
        trials.append(tuning.attempt(point, len(trials), progress))
        yield trials[-1]
    progress("Done", settings.trials, settings.trials)


def validation_questions(train: InteractionLog, settings: TuningSettings) -> Questions:
    """What every trial of every method is asked, drawn from the end of the training part.

    Raises ParameterError where that leaves nothing to ask that the objective counts.
    """
    parts = Split.of(train, settings.share, seed=settings.questions.seed).parts(train)
    questions = draw_questions(*parts, replace(settings.questions, users=0))  # no objective asks about users
    if not counted(questions, settings).any():
        raise ParameterError(
            "There is nothing to tune on: in the part that is held back for it no "
            f"{'tail item' if settings.objective == 'tail hr' else 'item'} follows another in a session, both known "
            "from the rest. Hold back more."
        )
    return questions


def counted(questions: Questions, settings: TuningSettings) -> Mask:
    """The cases that the objective counts, bool (n_cases,)."""
    if settings.objective == "tail hr":
        return np.asarray(questions.buckets[questions.targets] == BUCKETS.index("tail"))
    return np.ones(questions.n_cases, dtype=bool)


@dataclass(frozen=True)
class _Tuning:
    """One method and what it is asked."""

    method: Method[Any]
    questions: Questions
    settings: TuningSettings

    @property
    def defaults(self) -> dict[str, Any]:
        """The parameters of the first trial, as JSON values; raises ParameterError where a fixed one is refused."""
        threads = {} if self.method.repeats_on_threads else {"threads": 1}
        params: dict[str, Any] = self.method.Params.checked({**threads, **self.settings.fixed}).model_dump(mode="json")
        return params

    @property
    def space(self) -> dict[str, Search]:
        """What is searched: what the method declares, but what is fixed, and what needs times where there are none."""
        timeless = self.questions.train.timestamps is None
        space = {
            name: search
            for name, search in search_space(self.method.Params).items()
            if name not in self.settings.fixed and not (timeless and isinstance(search, OneOf) and search.needs_times)
        }
        if self.settings.similarity == "searched":
            space[SIMILARITY] = OneOf(("cosine", "dot"))
        return space

    def check(self, trials: Sequence[Trial]) -> None:
        """Raise ParameterError where trials are not what this tuning could have begun with."""
        for number, trial in enumerate(trials):
            point = self._point(trial)
            if trial.number != number or not all(search.holds(point[name]) for name, search in self.space.items()):
                raise ParameterError("The trials so far are of another tuning: begin this one anew.")

    def next_point(self, trials: Sequence[Trial]) -> Point | None:
        """The defaults first, then what the trials suggest; None where nothing is left to try."""
        if not trials:
            first = {SIMILARITY: "cosine", **self.defaults}
            return {name: first[name] for name in self.space}
        measures = MEASURES[self.settings.objective]
        tried = [
            (self._point(trial), [trial.values[name] for name in measures] if trial.state == "complete" else None)
            for trial in trials
        ]
        return propose(self.space, tried, [name not in LESS_IS_BETTER for name in measures], self.settings.seed)

    def attempt(self, point: Point, number: int, progress: Progress) -> Trial:
        """Train and ask."""
        similarity = point.get(SIMILARITY, self.settings.similarity)
        params = self.defaults | {name: value for name, value in point.items() if name != SIMILARITY}
        seed = self.settings.seed
        report = _of_trial(progress, number, self.settings.trials)
        started = time.perf_counter()
        values: dict[str, float] = {}
        failure = ""
        try:
            checked = self.method.Params.checked(params)
            embedding = self.method.fit(self.questions.train, checked, seed, part_of(report, 0.0, _TRAINING))
            values = self._measure(Model(embedding.item_vectors, similarity), part_of(report, _TRAINING, 1.0))
        except InputError as error:
            failure = str(error)
        seconds = time.perf_counter() - started
        return Trial(number, params, similarity, seed, values, seconds, "failed" if failure else "complete", failure)

    def _measure(self, model: Model, progress: Progress) -> dict[str, float]:
        """What the objective counts."""
        k, questions = self.settings.k, self.questions
        places = next_item_places(model, questions, part_of(progress, 0.0, 0.5))
        cases = counted(questions, self.settings)
        function = ndcg if self.settings.objective == "ndcg" else hit_rate
        name, *further = MEASURES[self.settings.objective]
        values = {name: float(function(places, k)[cases].mean())}
        if further:
            near = nearest_items(model, questions, k, part_of(progress, 0.5, 1.0))
            popularity = neighbour_popularity(near, popularity_quantiles(questions.p))
            if np.isnan(popularity).all():
                raise ParameterError("No item got a neighbour.")
            values[further[0]] = float(np.nanmean(popularity))
        return values

    def _point(self, trial: Trial) -> Point:
        return {name: trial.similarity if name == SIMILARITY else trial.params.get(name) for name in self.space}


def _of_trial(progress: Progress, number: int, trials: int) -> Progress:
    """Progress of one trial, in trials of all."""

    def report(stage: str, done: float, total: float, loss: float | None = None) -> None:
        progress(f"Trial {number + 1} of {trials}: {stage}", number + (done / total if total else 0.0), trials)

    return report
