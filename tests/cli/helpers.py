"""Commands as a person or a program gives them, and what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

import cli

Capture = pytest.CaptureFixture[str]
SMALL = ["--set", "dimensions=8", "--set", "threads=1"]


def answer(arguments: list[str], capsys: Capture) -> Any:
    """What a command writes with --json -, which must be all there is on standard output."""
    assert cli.main([*arguments, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def complaint(arguments: list[str], capsys: Capture) -> str:
    """The one line that a person reads about a mistake of theirs."""
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line
