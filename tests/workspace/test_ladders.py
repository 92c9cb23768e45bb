"""The ladder on kept runs."""

from __future__ import annotations

from embedders import METHODS
from studies.attribution import Step, declared_steps
from studies.provider import RunNeeded
from tests.workspace.helpers import train_here
from tests.workspace.test_results import PATIENCE
from workspace import jobs, logs, runs
from workspace.job_folders import create_job, finish
from workspace.ladders import climb_or_jobs, steps_of, train_steps
from workspace.results.agreements import View, make_agreements
from workspace.studies import made_for_a_study
from workspace.tasks import train_task


def test_steps_are_those_of_the_log(kept: logs.LogEntry) -> None:
    assert kept.sessions is not None
    assert steps_of(kept, 8) == declared_steps(8, sessions=True, users=True)


def test_a_ladder_uses_what_is_there_and_trains_the_rest_under_its_names(kept: logs.LogEntry) -> None:
    steps = [
        step for step in steps_of(kept, 8) if step.label in ("SVD of users and items", "PPMI", "Normalised counts")
    ]
    train_task(
        {"log_digest": kept.digest, "method": "svd", "params": {"dimensions": 8}, "name": "mine"}, lambda *_: None
    )
    found = climb_or_jobs(kept, steps, 4)
    assert (found.trained, found.trainings, [step.label for step in found.missing]) == (
        1,
        (),
        ["Normalised counts", "PPMI"],
    )
    assert found.comparing is not None
    assert jobs.wait(found.comparing.id, PATIENCE).status == "done"
    found = climb_or_jobs(kept, steps, 4)
    assert found.comparing is None
    assert found.rungs[0].measures is not None
    for job in train_steps(kept, found.missing):
        assert jobs.wait(job.id, PATIENCE).status == "done"
    found = climb_or_jobs(kept, steps, 4)
    assert (found.trained, found.missing) == (3, ())
    assert found.comparing is not None
    assert jobs.wait(found.comparing.id, PATIENCE).status == "done"
    found = climb_or_jobs(kept, steps, 4)
    assert all(rung.before is not None for rung in found.rungs[1:])
    names = {run.name for run in runs.list_runs(kept.digest)}
    assert names == {"mine", "Ladder: Normalised counts 8d", "Ladder: PPMI 8d"}
    assert [job.kind for job in jobs.list_jobs()].count("train") == 2


def test_trainings_are_told_apart_by_how_they_stand(kept: logs.LogEntry) -> None:
    steps = [step for step in steps_of(kept, 8) if step.chosen][:4]
    for step, status in zip(steps, ("queued", "failed", "cancelled"), strict=False):
        params = step.needed.params.model_dump(mode="json")
        spec = {"log_digest": kept.digest, "method": step.needed.method, "params": params, "seed": 0, "name": "x"}
        job = create_job("train", spec, step.label)
        if status == "failed":
            finish(job.id, "failed", error="No.")
        elif status == "cancelled":
            finish(job.id, "cancelled")
    found = climb_or_jobs(kept, steps, 4)
    assert [job.title for job in found.trainings] == [steps[0].label]
    assert [job.title for job in found.failed] == [steps[1].label]
    assert found.missing == tuple(steps[2:])
    assert found.comparing is None


def test_runs_of_studies_are_known_by_their_names(kept: logs.LogEntry) -> None:
    for name, of_a_study in (
        ("ALS 64d", False),
        ("Ladder: PPMI 64d", True),
        ("ALS 64d, seed 1", True),
        ("ALS 64d, seed 1 (2)", True),
        ("seed 1", False),
    ):
        run = train_here(kept, "svd") if not runs.list_runs(kept.digest) else runs.list_runs(kept.digest)[0]
        assert made_for_a_study(runs.rename_run(run.key, name)) is of_a_study


def test_floors_of_steps_are_told_and_those_that_need_a_second_seed(kept: logs.LogEntry) -> None:
    svd, als = train_here(kept, "svd"), train_here(kept, "als")
    needed = [RunNeeded(run.method, METHODS[run.method].Params.checked(run.params), 0) for run in (svd, als)]
    steps = [Step("A step", "Something.", one) for one in needed]
    found = climb_or_jobs(kept, steps, 4)
    first, second = found.rungs
    assert first.floor is not None
    assert first.floor.agreement.jaccard.value == 1
    assert second.floor is None
    assert [run.key for run in found.unfloored] == [als.key]
    again = train_here(kept, "als", seed=1)
    make_agreements([View(run) for run in (svd, als, again)], 4)
    found = climb_or_jobs(kept, steps, 4)
    assert found.rungs[1].floor is not None
    assert found.rungs[1].floor.seed == 1
    assert (found.unfloored, found.comparing) == ((), None)
