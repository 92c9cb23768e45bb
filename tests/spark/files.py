"""Logs as text in files, for the tests of what Spark reads."""

from __future__ import annotations

from pathlib import Path

from interactions.options import ReadOptions

WITH_HEADER = ReadOptions(header=True)  # which rows that hold names of columns would make doubtful


def write(folder: Path, text: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
