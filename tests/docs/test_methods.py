"""The parameter tables of the guide: complete, fresh, and readable where Markdown is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import methods as guide_tables
from embedders import METHODS
from embedders.base import ItemColumns, Params, parameter
from embedders.declared import in_words

TEXT = guide_tables.GUIDE.read_text(encoding="utf-8")


def test_every_table_holds_what_is_declared_now() -> None:
    assert guide_tables.with_tables(TEXT) == TEXT, "run python -m docs.methods"


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_a_row_for_each_parameter(name: str) -> None:
    within = TEXT.partition(f"<!-- parameters of {name}: begin -->")[2].partition("<!-- parameters of ")[0]
    rows = [line.split("|")[1].strip() for line in within.splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(f"`{parameter}`" for parameter in METHODS[name].Params.model_fields)


def test_a_stale_table_is_written_anew_and_nothing_else_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = TEXT.replace("| `dimensions` | 64 |", "| `dimensions` | 63 |")
    assert stale != TEXT
    copy = tmp_path / "methods.md"
    copy.write_text(stale, encoding="utf-8")
    monkeypatch.setattr(guide_tables, "GUIDE", copy)
    assert guide_tables.main(["--check"]) == 1
    assert copy.read_text(encoding="utf-8") == stale
    assert guide_tables.main([]) == 0
    assert copy.read_text(encoding="utf-8") == TEXT
    assert guide_tables.main(["--check"]) == 0


def test_a_method_without_a_place_for_its_table_is_named() -> None:
    with pytest.raises(ValueError, match="parameters of als: begin"):
        guide_tables.with_tables(TEXT.replace("<!-- parameters of als: begin -->", ""))


def test_marks_of_markdown_in_a_sentence_stay_what_they_are() -> None:
    row = next(line for line in guide_tables.table(METHODS["als"]).splitlines() if line.startswith("| `confidence`"))
    assert r"alpha\*r as the library has it" in row
    assert row.count("|") == 5


def test_parameters_are_told_in_words_basics_first() -> None:
    rows = {row.name: row for row in in_words(METHODS["item2vec"].Params)}
    assert rows["dimensions"][1:3] == ("64", "2 to 1,024")
    assert rows["model"][1:3] == ("skip-gram", "skip-gram, cbow")
    assert rows["time_window_minutes"][1:3] == ("empty", "0 to 5,256,000, or empty")
    assert rows["whole_session"][1:3] == ("off", "on or off")
    assert rows["sample"][1:3] == ("0.0001", "0 to 0.1")
    folded = [row.advanced for row in rows.values()]
    assert folded == sorted(folded)
    assert rows["sample"].advanced


def test_a_parameter_that_takes_columns_says_of_which_table() -> None:
    class WithColumns(Params):
        features: ItemColumns = parameter((), "Columns.")

    assert in_words(WithColumns)[1][:3] == ("features", "none", "columns of the item table")
