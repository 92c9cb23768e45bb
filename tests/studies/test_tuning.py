"""Tuning: the same budget and questions for each method, the same trials each time, the test part out of sight."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from embedders import METHODS
from embedders.base import Estimate, Family, Learned, LogSize, Method, Params, Progress, parameter
from embedders.search import Between, OneOf
from errors import Cancelled, ParameterError
from interactions.log import InteractionLog
from studies.evaluation import Evaluation, Model, answers_of
from studies.questions import Questions
from studies.trials import MEASURES, Objective, Trial, best_trials
from studies.tuning import TuningSettings, tune, validation_questions
from tests.planted import DAY, FIRST_DAY, make_log, ordered_sessions, two_islands


class DialParams(Params):
    """Parameters of the dummy."""

    dial: float = parameter(0.1, "How much of the truth is told.", low=0.0, high=1.0, search=Between(0.0, 1.0))
    hour: float | None = parameter(
        None, "Nothing.", low=0.0, high=24.0, search=OneOf((None, 1.0, 2.0), needs_times=True)
    )
    fuse: float = parameter(0.5, "It blows from here on.", low=0.0, high=1.0)


class Dial(Method[DialParams]):
    """The two halves of a pair of `ordered_sessions` get the same vector up to the dial's share of pairs, else none."""

    name: ClassVar[str] = "dial"
    title: ClassVar[str] = "Dial"
    short: ClassVar[str] = "Dial"
    family: ClassVar[Family] = "neural"
    summary: ClassVar[str] = "Nothing."
    sees: ClassVar[str] = "Nothing."
    Params = DialParams

    def __init__(self) -> None:
        self.logs: list[InteractionLog] = []

    def learn(self, log: InteractionLog, params: DialParams, seed: int, progress: Progress) -> Learned:
        self.logs.append(log)
        progress("Turning", 0, 2)
        progress("Turning", 2, 2)
        if params.dial > params.fuse:
            raise ParameterError(f"The fuse blew at {params.dial:g}.")
        pair = np.array([int(item[1:]) for item in log.item_ids])
        vectors = np.random.default_rng(seed).normal(size=(log.n_items, params.dimensions)) / 9
        told = pair < params.dial * 12
        vectors[told, pair[told]] += 9
        return Learned(vectors)

    def estimate(self, size: LogSize, params: DialParams) -> Estimate:
        return Estimate(1.0, 1.0)


@pytest.fixture
def dial(monkeypatch: pytest.MonkeyPatch) -> Dial:
    """The dummy, as the method "dial"."""
    method = Dial()
    monkeypatch.setitem(METHODS, "dial", method)
    return method


WITHOUT_FUSE = {"fuse": 1.0, "dimensions": 16}


def timeless(trials: Sequence[Trial]) -> list[Trial]:
    return [replace(trial, seconds=0.0) for trial in trials]


def false_friends(pairs: int = 8, users: int = 60, visits: int = 6) -> InteractionLog:
    """Who takes "a03" takes "b03" a minute later, took "z03" two days before, and takes two other b?? in days to come.

    Nothing tells "a03" of a history like "z03", for the b?? stand everywhere; but within a day it has "b03" alone.
    """
    random = np.random.default_rng(0)
    user_ids, item_ids, times, sessions = [], [], [], []
    for user in range(users):
        for visit in range(visits):
            own, *others = (f"{number:02d}" for number in random.integers(pairs, size=3))
            start = FIRST_DAY + 10 * DAY * visit
            taken = [(f"z{own}", 0, 0), (f"a{own}", 2, 0), (f"b{own}", 2, 1)]
            taken += [(f"b{other}", 4 + 2 * place, 0) for place, other in enumerate(others)]
            for name, day, minute in taken:
                user_ids.append(f"u{user:03d}")
                item_ids.append(name)
                times.append(start + day * DAY + 60 * minute)
                sessions.append(f"{user} {visit} {day}")
    return make_log(user_ids, item_ids, times, sessions)


def test_the_window_in_time_that_decides_is_found() -> None:
    fixed = {"dimensions": 16, "sequences": "user", "vectors": "in + out", "sample": 0.0, "epochs": 20}
    settings = TuningSettings(trials=8, k=1, fixed=fixed, share=0.8)
    trials = list(tune("item2vec", false_friends(), settings))
    assert [trial.state for trial in trials] == ["complete"] * 8
    narrow = [trial.params["time_window_minutes"] in (1.0, 10.0, 60.0, 360.0, 1440.0) for trial in trials]
    assert [trial.values["hr"] > 0.9 for trial in trials] == narrow
    assert [trial.values["hr"] < 0.1 for trial in trials] == [not one for one in narrow]
    (best,) = best_trials(trials, "hr")
    assert not narrow[0]  # the defaults
    assert narrow[best.number]


def test_the_first_trial_has_the_defaults_and_what_is_fixed() -> None:
    log = ordered_sessions(users=30)
    (first,) = tune("item2vec", log, TuningSettings(trials=1, fixed={"dimensions": 8, "window": 3}, seed=7))
    expected = METHODS["item2vec"].Params(dimensions=8, window=3, threads=1)
    assert first.params == expected.model_dump(mode="json")
    assert (first.number, first.seed, first.similarity, first.state, first.failure) == (0, 7, "cosine", "complete", "")
    assert first.seconds > 0
    (on_two,) = tune("item2vec", log, TuningSettings(trials=1, fixed={"dimensions": 8, "threads": 2}))
    (repeats,) = tune("svd", log, TuningSettings(trials=1, fixed={"dimensions": 8}))
    assert on_two.params["threads"] == repeats.params["threads"] == 2


def test_what_is_fixed_stays_and_the_rest_is_tried(dial: Dial) -> None:
    trials = list(tune("dial", ordered_sessions(users=20), TuningSettings(trials=6, fixed={"fuse": 1.0, "hour": 2.0})))
    assert {trial.params["hour"] for trial in trials} == {2.0}
    assert len({trial.params["dial"] for trial in trials}) == 6
    assert {trial.params["dimensions"] for trial in trials} == {64}


STUDIES: list[tuple[str, TuningSettings]] = [
    ("als", TuningSettings(fixed={"dimensions": 4})),
    ("item2vec", TuningSettings("hr against popularity", similarity="searched", fixed={"dimensions": 4}, seed=5)),
    ("dial", TuningSettings("tail hr", fixed={"fuse": 0.6})),
]


@pytest.mark.parametrize(("method", "settings"), STUDIES, ids=[method for method, _ in STUDIES])
def test_stopped_and_taken_up_again_it_is_the_same_as_in_one_go(
    dial: Dial, method: str, settings: TuningSettings
) -> None:
    log = ordered_sessions(users=20)
    whole = list(tune(method, log, replace(settings, trials=14)))
    lines = [json.dumps(trial.as_json()) for trial in tune(method, log, replace(settings, trials=3))]
    kept = [Trial(**json.loads(line)) for line in lines]
    rest = list(tune(method, log, replace(settings, trials=14), kept))
    assert [trial.number for trial in rest] == list(range(3, 14))
    assert timeless([*kept, *rest]) == timeless(whole)
    other = list(tune(method, log, replace(settings, trials=14, seed=settings.seed + 1)))
    assert [trial.params for trial in other] != [trial.params for trial in whole]


def test_a_refused_training_is_a_failed_trial_and_counts(dial: Dial) -> None:
    trials = list(tune("dial", ordered_sessions(users=20), TuningSettings(trials=12)))
    blown = [trial for trial in trials if trial.params["dial"] > 0.5]
    assert 0 < len(blown) < 12
    for trial in trials:
        if trial in blown:
            assert (trial.state, trial.values) == ("failed", {})
            assert trial.failure == f"The fuse blew at {trial.params['dial']:g}."
        else:
            assert (trial.state, trial.failure) == ("complete", "")
    assert best_trials(trials, "hr")[0] not in blown


def test_a_value_out_of_bounds_is_a_failed_trial(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    field = DialParams.model_fields["dial"]
    monkeypatch.setattr(field, "json_schema_extra", {"search": Between(0.0, 9.0)})
    trials = list(tune("dial", ordered_sessions(users=20), TuningSettings(trials=6, fixed=WITHOUT_FUSE)))
    outside = [trial for trial in trials if trial.params["dial"] > 1]
    assert outside
    assert all(trial.state == "failed" and "is too large" in trial.failure for trial in outside)


def test_cancelled_it_keeps_what_is_complete_and_can_go_on(dial: Dial) -> None:
    log, settings = ordered_sessions(users=20), TuningSettings(trials=5, fixed=WITHOUT_FUSE)

    def cancel_in_the_third(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if done > 2.5:
            raise Cancelled

    tuning = tune("dial", log, settings, progress=cancel_in_the_third)
    kept = [next(tuning), next(tuning)]
    with pytest.raises(Cancelled):
        next(tuning)
    assert [trial.state for trial in kept] == ["complete"] * 2
    whole = list(tune("dial", log, settings))
    assert timeless([*kept, *tune("dial", log, settings, kept)]) == timeless(whole)


def test_progress_counts_trials_never_falls_and_ends_at_the_budget(dial: Dial) -> None:
    reports: list[tuple[str, float, float]] = []

    def report(stage: str, done: float, total: float, loss: float | None = None) -> None:
        reports.append((stage, done, total))

    settings = TuningSettings("hr against popularity", trials=4, fixed=WITHOUT_FUSE)
    list(tune("dial", ordered_sessions(users=20), settings, progress=report))
    done = [report[1] for report in reports]
    assert done == sorted(done)
    assert (done[0], done[-1], {report[2] for report in reports}) == (0, 4, {4})
    assert {int(place) for place in done} == {0, 1, 2, 3, 4}
    assert reports[0][0] == "Trial 1 of 4: Turning"


def with_a_marker(marker: str) -> tuple[InteractionLog, int]:
    """A log in whose last day everybody takes the marker right after "a00", and the time at which that day begins."""
    log = ordered_sessions(users=20)
    assert log.timestamps is not None
    last = int(log.timestamps.max()) + DAY
    users = [str(user) for user in log.user_ids]
    days = (log.timestamps - FIRST_DAY) // DAY
    return make_log(
        [*log.user_ids[log.user_codes], *np.repeat(users, 2)],
        [*log.item_ids[log.item_codes], *["a00", marker] * len(users)],
        [*log.timestamps, *[last, last + 60] * len(users)],
        [*[f"{user} {day}" for user, day in zip(log.user_codes, days, strict=True)], *np.repeat(users, 2)],
    ), last


def test_nothing_of_the_test_part_is_seen(dial: Dial) -> None:
    log, cut = with_a_marker("m99")
    train, test = log.split(cut)
    marker = log.item_ids.tolist().index("m99")
    assert marker in test.item_codes
    settings = TuningSettings(trials=4, fixed=WITHOUT_FUSE)
    trials = list(tune("dial", train, settings))
    questions = validation_questions(train, settings)
    asked = np.concatenate([questions.queries, questions.targets])
    assert marker not in asked
    assert not questions.known[marker]
    assert questions.p.sum() < train.users_per_item.sum()
    assert len(dial.logs) == 4
    for seen in dial.logs:
        assert marker not in seen.item_codes
        assert seen.timestamps is not None
        assert train.timestamps is not None
        assert seen.timestamps.max() < np.quantile(train.timestamps, 0.9)
    elsewhere, _ = with_a_marker("b00")  # the same before the cut, but for the item that comes after it
    assert [trial.params["dial"] for trial in tune("dial", elsewhere.split(cut)[0], settings)] == [
        trial.params["dial"] for trial in trials
    ]


def test_every_method_is_asked_the_same_and_trained_on_the_same(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    twin = Dial()
    monkeypatch.setitem(METHODS, "twin", twin)
    log, settings = ordered_sessions(users=20), TuningSettings(trials=3, fixed=WITHOUT_FUSE)
    first, second = (list(tune(name, log, settings)) for name in ("dial", "twin"))
    assert timeless(first) == timeless(second)
    assert len({seen.digest for seen in [*dial.logs, *twin.logs]}) == 1
    assert dial.logs[0].digest == validation_questions(log, settings).train.digest


def slow_places(vectors: npt.NDArray[np.float32], questions: Questions, similarity: str) -> list[tuple[int, int]]:
    """(rank from 1, bucket of the target) of each case, the plainest way, for vectors without ties."""
    rows = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if similarity == "cosine" else vectors
    places = []
    for query, target in zip(questions.queries, questions.targets, strict=True):
        scores = {item: float(rows[query] @ rows[item]) for item in np.flatnonzero(questions.known) if item != query}
        places.append((1 + sum(score > scores[target] for score in scores.values()), int(questions.buckets[target])))
    return places


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_values_are_those_of_a_slow_version(similarity: Any) -> None:
    log = two_islands(skew=1.0, users=80)
    fixed = {"dimensions": 8, "threads": 1}
    settings = TuningSettings(trials=1, k=8, similarity=similarity, fixed=fixed)
    questions = validation_questions(log, settings)
    vectors = METHODS["als"].fit(questions.train, METHODS["als"].Params.checked(fixed), seed=0).item_vectors
    places = slow_places(vectors, questions, similarity)
    hits = np.mean([rank <= 8 for rank, _ in places])
    tail = np.mean([rank <= 8 for rank, bucket in places if bucket == 2])
    gain = np.mean([1 / np.log2(1 + rank) if rank <= 8 else 0.0 for rank, _ in places])
    rows = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if similarity == "cosine" else vectors
    known = np.flatnonzero(questions.known)
    popularity = {item: (questions.p[known] < questions.p[item]).sum() for item in known}
    quantile = {
        item: (below + ((questions.p[known] == questions.p[item]).sum() - 1) / 2) / (len(known) - 1)
        for item, below in popularity.items()
    }
    near = []
    for item in known:
        order = sorted((other for other in known if other != item), key=lambda other: -float(rows[item] @ rows[other]))
        near.append(np.mean([quantile[other] for other in order[:8]]))
    expected: dict[Objective, dict[str, float]] = {
        "hr": {"hr": float(hits)},
        "ndcg": {"ndcg": float(gain)},
        "tail hr": {"tail_hr": float(tail)},
        "hr against popularity": {"hr": float(hits), "neighbour_popularity": float(np.mean(near))},
    }
    assert expected.keys() == MEASURES.keys()
    assert 0 < tail < 1
    for objective, values in expected.items():
        (trial,) = tune("als", log, replace(settings, objective=objective))
        assert trial.values == pytest.approx(values)
        assert trial.similarity == similarity


@pytest.mark.parametrize(
    ("objective", "larger"), [("hr", [True]), ("hr against popularity", [True, False])], ids=["hits", "both"]
)
def test_hits_are_to_rise_and_popularity_is_to_fall(
    dial: Dial, monkeypatch: pytest.MonkeyPatch, objective: Objective, larger: list[bool]
) -> None:
    asked = []

    def propose(space: Any, tried: Any, larger_is_better: list[bool], seed: int) -> None:
        asked.append(larger_is_better)

    monkeypatch.setattr("studies.tuning.propose", propose)
    list(tune("dial", ordered_sessions(users=20), TuningSettings(objective, fixed=WITHOUT_FUSE)))
    assert asked == [larger]


def test_hits_are_those_that_an_evaluation_shows() -> None:
    log = two_islands(users=80)
    settings = TuningSettings(trials=1, fixed={"dimensions": 8})
    (trial,) = tune("svd", log, settings)
    questions = validation_questions(log, settings)
    vectors = METHODS["svd"].fit(questions.train, METHODS["svd"].Params.checked(trial.params), seed=0).item_vectors
    evaluation = Evaluation(questions, {"svd": answers_of(Model(vectors), questions)}, settings.k)
    assert trial.values["hr"] == pytest.approx(evaluation.next_item("hr").interval("svd").value)


def test_both_similarities_are_tried_where_that_is_asked_for(dial: Dial) -> None:
    settings = TuningSettings(trials=8, similarity="searched", fixed=WITHOUT_FUSE)
    trials = list(tune("dial", ordered_sessions(users=20), settings))
    assert trials[0].similarity == "cosine"
    assert {trial.similarity for trial in trials} == {"cosine", "dot"}
    assert all("similarity" not in trial.params for trial in trials)


def test_no_method_has_a_parameter_of_the_name_of_the_similarity() -> None:
    assert all("similarity" not in method.Params.model_fields for method in METHODS.values())


def test_what_needs_times_is_not_tried_where_there_are_none(dial: Dial) -> None:
    log, settings = ordered_sessions(users=30), TuningSettings(trials=10, fixed=WITHOUT_FUSE)
    assert {trial.params["hour"] for trial in tune("dial", log, settings)} == {None, 1.0, 2.0}
    assert log.session_codes is not None
    bare = replace(log, timestamps=None)
    trials = list(tune("dial", bare, settings))
    assert {trial.params["hour"] for trial in trials} == {None}
    assert len({trial.params["dial"] for trial in trials}) == 10


def test_a_space_that_is_used_up_ends_the_tuning() -> None:
    trials = list(tune("svd", ordered_sessions(users=20), TuningSettings(trials=30, fixed={"dimensions": 4})))
    tried = {(trial.params["weights"], trial.params["vectors"]) for trial in trials}
    assert len(trials) == len(tried) == 9


def test_a_trial_in_which_no_item_gets_a_neighbour_has_no_popularity(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dial, "learn", lambda self, log, *_: Learned(np.zeros((log.n_items, 4))))
    log = ordered_sessions(users=20)
    (trial,) = tune("dial", log, TuningSettings("hr against popularity", trials=1))
    assert (trial.state, trial.failure) == ("failed", "No item got a neighbour.")
    (trial,) = tune("dial", log, TuningSettings(trials=1))
    assert (trial.state, trial.values) == ("complete", {"hr": 0.0})


def test_what_does_not_fit_is_refused_before_anything_is_trained(dial: Dial) -> None:
    log = ordered_sessions(users=20)
    with pytest.raises(ParameterError, match="There is no parameter 'alpha'"):
        list(tune("dial", log, TuningSettings(fixed={"alpha": 1.0})))
    with pytest.raises(ParameterError, match="between 0 and 1"):
        list(tune("dial", log, TuningSettings(share=1.0)))
    singles = make_log([f"u{number % 9}" for number in range(90)], [f"a{number % 7:02d}" for number in range(90)],
                       range(90), [f"s{number}" for number in range(90)])  # fmt: skip
    with pytest.raises(ParameterError, match="no item follows another in a session"):
        list(tune("dial", singles, TuningSettings()))
    with pytest.raises(ParameterError, match="no tail item follows another in a session"):
        list(tune("dial", log, TuningSettings("tail hr", questions=replace(TuningSettings().questions, edges=(1, 1)))))
    assert dial.logs == []


def test_trials_of_another_tuning_are_refused(dial: Dial) -> None:
    log, settings = ordered_sessions(users=20), TuningSettings(trials=3, fixed=WITHOUT_FUSE)
    trials = list(tune("dial", log, settings))
    strange = replace(trials[1], params={**trials[1].params, "dial": 7.0})
    for so_far in (trials[1:], [trials[0], strange], [replace(trials[0], params={})]):
        with pytest.raises(ParameterError, match="of another tuning: begin this one anew"):
            list(tune("dial", log, replace(settings, trials=5), so_far))
    assert list(tune("dial", log, settings, trials)) == []
