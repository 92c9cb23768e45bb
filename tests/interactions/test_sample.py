"""The sample that comes with the program opens with the roles it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from errors import LogError
from interactions import preview, read_log
from interactions import sample as sample_module
from interactions.sample import sample_columns, sample_files


def test_the_sample_is_the_log_that_its_description_tells() -> None:
    path, items = sample_files()
    log, report = read_log(path, sample_columns(), items_path=items)
    assert (report.rows, report.interactions) == (1_469_307, 1_469_307)
    assert (log.n_users, log.n_sessions, log.n_items) == (2_469, 155_848, 68_509)
    assert set(log.weights.tolist()) == {1.0}, "quantity is no weight"
    assert report.columns == sample_columns()
    assert report.items_known == 68_492
    assert log.items["category"].nunique() == 302
    assert list(log.items.columns) == ["title", "category", "department", "brand", "package_size"]
    titles = dict(zip(log.item_ids, log.items["title"], strict=True))
    assert titles["1025522"] == "SPECIALTY COOKIES 14 OZ, Private"


def test_its_columns_are_guessed_as_they_are() -> None:
    path, _ = sample_files()
    guesses = {role: guess.name for role, guess in preview(path).guesses.items()}
    assert guesses == {role: name for role, name in sample_columns().items() if role not in ("title", "category")}


def test_a_missing_sample_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sample_module, "_FOLDER", tmp_path)
    with pytest.raises(LogError, match=r"build\.py"):
        sample_files()
