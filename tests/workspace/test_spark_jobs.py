"""Trainings on Spark by real worker processes, whose driver is a Java process of its own."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from spark.cluster import Cluster
from workspace import jobs, logs, runs, workers
from workspace.files import UNFINISHED
from workspace.home import room
from workspace.jobs import Job
from workspace.on_spark import SparkSource, source_spec, training_spec

pytestmark = pytest.mark.slow

TINY = Path(__file__).resolve().parents[2] / "sample_data" / "tiny.csv"
PATIENCE = 300.0  # seconds; only a broken program needs them
# What runs once is not worth much compiling, and each part of a shuffle costs a task.
QUICK = {
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.shuffle.partitions": "2",
}


def train(place: str = str(TINY), master: str = "local[2]", name: str | None = None, **params: object) -> Job:
    spec = {
        "source": source_spec(SparkSource(place, "tiny on Spark")), "master": master, "settings": QUICK,
        "method": "als", "params": {"dimensions": 4, **params}, "seed": 0, "name": name,
    }  # fmt: skip
    return jobs.submit("spark", spec, "Training on Spark")


def done(job: Job) -> Job:
    ended = jobs.wait(job.id, PATIENCE)
    assert ended.status == "done", (ended.error, ended.log_tail)
    return ended


def failed(job: Job) -> str:
    ended = jobs.wait(job.id, PATIENCE)
    assert ended.status == "failed"
    assert ended.error is not None
    return ended.error


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        jobs.ensure_workers()
        time.sleep(0.05)


def worker() -> psutil.Process:
    return psutil.Process(json.loads((room("workers") / "train.json").read_text())["pid"])


def at_work(job: Job) -> tuple[psutil.Process, list[psutil.Process]]:
    """The worker and the processes below it, once Spark trains."""
    wait_until(lambda: jobs.get_job(job.id).stage.startswith("Solving") or not jobs.get_job(job.id).active)
    assert jobs.get_job(job.id).active, jobs.get_job(job.id)
    children = worker().children(recursive=True)
    assert any("java" in process.name() for process in children)
    return worker(), children


def are_gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def nothing_half_written() -> bool:
    return not list(room().rglob(f"{UNFINISHED}*"))


def test_a_training_keeps_run_and_log_and_one_that_is_there_is_not_written_twice(home: Path) -> None:
    answer = done(train()).result
    assert answer is not None
    (run,), (log,) = runs.list_runs(), logs.list_logs()
    assert answer == {"key": run.key, "log_digest": log.digest}
    assert (run.name, run.engine, run.method, run.log_digest) == ("ALS 4d", "spark", "als", log.digest)
    assert runs.machine_of(run) == "Spark at local[2]"
    assert (log.name, log.has_rows, log.origin["master"], log.origin["settings"]) == (
        "tiny on Spark", False, "local[2]", QUICK,
    )  # fmt: skip
    opened = runs.open_run(run)
    assert opened.embedding.item_vectors.shape == (log.items, 4)
    assert opened.embedding.trained.all()
    java = [process for process in worker().children(recursive=True) if "java" in process.name()]
    assert java == []
    before = {file: file.stat().st_mtime_ns for file in run.path.iterdir()}
    again = done(train(name="Once more"))
    assert again.result == answer
    assert {file: file.stat().st_mtime_ns for file in run.path.iterdir()} == before
    assert runs.list_runs() == [run]
    assert nothing_half_written()


def test_what_only_shows_later_is_one_sentence_and_what_spark_said_is_beside_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = failed(train(master="spark://127.0.0.1:9"))
    assert error.startswith("No Spark master can be reached at spark://127.0.0.1:9 (")
    job = train(iterations=500)
    _, children = at_work(job)
    next(process for process in children if "java" in process.name()).kill()
    assert failed(job).startswith("Spark's Java process has ended: ")
    nowhere = tmp_path / "nowhere.csv"  # of the same worker, which has a Java process again
    job = train(place=str(nowhere))
    assert failed(job) == f"There is no file at {nowhere}: check the path, which every worker must be able to read."
    assert "Spark" in jobs.get_job(job.id).log_tail
    workers.end("train", kill=True)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    error = failed(train())
    assert error.startswith(f"Spark needs Java, and JAVA_HOME names {tmp_path}, where there is none: install a JDK")
    assert (logs.list_logs(), runs.list_runs()) == ([], [])


def test_cancelling_ends_the_java_process_and_all_below_it(home: Path) -> None:
    job = train(iterations=500)
    wait_until(lambda: jobs.get_job(job.id).stage == "Starting Spark" and worker().children())
    children = worker().children(recursive=True)
    jobs.cancel(job.id)
    assert jobs.wait(job.id, PATIENCE).status == "cancelled"
    wait_until(lambda: are_gone(children))
    job = train(iterations=500)
    _, children = at_work(job)
    asked = time.monotonic()
    jobs.cancel(job.id)
    assert jobs.wait(job.id, PATIENCE).status == "cancelled"
    assert time.monotonic() - asked < 10
    wait_until(lambda: are_gone(children))
    wait_until(nothing_half_written)
    assert (logs.list_logs(), runs.list_runs()) == ([], [])


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_a_lost_driver_is_a_failed_job_with_its_log_and_leaves_no_java_behind(home: Path) -> None:
    job = train(iterations=500)
    driver, children = at_work(job)
    driver.kill()
    wait_until(lambda: not jobs.get_job(job.id).active)
    ended = jobs.get_job(job.id)
    assert ended.status == "failed"
    assert "The worker process" in str(ended.error)
    assert "Spark" in ended.log_tail
    wait_until(lambda: are_gone(children))
    workers.sweep()
    assert nothing_half_written()
    assert (logs.list_logs(), runs.list_runs()) == ([], [])


def test_a_kept_log_is_trained_on_where_its_file_is_stored(home: Path) -> None:
    """By its own columns and rules: the log that comes of it has its counts, and trains on from where it is."""
    entry = logs.import_log(logs.keep_original(TINY, TINY.name), name="tiny")
    params = {"dimensions": 4, "epochs": 1, "threads": 1}
    spec = training_spec(entry, entry.source["original"], Cluster("local[2]", QUICK), "item2vec", params, 0, "Words")
    answer = done(jobs.submit("spark", spec, "Training on Spark")).result
    assert answer is not None
    log = logs.find_log(answer["log_digest"])
    assert (log.name, log.interactions, log.users, log.items) == (
        "tiny on Spark", entry.interactions, entry.users, entry.items,
    )  # fmt: skip
    assert log.summary == entry.summary
    assert runs.find_run(answer["key"]).name == "Words"
    again = training_spec(log, log.source["original"], Cluster("local[2]", QUICK), "item2vec", params, 0, None)
    assert again["source"]["place"] == spec["source"]["place"]
    assert again["source"]["columns"] == spec["source"]["columns"]
