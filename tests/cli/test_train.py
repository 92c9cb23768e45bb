"""The command that trains, and the run that it writes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import cli
from embedders import METHODS
from tests.cli.helpers import SMALL, Capture, answer, complaint
from tests.dummies import Sided
from tests.planted import two_islands
from tests.workspace.helpers import train_here
from workspace import logs, runs


def test_train_writes_a_run_that_the_workspace_takes_in(run: str, islands: str, capsys: Capture) -> None:
    opened = runs.open_run(Path(run))
    assert (opened.entry.method, opened.entry.dimensions, opened.entry.seed, opened.entry.name) == ("als", 8, 0, "run")
    assert opened.items["title"].tolist() == [f"Item {item}" for item in opened.items["id"]]
    copied = runs.copy_run_in(Path(run))
    assert runs.list_runs() == [copied]
    entry = logs.import_log(logs.keep_original(Path(islands), "islands.csv"), name="Islands")
    assert train_here(entry) == copied  # the app would train the very same run, and need not


def test_train_answers_with_the_run(islands: str, capsys: Capture) -> None:
    facts = answer(["train", islands, "--method", "svd", *SMALL, "--seed", "3", "--out", "a/b/run"], capsys)
    assert (facts["method"], facts["seed"], facts["n_items"], facts["log_name"]) == ("svd", 3, 24, "islands")
    assert runs.find_run("a/b/run").key == facts["key"]


@pytest.fixture
def brands(islands: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How to train the method with columns on the islands, whose items have a brand."""
    monkeypatch.setitem(METHODS, "sided", Sided())
    items = two_islands().item_ids.tolist()
    table = pd.DataFrame({"item": items, "brand": [item[-1] for item in items], "size, in cm": range(len(items))})
    table.to_csv(tmp_path / "items.csv", index=False)
    return ["train", islands, "--items-file", "items.csv", "--method", "sided"]


def test_columns_are_named_on_the_command_line(brands: list[str], capsys: Capture) -> None:
    listed = next(method for method in answer(["methods"], capsys) if method["name"] == "sided")
    declared = listed["params"]["item_columns"]
    assert {name: declared[name] for name in ("type", "default", "low", "high")} == {
        "type": "item columns", "default": [], "low": None, "high": None,
    }  # fmt: skip
    assert listed["params"]["user_columns"]["type"] == "user columns"
    assert cli.main(["methods"]) == 0
    assert "item_columns = none" in capsys.readouterr().out
    for value, names in (("brand,category", ["brand", "category"]), ('["size, in cm"]', ["size, in cm"]), ("", [])):
        facts = answer([*brands, "--set", f"item_columns={value}", "--out", "run", "--force"], capsys)
        assert facts["params"]["item_columns"] == names
    assert runs.find_run("run").params["item_columns"] == []


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("item_columns=brand,colour", "'colour' in the table of items: it has title, category, brand, size, in cm."),
        ("user_columns=age", "this log has no columns for users."),
        ("item_columns=[brand", 'is not a list of column names such as "brand,department".'),
    ],
)
def test_a_column_that_is_not_there_is_one_line(brands: list[str], setting: str, said: str, capsys: Capture) -> None:
    assert complaint([*brands, "--set", setting, "--out", "run"], capsys).endswith(said)
    assert not Path("run").exists()


def test_train_says_what_it_is_expected_to_take(islands: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    train = ["train", islands, "--method", "als", *SMALL, "--out", "run", "--force"]
    assert cli.main(train) == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == ["Under 5 s and under 0.1 GB."]
    assert "Under 5 s" not in said.out
    facts = answer(train, capsys)
    assert set(facts["estimate"]) == {"seconds", "memory"}
    assert 0 < facts["estimate"]["seconds"] < 5
    assert 0 < facts["estimate"]["memory"] < 0.1e9
    monkeypatch.setattr("workspace.estimates.free_memory", lambda: 1e6)
    monkeypatch.setattr("terminal.progress.HOLD_BACK", 0.0)
    assert cli.main(train) == 0
    assert "are free on this machine" in capsys.readouterr().err


@pytest.mark.parametrize(
    "method", [["biased_mf"], ["fm", "--set", "loss=squared"], ["svd", "--set", "weights=centred"]]
)
def test_a_log_that_the_method_refuses_is_one_line_as_well(
    islands: str, method: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.progress.HOLD_BACK", 600.0)
    assert "all weights" in complaint(["train", islands, "--out", "run", "--method", *method], capsys)


def test_what_is_there_is_not_replaced_unless_forced(run: str, islands: str, tmp_path: Path, capsys: Capture) -> None:
    train = ["train", islands, "--method", "svd", *SMALL, "--out"]
    assert "--force" in complaint([*train, run], capsys)
    assert runs.find_run(run).method == "als"
    assert cli.main([*train, run, "--force"]) == 0
    assert runs.find_run(run).method == "svd"
    capsys.readouterr()
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    assert "not a run folder" in complaint([*train, "thesis", "--force"], capsys)
    assert (tmp_path / "thesis" / "chapter1.txt").read_text() == "years of work"

    (tmp_path / "v.csv").write_text("mine")
    export = ["export", run, "--format", "csv", "--out", "v.csv"]
    assert "--force" in complaint(export, capsys)
    assert (tmp_path / "v.csv").read_text() == "mine"
    assert cli.main([*export, "--force"]) == 0


def test_a_run_folder_that_cannot_be_written_is_refused_before_training(
    islands: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "file").write_text("")
    message = complaint(["train", islands, "--method", "als", "--out", str(tmp_path / "file" / "run")], capsys)
    assert "cannot be written" in message
