"""constraints.txt: every package that the requirements bring along, at one version for all systems and Pythons."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from launcher.console import LaunchError, progress
from launcher.environment import DEVELOP, RUN, SPARK

CONSTRAINTS = "constraints.txt"
OLDEST_PYTHON = "3.11"
RESOLVER = "uv==0.13.9"  # pip resolves for the system that it runs on, this for all at once

HEADER = """\
# Every package that requirements.txt, requirements-spark.txt and requirements-dev.txt bring along, for Python 3.11 to
# 3.13 on Linux, macOS and Windows. Written by `python3 launch.py lock`: do not edit.
"""


def lock(root: Path, upgrade: bool = False) -> None:
    """Write constraints.txt anew from the requirements files; what it names stays where it is unless `upgrade`.

    Raises LaunchError where the requirements contradict each other.
    """
    with tempfile.TemporaryDirectory(prefix="itemscape-lock-") as name, progress("Locking every dependency") as line:
        folder = Path(name)
        for file in (RUN, SPARK, DEVELOP):  # without their own `-c constraints.txt`, which would let nothing move
            lines = (root / file).read_text(encoding="utf-8").splitlines()
            kept = "\n".join(text for text in lines if not text.startswith("-c "))
            (folder / file).write_text(kept + "\n", encoding="utf-8")
        locked = folder / CONSTRAINTS
        if (root / CONSTRAINTS).exists() and not upgrade:
            locked.write_text((root / CONSTRAINTS).read_text(encoding="utf-8").removeprefix(HEADER), encoding="utf-8")
        python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        _run([sys.executable, "-m", "venv", "venv"], folder)
        _run([python, "-m", "pip", "install", "--quiet", RESOLVER], folder)
        line.show("resolving")
        resolve = ["compile", "--universal", "--fork-strategy", "fewest", "--python-version", OLDEST_PYTHON]
        _run([python, "-m", "uv", "pip", *resolve, "--quiet", "--no-header", DEVELOP, "-o", CONSTRAINTS], folder)
        (root / CONSTRAINTS).write_text(HEADER + locked.read_text(encoding="utf-8"), encoding="utf-8")


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise LaunchError(f"The dependencies cannot be locked: {(done.stdout + done.stderr).strip()}")
