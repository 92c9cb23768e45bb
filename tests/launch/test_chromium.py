"""Where a Chromium for the browser tests is looked for, and in what order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from launcher import chromium
from launcher.console import LaunchError
from launcher.environment import Environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs made here are shell scripts")


def make_program(path: Path, exit_code: int = 0) -> str:
    """A program that only answers to --version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


def test_the_one_that_is_named_comes_before_the_path(tmp_path: Path) -> None:
    make_program(tmp_path / "bin" / "chromium")
    named = make_program(tmp_path / "own" / "browser")
    assert chromium.find({"CHROMIUM_PATH": named, "PATH": str(tmp_path / "bin")}, "linux") == named


def test_the_path_is_searched_by_name_before_folder(tmp_path: Path) -> None:
    make_program(tmp_path / "first" / "google-chrome")
    wanted = make_program(tmp_path / "second" / "chromium")
    path = os.pathsep.join([str(tmp_path / "first"), str(tmp_path / "second")])
    assert chromium.find({"PATH": path}, "linux") == wanted


@pytest.mark.parametrize("name", chromium.NAMES)
def test_every_known_name_is_found(tmp_path: Path, name: str) -> None:
    wanted = make_program(tmp_path / name)
    assert chromium.find({"PATH": str(tmp_path)}, "linux") == wanted


def test_one_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    make_program(tmp_path / "chromium-browser", exit_code=1)  # as a stub that points to a shop does
    wanted = make_program(tmp_path / "google-chrome")
    assert chromium.find({"PATH": str(tmp_path)}, "linux") == wanted


def test_none_is_none(tmp_path: Path) -> None:
    assert chromium.find({"PATH": str(tmp_path)}, "linux") is None
    assert chromium.find({}, "linux") is None


def test_a_wrong_name_is_said_rather_than_another_taken(tmp_path: Path) -> None:
    make_program(tmp_path / "chromium")
    with pytest.raises(LaunchError, match=r"CHROMIUM_PATH names .*gone, which does not run"):
        chromium.find({"CHROMIUM_PATH": str(tmp_path / "gone"), "PATH": str(tmp_path)}, "linux")


def test_the_usual_place_on_a_mac_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = make_program(tmp_path / "Google Chrome")
    monkeypatch.setitem(chromium._PLACES, "darwin", (str(tmp_path / "Chromium"), wanted))
    assert chromium.find({"PATH": ""}, "darwin") == wanted
    assert chromium.find({"PATH": ""}, "linux") is None


def test_one_that_is_here_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = make_program(tmp_path / "chromium")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setattr(chromium, "_from_playwright", lambda environment: pytest.fail("installed one"))
    assert chromium.variables_for_tests(Environment(tmp_path)) == {"CHROMIUM_PATH": wanted}


def test_playwright_is_asked_before_debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    answers: dict[str, str | None] = {"playwright": "/its/own", "debian": "/usr/bin/chromium"}
    monkeypatch.setattr(chromium, "_from_playwright", lambda environment: answers["playwright"])
    monkeypatch.setattr(chromium, "_from_debian", lambda: answers["debian"])
    assert chromium.variables_for_tests(Environment(tmp_path)) == {"CHROMIUM_PATH": "/its/own"}
    answers["playwright"] = None
    assert chromium.variables_for_tests(Environment(tmp_path)) == {"CHROMIUM_PATH": "/usr/bin/chromium"}


def test_where_none_can_be_had_the_tests_are_told_why_and_so_is_the_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setattr(chromium, "_from_playwright", lambda environment: None)
    monkeypatch.setattr(chromium, "_from_debian", lambda: None)
    variables = chromium.variables_for_tests(Environment(tmp_path))
    assert list(variables) == ["ITEMSCAPE_NO_CHROMIUM"]
    assert "BROWSER TESTS WILL BE SKIPPED: no Chromium on PATH" in capsys.readouterr().out
