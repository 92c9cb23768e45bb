"""The button that has a second seed trained: there while it is needed, gone once the floors are known."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import jobs, logs, results, runs, workers
from workspace.job_folders import create_job
from workspace.logs import LogEntry
from workspace.results.agreements import View, make_agreements


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogEntry:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for
    return logs.import_log(logs.keep_original(path, path.name), name="Two islands")


def floors(a: runs.RunEntry, b: runs.RunEntry) -> AppTest:
    def page(a: str, b: str) -> None:
        import streamlit as st

        from widgets.comparing.evidence import load
        from widgets.comparing.noise import noise_button, noise_floors
        from widgets.pickers import Choice
        from workspace.logs import find_log
        from workspace.runs import find_run

        run_a, run_b = find_run(a), find_run(b)
        evidence = load(find_log(run_a.log_digest), Choice(run_a, run_b, "cosine", "cosine", 5))
        for floor in noise_floors(evidence):
            st.markdown("unknown" if floor is None else f"{floor.seed}: {floor.agreement.jaccard.value:.2f}")
        noise_button(evidence)

    for run in (a, b):
        results.make_neighbours(run, "cosine")
    return AppTest.from_function(page, kwargs={"a": a.key, "b": b.key}, default_timeout=60).run()


def said(app: AppTest) -> list[str]:
    assert not app.exception
    return [markdown.value for markdown in app.markdown[:2]]


def test_a_press_asks_for_both_and_the_button_gives_way_to_the_jobs(kept: LogEntry) -> None:
    app = floors(train_here(kept, "als"), train_here(kept, "bpr"))
    assert said(app) == ["unknown", "unknown"]
    assert app.button(key="train-second-seeds").label == "Train a second seed of both"
    app.button(key="train-second-seeds").click().run()
    asked = [(job.kind, job.spec["method"], job.spec["seed"]) for job in jobs.list_jobs()]
    assert sorted(asked) == [("train", "als", 1), ("train", "bpr", 1)]
    assert [button.label for button in app.button] == ["Cancel", "Cancel"]


def test_only_the_one_that_has_no_floor_is_asked_for(kept: LogEntry) -> None:
    app = floors(train_here(kept, "svd"), train_here(kept, "als", name="my *factors*"))
    assert said(app) == ["None: 1.00", "unknown"]
    assert app.button(key="train-second-seeds").label == "Train a second seed of my \\*factors\\*"


def test_nothing_is_asked_once_both_are_known(kept: LogEntry) -> None:
    one, other = train_here(kept, "als"), train_here(kept, "als", seed=1)
    make_agreements([View(one), View(other)], 5)
    app = floors(one, other)
    first, second = said(app)
    assert first.startswith("1: ")
    assert second.startswith("0: ")
    assert len(app.button) == 0
    assert jobs.list_jobs() == []


def test_a_training_that_another_page_asked_for_is_shown(kept: LogEntry) -> None:
    run = train_here(kept, "als")
    create_job("train", {"log_digest": kept.digest, "method": "als", "params": dict(run.params), "seed": 1}, "Mine")
    app = floors(run, train_here(kept, "svd"))
    assert [button.label for button in app.button] == ["Cancel"]
