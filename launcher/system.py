"""What the system must bring, since no package index can: each lack is one line with its remedy."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import sys
from pathlib import Path

from launcher.console import LaunchError

NEWEST_PYTHON = (3, 13)  # gensim and implicit are built for no later one
SPACE_NEEDED = 2.5  # GB: 0.35 of downloads, 1.2 installed, and what pip unpacks in between


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raise LaunchError where this Python is newer than the libraries; launch.py refuses one that is too old."""
    if version > NEWEST_PYTHON:
        raise LaunchError(
            f"Python {version[0]}.{version[1]} is newer than what the libraries are built for: "
            "start this with Python 3.11, 3.12 or 3.13, as in `python3.12 launch.py`."
        )


def check_venv() -> None:
    """Raise LaunchError where this Python cannot make virtual environments (Debian packs that apart)."""
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise LaunchError(
            f"This Python has no venv: install it (on Debian and Ubuntu `sudo apt install python{version}-venv`; "
            "elsewhere a Python from www.python.org has it), then start this again."
        )


def check_openmp() -> None:
    """Raise LaunchError where Linux lacks the OpenMP library that implicit's wheel leaves to the system."""
    if not sys.platform.startswith("linux"):
        return
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError as error:
        raise LaunchError(
            "This system lacks libgomp.so.1: install it (`sudo apt install libgomp1` on Debian and Ubuntu, "
            "`sudo dnf install libgomp` on Fedora), then start this again."
        ) from error


def check_space(folder: Path) -> None:
    """Raise LaunchError where the disk is too full for an installation."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < SPACE_NEEDED:
        raise LaunchError(
            f"{folder} has {free:.1f} GB free and the installation takes {SPACE_NEEDED} GB: "
            "make room, then start this again."
        )
