"""Tunings of kept logs: a line a trial, gone on with wherever they stopped, nothing tried twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from embedders import METHODS
from embedders.base import no_progress
from errors import Cancelled, ParameterError
from interactions.split import Split
from studies.questions import QuestionSettings
from studies.trials import Trial, best_trials
from studies.tuning import TuningSettings, tune, validation_questions
from tests.planted import make_log
from workspace import estimates, jobs, logs, tunings
from workspace.contestants import offered_contestants, tuned_contestant
from workspace.evaluations import Asked
from workspace.summary import size_of
from workspace.tunings import Sought, Tuning, kept_tuning, kept_tunings, tune_log, tuned_params, tuning_spec

ASKED = Asked(split=0.8)
FOUR = Sought(trials=4, k=5)


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """(method, last time in what it is trained on) of each training from here on."""
    found: list[tuple[str, int]] = []

    def counted(method: str) -> Any:
        learn = type(METHODS[method]).learn

        def counting(self: Any, log: Any, *rest: Any) -> Any:
            found.append((method, int(log.timestamps.max())))
            return learn(self, log, *rest)

        return counting

    for method in ("als", "svd", "cooccurrence_svd"):
        monkeypatch.setattr(type(METHODS[method]), "learn", counted(method))
    return found


def timeless(trials: Sequence[Trial]) -> list[Trial]:
    return [replace(trial, seconds=0.0) for trial in trials]


def straight(entry: logs.LogEntry, method: str, sought: Sought) -> list[Trial]:
    """The trials as they are in one go, past all that is kept."""
    log = logs.open_log(entry.digest)
    train, _ = Split.of(log, ASKED.split).parts(log)
    return timeless(list(tune(method, train, sought.settings(ASKED))))


def the_file(home: Path) -> Path:
    (path,) = (home / "evaluations").rglob("*.jsonl")
    return path


def test_a_job_tunes_several_methods_with_the_same_budget(kept: logs.LogEntry) -> None:
    spec = tuning_spec(kept.digest, ASKED, ["als", "svd"], FOUR)
    job = jobs.wait(jobs.submit("tune", spec, "Tuning").id, 120)
    assert (job.status, job.error, job.lane) == ("done", None, "train")
    for method in ("als", "svd"):
        found = kept_tuning(kept.digest, ASKED, method, FOUR)
        assert found.complete
        assert timeless(found.trials) == straight(kept, method, FOUR)
    assert [one.method for one in kept_tunings(kept.digest)] == ["als", "svd"]


def test_a_job_that_is_cancelled_keeps_its_trials_and_the_next_goes_on(kept: logs.LogEntry) -> None:
    long = Sought(trials=400, k=5)
    spec = tuning_spec(kept.digest, ASKED, ["als"], long)
    job = jobs.submit("tune", spec, "Tuning")
    while not kept_tuning(kept.digest, ASKED, "als", long).trials and jobs.get_job(job.id).active:
        jobs.wait(job.id, 0.05)
    jobs.cancel(job.id)
    assert jobs.wait(job.id, 60).status == "cancelled"
    done = kept_tuning(kept.digest, ASKED, "als", long).trials
    assert 0 < len(done) < 400
    more = Sought(trials=len(done) + 2, k=5)
    assert jobs.wait(jobs.submit("tune", {**spec, "sought": more.model_dump()}, "Tuning").id, 60).status == "done"
    after = kept_tuning(kept.digest, ASKED, "als", more).trials
    assert (after[: len(done)], len(after)) == (done, len(done) + 2)
    assert timeless(after) == straight(kept, "als", more)


def test_nothing_is_trained_twice_and_nothing_on_the_test_part(
    kept: logs.LogEntry, trained: list[tuple[str, int]]
) -> None:
    log = logs.open_log(kept.digest)
    tune_log(log, ASKED, ["als"], FOUR)
    tune_log(log, ASKED, ["svd", "als"], FOUR)
    tune_log(log, ASKED, ["als", "svd"], FOUR)
    assert [method for method, _ in trained] == ["als"] * 4 + ["svd"] * 4
    assert max(last for _, last in trained) < log.time_at(0.8)


def test_a_larger_budget_goes_on_and_a_smaller_one_is_its_beginning(
    kept: logs.LogEntry, trained: list[tuple[str, int]]
) -> None:
    log, more = logs.open_log(kept.digest), FOUR.model_copy(update={"trials": 6})
    tune_log(log, ASKED, ["als"], FOUR)
    assert not kept_tuning(kept.digest, ASKED, "als", more).complete
    (whole,) = tune_log(log, ASKED, ["als"], more)
    assert len(trained) == 6
    assert timeless(whole.trials) == straight(kept, "als", more)
    (first,) = tune_log(log, ASKED, ["als"], FOUR)
    assert first.trials == whole.trials[:4]
    assert first.complete


def test_stopped_in_the_middle_of_a_trial_it_goes_on_with_that_trial(kept: logs.LogEntry) -> None:
    log = logs.open_log(kept.digest)

    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if stage.startswith("ALS: trial 3 of 4") and done / total > 0.55:
            raise Cancelled

    with pytest.raises(Cancelled):
        tune_log(log, ASKED, ["als"], FOUR, stop)
    assert len(kept_tuning(kept.digest, ASKED, "als", FOUR).trials) == 2
    (found,) = tune_log(log, ASKED, ["als"], FOUR)
    assert timeless(found.trials) == straight(kept, "als", FOUR)


@pytest.mark.parametrize(
    "end",
    [
        b'{"number": 3, "par',
        b'{"number": 3, "params": {}}',  # no end of a line: nobody knows whether it is whole
        b"",
        b"garbage\n",
        b'{"number": 9}\n',
    ],
)
def test_a_damaged_last_line_is_no_trial_and_spoils_none_after_it(kept: logs.LogEntry, home: Path, end: bytes) -> None:
    log = logs.open_log(kept.digest)
    tune_log(log, ASKED, ["als"], FOUR)
    path = the_file(home)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + end)
    assert len(kept_tuning(kept.digest, ASKED, "als", FOUR).trials) == 3
    (found,) = tune_log(log, ASKED, ["als"], FOUR)
    assert timeless(found.trials) == straight(kept, "als", FOUR)
    assert [json.loads(line)["number"] for line in path.read_bytes().splitlines()] == [0, 1, 2, 3]


def test_what_is_damaged_beside_the_trials_is_made_again_and_no_trial_with_it(
    kept: logs.LogEntry, home: Path, trained: list[tuple[str, int]]
) -> None:
    log = logs.open_log(kept.digest)
    (first,) = tune_log(log, ASKED, ["als"], FOUR)
    the_file(home).with_suffix(".json").write_bytes(b"no longer what it was")
    assert not kept_tuning(kept.digest, ASKED, "als", FOUR).complete
    assert kept_tunings(kept.digest) == []
    assert tune_log(log, ASKED, ["als"], FOUR) == [first]
    assert len(trained) == 4


def test_trials_out_of_their_order_are_not_taken(kept: logs.LogEntry, home: Path) -> None:
    tune_log(logs.open_log(kept.digest), ASKED, ["als"], FOUR)
    path = the_file(home)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2] + lines[3])
    assert [trial.number for trial in kept_tuning(kept.digest, ASKED, "als", FOUR).trials] == [0]


def test_what_is_used_up_is_complete_for_any_larger_budget(
    kept: logs.LogEntry, trained: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    log, many = logs.open_log(kept.digest), Sought(trials=30, k=5)
    (found,) = tune_log(log, ASKED, ["svd"], many)
    assert (len(found.trials), found.used_up, found.complete) == (9, True, True)
    monkeypatch.setattr(tunings, "tune", lambda *_: pytest.fail("asked again"))
    tune_log(log, ASKED, ["svd"], Sought(trials=60, k=5))
    assert kept_tuning(kept.digest, ASKED, "svd", FOUR).complete
    assert not kept_tuning(kept.digest, ASKED, "svd", FOUR).used_up
    assert kept_tuning(kept.digest, ASKED, "svd", Sought(trials=9, k=5)).used_up
    assert len(trained) == 9


OTHERS = [
    (Asked(split=0.7), FOUR),
    (Asked(split=0.8, pairs="one pair a session"), FOUR),
    (Asked(split=0.8, seed=1), FOUR),
    (Asked(split=0.8, at=1_500_000_000), FOUR),
    (ASKED, FOUR.model_copy(update={"k": 6})),
    (ASKED, FOUR.model_copy(update={"objective": "ndcg"})),
    (ASKED, FOUR.model_copy(update={"similarity": "searched"})),
]


@pytest.mark.parametrize(("asked", "sought"), OTHERS)
def test_another_question_is_another_tuning(kept: logs.LogEntry, asked: Asked, sought: Sought) -> None:
    tune_log(logs.open_log(kept.digest), ASKED, ["svd"], FOUR)
    assert kept_tuning(kept.digest, asked, "svd", sought).trials == ()
    assert kept_tuning(kept.digest, ASKED, "als", FOUR).trials == ()
    assert len(kept_tuning(kept.digest, ASKED.model_copy(update={"users": 7}), "svd", FOUR).trials) == 4


@pytest.mark.parametrize("change", ["version", "search", "program"])
def test_a_method_that_has_changed_is_tuned_anew(
    kept: logs.LogEntry, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logs.open_log(kept.digest)
    tune_log(log, ASKED, ["svd"], FOUR)
    if change == "version":
        monkeypatch.setattr(type(METHODS["svd"]), "version", 99)
    elif change == "program":
        monkeypatch.setattr(tunings, "VERSION", 99)
    else:
        field = METHODS["svd"].Params.model_fields["vectors"]
        monkeypatch.setattr(field, "json_schema_extra", {"search": None})
    assert kept_tuning(kept.digest, ASKED, "svd", FOUR).trials == ()
    assert kept_tunings(kept.digest) == []
    (found,) = tune_log(log, ASKED, ["svd"], FOUR)
    assert found.trials


def test_a_tuning_of_a_method_that_is_gone_is_not_among_them(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune_log(logs.open_log(kept.digest), ASKED, ["svd"], FOUR)
    monkeypatch.setattr(tunings, "METHODS", {name: one for name, one in METHODS.items() if name != "svd"})
    assert kept_tunings(kept.digest) == []


def test_all_trials_are_among_them_whatever_the_budget_was_at_first_and_the_first_begun_stands_first(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([300.0, 100.0])
    monkeypatch.setattr(tunings, "time", SimpleNamespace(time=lambda: next(moments)))
    log, two = logs.open_log(kept.digest), FOUR.model_copy(update={"trials": 2})
    for method, sought in (("als", two), ("svd", two), ("als", FOUR)):
        tune_log(log, ASKED, [method], sought)
    assert [(one.method, len(one.trials)) for one in kept_tunings(kept.digest)] == [("svd", 2), ("als", 4)]


def test_what_was_stopped_before_its_first_trial_is_not_among_them(kept: logs.LogEntry) -> None:
    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if "trial 1" in stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        tune_log(logs.open_log(kept.digest), ASKED, ["als"], FOUR, stop)
    assert kept_tunings(kept.digest) == []


def test_the_cases_are_those_that_the_objective_counts(kept: logs.LogEntry) -> None:
    log, rare = logs.open_log(kept.digest), Sought(objective="tail hr", trials=1, k=5)
    (found,) = tune_log(log, ASKED, ["svd"], rare)
    questions = validation_questions(Split.of(log, 0.8).parts(log)[0], rare.settings(ASKED))
    tail = sum(questions.buckets[target] == 2 for target in questions.targets)
    assert 0 < found.cases == tail < questions.n_cases
    (whole,) = tune_log(log, ASKED, ["svd"], rare.model_copy(update={"objective": "hr"}))
    assert whole.cases == questions.n_cases
    assert kept_tuning(kept.digest, ASKED, "als", rare).cases == 0


def test_a_tuning_asks_with_the_questions_and_the_seed_of_the_evaluation() -> None:
    sought = Sought(objective="ndcg", trials=7, k=3, similarity="searched")
    assert sought.settings(Asked(pairs="one pair a session", cases=11, users=5, seed=2)) == TuningSettings(
        "ndcg", 7, 3, "searched", questions=QuestionSettings("one pair a session", 11, 5, 2), seed=2
    )


def test_it_is_trained_on_what_lies_before_the_time_of_the_cut(
    kept: logs.LogEntry, trained: list[tuple[str, int]]
) -> None:
    log = logs.open_log(kept.digest)
    at = log.time_at(0.5)
    tune_log(log, Asked(at=at), ["svd"], Sought(trials=1, k=5))
    assert 0 < trained[0][1] < at


def test_the_seed_draws_the_sessions_that_are_held_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = make_log([f"u{number // 5}" for number in range(200)], [f"i{number % 7}" for number in range(200)])
    parts: list[Any] = []

    def seen(method: str, train: Any, *rest: Any) -> list[Trial]:
        parts.append(train)
        return []

    monkeypatch.setattr(tunings, "tune", seen)
    tune_log(log, Asked(split=0.5, seed=3), ["svd"], FOUR)
    np.testing.assert_array_equal(parts[0].user_codes, Split.of(log, 0.5, seed=3).parts(log)[0].user_codes)


def test_a_deleted_log_takes_its_tunings_along(kept: logs.LogEntry, home: Path) -> None:
    tune_log(logs.open_log(kept.digest), ASKED, ["svd"], FOUR)
    logs.delete_log(kept.digest)
    assert not any((home / "evaluations").iterdir())


def test_an_unknown_method_is_refused_before_anything_is_tried(
    kept: logs.LogEntry, trained: list[tuple[str, int]]
) -> None:
    with pytest.raises(ParameterError, match="Unknown method 'magic'"):
        tune_log(logs.open_log(kept.digest), ASKED, ["svd", "magic"], FOUR)
    assert trained == []


@pytest.mark.parametrize(
    ("objective", "goal"),
    [
        ("hr", "HR@5"),
        ("ndcg", "NDCG@5"),
        ("tail hr", "tail HR@5"),
        ("hr against popularity", "HR@5 against popularity"),
    ],
)
def test_a_goal_is_told_apart_from_the_others(objective: Any, goal: str) -> None:
    assert Sought(objective=objective, k=5).goal == goal


def test_progress_is_that_of_all_methods_and_never_falls(kept: logs.LogEntry) -> None:
    reports: list[tuple[str, float, float]] = []

    def report(stage: str, done: float, total: float, loss: float | None = None) -> None:
        reports.append((stage, done, total))

    tune_log(logs.open_log(kept.digest), ASKED, ["als", "svd"], FOUR, report)
    shares = [done / total for _, done, total in reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    first = max(share for (stage, _, _), share in zip(reports, shares, strict=True) if "ALS" in stage)
    size = size_of(Split.of(logs.open_log(kept.digest), ASKED.split).parts(logs.open_log(kept.digest))[0])
    als, svd = (estimates.expected(METHODS[name], size, METHODS[name].Params()).seconds for name in ("als", "svd"))
    assert first == pytest.approx(als / (als + svd)), "a share as long as it takes"
    assert abs(first - 0.5) > 0.05


def test_a_trial_can_be_read_as_soon_as_it_is_done(kept: logs.LogEntry) -> None:
    seen: set[int] = set()

    def look(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if "trial 3 of 4" in stage:
            seen.add(len(kept_tuning(kept.digest, ASKED, "svd", FOUR).trials))

    tune_log(logs.open_log(kept.digest), ASKED, ["svd"], FOUR, look)
    assert seen == {2}


def test_what_is_still_to_do_is_expected_to_take_as_long_as_what_was_done(kept: logs.LogEntry) -> None:
    one = Trial(0, {}, "cosine", 0, {"hr": 0.5}, 3.0, "complete")
    begun = Tuning("als", FOUR, (one, replace(one, number=1, seconds=5.0)))
    assert tunings.expected_tuning(kept.size, [begun]).seconds == pytest.approx(2 * 4.0)
    assert tunings.expected_tuning(kept.size, [replace(begun, used_up=True)]).seconds == 0
    fresh = Tuning("als", FOUR)
    by_method = estimates.expected(METHODS["als"], kept.size, METHODS["als"].Params())
    assert tunings.expected_tuning(kept.size, [fresh, begun]).seconds == pytest.approx(4 * by_method.seconds + 8.0)
    assert tunings.expected_tuning(kept.size, [fresh]).memory == by_method.memory
    other = Tuning("item2vec", FOUR)
    most = max(tunings.expected_tuning(kept.size, [one]).memory for one in (fresh, other))
    assert [tunings.expected_tuning(kept.size, pair).memory for pair in ([fresh, other], [other, fresh])] == [
        most,
        most,
    ]


def test_the_best_of_each_tuning_is_offered_for_evaluation(kept: logs.LogEntry) -> None:
    log = logs.open_log(kept.digest)
    (tuned,) = tune_log(log, ASKED, ["cooccurrence_svd"], FOUR.model_copy(update={"trials": 6}))
    (best,) = best_trials(tuned.trials, "hr")
    assert best.number > 0
    (offered,) = [one for one in offered_contestants(kept) if "tuned" in one.name]
    short = METHODS["cooccurrence_svd"].short
    assert (offered.name, offered.similarity) == (f"{short} 64d tuned (HR@5)", "cosine")
    assert offered.needed.params.model_dump(mode="json") == best.params
    assert tuned_contestant(tuned, tuned.trials[0]).name == f"{short} 64d"


def test_of_two_objectives_the_whole_front_is_offered_by_number(kept: logs.LogEntry) -> None:
    sought = Sought(objective="hr against popularity", trials=6, k=5, similarity="dot")
    (tuned,) = tune_log(logs.open_log(kept.digest), ASKED, ["als"], sought)
    front = [trial for trial in best_trials(tuned.trials, sought.objective) if trial.number]
    names = [one.name for one in offered_contestants(kept) if "tuned" in one.name]
    assert names == [f"ALS 64d tuned (HR@5 against popularity, trial {trial.number + 1}), dot" for trial in front]
    assert front


def test_tuned_parameters_leave_threads_as_they_are_by_default() -> None:
    params = METHODS["item2vec"].Params(threads=1, epochs=7).model_dump(mode="json")
    trial = Trial(3, params, "cosine", 0, {"hr": 0.5}, 1.0, "complete")
    assert tuned_params("item2vec", trial) == METHODS["item2vec"].Params(epochs=7)
    older = replace(trial, params={"epochs": 7})  # from before the others could be tried
    assert tuned_params("item2vec", older) == METHODS["item2vec"].Params(epochs=7)


def test_tune_task_checks_its_settings(kept: logs.LogEntry) -> None:
    from workspace.tasks import tune_task

    spec = tuning_spec(kept.digest, ASKED, ["svd"], FOUR)
    with pytest.raises(ParameterError, match="trials = 0"):
        tune_task({**spec, "sought": {"trials": 0}}, no_progress)
