"""What a training is expected to take, from the method's estimate and from how its runs on this machine came out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from embedders import METHODS
from embedders.base import LogSize
from tests.dummies import Sided, SidedParams
from tests.planted import two_islands
from workspace import estimates, logs, runs
from workspace.estimates import Expected, expected
from workspace.summary import size_of
from workspace.tasks import train_task

SIZE = LogSize(interactions=10_000_000, users=1000, items=100)  # ten seconds, as the dummy has it
SIDED = Sided()


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, "sided", SIDED)


def keep_runs(kept: logs.LogEntry, *seconds: float, **changes: Any) -> None:
    """Runs as if they had been trained on a log of ten seconds, the last one the newest."""
    for took in seconds:
        seed = len(runs.list_runs())
        spec = {"log_digest": kept.digest, "method": "sided", "params": {"dimensions": 4}, "seed": seed}
        run = runs.find_run(train_task(spec, lambda stage, done, total, loss=None: None)["key"])
        file = run.path / "run.json"
        facts = json.loads(file.read_text())
        facts["seconds"] = took
        facts["trained"]["size"] = {"interactions": 10_000_000, "users": 1000, "items": 100}
        facts["trained"] |= changes
        file.write_text(json.dumps(facts))


def test_without_runs_it_is_the_method_s_own(kept: logs.LogEntry) -> None:
    assert expected(SIDED, SIZE, SidedParams()) == Expected(10.0, 51_200.0, 0)
    assert expected(SIDED, SIZE, SidedParams(repeats=3)).seconds == pytest.approx(30)


def test_the_median_of_the_last_runs_scales_the_time_and_not_the_memory(kept: logs.LogEntry) -> None:
    keep_runs(kept, 15, 30, 20)
    found = expected(SIDED, SIZE, SidedParams(repeats=3))
    assert found.seconds == pytest.approx(60)
    assert (found.memory, found.runs) == (51_200, 3)
    keep_runs(kept, *[5] * estimates.LAST_RUNS)
    found = expected(SIDED, SIZE, SidedParams())
    assert found.seconds == pytest.approx(5)
    assert found.runs == estimates.LAST_RUNS


@pytest.mark.parametrize(("took", "factor"), [(10_000, estimates.MOST_SCALED), (0.1, 1 / estimates.MOST_SCALED)])
def test_a_run_that_went_wild_does_not_scale_without_bounds(kept: logs.LogEntry, took: float, factor: float) -> None:
    keep_runs(kept, took)
    assert expected(SIDED, SIZE, SidedParams()).seconds == pytest.approx(10 * factor)


def test_runs_of_other_methods_and_machines_and_very_short_ones_say_nothing(kept: logs.LogEntry) -> None:
    keep_runs(kept, 90, machine="another")
    keep_runs(kept, 1.9, size={"interactions": 1_000_000, "users": 1, "items": 1})
    keep_runs(kept, 90, size={"rows": 3})
    assert expected(SIDED, SIZE, SidedParams()).runs == 0
    keep_runs(kept, 90)
    assert expected(SIDED, SIZE, SidedParams()).runs == 1
    assert expected(METHODS["als"], SIZE, METHODS["als"].Params()).runs == 0


def test_runs_from_before_sizes_were_kept_and_parameters_that_are_no_more_are_passed_over(kept: logs.LogEntry) -> None:
    keep_runs(kept, 90, 90)
    first, second = runs.list_runs()
    for run, change in ((first, {"trained": None}), (second, {"params": {"factors": 3}})):
        facts = json.loads((run.path / "run.json").read_text())
        (run.path / "run.json").write_text(json.dumps(facts | change))
    facts = json.loads((first.path / "run.json").read_text())
    del facts["trained"]
    (first.path / "run.json").write_text(json.dumps(facts))
    assert expected(SIDED, SIZE, SidedParams()).runs == 0


def test_a_workspace_that_cannot_be_made_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ITEMSCAPE_HOME", str(tmp_path / "file" / "home"))
    assert expected(SIDED, SIZE, SidedParams()).seconds == 10


def test_a_run_keeps_what_it_was_trained_on(kept: logs.LogEntry) -> None:
    spec = {"log_digest": kept.digest, "method": "sided", "params": {"dimensions": 4}}
    run = runs.find_run(train_task(spec, lambda stage, done, total, loss=None: None)["key"])
    trained = json.loads((run.path / "run.json").read_text())["trained"]
    assert LogSize(**trained["size"]) == size_of(two_islands()) == kept.size
    assert len(trained["machine"]) == 16


def test_the_size_of_a_log_counts_its_pairs() -> None:
    log = two_islands()
    pairs = {(int(user), int(item)) for user, item in zip(log.user_codes, log.item_codes, strict=True)}
    assert size_of(log) == LogSize(2400, 200, 24, log.n_sessions, len(pairs))


def test_the_sentence() -> None:
    assert estimates.sentence(Expected(20, 0.41e9)) == "About 20 s and 0.4 GB"
    assert estimates.sentence(Expected(2, 5e6)) == "Under 5 s and under 0.1 GB"
    assert estimates.sentence(Expected(190, 2e9)) == "About 3 min and 2 GB"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.01, "under 5 s"), (4.99, "under 5 s"), (5, "about 5 s"), (9.6, "about 10 s"), (12, "about 10 s"),
        (13, "about 15 s"), (34, "about 30 s"), (54, "about 50 s"), (55, "about 1 min"), (89, "about 1 min"),
        (91, "about 2 min"), (600, "about 10 min"), (3200, "about 50 min"), (3400, "about 1 h"), (9000, "about 2 h"),
        (86_400, "about 25 h"), (140_000, "about 2 days"), (1e9, "about 11,570 days"),
    ],
)  # fmt: skip
def test_durations(seconds: float, words: str) -> None:
    assert estimates.duration(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "under 0.1 GB"), (99e6, "under 0.1 GB"), (0.1e9, "0.1 GB"), (0.96e9, "1 GB"), (9.94e9, "9.9 GB"),
     (9.96e9, "10 GB"), (2.5e13, "25,000 GB")],
)  # fmt: skip
def test_amounts(size: float, words: str) -> None:
    assert estimates.amount(size) == words


def test_the_warning_says_both_numbers_and_only_comes_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "free_memory", lambda: 8e9)
    assert estimates.warning(Expected(20, 7.9e9)) is None
    said = estimates.warning(Expected(20, 30e9))
    assert said is not None
    assert "about 30 GB of memory, and 8 GB are free on this machine" in said


def test_the_definition_says_where_the_time_comes_from() -> None:
    assert "laptop with two processors" in estimates.definition(Expected(1, 1), "ALS")
    assert "your last training with ALS took on this machine" in estimates.definition(Expected(1, 1, 1), "ALS")
    assert "your last 3 trainings with ALS took" in estimates.definition(Expected(1, 1, 3), "ALS")
