"""Evaluations of kept logs: worked out once, in the worker, read afterwards, gone with their log."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedders import METHODS
from studies.contest import Contestant
from studies.provider import RunNeeded
from workspace import evaluations, jobs, logs
from workspace.evaluations import Asked, contestant_from, evaluation_spec, kept_evaluation


def contestant(method: str = "svd", name: str = "SVD", **values: object) -> Contestant:
    params = METHODS[method].Params.checked({"dimensions": 4, "threads": 1, **values})
    return Contestant(name, RunNeeded(method, params, 0))


def test_a_page_asks_the_worker_and_reads_the_answer_afterwards(kept: logs.LogEntry) -> None:
    one = contestant()
    asked = Asked(split=0.8)
    job = jobs.submit("evaluate", evaluation_spec(kept.digest, asked, [one], 5), "Evaluation")
    job = jobs.wait(job.id, 120)
    assert (job.status, job.error) == ("done", None)
    answer = kept_evaluation(kept.digest, asked, [one], 5)
    assert answer is not None
    assert answer["contestants"][0]["name"] == "SVD"
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
