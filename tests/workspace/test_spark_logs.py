"""Logs whose rows are on Spark: what is kept of them here, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from embedders.base import no_progress
from errors import EngineError, LogError, ParameterError
from interactions import CleaningRules, ReadOptions
from spark.cluster import Cluster
from tests.planted import two_islands
from tests.spark_logs import keep_without_rows, train_as_spark
from tests.workspace.helpers import train_here, write_csv
from workspace import logs, runs
from workspace.job_folders import create_job, finish, queue_lock
from workspace.log_source import LogSource, open_source
from workspace.on_spark import SparkSource, settings_from, source_from, source_of_kept, source_spec, training_spec
from workspace.spark_logs import known_items
from workspace.summary import summarise
from workspace.tasks import TASKS, vectors_task


@pytest.fixture
def without(kept: logs.LogEntry) -> logs.LogEntry:
    """The islands once more, without their rows."""
    return keep_without_rows(kept)


def test_it_stands_among_the_logs_with_all_that_is_counted_and_no_arrays(
    kept: logs.LogEntry, without: logs.LogEntry
) -> None:
    assert {entry.digest for entry in logs.list_logs()} == {kept.digest, without.digest}
    assert logs.find_log("Two islands on Spark") == without
    assert (without.engine, without.has_rows, kept.engine, kept.has_rows) == ("spark", False, "local", True)
    same = ("rows", "interactions", "users", "items", "sessions", "first", "last", "columns", "dropped", "rules")
    assert [getattr(without, name) for name in same] == [getattr(kept, name) for name in same]
    assert without.summary == summarise(logs.open_log(kept.digest))
    assert without.size == kept.size
    files = {file.name for file in without.path.iterdir()}
    assert files == {"entry.json", "summary.json", "items.parquet", "users.parquet", "counts.parquet"}
    assert without.columns_in("items") == kept.columns_in("items") == ["title", "category"]
    assert without.item_column("category").equals(kept.item_column("category"))
    assert without.columns_in("users") == kept.columns_in("users") == []
    assert pd.read_parquet(without.path / "users.parquet").empty


def test_what_its_items_are_is_known_without_the_rows(kept: logs.LogEntry, without: logs.LogEntry) -> None:
    log, known = logs.open_log(kept.digest), known_items(without)
    assert known.item_ids.tolist() == log.item_ids.tolist()
    assert known.users_per_item.tolist() == log.users_per_item.tolist()
    assert known.items["category"].tolist() == log.items["category"].tolist()
    (without.path / "counts.parquet").write_bytes(b"PAR1")
    with pytest.raises(LogError, match=r"is damaged .*train on its file again"):
        known_items(without)


def test_whoever_needs_the_rows_is_told_where_they_are(without: logs.LogEntry) -> None:
    with pytest.raises(LogError, match="'Two islands on Spark' has its rows on Spark"):
        logs.open_log(without.digest)
    with pytest.raises(LogError, match="has its rows on Spark"):
        open_source(LogSource("Two islands on Spark"))


@pytest.mark.parametrize("kind", ["train", "company", "evaluate", "sweep", "tune"])
def test_jobs_that_need_the_rows_fail_with_that_sentence(without: logs.LogEntry, kind: str) -> None:
    spec = {"log_digest": without.digest, "method": "svd", "asked": {}, "sought": {}, "contestants": [], "k": 10}
    with pytest.raises(LogError, match="has its rows on Spark"):
        TASKS[kind](spec, no_progress)


def test_the_same_log_again_stays_as_it_is_but_for_where_it_was_read(kept: logs.LogEntry) -> None:
    first = keep_without_rows(kept)
    renamed = logs.rename_log(first.digest, "Mine", "Seen by all")
    again = keep_without_rows(kept, "spark://host:7077", settings={"spark.cores.max": "4"})
    assert again.created == renamed.created
    assert (again.name, again.description) == ("Mine", "Seen by all")
    assert (again.origin["master"], again.origin["settings"]) == ("spark://host:7077", {"spark.cores.max": "4"})


@pytest.mark.parametrize("damage", ["items.parquet", "counts.parquet", "summary.json", "entry.json"])
def test_a_damaged_one_is_kept_anew(kept: logs.LogEntry, damage: str) -> None:
    first = keep_without_rows(kept)
    (first.path / damage).write_bytes(b"{")
    again = keep_without_rows(kept)
    assert again.summary == summarise(logs.open_log(kept.digest))
    assert known_items(again).n_items == kept.items


def test_one_that_another_version_counted_says_so_and_is_counted_anew(kept: logs.LogEntry) -> None:
    first = keep_without_rows(kept)
    (first.path / "summary.json").write_text(json.dumps({"version": 0}))
    with pytest.raises(LogError, match="counted by another version of the program"):
        logs.find_log(first.digest).summary  # noqa: B018
    assert keep_without_rows(kept).summary == summarise(logs.open_log(kept.digest))


def test_secrets_among_the_settings_are_not_kept(kept: logs.LogEntry) -> None:
    settings = {
        "spark.hadoop.fs.s3a.secret.key": "hush",
        "spark.hadoop.fs.s3a.access.key": "hush",
        "spark.hadoop.x.PASSWORD": "hush",
        "spark.executor.memory": "2g",
    }
    entry = keep_without_rows(kept, settings=settings)
    assert entry.origin["settings"] == {"spark.executor.memory": "2g"}
    assert "hush" not in (entry.path / "entry.json").read_text()


@pytest.mark.parametrize("place", ["hdfs://host:9000/logs/2024.parquet", "s3a://bucket/a//b-*.csv"])
def test_an_address_stays_as_it_was_given(kept: logs.LogEntry, place: str) -> None:
    entry = keep_without_rows(kept, place=place)
    assert entry.source["original"] == place
    assert source_of_kept(entry).place == place
    logs.delete_log(entry.digest)
    assert [one.digest for one in logs.list_logs()] == [kept.digest]


def test_a_path_is_kept_in_full_and_inside_the_workspace_relative_to_it(
    kept: logs.LogEntry, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert keep_without_rows(kept, place="here/log.csv").source["original"] == str(tmp_path / "here" / "log.csv")
    entry = keep_without_rows(kept)
    assert entry.origin["original"] == kept.origin["original"]
    assert not Path(entry.origin["original"]).is_absolute()
    assert Path(entry.source["original"]).is_file()


def test_a_stored_file_stays_as_long_as_a_log_without_rows_came_from_it(
    kept: logs.LogEntry, without: logs.LogEntry
) -> None:
    original = Path(kept.source["original"])
    logs.delete_log(kept.digest)
    assert original.is_file()
    logs.delete_log(without.digest)
    assert not original.exists()


def test_it_goes_with_its_runs_and_not_while_spark_is_asked_from_it(
    kept: logs.LogEntry, without: logs.LogEntry
) -> None:
    run = train_as_spark(kept, without, "als")
    assert runs.list_runs(without.digest) == [run]
    assert (run.engine, runs.machine_of(run)) == ("spark", "Spark at local[2]")
    with pytest.raises(LogError, match="1 of the kept runs"):
        logs.delete_log(without.digest)
    job = create_job("spark", {"log_digest": without.digest}, "Training")
    with pytest.raises(LogError, match="A job is at work"):
        logs.delete_log(without.digest, with_runs=True)
    with queue_lock():
        finish(job.id, "cancelled")
    logs.delete_log(without.digest, with_runs=True)
    assert runs.list_runs() == []


def test_the_same_training_on_both_engines_is_two_runs(kept: logs.LogEntry) -> None:
    here, there = train_here(kept, "als"), train_as_spark(kept, keep_without_rows(kept), "als")
    assert here.key != there.key
    assert runs.machine_of(here) != runs.machine_of(there)


def test_vectors_from_elsewhere_come_in_by_the_ids_alone(
    kept: logs.LogEntry, without: logs.LogEntry, tmp_path: Path
) -> None:
    log = logs.open_log(kept.digest)
    file = tmp_path / "vectors.csv"
    rows = [f"{item},{code + 1},0.5" for code, item in enumerate(log.item_ids[:-1])]
    file.write_text("\n".join(["item_id,v0,v1", *rows, "stranger,1,1"]))
    answer = vectors_task({"log_digest": without.digest, "vectors": str(file)}, no_progress)
    assert (answer["new"], answer["matched"], answer["left_out"], answer["missing"]) == (True, len(rows), 1, 1)
    run = runs.open_run(runs.find_run(str(answer["key"])))
    assert run.entry.log_digest == without.digest
    assert run.p.tolist() == log.users_per_item.tolist()
    assert run.embedding.item_vectors[:, 0].tolist() == [*range(1, log.n_items), 0]
    assert vectors_task({"log_digest": without.digest, "vectors": str(file)}, no_progress)["new"] is False


def test_a_source_comes_back_from_a_job(tmp_path: Path) -> None:
    full = SparkSource(
        "hdfs://host/x.csv", "X", {"user": "u", "item": "i", "title": ""}, True, CleaningRules(min_users_per_item=3),
        ReadOptions(separator=";"), tmp_path / "items.csv", ReadOptions(encoding="latin-1"),
    )  # fmt: skip
    for source in (full, SparkSource("x.csv", "X")):
        assert source_from(json.loads(json.dumps(source_spec(source)))) == source
    assert source_from({"place": "x.csv", "name": "X"}) == SparkSource("x.csv", "X")


def test_a_training_reads_the_place_by_the_columns_and_rules_of_the_log(home: Path, tmp_path: Path) -> None:
    log = write_csv(two_islands(), tmp_path / "islands.csv")
    items = tmp_path / "items.csv"
    items.write_text("item,title\nA00,First\nA01,Second\n")
    entry = logs.import_log(
        logs.keep_original(log, log.name),
        name="Islands",
        columns={"user": "user", "item": "item", "time": "time", "title": "title"},
        rules=CleaningRules(min_users_per_item=2),
        items_path=logs.keep_original(items, items.name),
        options=ReadOptions(separator=","),
    )
    cluster = Cluster("local[2]", {"spark.executor.memory": "2g"})
    spec = training_spec(entry, entry.source["original"], cluster, "als", {"dimensions": 8}, 3, None)
    source = source_from(spec["source"])
    assert source.columns == {**entry.columns, "category": ""}
    assert source.rules == CleaningRules(min_users_per_item=2)
    assert source.options.separator == ","
    assert source.items_path == Path(entry.source["items_path"])
    assert (source.place, source.name) == (entry.source["original"], "Islands on Spark")
    assert (spec["master"], spec["settings"]) == ("local[2]", {"spark.executor.memory": "2g"})
    assert (spec["method"], spec["params"], spec["seed"]) == ("als", {"dimensions": 8}, 3)
    assert spec["log_digest"] == entry.digest
    far = training_spec(entry, " hdfs://host/logs/all-2024.parquet/ ", cluster, "als", {}, 0, None)
    assert far["source"]["place"] == "hdfs://host/logs/all-2024.parquet/"
    assert far["source"]["name"] == "all-2024.parquet on Spark"
    assert far["source"]["columns"] == spec["source"]["columns"]


def test_a_log_without_rows_keeps_its_name_when_it_is_trained_on_again(without: logs.LogEntry) -> None:
    spec = training_spec(without, without.source["original"], Cluster("local[2]"), "als", {}, 0, None)
    assert spec["source"]["name"] == without.name


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"cluster": Cluster("local[two]")}, EngineError, "'local\\[two\\]' is no master that can be used"),
        ({"cluster": Cluster("yarn")}, EngineError, "is no master that can be used"),
        ({"cluster": Cluster("local[2]", {"memory": "2g"})}, EngineError, "'memory' is no setting of Spark"),
        ({"method": "svd"}, ParameterError, "Spark cannot train svd"),
        ({"values": {"dimensions": 0}}, ParameterError, "dimensions"),
        ({"values": {"loss_curve": True}}, ParameterError, "loss_curve = True cannot go with Spark"),
        ({"place": "  "}, LogError, "No log is named"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_asked(
    without: logs.LogEntry, change: dict[str, object], error: type[Exception], says: str
) -> None:
    asked = {"cluster": Cluster("local[2]"), "method": "als", "values": {}, "place": "x.csv"} | change
    with pytest.raises(error, match=says):
        training_spec(without, asked["place"], asked["cluster"], asked["method"], asked["values"], 0, None)  # type: ignore[arg-type]


def test_settings_are_read_a_line_each() -> None:
    text = "spark.a=1\n\n  spark.b = x=y \nspark.c=\n"
    assert settings_from(text) == {"spark.a": "1", "spark.b": "x=y", "spark.c": ""}
    assert settings_from(" \n") == {}
    for line in ("spark.a 1", "=1"):
        with pytest.raises(EngineError, match="gives no value: write one NAME=VALUE a line"):
            settings_from(f"spark.b=1\n{line}")
