"""The grocery log that comes with the program."""

from __future__ import annotations

from pathlib import Path

from errors import LogError

SAMPLE_NAME = "grocery"
_FOLDER = Path(__file__).resolve().parent.parent / "sample_data" / "grocery"


def sample_files() -> tuple[Path, Path]:
    """(the log, its item table); raises LogError where they are missing from the installation."""
    files = _FOLDER / "interactions.parquet", _FOLDER / "items.parquet"
    for file in files:
        if not file.is_file():
            raise LogError(f"The sample's file {file} is missing: make it anew with `python sample_data/build.py`.")
    return files


def sample_columns() -> dict[str, str]:
    """Role -> column; quantity is no weight, since fuel is counted in thousandths and would outweigh all else."""
    return {
        "user": "household_id",
        "item": "product_id",
        "session": "basket_id",
        "time": "time",
        "title": "title",
        "category": "category",
    }
