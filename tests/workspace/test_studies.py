"""Studies on kept runs: what is there is used, what is missing is asked for once."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.compare import compare
from analysis.measures import Side
from embedders import METHODS
from embedders.base import no_progress
from studies.measured import AGREEMENTS, RunMeasures, measures_of
from studies.provider import RunNeeded
from tests.planted import make_log
from tests.workspace.helpers import train_here, write_csv
from tests.workspace.test_results import PATIENCE, cloud, ids, planted_run
from workspace import export, jobs, logs, runs
from workspace.job_folders import create_job, finish
from workspace.results import Pending, Ready, agreements
from workspace.results.agreements import View, agreements_or_job, kept_agreement, kept_measures, make_agreements
from workspace.results.keeping import result_path
from workspace.sides import side_of
from workspace.studies import (
    KeptRuns,
    NoFloor,
    NotTrained,
    expected,
    floor_or_job,
    key_of,
    train_second_seed,
    trained_as,
)
from workspace.tasks import train_task, vectors_task


def as_needed(run: runs.RunEntry, seed: int | None = None) -> RunNeeded:
    params = METHODS[run.method].Params.checked(run.params)
    return RunNeeded(run.method, params, run.seed if seed is None else seed)


def test_a_kept_run_is_found_by_what_it_was_trained_from(kept: logs.LogEntry) -> None:
    run = train_here(kept)
    assert KeptRuns(kept.digest).find(as_needed(run)) == run.key == key_of(kept.digest, as_needed(run))
    assert KeptRuns(kept.digest).find(as_needed(run, seed=1)) is None
    assert KeptRuns("f" * 64).find(as_needed(run)) is None


def test_the_floor_is_asked_for_trained_compared_and_kept(kept: logs.LogEntry) -> None:
    run = train_here(kept, name="factors")
    asked = floor_or_job(run, "cosine", 5)
    assert isinstance(asked, NotTrained)
    assert [one.seed for one in asked.needed] == [1]
    assert jobs.list_jobs() == []  # to look is not to ask
    job = train_second_seed(run)
    again = train_second_seed(run)
    assert job is not None
    assert again is not None
    assert job.id == again.id
    runs.rename_run(run.key, "other name")  # the job was asked for under the old one
    state = floor_or_job(runs.find_run(run.path), "cosine", 5)
    if isinstance(state, Pending):  # else the worker was quicker
        assert jobs.wait(state.job.id, PATIENCE).status == "done"
    jobs.wait(job.id, PATIENCE)
    second = next(entry for entry in runs.list_runs(kept.digest) if entry.seed == 1)
    assert second.name == "factors, seed 1"
    compared = floor_or_job(run, "cosine", 5)
    assert isinstance(compared, Pending)
    assert jobs.wait(compared.job.id, PATIENCE).status == "done"
    found = floor_or_job(run, "cosine", 5)
    assert isinstance(found, Ready)
    assert found.value.seed == 1
    sides = [side_of(runs.open_run(one), "cosine") for one in (run, second)]
    whole = compare(sides[0], sides[1], 5)
    assert found.value.agreement.jaccard == whole.jaccard["all"]
    assert found.value.agreement.procrustes.value == pytest.approx(whole.geometry.procrustes.value)
    # The second seed has the first as its own floor: nothing is trained for it.
    of_second = floor_or_job(second, "cosine", 5)
    assert isinstance(of_second, Ready)
    assert of_second.value.seed == 0
    assert of_second.value.agreement == found.value.agreement


def test_a_method_that_repeats_exactly_needs_nothing(kept: logs.LogEntry) -> None:
    run = train_here(kept, "svd")
    found = floor_or_job(run, "dot", 5)
    assert isinstance(found, Ready)
    assert (found.value.seed, found.value.agreement.jaccard.value) == (None, 1.0)
    assert found.value.agreement.n == run.n_items - run.n_missing
    assert train_second_seed(run) is None
    assert jobs.list_jobs() == []


def test_pairs_of_whole_sessions_need_a_second_seed_only_where_sessions_were_cut(
    kept: logs.LogEntry, tmp_path: Path
) -> None:
    long = make_log(
        ["u"] * 1100 + ["v"] * 100, [f"i{place * place % 30:02d}" for place in range(1200)], [1_700_000_000] * 1200
    )
    path = write_csv(long, tmp_path / "long.csv")
    states = {}
    for entry in (kept, logs.import_log(logs.keep_original(path, path.name), name="long")):
        params = {"dimensions": 4, "whole_session": True, "weighting": "counts"}
        spec = {"log_digest": entry.digest, "method": "cooccurrence_svd", "params": params}
        run = runs.find_run(train_task(spec, no_progress)["key"])
        states[entry.name] = floor_or_job(run, "cosine", 5)
    assert isinstance(states["Two islands"], Ready)
    assert isinstance(states["long"], NotTrained)


def test_vectors_from_elsewhere_and_of_older_programs_have_no_floor(
    kept: logs.LogEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train_here(kept)
    export.write_vectors_csv(runs.open_run(run), tmp_path / "elsewhere.csv")
    key = vectors_task({"log_digest": kept.digest, "vectors": str(tmp_path / "elsewhere.csv")}, no_progress)["key"]
    state = floor_or_job(runs.find_run(key), "cosine", 5)
    assert isinstance(state, NoFloor)
    assert "elsewhere" in state.reason
    assert train_second_seed(runs.find_run(key)) is None
    monkeypatch.setattr(METHODS["als"], "version", METHODS["als"].version + 1)
    older = floor_or_job(run, "cosine", 5)
    assert isinstance(older, NoFloor)
    assert "older" in older.reason


def test_a_failed_training_is_shown_and_a_cancelled_one_may_be_asked_for_again(kept: logs.LogEntry) -> None:
    run = train_here(kept)
    spec = {"log_digest": kept.digest, "method": "als", "params": dict(run.params), "seed": 1, "name": "any name"}
    job = create_job("train", spec, "Training")  # which no worker is told of
    waiting = floor_or_job(run, "cosine", 5)
    assert isinstance(waiting, Pending)
    assert waiting.job.id == job.id
    finish(job.id, "failed", error="No room.")
    failed = floor_or_job(run, "cosine", 5)
    assert isinstance(failed, Pending)
    assert failed.job.error == "No room."
    finish(job.id, "cancelled")
    assert isinstance(floor_or_job(run, "cosine", 5), NotTrained)


def test_measures_and_agreements_come_from_one_job_and_another_run_adds_only_its_row(home: Path) -> None:
    a, b, c = (View(planted_run(cloud(40, seed), ids(40), "a" * 64, seed)) for seed in range(3))
    make_agreements([a, b], 5)
    own = {view.run.key: {path.name for path in (view.run.path / "results").iterdir()} for view in (a, b)}
    written = result_path(min(a, b, key=lambda view: view.key).run, "agreement", ["cosine", *max(a.key, b.key), 5])
    before = written.stat().st_mtime_ns
    asked = agreements_or_job([a, b, c], 5)
    assert isinstance(asked, Pending)
    assert isinstance(agreements_or_job([c, a, b], 5), Pending)  # the order changes nothing
    assert jobs.wait(asked.job.id, PATIENCE).status == "done"
    assert len(jobs.list_jobs()) == 1
    assert written.stat().st_mtime_ns == before
    assert own[a.run.key] <= {path.name for path in (a.run.path / "results").iterdir()}
    answer = agreements_or_job([a, b, c], 5)
    assert isinstance(answer, Ready)
    table = answer.value.agreements
    for row, one in enumerate((a, b, c)):
        assert table[row][row].jaccard.value == 1
        for column, other in enumerate((a, b, c)):
            sides = [side_of(runs.open_run(view.run), "cosine") for view in (one, other)]
            whole = compare(sides[0], sides[1], 5)
            assert table[row][column].jaccard == whole.jaccard["all"]
            assert {name: getattr(table[row][column], name) for name in AGREEMENTS} == {
                name: getattr(table[column][row], name) for name in AGREEMENTS
            }
            assert answer.value.measures[row]["head_share"].value == whole.as_json()["a"]["head_share"]


def test_each_run_is_measured_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = (View(planted_run(cloud(20, seed), ids(20), "a" * 64, seed)) for seed in range(3))
    measured: list[int] = []

    def noted(side: Side, k: int) -> RunMeasures:
        measured.append(k)
        return measures_of(side, k)

    monkeypatch.setattr(agreements, "measures_of", noted)
    make_agreements([a, b], 5)
    assert measured == [5, 5]
    make_agreements([a, b], 5)
    make_agreements([c, b, a], 5)
    assert measured == [5, 5, 5]


def test_few_runs_held_at_once_change_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreements, "_OPEN_AT_ONCE", 2)
    views = [View(planted_run(cloud(20, seed), ids(20), "a" * 64, seed)) for seed in range(4)]
    make_agreements(views, 5)
    answer = agreements_or_job(views, 5)
    assert isinstance(answer, Ready)
    sides = [side_of(runs.open_run(view.run), "cosine") for view in views]
    assert answer.value.agreements[0][3].jaccard == compare(sides[0], sides[3], 5).jaccard["all"]


def test_measures_that_are_missing_are_asked_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.workers.ensure", lambda lane: None)
    view = View(planted_run(cloud(20, 0), ids(20), "a" * 64, 0))
    assert isinstance(agreements_or_job([view], 5), Pending)
    make_agreements([view], 5)
    assert isinstance(agreements_or_job([view], 5), Ready)
    assert kept_measures(view, 5) is not None
    assert kept_measures(view, 4) is None
    assert kept_measures(View(view.run, "dot"), 5) is None


def test_of_each_run_its_own_items_are_counted(home: Path) -> None:
    sparse = cloud(20, 1)
    sparse[[3, 4]] = 0
    a = View(planted_run(cloud(20, 0), ids(20), "a" * 64, 0))
    b = View(planted_run(sparse, ids(20), "a" * 64, 1))
    make_agreements([a, b], 5)
    answer = agreements_or_job([a, b], 5)
    assert isinstance(answer, Ready)
    assert [[one.n for one in row] for row in answer.value.agreements] == [[20, 18], [18, 18]]
    assert [of.n for of in answer.value.measures] == [20, 18]


def test_a_run_by_dot_is_another_row_than_by_cosine(home: Path) -> None:
    run = planted_run(cloud(40, 0) * [[1 + 9 * (n % 3 == 0)] for n in range(40)], ids(40), "a" * 64, 0)
    make_agreements([View(run), View(run, "dot")], 5)
    found = kept_agreement(View(run, "dot"), View(run), 5)
    assert found is not None
    side = runs.open_run(run)
    assert found.jaccard == compare(side_of(side, "cosine"), side_of(side, "dot"), 5).jaccard["all"]
    assert 0 < found.jaccard.value < 1
    assert kept_agreement(View(run), View(run), 4) is None


def test_trainings_one_after_the_other_take_their_times_together(kept: logs.LogEntry) -> None:
    run = train_here(kept)
    one = expected(kept, [as_needed(run)])
    two = expected(kept, [as_needed(run), as_needed(run, 1)])
    assert two.seconds == pytest.approx(2 * one.seconds)
    assert two.memory == one.memory
    assert trained_as(run) == as_needed(run)
