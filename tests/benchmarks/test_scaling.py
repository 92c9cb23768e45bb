"""What is measured of how training grows, and the tables made of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import scaling, scaling_tables
from benchmarks.scaling import ITEMS, LONGEST, ON_SPARK, PASSES, ROWS, Cell
from embedders import METHODS


def test_every_method_is_measured_with_parameters_that_it_has() -> None:
    assert set(PASSES) == set(METHODS)
    for cell in scaling.cells():
        values = dict(setting.split("=") for setting in cell.settings.split(","))
        assert METHODS[cell.method].Params.checked(values).dimensions == cell.dimensions


def test_spark_is_measured_for_what_it_trains() -> None:
    there = {cell.method for cell in scaling.cells() if cell.place != "here"}
    assert there == set(ON_SPARK) == {name for name, method in METHODS.items() if "spark" in method.engines}


def test_what_is_known_is_not_measured_again_and_what_would_take_long_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Cell] = []

    def stand_in(sitting: Sequence[Cell], folder: Path) -> list[dict[str, float]]:
        measured.extend(sitting)
        return [{"training": cell.rows * cell.items / 100 if cell.method == "als" else LONGEST / 3} for cell in sitting]

    monkeypatch.setattr(scaling, "measure", stand_in)
    kept = tmp_path / "scaling.json"
    quick, slow = (
        [*(Cell("here", method, rows) for rows in ROWS), *(Cell("here", method, 1, items=items) for items in ITEMS)]
        for method in ("als", "svd")
    )
    scaling.fill([*quick, *slow, quick[0]], kept, tmp_path)
    usual = slow[0]
    as_long = [
        dataclasses.replace(usual, rows=3),
        *(dataclasses.replace(usual, items=items) for items in (10, 30, 300)),
    ]
    assert measured == [*dict.fromkeys(quick), usual, *as_long], "none twice"
    before = list(measured)
    scaling.fill([*quick, *slow], kept, tmp_path)
    assert measured == before
    assert set(json.loads(kept.read_text(encoding="utf-8"))) == {cell.key for cell in measured}


def test_on_spark_a_log_is_read_once_for_all_methods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def stand_in(part: object, *arguments: object) -> dict[str, float]:
        asked.append(arguments)
        seconds = {"als:dimensions=64,iterations=1": 3.0, "item2vec:dimensions=64,epochs=1": 4.0}
        return {**seconds, "reading": 2.0}

    monkeypatch.setattr("benchmarks.fresh.run", stand_in)
    kept = tmp_path / "scaling.json"
    scaling.fill([Cell("local[2]", method, 1) for method in ON_SPARK], kept, tmp_path)
    (_, (_, trainings)) = asked  # the log is written, and trained on
    assert trainings == "als:dimensions=64,iterations=1;item2vec:dimensions=64,epochs=1"
    assert [cell["training"] for cell in json.loads(kept.read_text(encoding="utf-8")).values()] == [3.0, 4.0]
    assert [cell["reading"] for cell in json.loads(kept.read_text(encoding="utf-8")).values()] == [2.0, 2.0]


def test_a_slope_is_told_between_the_two_largest_logs() -> None:
    cell = Cell("2 workers", "als", 1)
    seconds = {1: 50.0, 3: 60.0, 10: 95.0}
    known = {dataclasses.replace(cell, rows=rows).key: {"training": value} for rows, value in seconds.items()}
    assert scaling_tables.slope(known, cell, "training") == pytest.approx(5.0)
    assert scaling_tables.slope({}, cell, "training") is None


def test_what_nobody_measured_is_worked_out_from_the_slopes() -> None:
    known = {
        Cell("2 workers", "als", rows, passes=passes).key: {
            "reading": 10.0 + 3.6 * rows,
            "training": (1.8 + 0.9 * passes) * rows,
            "held": 0.04 * rows,
        }
        for rows in (10, 30)
        for passes in (1, 3)
    }
    (line,) = [line for line in scaling_tables.tables(known)["paper"].splitlines() if "als, 1 billion" in line]
    # Two cores for 3.6 s, and for 1.8 s and 15 times 0.9 s, a thousand times: 2 and 8.5 hours, in eight by 1.3 cores.
    assert line == "| als, 1 billion, 15 passes | 2 | 8 | 1 | 40 |"


def test_how_many_rows_a_machine_holds_is_worked_out_from_the_slopes() -> None:
    known = {
        Cell("here", "als", rows).key: {"training": 0.36 * rows, "memory": 1.0 + 0.05 * rows, "reading": 1.0}
        for rows in (3, 10, 30)
    }
    lines = scaling_tables.tables(known)["machine"].splitlines()
    # 1 GB, and 50 MB for each million rows: 300 millions fill 16 GB, and 1260 millions 64.
    assert "| als | 50 MB | 300 | 1,300 | 0.1 |" in lines
    assert "| svd | – | – | – | – |" in lines


def test_rows_that_cost_nothing_are_none_and_those_that_grow_dearer_make_a_lower_bound() -> None:
    known = {
        Cell("here", method, rows).key: {"training": seconds, "memory": 1.0 + 0.05 * rows, "reading": 1.0}
        for method, told in {"deepwalk": (400.0, 360.0), "neural": (360.0, 1080.0)}.items()
        for rows, seconds in zip((10, 30), told, strict=True)
    }
    tables = scaling_tables.tables(known)
    assert "| deepwalk | – | – | 400 s | 360 s | none | 2.5 GB |" in tables["rows"]
    assert "| deepwalk | 50 MB | 300 | 1,300 | 0.1 |" in tables["machine"].splitlines()
    assert "| neural | 50 MB | 300 | 1,300 | over 10.0 |" in tables["machine"].splitlines()


def test_a_guide_without_a_place_for_a_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="rows: begin"):
        scaling_tables.with_tables("# How training grows\n", {})
    places = "\n".join(f"<!-- {name}: begin -->\n<!-- {name}: end -->" for name in scaling_tables.tables({}))
    written = scaling_tables.with_tables(places, {})
    assert written.count("| als |") == 4
    assert scaling_tables.with_tables(written, {}) == written


def test_the_tables_of_the_guide_are_those_of_what_was_measured() -> None:
    text = scaling.GUIDE.read_text(encoding="utf-8")
    assert scaling_tables.with_tables(text, json.loads(scaling.KEPT.read_text(encoding="utf-8"))) == text
