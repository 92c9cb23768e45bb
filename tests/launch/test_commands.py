"""The command line of launch.py."""

from __future__ import annotations

from typing import Any

import pytest

from launcher import checks, commands, serving
from launcher.console import LaunchError
from launcher.environment import DEVELOP, RUN, Environment


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the command line sets going, instead of doing it."""
    noted: list[tuple[Any, ...]] = []

    def note(name: str) -> Any:
        def noting(environment: Environment, *arguments: Any, **options: Any) -> int:
            noted.append((name, *arguments, options))
            return 0

        return noting

    monkeypatch.setattr(Environment, "prepare", lambda self, requirements=RUN: noted.append(("prepare", requirements)))
    monkeypatch.setattr(Environment, "run", note("run"))
    monkeypatch.setattr(serving, "serve", note("serve"))
    monkeypatch.setattr(checks, "run_tests", note("tests"))
    monkeypatch.setattr(checks, "run_checks", note("checks"))
    monkeypatch.setattr("launcher.chromium.variables_for_tests", lambda environment: {"CHROMIUM_PATH": "it"})
    return noted


@pytest.mark.parametrize("arguments", [[], ["run"]])
def test_no_command_starts_the_app(calls: list[tuple[Any, ...]], arguments: list[str]) -> None:
    assert commands.main(arguments) == 0
    assert calls == [("prepare", RUN), ("serve", 8501, {"open_browser": True})]


def test_options_without_a_command_are_those_of_the_app(calls: list[tuple[Any, ...]]) -> None:
    commands.main(["--port", "9000", "--no-browser"])
    assert calls[-1] == ("serve", 9000, {"open_browser": False})


def test_options_of_pytest_go_through_as_they_stand(calls: list[tuple[Any, ...]]) -> None:
    commands.main(["test", "-k", "ports", "tests/launch", "--ci", "-x"])
    assert calls == [("tests", ["-k", "ports", "tests/launch", "-x"], {"no_skips": True})]


def test_check_takes_no_other_options(calls: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main(["check", "-k", "ports"])
    assert ended.value.code == 2
    assert "unrecognized arguments: -k ports" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "module"),
    [("bench", "benchmarks"), ("bench-large", "benchmarks.large"), ("readme", "benchmarks.readme")],
)
def test_the_other_commands_run_a_module(calls: list[tuple[Any, ...]], command: str, module: str) -> None:
    commands.main([command, "--quick"])
    assert calls == [
        ("prepare", DEVELOP),
        ("run", "-m", module, "--quick", {"variables": {"CHROMIUM_PATH": "it"}}),
    ]


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main(["--port", port])
    assert ended.value.code == 2
    assert port in capsys.readouterr().err


def test_what_cannot_be_done_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(self: Environment, requirements: str = RUN) -> None:
        raise LaunchError("This system lacks it: get it.")

    monkeypatch.setattr(Environment, "prepare", refuse)
    assert commands.main([]) == 1
    assert capsys.readouterr().err == "This system lacks it: get it.\n"


def test_a_stop_by_the_person_is_said_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(self: Environment, requirements: str = RUN) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Environment, "prepare", stop)
    assert commands.main([]) == 130
    assert "Stopped." in capsys.readouterr().out
