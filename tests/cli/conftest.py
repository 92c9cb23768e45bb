"""What the tests of the command line start from."""

from __future__ import annotations

from pathlib import Path

import pytest

import cli
from tests.cli.helpers import SMALL, Capture
from tests.planted import two_islands
from tests.workspace.helpers import write_csv


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace and a current folder of its own for each test."""
    monkeypatch.setenv("ITEMSCAPE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def islands(tmp_path: Path) -> str:
    return str(write_csv(two_islands(), tmp_path / "islands.csv"))


@pytest.fixture
def run(islands: str, capsys: Capture) -> str:
    assert cli.main(["train", islands, "--method", "als", *SMALL, "--out", "run"]) == 0
    capsys.readouterr()
    return "run"
