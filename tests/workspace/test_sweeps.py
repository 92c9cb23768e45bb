"""Sweeps of kept logs: cancelled and taken up again, worked out once, sharing what evaluations have trained."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from embedders import METHODS
from embedders.item2vec import Item2vec
from errors import Cancelled
from studies.contest import Contestant
from studies.provider import RunNeeded
from studies.windows import Sweep, sweep_of
from tests.planted import make_log, within_the_hour
from tests.workspace.helpers import write_csv
from workspace import jobs, logs, sweeps
from workspace.contestants import expected
from workspace.evaluations import Asked, evaluate_log, kept_evaluations
from workspace.sweeps import kept_sweep, kept_sweeps, sweep_from, sweep_log, sweep_spec

SVD = Contestant("SVD", RunNeeded("svd", METHODS["svd"].Params(dimensions=4), 0))
ASKED = Asked(split=0.8)


@pytest.fixture
def hours(home: Path, tmp_path: Path) -> logs.LogEntry:
    path = write_csv(within_the_hour(users=30), tmp_path / "hours.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="Hours")


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """The time windows of the item2vecs that are trained, in their order."""
    windows: list[float | None] = []
    learn = Item2vec.learn

    def counted(self, log, params, seed, progress):  # type: ignore[no-untyped-def]
        windows.append(params.time_window_minutes)
        return learn(self, log, params, seed, progress)

    monkeypatch.setattr(Item2vec, "learn", counted)
    return windows


def by_time(*reaches: float | None) -> Sweep:
    return sweep_of("time", reaches, SVD, {"threads": 1, "epochs": 2})


def test_a_sweep_that_was_cancelled_goes_on_where_it_was(hours: logs.LogEntry, trained: list[float | None]) -> None:
    log, sweep = logs.open_log(hours.digest), by_time(5.0, 240.0, None)

    def impatient(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if len(trained) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        sweep_log(log, ASKED, sweep, 3, impatient)
    assert kept_sweep(hours.digest, ASKED, sweep, 3) is None
    assert trained == [5.0, 240.0, None]
    report = sweep_log(log, ASKED, sweep, 3)
    assert trained == [5.0, 240.0, None, None]
    assert sweep_log(log, ASKED, sweep, 3) == report == kept_sweep(hours.digest, ASKED, sweep, 3)
    assert len(trained) == 4


def test_another_k_or_fewer_windows_train_nothing_again(hours: logs.LogEntry, trained: list[float | None]) -> None:
    log = logs.open_log(hours.digest)
    three = sweep_log(log, ASKED, by_time(5.0, 240.0), 3)
    ten = sweep_log(log, ASKED, by_time(5.0, 240.0), 10)
    one = sweep_log(log, ASKED, by_time(240.0), 3)
    assert trained == [5.0, 240.0]
    hits = [found["curves"]["hr"]["along"] for found in (three, ten, one)]
    assert hits[0][1] == hits[2][0]
    assert hits[1][0]["all"]["value"] > hits[0][0]["all"]["value"]


def test_what_an_evaluation_has_trained_serves_a_sweep(hours: logs.LogEntry, trained: list[float | None]) -> None:
    log, sweep = logs.open_log(hours.digest), by_time(5.0, None)
    evaluate_log(log, ASKED, [sweep.trained[0], SVD])
    sweep_log(log, ASKED, sweep)
    assert trained == [5.0, None]
    assert len(kept_evaluations(hours.digest)) == 1  # a sweep is none


def test_the_worker_makes_what_the_page_reads(hours: logs.LogEntry) -> None:
    sweep = by_time(5.0, None)
    spec = sweep_spec(hours.digest, ASKED, sweep, 3)
    job = jobs.wait(jobs.submit("sweep", spec, "Window sweep").id, 120)
    assert (job.status, job.error) == ("done", None)
    assert job.lane == "train"
    report = kept_sweep(hours.digest, ASKED, sweep, 3)
    assert report is not None
    assert sweep_from(report) == sweep
    assert report["cases"] == report["curves"]["hr"]["along"][0]["all"]["n"] == 6 * 59
    assert (report["items"], report["tied_pairs"]) == (60, 0)


def test_a_sweep_that_is_damaged_is_made_again(hours: logs.LogEntry, home: Path) -> None:
    log, sweep = logs.open_log(hours.digest), by_time(5.0)
    first = sweep_log(log, ASKED, sweep, 3)
    (path,) = (home / "evaluations").glob("*/sweeps/*")
    path.write_bytes(b"no longer what it was")
    assert kept_sweep(hours.digest, ASKED, sweep, 3) is None
    assert kept_sweeps(hours.digest) == []
    assert sweep_log(log, ASKED, sweep, 3)["curves"] == first["curves"]
    assert kept_sweep(hours.digest, ASKED, sweep, 3) == kept_sweeps(hours.digest)[0]


def test_a_sweep_is_found_by_all_that_it_depends_on(hours: logs.LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    log, sweep = logs.open_log(hours.digest), by_time(5.0)
    asked = ASKED.model_copy(update={"cases": 17, "pairs": "one pair a session"})
    report = sweep_log(log, asked, sweep, 3)
    assert (report["cases"], report["asked"]) == (6, asked.model_dump())  # the users of the later fifth
    assert kept_sweep(hours.digest, asked, sweep, 3) == report
    for change in ({"split": 0.7}, {"at": log.time_at(0.7)}, {"pairs": "every pair"}, {"cases": 16}, {"seed": 1}):
        assert kept_sweep(hours.digest, asked.model_copy(update=change), sweep, 3) is None
    for other in (by_time(15.0), by_time(5.0, 15.0), sweep_of("time", [5.0], SVD), sweep_of("places", [5.0], SVD)):
        assert kept_sweep(hours.digest, asked, other, 3) is None
    assert kept_sweep(hours.digest, asked, sweep, 4) is None
    for owner, name in ((sweeps, "VERSION"), (sweeps, "ANSWERS_VERSION"), (Item2vec, "version")):
        with monkeypatch.context() as changed:
            changed.setattr(owner, name, 99)
            assert kept_sweep(hours.digest, asked, sweep, 3) is None


def test_the_newest_sweep_comes_first(hours: logs.LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([300.0, 100.0, 200.0])
    monkeypatch.setattr(sweeps, "time", SimpleNamespace(time=lambda: next(moments)))
    newest, oldest, between = (sweep_log(logs.open_log(hours.digest), ASKED, by_time(5.0), k) for k in (3, 4, 5))
    assert kept_sweeps(hours.digest) == [newest, between, oldest]


def test_items_are_those_of_the_training_part_and_pairs_of_one_time_are_counted(home: Path) -> None:
    # Two of three pairs of the last day have one time; a new item comes on that day.
    users = [user for user in "abcdef" for _ in range(4)]
    first = make_log([*users, *"aaaa"], [*("wxyz" * 6), *"wxy", "new"], [*range(100, 124), 900, 900, 900, 950])
    report = sweep_log(first, Asked(at=500), by_time(5.0), 2)
    assert (report["items"], report["cases"], report["tied_pairs"]) == (4, 2, 1)
    assert report["split"] == {
        "by": "time", "share": 24 / 28, "at": 500, "seed": 0, "interactions": [24, 4],
    }  # fmt: skip
    alone = make_log([*users, "a", "b"], [*("wxyz" * 6), "w", "x"], [*range(100, 124), 900, 900])
    assert sweep_log(alone, Asked(at=500), by_time(5.0), 2)["tied_pairs"] is None


def test_a_deleted_log_takes_its_sweeps_along(hours: logs.LogEntry) -> None:
    sweep_log(logs.open_log(hours.digest), ASKED, by_time(5.0), 3)
    logs.delete_log(hours.digest)
    assert kept_sweep(hours.digest, ASKED, by_time(5.0), 3) is None


def test_progress_is_that_of_what_is_still_to_be_done(hours: logs.LogEntry) -> None:
    log = logs.open_log(hours.digest)
    sweep_log(log, ASKED, by_time(5.0, 240.0), 3)
    seen: list[tuple[str, float]] = []
    sweep_log(
        log, ASKED, by_time(5.0, 240.0, None), 3, lambda stage, done, total, loss=None: seen.append((stage, done))
    )
    training = [done for stage, done in seen if stage.startswith(("Epoch", "Cutting sequences"))]
    assert training[0] == 0  # the others are there already
    assert 0.3 < max(training) < 0.7


def test_what_it_takes_counts_the_asking(hours: logs.LogEntry) -> None:
    sweep = by_time(5.0, None)
    training = expected(hours, sweep.contestants).seconds
    small, large = (expected(hours, sweep.contestants, Asked(cases=cases)).seconds for cases in (1, 100))
    assert training < small < large
