"""The line that the launcher writes over while something takes its time."""

from __future__ import annotations

import io
import re

import pytest

from launcher.console import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_the_first_and_the_last_words() -> None:
    pipe = io.StringIO()
    with progress("Installing", pipe) as line:
        line.show("Collecting numpy")
    assert pipe.getvalue() == "Installing …\nInstalling: done (0 s)\n"


def test_a_terminal_keeps_one_line_of_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    with progress("Installing", terminal) as line:
        line.show("Collecting " + "numpy" * 20)
    drawn = terminal.getvalue()
    assert drawn.count("\n") == 1
    assert {len(text.rstrip("\n")) for text in drawn.split("\r")[1:]} == {39}
    assert drawn.split("\r")[-1].strip() == "Installing: done (0 s)"


def test_what_failed_is_not_said_to_be_done() -> None:
    pipe = io.StringIO()
    with pytest.raises(RuntimeError), progress("Installing", pipe):
        raise RuntimeError
    assert re.search(r"Installing: not finished \(\d s\)\n$", pipe.getvalue())


def test_another_outcome_can_be_said() -> None:
    pipe = io.StringIO()
    with progress("Looking", pipe) as line:
        line.outcome = "not to be had here"
    assert pipe.getvalue().endswith("Looking: not to be had here (0 s)\n")
