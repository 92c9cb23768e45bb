"""The tab on item2vec's window: usable before any evaluation, what it asks for, and what it shows afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from embedders.base import no_progress
from interactions import InteractionLog
from tests.planted import make_log, within_the_hour
from tests.workspace.helpers import write_csv
from workspace import jobs, logs, workers
from workspace.job_folders import finish, queue_lock
from workspace.logs import LogEntry
from workspace.tasks import TASKS


@pytest.fixture(autouse=True)
def _nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for


def keep(log: InteractionLog, folder: Path) -> LogEntry:
    st.cache_data.clear()
    path = write_csv(log, folder / "log.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="Some *hours*")


@pytest.fixture
def hours(tmp_path: Path) -> LogEntry:
    return keep(within_the_hour(users=40), tmp_path)


def tabs(log: LogEntry) -> AppTest:
    """The tabs of the Evaluate page, before anything was evaluated."""

    def page(digest: str) -> None:
        from widgets.evaluating import panels
        from workspace.logs import find_log

        log = find_log(digest)
        plan, report = panels.ask(log)
        panels.details(log, plan, report)

    app = AppTest.from_function(page, kwargs={"digest": log.digest}, default_timeout=60).run()
    assert not app.exception
    return app


def choose(app: AppTest, windows: Sequence[str]) -> None:
    pills = next(one for one in app.button_group if one.label == "Windows to try")
    pills.set_value(list(windows)).run()
    assert not app.exception


def drawn(app: AppTest) -> int:
    """How many pictures there are beside the one of the cut."""
    return len(app.get("plotly_chart")) - 1


def captions(app: AppTest) -> str:
    return " ".join(one.value for one in app.caption)


def done(kind: str) -> None:
    """Do what was asked for, as the worker would."""
    (job,) = [job for job in jobs.list_jobs(active_only=True) if job.kind == kind]
    result = TASKS[job.kind](job.spec, no_progress)
    with queue_lock():
        finish(job.id, "done", result=result)


def test_a_press_queues_the_chosen_windows_and_their_curves_are_read_afterwards(hours: LogEntry) -> None:
    app = tabs(hours)
    assert "15 min and 1 h see the same pairs as 5 min" in captions(app)
    choose(app, ["5 min", "whole history"])
    assert app.button(key="sweep").label == "Train 2 windows"
    app.button(key="sweep").click().run()
    (job,) = jobs.list_jobs()
    assert (job.kind, job.spec["axis"], job.spec["reaches"]) == ("sweep", "time", [5.0, None])
    assert job.title == "Window sweep on Some *hours*"  # who draws it makes it safe
    assert [one["method"] for one in job.spec["contestants"]] == ["als", "item2vec", "item2vec"]
    done("sweep")
    app.run()
    assert not app.exception
    assert any("Where the next item is of middling popularity" in one.value for one in app.markdown)
    assert drawn(app) == 4
    table = next(one.value for one in app.dataframe if "Window" in one.value)
    assert list(table["Window"]) == ["5 min", "whole history", "ALS 64d", "chance"]
    again = tabs(hours)  # another visit begins with the last sweep
    assert drawn(again) == 4
    assert all(one.key != "sweep" for one in again.button)


def test_a_cancelled_sweep_says_that_it_goes_on_where_it_was(hours: LogEntry) -> None:
    app = tabs(hours)
    app.button(key="sweep").click().run()
    (job,) = jobs.list_jobs()
    jobs.cancel(job.id)
    app.run()
    assert "it goes on where it was" in captions(app)
    app.button(key=f"dismiss-sweep-{job.id}").click().run()
    assert app.button(key="sweep").label == "Train 4 windows"


def test_one_window_alone_is_no_sweep(hours: LogEntry) -> None:
    app = tabs(hours)
    choose(app, ["5 min"])
    assert "at least two windows" in app.info[0].value
    assert all(one.key != "sweep" for one in app.button)


def test_without_times_there_are_windows_in_places_alone(tmp_path: Path) -> None:
    pairs = [(f"u{number % 30}", f"i{number % 7}") for number in range(300)]
    app = tabs(keep(make_log([user for user, _ in pairs], [item for _, item in pairs]), tmp_path))
    assert "This log has no times" in captions(app)
    app.button(key="sweep").click().run()
    (job,) = jobs.list_jobs()
    assert (job.spec["axis"], job.spec["reaches"]) == ("places", [1.0, 2.0, 5.0, None])


def test_where_all_windows_are_one_there_is_nothing_to_choose(tmp_path: Path) -> None:
    users = [f"u{number // 2}" for number in range(20)]
    app = tabs(keep(make_log(users, [f"i{number % 4}" for number in range(20)]), tmp_path))
    assert "nothing to compare" in app.info[0].value
