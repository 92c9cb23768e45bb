"""What a person does wrong is one line and ends with 2; what the program does wrong is not hidden."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.cli.helpers import SMALL, Capture, complaint
from workspace.home import PROJECT_ROOT


def test_a_full_disk_is_told(islands: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def full(*given: Any, **more: Any) -> None:
        raise OSError("300000 requested and 194528 written")

    monkeypatch.setattr("workspace.tasks.known_task", full)
    assert complaint(["known", "movielens-1m"], capsys).endswith("The disk is full: make room and try again.")
    monkeypatch.setattr("workspace.runs.write_run", full)
    assert cli.main(["train", islands, "--method", "als", *SMALL, "--out", "run"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "run cannot be written (the disk is full): choose another --out."


def test_json_into_a_file_leaves_the_words_on_standard_output(islands: str, capsys: Capture) -> None:
    assert cli.main(["describe", islands, "--json", "facts.json"]) == 0
    assert "24" in capsys.readouterr().out
    assert json.loads(Path("facts.json").read_text())["items"] == 24


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "methods, known, describe, train, import, compare, evaluate, export"),
        (["tarin"], "tarin"),
        (["methods", "--bad"], "--bad"),
        (["describe"], "LOG"),
        (["describe", "nowhere.csv"], "nowhere.csv"),
        (["describe", "islands.csv", "--min-users-per-item", "0"], "--min-users-per-item"),
        (["describe", "islands.csv", "--user", "nobody"], "nobody"),
        (["describe", "islands.csv", "--layout", "spiral"], "layout"),
        (["describe", "islands.csv", "--encoding", "klingon"], "klingon"),
        (["describe", "islands.csv", "--encoding", "utf-16"], "not written in utf-16"),
        (["describe", "islands.csv", "--separator", "---"], "cannot be a separator"),
        (["describe", "islands.csv", "--separator", "#"], "islands.csv"),
        (["describe", "islands.csv", "--comment", "##"], "cannot begin a comment"),
        (["describe", "islands.csv", "--time", "user_id"], "user_id"),
        (["describe", "islands.csv", "--item", ""], "item"),
        (["describe", "islands.csv", "--user", "user", "--item", "user"], "cannot be both"),
        (["describe", "islands.csv", "--items-file", "nowhere.csv"], "nowhere.csv"),
        (["describe", "islands.csv", "--users-file", "."], "folder"),
        (["describe", "islands.csv", "--items-file", "islands.csv", "--items-match", "loosely"], "as numbers"),
        (["describe", "islands.csv", "--rules", "nowhere.json"], "nowhere.json"),
        (["describe", "islands.csv", "--rules", "/dev/zero"], "/dev/zero"),
        (["describe", "islands.csv", "--rules", "islands.csv"], "no JSON"),
        (["describe", "/dev/zero"], "/dev/zero"),
        (["describe", "islands.csv", "--min-users-per-item", "many"], "integer"),
        (["describe", "islands.csv", "--min-users-per-item", "100000"], "islands.csv"),
        (["describe", "empty.csv"], "empty.csv"),
        (["describe", "binary.csv"], "binary.csv"),
        (["describe", "."], "."),
        (["train", "islands.csv", "--method", "magic", "--out", "x"], "als"),
        (["train", "islands.csv", "--method", "als"], "--out"),
        (["train", "islands.csv", "--method", "als", "--set", "dimensions", "--out", "x"], "NAME=VALUE"),
        (["train", "islands.csv", "--method", "als", "--set", "dimensions=1", "--out", "x"], "dimensions"),
        (["train", "islands.csv", "--method", "als", "--set", "dimensions=many", "--out", "x"], "many"),
        (["train", "islands.csv", "--method", "als", "--set", "alpha=nan", "--out", "x"], "alpha"),
        (["train", "islands.csv", "--method", "als", "--set", "beta=1", "--out", "x"], "beta"),
        (["train", "islands.csv", "--method", "als", "--set", "alpha=1", "--set", "alpha=2", "--out", "x"], "twice"),
        (["train", "islands.csv", "--method", "als", "--seed", "-1", "--out", "x"], "--seed"),
        (["train", "islands.csv", "--method", "als", "--out", "islands.csv/x"], "islands.csv"),
        (["import", "islands.csv"], "LOG"),
        (["import", "nowhere.bin", "islands.csv", "--out", "x"], "nowhere.bin"),
        (["import", "islands.csv", "islands.csv", "--out", "x"], "islands.csv"),
        (["import", "islands.csv", "islands.csv", "--id-column", "sku", "--out", "x"], "'sku'"),
        (["import", "islands.csv", "islands.csv", "--ids", "empty.csv", "--out", "x"], "empty.csv"),
        (["compare", "nothing", "nothing"], "nothing"),
        (["compare", "nothing", "nothing", "--similarity-a", "euclid"], "euclid"),
        (["evaluate", "islands.csv", "--method", "magic"], "magic"),
        (["evaluate", "islands.csv", "--method", "als:euclid"], "cosine or dot"),
        (["evaluate", "islands.csv", "--method", "als", "--method", "als"], "twice"),
        (["evaluate", "islands.csv", "--method", "als:cosine", "--method", "als"], "same model"),
        (["evaluate", "islands.csv", "--method", "als", "--set", "alpha=1"], "METHOD.NAME=VALUE"),
        (["evaluate", "islands.csv", "--method", "als", "--set", "als.beta=1"], "beta"),
        (["evaluate", "islands.csv", "--method", "als", "--set", "svd.dimensions=4"], "svd"),
        (["evaluate", "islands.csv", "--method", "als", "--split", "1.5"], "split"),
        (["evaluate", "islands.csv", "--method", "als", "--at", "soon"], "soon"),
        (["evaluate", "islands.csv", "--method", "als", "--at", "1999-01-01"], "cut between 2"),
        (["export", "nothing", "--format", "csv", "--out", "x"], "nothing"),
        (["export", "nothing", "--format", "excel", "--out", "x"], "excel"),
        (["export", "nothing", "--format", "csv", "--out", "."], "folder"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(
    islands: str, tmp_path: Path, arguments: list[str], said: str, capsys: Capture
) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 20)
    assert said in complaint(arguments, capsys)
    assert not (tmp_path / "x").exists()


def test_a_process_of_its_own_gives_the_exit_code_and_no_traceback(islands: str, home: Path) -> None:
    command = [sys.executable, str(PROJECT_ROOT / "cli.py"), "train", islands, "--method", "als", "--out", "run"]
    environment = os.environ | {"ITEMSCAPE_HOME": str(home)}
    good = subprocess.run([*command, *SMALL, "--json", "-"], env=environment, capture_output=True, text=True)
    assert good.returncode == 0
    assert json.loads(good.stdout)["n_items"] == 24
    again = subprocess.run([*command, *SMALL], env=environment, capture_output=True, text=True)
    assert (again.returncode, again.stdout, len(again.stderr.splitlines())) == (2, "", 1)


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_a_reader_that_has_read_enough_is_no_traceback() -> None:
    command = [sys.executable, str(PROJECT_ROOT / "cli.py"), "methods", "--json", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_defect_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch, islands: str) -> None:
    monkeypatch.setattr("workspace.log_source.read_log", lambda *given, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["describe", islands])


def test_an_answer_never_replaces_a_log_or_the_export_it_speaks_of(
    islands: str, tmp_path: Path, capsys: Capture
) -> None:
    before = Path(islands).read_bytes()
    assert "no .json file" in complaint(["describe", islands, "--json", islands], capsys)
    assert Path(islands).read_bytes() == before
    both = str(tmp_path / "both.json")
    assert "two names" in complaint(["train", islands, "--method", "als", "--out", both, "--json", both], capsys)
