"""Evaluations of kept logs: worked out once, in the worker, read afterwards, gone with their log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analysis.ranking import Places
from embedders import METHODS
from embedders.base import no_progress
from errors import Cancelled, ParameterError
from interactions.split import Split
from studies.contest import Contestant, facts_of
from studies.evaluation import Answers
from studies.provider import RunNeeded
from studies.questions import QuestionSettings, draw_questions
from studies.windows import sweep_of
from tests.planted import make_log
from workspace import evaluations, jobs, logs
from workspace.evaluations import Asked, contestant_from, cut_log, evaluation_spec, kept_evaluation
from workspace.sweeps import sweep_spec
from workspace.tasks import TASKS
from workspace.tunings import Sought, tuning_spec


def contestant(method: str = "svd", name: str = "SVD", **values: object) -> Contestant:
    params = METHODS[method].Params.checked({"dimensions": 4, "threads": 1, **values})
    return Contestant(name, RunNeeded(method, params, 0))


def test_a_page_asks_the_worker_and_reads_the_answer_afterwards(kept: logs.LogEntry) -> None:
    one, other = contestant(), contestant(name="wider", dimensions=6)
    asked = Asked(split=0.8)
    job = jobs.submit("evaluate", evaluation_spec(kept.digest, asked, [one, other], 5), "Evaluation")
    job = jobs.wait(job.id, 120)
    assert (job.status, job.error) == ("done", None)
    answer = kept_evaluation(kept.digest, asked, [one, other], 5)
    assert answer is not None
    assert [facts["name"] for facts in answer["contestants"]] == ["SVD", "wider"]
    assert answer["methods"]["SVD"]["hr"]["all"]["value"] > 0.3
    assert evaluations.kept_evaluations(kept.digest) == [answer]
    assert contestant_from(answer["contestants"][0]) == one


def test_what_is_damaged_is_made_again(kept: logs.LogEntry, home: Path) -> None:
    log, one = logs.open_log(kept.digest), contestant()
    first = evaluations.evaluate_log(log, Asked(), [one])
    folder = home / "evaluations" / kept.digest[:16]
    for path in (*folder.glob("reports/*"), *folder.glob("answers/*"), *folder.glob("runs/*/*")):
        path.write_bytes(b"no longer what it was")
    assert evaluations.kept_evaluations(kept.digest) == []
    again = evaluations.evaluate_log(log, Asked(), [one])
    assert again["methods"] == first["methods"]


def test_an_evaluation_of_a_method_that_is_gone_is_not_offered_again(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluations.evaluate_log(logs.open_log(kept.digest), Asked(), [contestant()])
    assert len(evaluations.kept_evaluations(kept.digest)) == 1
    monkeypatch.setattr(evaluations, "METHODS", {name: one for name, one in METHODS.items() if name != "svd"})
    assert evaluations.kept_evaluations(kept.digest) == []


def test_what_is_kept_of_one_evaluation_serves_another(kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    log, one, other = logs.open_log(kept.digest), contestant(), contestant(name="wider", dimensions=6)
    alone = evaluations.evaluate_log(log, Asked(), [one])
    monkeypatch.setattr("studies.contest.answers_of_baseline", lambda *_: pytest.fail("a baseline was asked again"))
    trained: list[int] = []
    learn = type(METHODS["svd"]).learn

    def counted(self, log, params, seed, progress):  # type: ignore[no-untyped-def]
        trained.append(params.dimensions)
        return learn(self, log, params, seed, progress)

    monkeypatch.setattr(type(METHODS["svd"]), "learn", counted)
    both = evaluations.evaluate_log(log, Asked(), [one, other])
    assert trained == [6]
    assert both["methods"]["SVD"] == alone["methods"]["SVD"]
    assert both["methods"]["random"] == alone["methods"]["random"]


def test_runs_of_the_training_part_do_not_stand_among_the_runs_of_the_log(kept: logs.LogEntry) -> None:
    from workspace.runs import list_runs

    evaluations.evaluate_log(logs.open_log(kept.digest), Asked(), [contestant()])
    assert list_runs() == []


def test_a_deleted_log_takes_its_evaluations_along(kept: logs.LogEntry, home: Path) -> None:
    evaluations.evaluate_log(logs.open_log(kept.digest), Asked(), [contestant()])
    assert any((home / "evaluations").iterdir())
    logs.delete_log(kept.digest)
    assert not any((home / "evaluations").iterdir())


ASKED = Asked(split=0.8, cases=40, users=9)
OTHER_QUESTIONS: list[dict[str, Any]] = [
    {"split": 0.7}, {"pairs": "one pair a session"}, {"cases": 39}, {"users": 8}, {"seed": 1},
]  # fmt: skip


def numbered(start: int) -> Answers:
    """Answers in which no number stands twice."""
    numbers = np.arange(start, start + 10, dtype=np.int64)
    near = np.arange(start, start + 100, dtype=np.int32).reshape(2, 50)
    return Answers(
        Places(numbers, numbers + 10), Places(numbers + 20, numbers + 30), near, np.array([start, np.nan], dtype=float)
    )


def arrays_of(answers: Answers) -> list[Any]:
    places = [answers.next_item.above, answers.next_item.equal, answers.to_users.above, answers.to_users.equal]
    arrays: list[Any] = [*places, answers.near, np.nan_to_num(answers.matches, nan=-1)]
    return [array.tolist() for array in arrays]


def test_a_log_is_cut_and_asked_as_it_was_said(kept: logs.LogEntry) -> None:
    log = logs.open_log(kept.digest)
    found = cut_log(log, Asked(split=0.7, pairs="one pair a session", cases=17, users=5, seed=3))
    train, test = Split.of(log, 0.7).parts(log)
    expected = draw_questions(train, test, QuestionSettings("one pair a session", 17, 5, 3))
    assert (found.questions.n_cases, len(found.questions.users)) == (17, 5)
    for name in ("queries", "targets", "users", "wanted"):
        np.testing.assert_array_equal(getattr(found.questions, name), getattr(expected, name))
    assert found.split["interactions"] == [train.n_interactions, test.n_interactions]
    at = log.time_at(0.6)
    assert cut_log(log, Asked(at=at)).split["at"] == at


def test_the_seed_draws_the_sessions_where_there_are_no_times(home: Path) -> None:
    log = make_log([f"u{number // 5}" for number in range(100)], [f"i{number % 7}" for number in range(100)])
    trained = [cut_log(log, Asked(split=0.5, seed=seed)).questions.train.user_codes.tolist() for seed in (1, 2)]
    assert trained[0] != trained[1]
    assert trained[0] == Split.of(log, 0.5, seed=1).parts(log)[0].user_codes.tolist()


def test_answers_are_kept_as_they_are_for_a_training_whatever_its_name(kept: logs.LogEntry) -> None:
    store = cut_log(logs.open_log(kept.digest), ASKED).store
    asked: list[Contestant | str] = [contestant(), replace(contestant(), similarity="dot"), "random"]
    for number, one in enumerate(asked):
        store.keep(one, numbered(100 * number))
    for number, one in enumerate([contestant(name="mine"), *asked[1:]]):
        found = store.answers(one)
        assert found is not None
        assert arrays_of(found) == arrays_of(numbered(100 * number))


def test_answers_of_another_training_or_to_other_questions_are_not_taken(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, one = logs.open_log(kept.digest), contestant()
    store = cut_log(log, ASKED).store
    kept_of: list[Contestant | str] = [one, "popularity"]
    for asked in kept_of:
        store.keep(asked, numbered(0))
    others: list[Contestant | str] = [replace(one, similarity="dot"), contestant(dimensions=6), contestant("als")]
    for other in (*others, replace(one, needed=replace(one.needed, seed=1)), "random"):
        assert store.answers(other) is None
    for asked in kept_of:
        for change in OTHER_QUESTIONS:
            assert cut_log(log, ASKED.model_copy(update=change)).store.answers(asked) is None
        assert cut_log(log, ASKED).store.answers(asked) is not None
    with monkeypatch.context() as changed:
        changed.setattr(type(METHODS["svd"]), "version", 99)
        assert store.answers(one) is None
    monkeypatch.setattr(evaluations, "VERSION", 99)
    assert cut_log(log, ASKED).store.answers(one) is None


def test_what_is_trained_has_its_seed_and_its_own_part_of_the_log(kept: logs.LogEntry) -> None:
    log, needed = logs.open_log(kept.digest), replace(contestant("als").needed, seed=3)
    for split in (0.6, 0.8):
        cut = cut_log(log, Asked(split=split))
        alone = METHODS["als"].fit(cut.questions.train, needed.params, seed=3)
        for _ in ("trained", "read"):
            np.testing.assert_array_equal(cut.store.trained(needed, no_progress).item_vectors, alone.item_vectors)


def test_an_evaluation_that_was_asked_otherwise_is_another(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, one = logs.open_log(kept.digest), contestant()
    report = evaluations.evaluate_log(log, ASKED, [one], 5)
    assert (report["k"], report["cases"], report["asked"]) == (5, 40, ASKED.model_dump())
    for change in (*OTHER_QUESTIONS, {"at": log.time_at(0.7)}):
        assert kept_evaluation(kept.digest, ASKED.model_copy(update=change), [one], 5) is None
    assert kept_evaluation(kept.digest, ASKED, [one], 6) is None
    assert kept_evaluation(kept.digest, ASKED, [replace(one, similarity="dot")], 5) is None
    assert kept_evaluation(kept.digest, ASKED, [one], 5) == report
    for owner, name in ((type(METHODS["svd"]), "version"), (evaluations, "VERSION")):
        with monkeypatch.context() as changed:
            changed.setattr(owner, name, 99)
            assert kept_evaluation(kept.digest, ASKED, [one], 5) is None


def test_a_contestant_is_read_back_as_it_was_written() -> None:
    one = replace(contestant(dimensions=6), similarity="dot")
    one = replace(one, needed=replace(one.needed, seed=4))
    assert contestant_from(facts_of(one)) == one
    with pytest.raises(ParameterError, match="no method 'magic'"):
        contestant_from(facts_of(one) | {"method": "magic"})


def test_the_newest_evaluation_comes_first_and_says_how_often_a_training_is_right(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, one, other = logs.open_log(kept.digest), contestant(), contestant(name="six", dimensions=6)
    by_dot = replace(contestant(name="dot", dimensions=8), similarity="dot")
    moments = iter([300.0, 100.0, 200.0])
    monkeypatch.setattr(evaluations, "time", SimpleNamespace(time=lambda: next(moments)))
    newest, oldest, between = (
        evaluations.evaluate_log(log, ASKED, asked, k)
        for asked, k in (([by_dot, one], 3), ([one, other], 10), ([one, by_dot], 5))
    )
    assert evaluations.kept_evaluations(kept.digest) == [newest, between, oldest]
    asked = [by_dot.needed, other.needed, one.needed, contestant("als").needed]
    assert evaluations.kept_hits(kept.digest, asked) == [
        None,  # nobody asked it by cosine
        {**oldest["methods"]["six"]["hr"], "k": 10},
        {**newest["methods"]["SVD"]["hr"], "k": 3},
        None,
    ]


@pytest.mark.parametrize("kind", ["evaluate", "sweep", "tune"])
def test_what_trains_tells_how_far_it_is_and_stops_there_when_it_is_told_to(kept: logs.LogEntry, kind: str) -> None:
    spec = {
        "evaluate": evaluation_spec(kept.digest, ASKED, [contestant()], 5),
        "sweep": sweep_spec(kept.digest, ASKED, sweep_of("time", [5.0, None], contestant()), 5),
        "tune": tuning_spec(kept.digest, ASKED, ["svd"], Sought(trials=2)),
    }[kind]
    stages: list[str] = []

    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        stages.append(stage)
        if stage not in ("Opening the log", "Cutting the log"):
            raise Cancelled

    with pytest.raises(Cancelled):
        TASKS[kind](spec, stop)
    assert stages[:2] == ["Opening the log", "Cutting the log"]
