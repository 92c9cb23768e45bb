"""Spark on the pages: choosing it where a log has its rows here, and every page of a log whose rows are there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from embedders import METHODS
from embedders.base import is_offered, no_progress
from interactions import CleaningRules
from spark import cluster
from spark.training import TRAINERS, trainer_of
from tests.planted import two_islands
from tests.spark_logs import keep_without_rows, train_as_spark
from tests.workspace.helpers import train_here, write_csv
from widgets import on_spark, training
from workspace import jobs, logs, runs, workers
from workspace.job_folders import create_job, finish, queue_lock
from workspace.jobs import Job
from workspace.on_spark import source_from
from workspace.tasks import TASKS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("*.py"))


@pytest.fixture(autouse=True)
def nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for stays asked for."""
    monkeypatch.setattr(workers, "ensure", lambda lane: None)
    st.cache_resource.clear()  # runs of another test may have the same keys


@pytest.fixture
def rows(tmp_path: Path) -> logs.LogEntry:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="Islands")


@pytest.fixture
def without(rows: logs.LogEntry) -> logs.LogEntry:
    """The islands without their rows, which a folder of files has that is not on this machine."""
    return keep_without_rows(rows, "spark://host:7077", "hdfs://host/islands", {"spark.executor.memory": "2g"})


def page(name: str, log: logs.LogEntry) -> AppTest:
    """A page of the app with a log open."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["log"] = log.digest[:16]
    app.run()
    return app.switch_page(f"pages/{name}.py").run()


def train_page(log: logs.LogEntry) -> AppTest:
    """The Train page without the frame around it, which in this kind of test would swallow the clicks."""

    def parts() -> None:
        import streamlit as st

        from widgets import runs_list, session, training

        log = session.need_log()
        st.title(log.name)
        training.both_with_defaults(log)
        training.method_form(log, training.method_cards(log))
        runs_list.runs_of(log)

    app = AppTest.from_function(parts, default_timeout=120)
    app.session_state["_log_digest"] = log.digest
    return app.run()


def said(app: AppTest) -> str:
    kinds = (app.title, app.markdown, app.caption, app.info, app.error, app.warning, app.success)
    return " ".join(one.value for kind in kinds for one in kind).replace("\\", "")


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def is_whole(app: AppTest) -> bool:
    return not app.exception and not app.error


def with_spark(app: AppTest, method: str) -> AppTest:
    """The Train page with a method chosen, and Spark."""
    app.segmented_control(key="family-of-methods").set_value(METHODS[method].family).run()
    if app.button(key=f"choose-{method}").label == "Choose":
        app.button(key=f"choose-{method}").click().run()
    app.segmented_control(key="engine").set_value("spark").run()
    assert is_whole(app)
    return app


def asked() -> list[Job]:
    return [job for job in jobs.list_jobs() if job.kind == "spark"]


@pytest.mark.parametrize("method", METHODS)
def test_spark_is_offered_where_a_method_has_it_and_nowhere_else(rows: logs.LogEntry, method: str) -> None:
    def form(digest: str, method: str) -> None:
        from embedders import METHODS
        from widgets import training
        from workspace.logs import find_log

        training.method_form(find_log(digest), METHODS[method])

    app = AppTest.from_function(form, kwargs={"digest": rows.digest, "method": method}, default_timeout=60).run()
    assert is_whole(app)
    assert [control.key for control in app.segmented_control] == (["engine"] if method in TRAINERS else [])
    assert f"Train {METHODS[method].title}" in labels(app)
    assert ("spark" in METHODS[method].engines) == (method in TRAINERS)


@pytest.mark.parametrize("method", TRAINERS)
def test_the_form_has_what_spark_takes_and_says_why_the_rest_is_not_there(rows: logs.LogEntry, method: str) -> None:
    app = with_spark(train_page(rows), method)
    trainer, fields = trainer_of(method), METHODS[method].Params.model_fields
    widgets = {one.key for kind in (app.number_input, app.selectbox, app.toggle, app.text_input) for one in kind}
    shown = {key.removeprefix(f"param-{method}-") for key in widgets if key and key.startswith("param-")}
    assert shown == {name for name in trainer.takes if is_offered(fields[name])}
    (told,) = [caption for caption in app.caption if caption.value.startswith("Not on Spark: ")]
    for name, why in trainer.cannot.items():
        if is_offered(fields[name]):
            assert name.replace("_", " ") in told.value.lower()
            assert why in told.help.replace("\\", "")
    assert "How long it takes depends on the cluster" in said(app)
    assert "Columns and cleaning rules are those of Islands: user = user · item = item · time = time" in said(app)


def test_the_button_asks_for_what_was_filled_in(rows: logs.LogEntry) -> None:
    app = with_spark(train_page(rows), "als")
    assert app.text_input(key=f"spark-master-{rows.digest}").value == "local[*]"
    assert app.text_input(key=f"spark-place-{rows.digest}").value == rows.source["original"]
    app.text_input(key=f"spark-master-{rows.digest}").set_value("spark://host:7077")
    app.text_input(key=f"spark-place-{rows.digest}").set_value("hdfs://host/all.parquet")
    app.text_area(key=f"spark-settings-{rows.digest}").set_value("spark.executor.memory=2g\nspark.cores.max=4")
    app.number_input(key="param-als-dimensions").set_value(16)
    app.number_input(key="seed-als").set_value(7)
    app.text_input(key="name-als").set_value("Mine")
    app.button(key="train-als").click().run()
    assert is_whole(app)
    (job,) = asked()
    source = source_from(job.spec["source"])
    assert (source.place, source.name) == ("hdfs://host/all.parquet", "all.parquet on Spark")
    assert {role: name for role, name in (source.columns or {}).items() if name} == rows.columns
    assert source.rules == CleaningRules()
    assert job.spec["master"] == "spark://host:7077"
    assert job.spec["settings"] == {"spark.executor.memory": "2g", "spark.cores.max": "4"}
    assert (job.spec["method"], job.spec["seed"], job.spec["name"]) == ("als", 7, "Mine")
    assert trainer_of("als").params(job.spec["params"]) == trainer_of("als").params({"dimensions": 16})
    assert job.spec["log_digest"] == rows.digest
    assert f"cancel-{job.id}" in [button.key for button in app.button], "it is among the runs of the log"


def test_master_and_settings_are_remembered_for_the_next_log(rows: logs.LogEntry, without: logs.LogEntry) -> None:
    app = with_spark(train_page(rows), "als")
    assert app.text_input(key=f"spark-master-{rows.digest}").value == "spark://host:7077", "of the newest log on Spark"
    assert app.text_area(key=f"spark-settings-{rows.digest}").value == "spark.executor.memory=2g"
    app.text_input(key=f"spark-master-{rows.digest}").set_value("local[3]")
    app.button(key="train-als").click().run()
    other = keep_without_rows(rows, place="elsewhere.csv")
    app.session_state["_log_digest"] = other.digest
    app.run()
    assert app.text_input(key=f"spark-master-{other.digest}").value == "local[2]", "that by which it was read itself"
    app.session_state["_log_digest"] = rows.digest
    app.run()
    assert app.text_input(key=f"spark-master-{rows.digest}").value == "local[3]"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("master", "yarn", "'yarn' is no master that can be used: write local[*]"),
        ("master", "", "'' is no master that can be used"),
        ("place", " ", "No log is named: give the path or the address"),
        ("settings", "spark.executor.memory 2g", "gives no value: write one NAME=VALUE a line"),
        ("settings", "memory=2g", "'memory' is no setting of Spark"),
        ("settings", "spark.master=local", "spark.master cannot be set otherwise"),
    ],
)
def test_what_cannot_be_meant_is_told_at_the_button(rows: logs.LogEntry, field: str, value: str, says: str) -> None:
    app = with_spark(train_page(rows), "als")
    widget = app.text_area if field == "settings" else app.text_input
    widget(key=f"spark-{field}-{rows.digest}").set_value(value)
    app.run()
    assert is_whole(app), "only the button says so"
    app.button(key="train-als").click().run()
    assert not app.exception
    (error,) = app.error
    assert says in error.value.replace("\\", "")
    assert asked() == []


def test_what_only_shows_later_is_told_with_the_runs(rows: logs.LogEntry) -> None:
    app = with_spark(train_page(rows), "als")
    app.button(key="train-als").click().run()
    (job,) = asked()
    with queue_lock():
        finish(job.id, "failed", error="No Spark master can be reached at spark://host:7077.")
    app.run()
    assert not app.exception
    assert "No Spark master can be reached at spark://host:7077." in app.error[0].value.replace("\\", "")


def test_without_pyspark_one_line_says_how_to_install_it_and_all_else_works(
    rows: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (on_spark, training):
        monkeypatch.setattr(room, "is_installed", lambda: False)
    app = with_spark(train_page(rows), "als")
    assert [code.value for code in app.code] == [cluster.install_line()]
    assert "Spark is not installed here" in said(app)
    assert "Train Implicit ALS on Spark" not in labels(app)
    app.segmented_control(key="engine").set_value("local").run()
    assert is_whole(app)
    assert not app.code
    app.button(key="train-als").click().run()
    assert [job.kind for job in jobs.list_jobs()] == ["train"]


def test_a_training_whose_run_stands_with_another_log_says_where(rows: logs.LogEntry, without: logs.LogEntry) -> None:
    run = train_as_spark(rows, without, "als")
    job = create_job("spark", {"log_digest": rows.digest}, "Training")
    with queue_lock():
        finish(job.id, "done", result={"key": run.key, "log_digest": without.digest})
    app = train_page(rows)
    assert "ALS 8d is trained. It stands with the log that Spark read, Islands on Spark." in said(app).replace("**", "")
    app.button(key=f"open-{job.id}").click().run()
    assert is_whole(app)
    assert app.title[0].value == "Islands on Spark"
    assert "**ALS 8d**" in said(app)
    assert f"open-{job.id}" not in [button.key for button in app.button]
    app = train_page(rows)
    app.button(key=f"dismiss-{job.id}").click().run()
    assert "It stands with the log" not in said(app)
    assert runs.find_run(run.key) == run


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_a_log_without_rows_is_drawn(rows: logs.LogEntry, without: logs.LogEntry, name: str) -> None:
    for trained in (False, True):
        if trained:
            train_as_spark(rows, without, "als")
            train_as_spark(rows, without, "item2vec")
        app = page(Path(name).stem, without)
        assert is_whole(app), [error.value for error in app.error]
        assert "rows on Spark" in said(app)


def test_the_data_page_shows_what_was_counted_and_says_what_needs_the_rows(without: logs.LogEntry) -> None:
    app = page("data", without)
    assert {metric.label: metric.value for metric in app.metric}["Interactions"] == f"{without.interactions:,}"
    for tab, sentence, button in (
        ("Cleaning", "Cleaning otherwise needs the rows on this machine", "Clean again with these"),
        ("Sessions", "Cutting sessions otherwise needs the rows on this machine", "Clean again with these"),
    ):
        app.session_state["log-tabs"] = tab
        app.run()
        assert is_whole(app)
        assert sentence in said(app)
        assert button not in labels(app)
    for tab, shown in (("Columns", "What is known of the items"), ("Explore", "The largest categories")):
        app.session_state["log-tabs"] = tab
        app.run()
        assert is_whole(app)
        assert shown in said(app)


@pytest.mark.parametrize("method", METHODS)
def test_a_log_without_rows_is_trained_on_by_spark_alone(without: logs.LogEntry, method: str) -> None:
    app = train_page(without)
    app.segmented_control(key="family-of-methods").set_value(METHODS[method].family).run()
    button = app.button(key=f"choose-{method}")
    if not button.disabled:
        button.click().run()
    assert is_whole(app)
    assert "engine" not in [control.key for control in app.segmented_control]
    if method in TRAINERS:
        assert f"Train {METHODS[method].title} on Spark" in labels(app)
        assert app.text_input(key=f"spark-master-{without.digest}").value == "spark://host:7077"
        assert app.text_input(key=f"spark-place-{without.digest}").value == "hdfs://host/islands"
        assert app.text_area(key=f"spark-settings-{without.digest}").value == "spark.executor.memory=2g"
    else:
        assert f"Train {METHODS[method].title}" not in labels(app)
        assert "eeds the rows on this machine" in said(app)


def test_the_pair_is_trained_on_spark_and_then_compared(rows: logs.LogEntry, without: logs.LogEntry) -> None:
    app = train_page(without)
    next(one for one in app.button if one.label == "Train MF and item2vec on Spark").click().run()
    assert is_whole(app)
    assert {job.spec["method"] for job in asked()} == {"als", "item2vec"}
    assert {(job.spec["source"]["place"], job.spec["master"]) for job in asked()} == {
        ("hdfs://host/islands", "spark://host:7077")
    }
    assert {job.spec["source"]["name"] for job in asked()} == {without.name}
    pair = {f"cancel-pair-{job.id}" for job in asked()}
    assert pair <= {button.key for button in app.button}
    for job in asked():
        with queue_lock():
            finish(job.id, "cancelled")
    train_as_spark(rows, without, "als", dimensions=64)
    train_as_spark(rows, without, "item2vec", dimensions=64)
    assert "Compare MF and item2vec" in labels(train_page(without))


def test_the_parts_of_the_compare_page_say_what_needs_the_rows(rows: logs.LogEntry, without: logs.LogEntry) -> None:
    def parts(a: str, b: str) -> None:
        from widgets.comparing import panels
        from widgets.comparing.agreement import agreement
        from widgets.comparing.all_runs import all_runs
        from widgets.comparing.attribution import why_they_differ
        from widgets.comparing.evidence import load
        from widgets.comparing.popularity import popularity_bias
        from widgets.pickers import Choice
        from workspace.logs import find_log
        from workspace.runs import find_run

        run_a, run_b = find_run(a), find_run(b)
        evidence = load(find_log(run_a.log_digest), Choice(run_a, run_b, "dot", "cosine", 5))
        for part in (panels.findings, panels.around_item, popularity_bias, agreement, why_they_differ, all_runs):
            part(evidence)

    a, b = (train_as_spark(rows, without, method) for method in TRAINERS)
    app = AppTest.from_function(parts, kwargs={"a": a.key, "b": b.key}, default_timeout=120)
    for _ in range(5):
        app.run()
        assert is_whole(app), [error.value for error in app.error]
        wanted = jobs.list_jobs(active_only=True)
        if not wanted:
            break
        for job in wanted:
            result = TASKS[job.kind](job.spec, no_progress)
            with queue_lock():
                finish(job.id, "done", result=result)
    assert not wanted
    assert "company" not in {job.kind for job in jobs.list_jobs()}
    text = said(app)
    for sentence in (
        "Telling why these are neighbours needs the rows on this machine",
        "The ladder needs the rows on this machine",
        "recommends cannot be told here: the rows of Islands on Spark are on Spark",
        "has no noise floor: it was trained on Spark",
    ):
        assert sentence in text
    assert "Train a second seed" not in " ".join(labels(app))


def test_evaluating_says_what_it_needs_and_draws_nothing_further(without: logs.LogEntry) -> None:
    app = page("evaluate", without)
    assert is_whole(app)
    (told,) = [info.value for info in app.info]
    assert "Evaluating models needs the rows on this machine" in told
    assert "bring an extract" in told
    assert "Evaluate" not in labels(app)


def test_the_guide_gives_no_times_of_this_machine_for_a_log_on_spark(
    rows: logs.LogEntry, without: logs.LogEntry
) -> None:
    words = "how long a training on"
    assert words in said(page("methods", rows))
    assert words not in said(page("methods", without))


def test_a_run_on_spark_is_exported_and_says_where_it_was_trained(rows: logs.LogEntry, without: logs.LogEntry) -> None:
    run = train_as_spark(rows, without, "als")
    app = page("export", without)
    assert is_whole(app)
    assert "item_id,title,popularity,v0" in app.code[0].value
    app = train_page(without)
    assert "Trained on Spark at local[2]" in said(app)
    here = train_here(rows, "als")
    assert "Trained on" not in said(train_page(rows))
    assert (run.engine, here.engine) == ("spark", "local")


def test_a_log_without_rows_says_so_where_logs_are_kept_and_are_deleted(without: logs.LogEntry) -> None:
    def kept() -> None:
        from widgets.logs import library

        library.kept_logs()

    app = AppTest.from_function(kept, default_timeout=60).run()
    assert "rows on Spark · " in said(app)
    app.button(key=f"delete-{without.digest}").click().run()
    assert "The files that Spark read are not touched" in said(app)
    assert is_whole(app)


def test_a_column_that_nobody_chose_is_not_told_to_be_chosen(rows: logs.LogEntry, without: logs.LogEntry) -> None:
    def columns(log) -> None:  # type: ignore[no-untyped-def]
        from widgets.logs import overview

        overview.columns(log)

    def why(log: logs.LogEntry) -> dict[str, str]:
        table = AppTest.from_function(columns, args=(log,), default_timeout=60).run().table[0].value
        return dict(zip(table["Role"], table["Why"], strict=True))

    assert set(why(without).values()) == {"It was guessed from the first rows."}
    given = dataclasses.replace(without, origin={**without.origin, "columns": {"user": "user"}})
    assert why(given)["User"] == "It was chosen."
    assert why(given)["Item"] == "It was guessed from the first rows."
    assert "It was guessed from the first rows." not in why(rows).values(), "the file is there, and tells more"
