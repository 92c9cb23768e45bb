"""The accuracy benchmarks: their cases, and how ratings are read and cut; nothing is fetched here."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy import CASES, ml100k
from benchmarks.accuracy.__main__ import DOCUMENT, with_output
from benchmarks.accuracy.check import Check
from interactions.log import Codes, InteractionLog


def ratings(folder: Path, n: int = 100) -> Path:
    """A folder that holds a file as the wheel has it: user, item, rating 1..5, time."""
    rows = [f"{number % 7}\t{number}\t{number % 5 + 1}\t{880_000_000 + number}" for number in range(n)]
    heading = "user_id:token\titem_id:token\trating:float\ttimestamp:float"
    (folder / "ml-100k.inter").write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return folder


def test_every_case_has_a_module_that_measures() -> None:
    for name in CASES:
        assert callable(importlib.import_module(f"benchmarks.accuracy.{name}").measure)


def test_ratings_are_read_as_weights(tmp_path: Path) -> None:
    log = ml100k.read(ratings(tmp_path))
    assert (log.n_interactions, log.n_users, log.n_items) == (100, 7, 100)
    for item, weight in zip(log.item_ids[log.item_codes], log.weights, strict=True):
        assert weight == int(item) % 5 + 1


def test_a_random_fifth_is_set_apart_and_codes_stay(tmp_path: Path) -> None:
    log = ml100k.read(ratings(tmp_path))
    first, again, other = ml100k.cut(log, 0), ml100k.cut(log, 0), ml100k.cut(log, 1)
    assert (first.training.n_interactions, len(first.ratings)) == (80, 20)
    assert sorted([*first.training.item_codes, *first.items]) == list(range(100))
    assert np.array_equal(first.items, again.items)
    assert not np.array_equal(np.sort(first.items), np.sort(other.items))
    assert first.training.item_ids is log.item_ids


def test_the_error_is_the_mean_over_the_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = ml100k.read(ratings(tmp_path))
    monkeypatch.setattr(ml100k, "read", lambda: log)

    def fit(training: InteractionLog, seed: int) -> ml100k.Scores:
        def scores(users: Codes, items: Codes) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
            truth = np.array([int(log.item_ids[item]) % 5 + 1 for item in items], dtype=np.float64)
            return truth + seed  # errors of 0, 1 and 2

        return scores

    check = ml100k.check(fit)
    assert check.value == pytest.approx(1.0)
    assert not check.is_met
    assert "0.0000, 1.0000, 2.0000" in check.what


def test_a_check_says_whether_it_is_met() -> None:
    assert str(Check("error", 0.91234, "at most 0.95", True)) == "error: 0.9123 (at most 0.95: met)"
    assert str(Check("error", 1.0, "at most 0.95", False)) == "error: 1 (at most 0.95: NOT MET)"


def test_the_document_keeps_its_words_and_holds_what_was_printed_last() -> None:
    text = "# How\n\nWords.\n\n```text\nold\n```\n"
    assert with_output(text, ["new", "  lines"]) == "# How\n\nWords.\n\n```text\nnew\n  lines\n```\n"


def test_the_document_has_every_case_and_nothing_that_was_not_met() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, what in CASES.items():
        assert f"\n{name}: {what}\n  " in text
    assert "NOT MET" not in text
