"""The tab on all runs: what it says with few of them, and what its table holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import jobs, logs, results, runs, workers
from workspace.logs import LogEntry
from workspace.results.agreements import View, kept_agreement, kept_measures, make_agreements


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogEntry:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for
    return logs.import_log(logs.keep_original(path, path.name), name="Two islands")


def tab(run: runs.RunEntry) -> AppTest:
    def page(key: str) -> None:
        from widgets.comparing.all_runs import all_runs
        from widgets.comparing.evidence import load
        from widgets.pickers import Choice
        from workspace.logs import find_log
        from workspace.runs import find_run

        run = find_run(key)
        all_runs(load(find_log(run.log_digest), Choice(run, run, "cosine", "dot", 5)))

    results.make_neighbours(run, "cosine")
    results.make_neighbours(run, "dot")
    app = AppTest.from_function(page, kwargs={"key": run.key}, default_timeout=60).run()
    assert not app.exception
    return app


def test_one_run_is_told_to_get_company(kept: LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "page_link", lambda *_, **__: None)  # here is no other page
    app = tab(train_here(kept, "svd"))
    assert "only one run to show here" in app.info[0].value
    assert jobs.list_jobs() == []


def test_what_is_not_worked_out_yet_is_asked_for_once(kept: LogEntry) -> None:
    train_here(kept, "svd")
    app = tab(train_here(kept, "als"))
    app.run()
    assert [(job.kind, job.spec["k"]) for job in jobs.list_jobs()] == [("agreement", 5)]
    assert len(app.dataframe) == 0


def test_the_table_holds_the_measures_of_every_run_and_of_those_asked_by_dot(kept: LogEntry) -> None:
    factors, svd = train_here(kept, "als", name="factors"), train_here(kept, "svd", name="singular")
    views = [View(factors), View(svd), View(factors, "dot")]
    make_agreements(views, 5)
    app = tab(factors)
    assert sorted(app.dataframe[0].value["Run"]) == ["factors", "singular"]
    app.multiselect[0].set_value([factors.key]).run()
    assert not app.exception
    table = app.dataframe[0].value.set_index("Run")
    assert sorted(table.index) == ["factors", "factors (dot)", "singular"]
    for name, view in zip(("factors", "singular", "factors (dot)"), views, strict=True):
        measures = kept_measures(view, 5)
        assert measures is not None
        assert table.loc[name, "Neighbour popularity"] == measures["neighbour_popularity"].value
        assert table.loc[name, "Gini of list counts"] == measures["gini"].value
    assert kept_agreement(views[0], views[2], 5) is not None
    assert jobs.list_jobs() == []


def test_runs_of_studies_can_be_left_out(kept: LogEntry) -> None:
    factors, svd = train_here(kept, "als", name="factors"), train_here(kept, "svd", name="singular")
    step = train_here(kept, "bpr", name="Ladder: some step 8d")
    make_agreements([View(run) for run in (factors, svd, step)], 5)
    app = tab(factors)
    assert len(app.dataframe[0].value) == 3
    app.toggle[0].set_value(False).run()
    assert not app.exception
    assert sorted(app.dataframe[0].value["Run"]) == ["factors", "singular"]
