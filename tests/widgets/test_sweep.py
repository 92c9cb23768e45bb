"""The tab on item2vec's window: usable before any evaluation, what it asks for, and what it shows afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from embedders.base import no_progress
from figures.sweep import MEASURES, sweep_curve, sweep_rows
from figures.text import plain
from interactions import InteractionLog
from studies.evaluation import PARTS
from tests.figures.test_sweep import cell, sweep, verdict
from tests.planted import make_log, within_the_hour
from tests.workspace.helpers import write_csv
from widgets.evaluating.sweep import whole_name
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
    assert "so that only windows in places can be tried" in captions(app)
    app.button(key="sweep").click().run()
    (job,) = jobs.list_jobs()
    assert (job.spec["axis"], job.spec["reaches"]) == ("places", [1.0, 2.0, 5.0, None])


def test_where_all_windows_are_one_there_is_nothing_to_choose(tmp_path: Path) -> None:
    users = [f"u{number // 2}" for number in range(20)]
    app = tabs(keep(make_log(users, [f"i{number % 4}" for number in range(20)]), tmp_path))
    assert [one.value for one in app.info] == [
        "On this log all windows see the same pairs: there is nothing to compare."
    ]


def test_another_visit_begins_with_the_axis_the_windows_and_the_one_beside_of_the_last_sweep(hours: LogEntry) -> None:
    def chosen(app: AppTest, label: str) -> Any:
        return next(one for one in [*app.button_group, *app.selectbox] if one.label == label)

    app = tabs(hours)
    chosen(app, "Windows").set_value("places")
    chosen(app, "Beside").set_value("SVD 64d")
    chosen(app, "How long lists are (k)").set_value(20).run()
    choose(app, ["1 place", "5 places"])
    app.button(key="sweep").click().run()
    (job,) = jobs.list_jobs()
    assert (job.spec["axis"], job.spec["reaches"], job.spec["k"]) == ("places", [1.0, 5.0], 20)
    assert [one["method"] for one in job.spec["contestants"]] == ["svd", "item2vec", "item2vec"]
    assert [one.key for one in app.button if "sweep" in str(one.key)] == [f"cancel-sweep-{job.id}"]
    done("sweep")
    again = tabs(hours)
    labels = ("Windows", "Beside", "Windows to try")
    assert [chosen(again, label).value for label in labels] == ["places", "SVD 64d", ["1 place", "5 places"]]
    assert again.button(key="sweep").label == "Train 2 windows"  # lists of 10 were not asked for
    chosen(again, "How long lists are (k)").set_value(20).run()
    assert drawn(again) == 4
    chosen(again, "Windows").set_value("time").run()
    assert chosen(again, "Windows to try").value == chosen(again, "Windows to try").options  # none was chosen there


def test_a_failed_sweep_says_why(hours: LogEntry) -> None:
    app = tabs(hours)
    app.button(key="sweep").click().run()
    finish(jobs.list_jobs()[0].id, "failed", error="The disk was full.")
    app.run()
    assert app.error[0].value == "The disk was full\\."
    assert "goes on where it was" not in captions(app)


def test_a_whole_sequence_is_a_session_where_sequences_are_sessions() -> None:
    def of(axis: Any, *, users_are_sessions: bool = False, sessions: int | None = None) -> str:
        return whole_name(SimpleNamespace(users_are_sessions=users_are_sessions, sessions=sessions), axis)  # type: ignore[arg-type]

    assert [of(axis) for axis in ("time", "places")] == ["whole history"] * 2
    assert [of(axis, sessions=9) for axis in ("time", "places")] == ["whole history", "whole session"]
    assert [of(axis, users_are_sessions=True) for axis in ("time", "places")] == ["whole session"] * 2


def found(report: dict[str, Any], measure: str) -> AppTest:
    def script(report, log):  # type: ignore[no-untyped-def]
        from widgets.evaluating import sweep

        sweep._found(log, report)

    log = SimpleNamespace(name="Hours", users_are_sessions=False, sessions=9)
    app = AppTest.from_function(
        script, kwargs={"report": {"tied_pairs": 0.0} | report, "log": log}, default_timeout=60
    ).run()
    app.button_group(key="sweep-measure").set_value(measure).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(("measure", "unit"), [("mrr", "cases"), ("jaccard", "items")])
def test_each_part_has_its_own_picture_and_count_of_the_chosen_measure(measure: str, unit: str) -> None:
    planted = sweep([0.2, 0.4, 0.3], [verdict(0.1)] * 3, [])
    for kind in ("hr", measure):
        along = [
            {part: cell((place + 1) / 10 + number / 100 + len(kind) / 1000, n=1000 + number) for number, part in
             enumerate(PARTS)} for place in range(3)
        ]  # fmt: skip
        planted["curves"][kind] = planted["curves"][kind] | {"along": along}
    app = found(planted, measure)
    shown = {one.proto.alt: json.loads(one.proto.spec)["data"] for one in app.get("plotly_chart")}
    for number, part in enumerate(PARTS):
        expected = json.loads(str(sweep_curve(planted, measure, part, "whole history").to_json()))["data"]
        assert shown[f"{MEASURES[measure]} by window, {part}"] == expected
        assert f"**{part}** · {1000 + number:,} {unit}" in [one.value for one in app.markdown]
    _, rows = sweep_rows(planted, measure, "whole history")
    assert app.dataframe[0].value.to_numpy().tolist() == rows
    assert ("the item itself" in captions(app)) == (unit == "items")


def test_how_to_read_it_names_the_one_beside_and_says_where_the_order_was_drawn() -> None:
    planted = sweep([0.2, 0.4, 0.3], [verdict(0.1)] * 3, [])
    beside = plain(planted["contestants"][0]["name"])
    assert beside != planted["contestants"][0]["name"]
    assert f"the window and {beside} share" in captions(found(planted, "jaccard"))
    for tied, axis, order, places in (
        (None, "time", False, False),
        (0.4, "places", False, False),
        (0.6, "time", True, False),
        (0.6, "places", True, True),
    ):
        reaches = [5.0, 60.0, None] if axis == "time" else [1.0, 5.0, None]
        app = found(planted | {"tied_pairs": tied, "axis": axis, "reaches": reaches}, "hr")
        read = captions(app)
        assert app.dataframe[0].value["Window"][2] == ("whole history" if axis == "time" else "whole session")
        assert f"The band is {beside} with its interval" in read
        assert ("their order was drawn" in read) == order
        assert ("how many items of a session are seen" in read) == places
