"""The engine Spark on the command line: the same answers as here, and one line for what cannot be."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import cli
from embedders import METHODS
from spark.training import TRAINERS
from tests.cli.helpers import Capture, answer, complaint
from workspace.runs import find_run, open_run

# What runs once is not worth much compiling, and each part of a shuffle costs a task.
QUICK = ["spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1", "spark.sql.shuffle.partitions=2"]
SPARK = ["--engine", "spark", "--master", "local[2]", "--conf", QUICK[0], "--conf", QUICK[1]]


@pytest.mark.slow
def test_a_log_is_described_as_here(islands: str, capsys: Capture) -> None:
    chosen = ["--min-users-per-item", "3", "--category", ""]
    assert answer(["describe", islands, *SPARK, *chosen], capsys) == answer(["describe", islands, *chosen], capsys)


@pytest.mark.slow
def test_items_that_stand_together_are_written_by_spark(tmp_path: Path, capsys: Capture) -> None:
    log = tmp_path / "baskets.csv"
    log.write_text("session,item\n1,a\n1,b\n1,b\n2,b\n2,a\n2,c\n3,c\n", encoding="utf-8")
    answer(["describe", str(log), *SPARK, "--cooccurrences", "together"], capsys)
    found = pd.read_parquet("together").sort_values(["item_id", "other_id"])
    assert found.to_numpy().tolist() == [["a", "b", 2], ["a", "c", 1], ["b", "c", 1]]
    line = complaint(["describe", str(log), *SPARK, "--cooccurrences", "together"], capsys)
    assert "together is there already" in line
    assert "--engine spark" in complaint(["describe", str(log), "--cooccurrences", "other"], capsys)


@pytest.mark.slow
def test_a_run_of_spark_stands_beside_one_of_here(run: str, islands: str, capsys: Capture) -> None:
    small = ["--set", "dimensions=8", "--seed", "1"]
    told = answer(["train", islands, "--method", "als", *small, *SPARK, "--out", "there"], capsys)
    here, there = open_run(find_run(Path(run))), open_run(find_run(Path("there")))
    assert told["engine"] == there.entry.engine == "spark"
    assert told["log"] == answer(["describe", islands], capsys)
    assert there.items.equals(here.items)
    assert (there.entry.seed, there.entry.params) == (1, {**here.entry.params, "threads": 2})
    assert there.entry.log_digest != here.entry.log_digest
    compared = answer(["compare", run, "there"], capsys)
    assert compared["common_items"] == here.entry.n_items
    assert compared["logs"] == "different"
    assert cli.main(["export", "there", "--format", "csv", "--out", "there.csv"]) == 0
    assert len(Path("there.csv").read_text(encoding="utf-8-sig").splitlines()) == here.entry.n_items + 1


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("loss=negative sampling", "without negative sampling"),
        ("negatives=5", "without negative sampling"),
        ("model=cbow", "without CBOW"),
        ("sample=0.001", "does not thin out"),
        ("time_window_minutes=60", "no times"),
        ("whole_session=true", "through a window"),
        ("vectors=in + out", "no vectors out"),
        ("engine=gensim", "its own Word2Vec"),
    ],
)
def test_what_word2vec_cannot_do_is_refused_by_name(setting: str, reason: str, islands: str, capsys: Capture) -> None:
    line = complaint(["train", islands, "--method", "item2vec", "--set", setting, *SPARK, "--out", "there"], capsys)
    assert line.startswith(setting.partition("=")[0])
    assert reason in line
    assert not Path("there").exists()


def test_a_method_that_spark_does_not_have_is_refused(islands: str, capsys: Capture) -> None:
    line = complaint(["train", islands, "--method", "svd", *SPARK, "--out", "there"], capsys)
    assert line == "Spark cannot train svd: choose one of als, item2vec, or train it here."


def test_a_master_without_spark_is_refused(islands: str, capsys: Capture) -> None:
    line = complaint(["train", islands, "--method", "als", "--master", "local[2]", "--out", "there"], capsys)
    assert "--engine spark" in line


def test_a_setting_without_a_value_is_refused(islands: str, capsys: Capture) -> None:
    line = complaint(["describe", islands, *SPARK, "--conf", "spark.executor.memory"], capsys)
    assert "gives no value" in line


def test_a_table_of_users_is_refused(islands: str, capsys: Capture) -> None:
    assert "--users-file" in complaint(["describe", islands, *SPARK, "--users-file", islands], capsys)


@pytest.mark.slow
def test_a_path_that_is_not_there_is_one_line(capsys: Capture) -> None:
    assert complaint(["describe", "gone/log.csv", *SPARK], capsys).startswith("There is no file at gone/log.csv")


@pytest.mark.slow
def test_nothing_left_after_cleaning_is_one_line(islands: str, capsys: Capture) -> None:
    line = complaint(["describe", islands, *SPARK, "--min-users-per-item", "100000"], capsys)
    assert "is left after cleaning" in line
    assert "item with too few users" in line


def test_every_method_names_its_engines() -> None:
    assert {name for name, method in METHODS.items() if "spark" in method.engines} == set(TRAINERS)
    assert all("local" in method.engines for method in METHODS.values())
