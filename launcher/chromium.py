"""A Chromium for the browser tests: one that is here already, else one that can be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from launcher.console import LaunchError, progress, say
from launcher.environment import Environment

PATH_VARIABLE = "CHROMIUM_PATH"  # says which Chromium to use; a person sets it, or the launcher for the tests
ABSENT_VARIABLE = "ITEMSCAPE_NO_CHROMIUM"  # tells the tests why there is none

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES = {
    "darwin": (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        "C:/Program Files/Google/Chrome/Application/chrome.exe",
        "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
        "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
    ),
}
_ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)


def find(variables: Mapping[str, str], system: str = sys.platform) -> str | None:
    """The Chromium that CHROMIUM_PATH names, else one on PATH, else one where the system keeps it, else None.

    Raises LaunchError where CHROMIUM_PATH names none: to take another than the one asked for would mislead.
    """
    named = variables.get(PATH_VARIABLE)
    if named:
        if not runs(named, system):
            raise LaunchError(f"{PATH_VARIABLE} names {named}, which does not run: correct it, or unset it.")
        return named
    on_path = [shutil.which(name, path=variables.get("PATH", "")) for name in NAMES]
    candidates = [path for path in (*on_path, *_PLACES.get(system, ())) if path is not None]
    return next((path for path in candidates if runs(path, system)), None)


def runs(program: str, system: str = sys.platform) -> bool:
    """True where a program starts: a stub that only points to a shop, or one that lacks a library, does not."""
    if not Path(program).is_file():
        return False
    if system == "win32":  # there --version opens a window
        return True
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def variables_for_tests(environment: Environment) -> dict[str, str]:
    """Find or install a Chromium; returns what the tests must be told: where it is, or why there is none."""
    found = find(os.environ) or _from_playwright(environment) or _from_debian()
    if found:
        return {PATH_VARIABLE: found}
    reason = (
        f"no Chromium on PATH, {PATH_VARIABLE} is not set, and neither Playwright's own nor Debian's could be installed"
    )
    say(f"BROWSER TESTS WILL BE SKIPPED: {reason}.")
    return {ABSENT_VARIABLE: reason}


def _from_playwright(environment: Environment) -> str | None:
    with progress("Installing Playwright's Chromium") as line:
        installed = _succeeds([str(environment.python), "-m", "playwright", "install", "chromium"], environment)
        if not installed:
            line.outcome = "not to be had here"
            return None
        asked = subprocess.run(
            [environment.python, "-c", _ASK_PLAYWRIGHT], env=environment.variables(), capture_output=True, text=True
        )
        path = asked.stdout.strip()
        if asked.returncode == 0 and runs(path):
            return path
        line.outcome = "installed, but does not run here"
        return None


def _from_debian() -> str | None:
    """Debian's package, where it is root; elsewhere nothing is asked of the system."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    with progress("Installing Debian's Chromium") as line:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        if _succeeds(["apt-get", "update", "-qq"], more=quiet) and _succeeds(
            ["apt-get", "install", "-y", "-qq", "chromium"], more=quiet
        ):
            return find({"PATH": os.environ.get("PATH", os.defpath)})
        line.outcome = "not to be had here"
        return None


def _succeeds(
    command: list[str], environment: Environment | None = None, more: Mapping[str, str] | None = None
) -> bool:
    """Run a command without a word; True where it succeeds within a quarter of an hour."""
    variables = environment.variables() if environment else dict(os.environ)
    try:
        done = subprocess.run(
            command, env={**variables, **(more or {})}, stdin=subprocess.DEVNULL, capture_output=True, timeout=900
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
