"""Tables of items and users are joined by id as it stands, or as a person says; a note tells where more would match."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from interactions import CleaningReport, InteractionLog, ReadOptions, read_log
from interactions.options import MatchIds
from tests.interactions.files import GOOD, ITEMS, write

WAYS: dict[MatchIds, tuple[list[str], list[str]]] = {  # how the log and how the table writes each id
    "as numbers": (["266079.0", "0001", "7", "0", "x1", "10."], ["266079", "1", "007.00", "000", "x1", "10"]),
    "ignoring case and spaces": (["AB-1", " ab-2", "Ab-3 ", "ÄB", "5"], ["ab-1", "AB-2", "ab-3", "äb", "5"]),
}


def joined(
    folder: Path, in_log: list[str], in_table: list[str], match: MatchIds | None
) -> tuple[InteractionLog, CleaningReport]:
    rows = [f"u{n % 3},{one}" for n, one in enumerate(in_log)]
    (folder / "log.csv").write_text("\n".join(["user,item", *rows]), encoding="utf-8")
    titles = [f"{one},title {n}" for n, one in enumerate(in_table)]
    (folder / "items.csv").write_text("\n".join(["item,title", *titles]), encoding="utf-8")
    return read_log(folder / "log.csv", items_path=folder / "items.csv", items_options=ReadOptions(match_ids=match))


@pytest.mark.parametrize("match", WAYS)
def test_ids_that_are_compared_otherwise_keep_their_form(tmp_path: Path, match: MatchIds) -> None:
    in_log, in_table = WAYS[match]
    log, report = joined(tmp_path, in_log, in_table, match)
    assert sorted(log.item_ids) == sorted(in_log)
    titles = dict(zip(log.item_ids, log.items["title"], strict=True))
    assert [titles[one] for one in in_log] == [f"title {n}" for n in range(len(in_log))]
    assert report.items_known == len(in_log)
    assert not any("compared" in note for note in report.notes)
    exact, report = joined(tmp_path, in_log, in_table, "exactly")
    assert report.items_known == 1
    assert exact.digest != log.digest


def test_few_matches_and_many_more_as_numbers_are_told_with_an_example(tmp_path: Path) -> None:
    in_log = [f"{n}.0" for n in range(100, 140)] + ["same"]
    log, report = joined(tmp_path, in_log, [str(n) for n in range(100, 140)] + ["same"], None)
    (note,) = [note for note in report.notes if "compared" in note]
    assert note.startswith("1 of 41 items of the log stand in column 'item' of items.csv, and 41 would if ids were")
    assert "compared as numbers: the log writes '100.0' where items.csv writes '100'." in note
    assert log.item_ids[0] == "100.0"
    _, report = joined(tmp_path, [f"sku-{n}" for n in range(20)], [f"SKU-{n}" for n in range(20)], None)
    assert any("compared ignoring case and spaces: the log writes 'sku-0'" in note for note in report.notes)


def test_a_table_of_other_items_gets_no_advice(tmp_path: Path) -> None:
    _, report = joined(tmp_path, [str(n) for n in range(40)], [str(n) for n in range(1000, 1040)], None)
    assert report.items_known == 0
    assert not any("compared" in note for note in report.notes)
    assert any("is it the right file?" in note for note in report.notes)


def test_a_table_without_rows_knows_nothing(tmp_path: Path) -> None:
    pq.ParquetWriter(tmp_path / "items.parquet", pa.schema({"item": pa.string(), "title": pa.string()})).close()
    (tmp_path / "log.csv").write_text("user,item\nu1,a\nu2,b\n", encoding="utf-8")
    log, report = read_log(tmp_path / "log.csv", items_path=tmp_path / "items.parquet")
    assert report.items_known == 0
    assert log.items["title"].isna().all()


def test_rows_that_become_one_id_are_counted_and_the_first_counts(tmp_path: Path) -> None:
    log, report = joined(tmp_path, ["1", "2"], ["01", "1.0", "2"], "as numbers")
    assert log.items["title"].tolist() == ["title 0", "title 2"]
    assert any("1 rows of items.csv repeat an id" in note for note in report.notes)


def test_a_table_without_header_finds_its_ids_in_the_way_they_are_compared(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,item\nu1,1.0\nu2,2.0\n", encoding="utf-8")
    (tmp_path / "items.csv").write_text("x,9,1\ny,9,2\n", encoding="utf-8")
    options = ReadOptions(match_ids="as numbers", header=False)
    _, report = read_log(tmp_path / "log.csv", items_path=tmp_path / "items.csv", items_options=options)
    assert report.items_known == 2


def test_an_item_table_is_joined_by_id_as_text(tmp_path: Path) -> None:
    log, report = read_log(write(tmp_path, GOOD), items_path=write(tmp_path, ITEMS, "items.csv"))
    assert log.items["title"].isna().tolist() == [True, False, False]
    assert log.items["title"].tolist()[1:] == ["Leading zeros", "Cee"]
    assert log.items["category"].isna().tolist() == [True, True, False]
    assert log.items["price"].tolist()[1:] == ["2.50", "1.50"], "texts of a CSV stay as they stand"
    assert list(log.items.columns) == ["title", "category", "price", "id (column)"]
    assert report.items_known == 2
    assert (report.columns["title"], report.columns["category"]) == ("name", "genre")
    assert any("repeat an id" in note for note in report.notes)


def test_an_item_table_keeps_the_types_of_parquet(tmp_path: Path) -> None:
    table = pd.DataFrame({"item_id": ["c", "0104257"], "stock": [3, 4], "price": [1.5, 2.5]})
    table.to_parquet(tmp_path / "items.parquet")
    log, _ = read_log(write(tmp_path, GOOD), items_path=tmp_path / "items.parquet")
    assert log.items["stock"].tolist() == [pd.NA, 4, 3]
    assert log.items["price"].tolist()[1:] == [2.5, 1.5]
    log.save(tmp_path)
    pd.testing.assert_frame_equal(InteractionLog.load(tmp_path).items, log.items)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([["Drama", "Comedy"], ["Drama"], []], ["Drama|Comedy", "Drama", None]),
        ([[0, 1], [2, None], None], ["0|1", "2", None]),
        ([[{"id": 18, "name": "Drama"}, {"id": 35, "name": "Comedy"}], None, []], ["Drama|Comedy", None, None]),
        ([1.0, None, 12.0], ["1", None, "12"]),
        ([1.0, None, 12.5], ["1.0", None, "12.5"]),
    ],
)
@pytest.mark.parametrize("form", ["parquet", "duckdb"])
def test_titles_and_categories_of_typed_tables_are_texts(
    tmp_path: Path, cells: list[object], expected: list[str | None], form: str
) -> None:
    table, path = pd.DataFrame({"item_id": list("abc"), "genres": cells}), tmp_path / f"items.{form}"
    if form == "parquet":
        table.to_parquet(path)
    else:
        rows = pa.Table.from_pandas(table)  # noqa: F841 - the database finds it by its name
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE items AS SELECT * FROM rows")
    log, _ = read_log(write(tmp_path, "user,item\nu1,a\nu2,b\nu1,c\n"), items_path=path)
    category = log.items["category"]
    assert [None if missing else text for text, missing in zip(category, category.isna(), strict=True)] == expected


def test_the_id_column_of_a_table_without_telling_names_is_the_one_that_matches(tmp_path: Path) -> None:
    items = write(tmp_path, "number,what,title\n1,c,Cee\n2,0104257,Zeros\n", "items.csv")
    log, report = read_log(write(tmp_path, GOOD), items_path=items)
    assert report.items_known == 2
    assert log.items["title"].tolist()[1:] == ["Zeros", "Cee"]


def test_title_and_category_can_be_named_in_either_file(tmp_path: Path) -> None:
    path = write(tmp_path, "u,i,label\nu1,a,A\nu2,b,B\n")
    items = write(tmp_path, "i,title,group\na,Not wanted,x\nb,Not wanted,y\n", "items.csv")
    roles = {"user": "u", "item": "i", "title": "label", "category": "group"}
    log, report = read_log(path, roles, items_path=items)
    assert log.items["title"].tolist() == ["A", "B"]
    assert log.items["category"].tolist() == ["x", "y"]
    assert report.columns == roles


def test_a_user_table_is_joined_too(tmp_path: Path) -> None:
    users = write(tmp_path, "user_id,age\nu2,40\nu9,1\n", "users.csv")
    log, _ = read_log(write(tmp_path, GOOD), users_path=users)
    assert log.users["age"].isna().tolist() == [True, False]
    assert log.users["age"].iloc[1] == "40"
    log.save(tmp_path)
    pd.testing.assert_frame_equal(InteractionLog.load(tmp_path).users, log.users)


def test_malformed_rows_of_a_table_are_said(tmp_path: Path) -> None:
    items = write(tmp_path, "item_id,title\nc,Cee\n0104257\n", "items.csv")
    _, report = read_log(write(tmp_path, GOOD), items_path=items)
    assert any("1 malformed rows of items.csv" in note and "line 3" in note for note in report.notes)


@pytest.mark.parametrize(
    ("header", "cells", "titles_from", "others"),
    [
        ("number,what", "{n},{n}", "number", "what"),
        (",code,title", "{m},{n},T{n}", "code", "column 1"),  # pandas wrote its index
        ("rank,code,title", "{n},{r},T{r}", "code", "rank"),
        ("what,code,title", "x,{n},T{n}", "code", None),
    ],
)
def test_a_tie_between_columns_of_ids_is_told(
    tmp_path: Path, header: str, cells: str, titles_from: str, others: str | None
) -> None:
    rows = [cells.format(n=n, m=n - 1, r=1 + (7 * n) % 60) for n in range(1, 61)]
    items = write(tmp_path, "\n".join([header, *rows]), "items.csv")
    log, report = read_log(
        write(tmp_path, "user,item\n" + "".join(f"u{n % 3},{n}\n" for n in range(1, 41))), items_path=items
    )
    if "title" in header:
        assert log.items["title"].tolist() == [f"T{item}" for item in log.item_ids]
    said = [note for note in report.notes if "The ids of items.csv" in note]
    assert len(said) == (others is not None)
    assert others is None or f"from column {titles_from!r}; as many ids of the log stand in {others}:" in said[0]
