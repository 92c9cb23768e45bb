"""The tab on why methods differ: what it asks for, and what it shows while runs come."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from figures.text import percent
from studies.contest import Contestant
from tests.planted import two_islands
from tests.workspace.helpers import write_csv
from workspace import jobs, logs, results, workers
from workspace.evaluations import Asked, evaluate_log
from workspace.jobs import list_jobs
from workspace.ladders import steps_of
from workspace.logs import LogEntry
from workspace.results.agreements import View, make_agreements
from workspace.runs import RunEntry, find_run
from workspace.studies import train_second_seed
from workspace.tasks import train_task

SHORT = ["SVD of users and items", "Pairs of a session", "PPMI"]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogEntry:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for
    return logs.import_log(logs.keep_original(path, path.name), name="Two islands")


def trained(log: LogEntry, label: str) -> RunEntry:
    step = next(one for one in steps_of(log, 64) if one.label == label)
    params = step.needed.params.model_dump(mode="json")
    spec = {"log_digest": log.digest, "method": step.needed.method, "params": params, "name": label}
    return find_run(train_task(spec, lambda *_: None)["key"])


def tab(run: RunEntry, picked: list[str]) -> AppTest:
    def page(key: str) -> None:
        from widgets.comparing.attribution import why_they_differ
        from widgets.comparing.evidence import load
        from widgets.pickers import Choice
        from workspace.logs import find_log
        from workspace.runs import find_run

        run = find_run(key)
        why_they_differ(load(find_log(run.log_digest), Choice(run, run, "cosine", "dot", 5)))

    for similarity in ("cosine", "dot"):
        results.make_neighbours(run, "cosine" if similarity == "cosine" else "dot")
    app = AppTest.from_function(page, kwargs={"key": run.key}, default_timeout=60).run()
    assert not app.exception
    app.multiselect[0].set_value(picked).run()
    assert not app.exception
    return app


def test_all_usual_steps_are_chosen_and_one_alone_is_no_ladder(kept: LogEntry) -> None:
    run = trained(kept, "SVD of users and items")
    make_agreements([View(run)], 5)
    app = tab(run, ["PPMI"])
    assert "at least two steps" in app.info[0].value
    assert len(app.multiselect[0].options) == 12


def test_a_press_queues_what_is_missing_and_all_of_it_can_be_cancelled(kept: LogEntry) -> None:
    run = trained(kept, SHORT[0])
    make_agreements([View(run)], 5)
    app = tab(run, SHORT)
    assert any("1 of 3 are there" in caption.value for caption in app.caption)
    assert "Only “SVD of users and items” is there so far" in app.info[0].value
    assert "whole with the 2 that are missing" in app.info[0].value
    assert len(app.dataframe) == 0
    assert app.button(key="train-ladder").label == "Train the 2 missing steps"
    app.button(key="train-ladder").click().run()
    asked = [job for job in list_jobs() if job.kind == "train"]
    assert {job.title for job in asked} == {
        "Training Ladder: Pairs of a session 64d",
        "Training Ladder: PPMI 64d",
    }
    assert any("1 of 3 steps are trained" in markdown.value for markdown in app.markdown)
    app.button(key="cancel-ladder").click().run()
    assert {job.status for job in jobs.list_jobs() if job.kind == "train"} == {"cancelled"}
    assert app.button(key="train-ladder").label == "Train the 2 missing steps"


def test_two_steps_of_three_are_drawn_beside_the_gap(kept: LogEntry) -> None:
    entries = [trained(kept, label) for label in SHORT[:2]]
    make_agreements([View(run) for run in entries], 5)
    app = tab(entries[0], SHORT)
    assert len(app.info) == 0
    assert any(markdown.value.startswith("As far as it is trained") for markdown in app.markdown)
    assert list(app.dataframe[0].value["Coverage"])[2] == "–"


def test_a_whole_ladder_says_what_changes_most_and_asks_for_nothing(kept: LogEntry) -> None:
    entries = [trained(kept, label) for label in SHORT]
    make_agreements([View(run) for run in entries], 5)
    app = tab(entries[0], SHORT)
    assert any(markdown.value.startswith("On this log **the largest change") for markdown in app.markdown)
    assert len(app.button) == 0
    table = app.dataframe[0].value
    assert list(table["Step"]) == SHORT
    assert table["Jaccard to step before"][0] == "–"
    assert 0 <= float(table["Jaccard to first"][2]) <= 1


def test_a_second_seed_that_is_under_way_can_be_seen_at_two_places(kept: LogEntry) -> None:
    def page(key: str) -> None:
        from widgets.comparing.attribution import why_they_differ
        from widgets.comparing.evidence import load
        from widgets.comparing.noise import noise_button
        from widgets.pickers import Choice
        from workspace.logs import find_log
        from workspace.runs import find_run

        run = find_run(key)
        evidence = load(find_log(run.log_digest), Choice(run, run, "cosine", "cosine", 5))
        noise_button(evidence)
        why_they_differ(evidence)

    run = trained(kept, "Implicit ALS")
    make_agreements([View(run)], 5)
    results.make_neighbours(run, "cosine")
    train_second_seed(run)
    app = AppTest.from_function(page, kwargs={"key": run.key}, default_timeout=60).run()
    assert not app.exception
    assert [button.label for button in app.button if button.label.startswith("Cancel")] == [
        "Cancel",
        "Cancel this step",
    ]


def test_hits_stand_beside_the_steps_that_were_asked_on_the_evaluate_page(kept: LogEntry) -> None:
    runs = [trained(kept, label) for label in SHORT]
    make_agreements([View(run) for run in runs], 5)
    before = tab(runs[0], SHORT)
    assert "Hits, mid" not in before.dataframe[0].value
    steps = {one.label: one.needed for one in steps_of(kept, 64)}
    asked = [Contestant("a step", steps["PPMI"])]
    report = evaluate_log(logs.open_log(kept.digest), Asked(), asked, 5)
    table = tab(runs[0], SHORT).dataframe[0].value.set_index("Step")
    assert table["Hits, all"].tolist()[:2] == ["–", "–"]
    told = f"{percent(report['methods']['a step']['hr']['all']['value'], 1)} @5"
    assert table.loc["PPMI", "Hits, all"] == told
