"""The tests and the checks, and what they end with: how many passed, failed and were skipped."""

from __future__ import annotations

import os
import tempfile
import time
import xml.etree.ElementTree
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher import chromium
from launcher.console import say
from launcher.environment import DEVELOP, Environment

DOCTESTED = (
    "errors.py",
    "interactions",
    "analysis",
    "embedders",
    "studies",
    "spark",
    "workspace",
    "figures",
    "widgets",
)


@dataclass(frozen=True)
class Tally:
    """How many tests ended how; an error while a test is set up or torn down counts as failed."""

    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)  # by reason

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    @classmethod
    def read(cls, report: Path) -> Tally:
        """From the JUnit report that pytest wrote; empty where it wrote none."""
        if not report.exists():
            return cls()
        passed, failed, skipped = 0, set[str](), Counter[str]()
        cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
        for number, case in enumerate(cases):
            name = f"{case.get('classname')}::{case.get('name') or number}"
            reason = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed.add(name)  # a test that fails and then cannot be torn down stands here twice
            elif reason is not None:
                skipped[reason.get("message") or "no reason given"] += 1
            else:
                passed += 1
        return cls(passed, len(failed), skipped)


def run_tests(environment: Environment, arguments: Sequence[str], no_skips: bool) -> int:
    """All tests but the slow ones, with further arguments of pytest; returns the exit code."""
    environment.prepare(DEVELOP)
    code, tally = _pytest(environment, ["-m", "not slow", *arguments], chromium.variables_for_tests(environment))
    _say_tally(tally)
    return _code(code, tally, no_skips)


def run_checks(environment: Environment, no_skips: bool) -> int:
    """Format, lint, types, doctests, all tests: each to its end, whatever the others say; returns the exit code."""
    environment.prepare(DEVELOP)
    with_chromium = chromium.variables_for_tests(environment)
    rooms = [room for room in DOCTESTED if (environment.root / room).exists()]
    tallies = [Tally()]

    def pytest(*arguments: str) -> int:
        code, tally = _pytest(environment, arguments, with_chromium)
        tallies.append(tally)
        return code

    processes = str(min(os.cpu_count() or 1, 4))
    steps: dict[str, Callable[[], int]] = {
        "format": lambda: environment.run("-m", "ruff", "format", "--check", "."),
        "lint": lambda: environment.run("-m", "ruff", "check", "."),
        "types": lambda: environment.run("-m", "mypy", "."),
        "doctests": lambda: pytest("--doctest-modules", *rooms),
        # In a browser one after the other: a page that waits for a processor shows what a person never sees.
        "tests": lambda: pytest("--durations=15", "-m", "not browser", "-n", processes, "--dist", "worksteal"),
        "browser": lambda: pytest("--durations=15", "-m", "browser"),
    }
    codes, lines = [], []
    for name, step in steps.items():
        say(f"--- {name}")
        begun = time.monotonic()
        codes.append(step())
        lines.append(f"{name:<10}{'failed' if codes[-1] else 'ok':<8}{time.monotonic() - begun:6.0f} s")
    say("---")
    say("\n".join(lines))
    tally = sum(tallies, Tally())
    _say_tally(tally)
    return _code(max(codes), tally, no_skips)


def _pytest(environment: Environment, arguments: Sequence[str], variables: Mapping[str, str]) -> tuple[int, Tally]:
    with tempfile.TemporaryDirectory(prefix="itemscape-tests-") as folder:
        report = Path(folder) / "report.xml"
        code = environment.run("-m", "pytest", f"--junitxml={report}", *arguments, variables=variables)
        return code, Tally.read(report)


def _say_tally(tally: Tally) -> None:
    """The last lines of every run: the reasons for each skip, then the plain count."""
    for reason, count in tally.skipped.most_common():
        say(f"SKIPPED {count}: {reason}")
    say(f"skipped: {tally.skipped.total()}")
    say(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped.total()} skipped")


def _code(code: int, tally: Tally, no_skips: bool) -> int:
    """A skip is a failure where it is asked for with --ci, or by CI=true as hosts of continuous integration set it."""
    strict = no_skips or os.environ.get("CI", "").lower() in ("1", "true")
    return code or int(strict and tally.skipped.total() > 0)
