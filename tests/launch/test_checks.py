"""What `launch.py test` and `launch.py check` count, print last, and exit with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher import checks, chromium
from launcher.environment import Environment

TESTS = """
import pytest

def test_passes(): pass
def test_fails(): assert False
def test_is_skipped(): pytest.skip("no browser here")
def test_is_skipped_too(): pytest.skip("no browser here")

@pytest.fixture
def broken():
    yield
    raise RuntimeError("while it is torn down")

def test_cannot_be_torn_down(broken): pass
def test_fails_and_cannot_be_torn_down(broken): assert False
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A checkout with nothing to install, tested by the Python of this run."""
    monkeypatch.setattr(Environment, "python", Path(sys.executable))
    monkeypatch.setattr(Environment, "prepare", lambda self, requirements: None)
    monkeypatch.setattr(chromium, "variables_for_tests", lambda environment: {})
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\nmarkers = ["slow"]\n')
    return Environment(tmp_path)


@pytest.fixture
def last_lines(capfd: pytest.CaptureFixture[str]) -> Callable[[int], list[str]]:
    return lambda number: capfd.readouterr().out.splitlines()[-number:]


def test_every_test_is_counted_once(checkout: Environment, last_lines: Callable[[int], list[str]]) -> None:
    (checkout.root / "test_all.py").write_text(TESTS)
    assert checks.run_tests(checkout, [], no_skips=False) == 1
    skipped, number, plain = last_lines(3)
    assert skipped == "SKIPPED 2: no browser here"
    assert number == "skipped: 2"
    assert plain == "1 passed, 3 failed, 2 skipped"


def test_further_arguments_go_to_pytest(checkout: Environment, last_lines: Callable[[int], list[str]]) -> None:
    (checkout.root / "test_all.py").write_text(TESTS)
    assert checks.run_tests(checkout, ["-k", "test_passes"], no_skips=True) == 0
    assert last_lines(1) == ["1 passed, 0 failed, 0 skipped"]


def test_slow_tests_are_left_to_check(checkout: Environment, last_lines: Callable[[int], list[str]]) -> None:
    (checkout.root / "test_all.py").write_text(
        "import pytest\n@pytest.mark.slow\ndef test_slow(): pass\ndef test_fast(): pass\n"
    )
    assert checks.run_tests(checkout, [], no_skips=False) == 0
    assert last_lines(1) == ["1 passed, 0 failed, 0 skipped"]


@pytest.mark.parametrize(
    ("switch", "variable", "code"), [(False, "", 0), (True, "", 1), (False, "true", 1), (False, "false", 0)]
)
def test_a_skip_fails_only_in_continuous_integration(
    checkout: Environment, monkeypatch: pytest.MonkeyPatch, switch: bool, variable: str, code: int
) -> None:
    (checkout.root / "test_all.py").write_text(TESTS)
    monkeypatch.setenv("CI", variable)
    assert checks.run_tests(checkout, ["-k", "test_passes or test_is_skipped"], no_skips=switch) == code


def test_a_run_that_collects_no_test_fails(checkout: Environment, last_lines: Callable[[int], list[str]]) -> None:
    assert checks.run_tests(checkout, [], no_skips=False) != 0
    assert last_lines(1) == ["0 passed, 0 failed, 0 skipped"]


def test_check_goes_through_every_step_and_fails_where_one_does(
    checkout: Environment, monkeypatch: pytest.MonkeyPatch, last_lines: Callable[[int], list[str]]
) -> None:
    (checkout.root / "errors.py").write_text('"""Two.\n\n>>> 1 + 1\n2\n"""\n')
    (checkout.root / "test_all.py").write_text(
        "import os\n\nimport pytest\n\n\ndef test_passes() -> None:\n    pass\n\n\n"
        "@pytest.mark.browser\ndef test_shows() -> None:\n    pass\n"
    )
    assert checks.run_checks(checkout, no_skips=True) == 1
    lines = last_lines(8)
    assert [line.split()[:2] for line in lines[:6]] == [
        ["format", "ok"],
        ["lint", "failed"],  # os is not used
        ["types", "ok"],
        ["doctests", "ok"],
        ["tests", "ok"],
        ["browser", "ok"],
    ]
    assert lines[6:] == ["skipped: 0", "3 passed, 0 failed, 0 skipped"]
