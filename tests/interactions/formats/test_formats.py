"""Every format gives the same table: the same columns, cells as they stood, each row once."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import pickle
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from errors import LogError
from interactions import ReadOptions, preview, read_log
from interactions.formats.opening import open_source
from interactions.options import Layout
from interactions.values import decoded

COLUMNS = ["user_id", "item_id", "rating", "title"]
ROWS = [
    ("0001", "266079.0", "4.5", 'A "quoted" title'),
    ("0002", "b", "3", "牛奶, <b>bold</b>"),
    ("0001", " c", "1", None),
]


def as_csv(path: Path) -> None:
    lines = [",".join(COLUMNS), '0001,266079.0,4.5,"A ""quoted"" title"', '0002,b,3,"牛奶, <b>bold</b>"', "0001, c,1,"]
    path.write_text("\n".join(lines), encoding="utf-8")


def as_json_lines(path: Path) -> None:
    objects = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in objects), encoding="utf-8")


def as_json_list(path: Path) -> None:
    path.write_text(json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in ROWS], indent=1), encoding="utf-8")


def as_arrow_table() -> pa.Table:
    return pa.table({name: [row[place] for row in ROWS] for place, name in enumerate(COLUMNS)})


def as_parquet(path: Path) -> None:
    pq.write_table(as_arrow_table(), path)


def as_arrow_file(path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, as_arrow_table().schema) as writer:
        writer.write_table(as_arrow_table(), max_chunksize=2)


def as_arrow_stream(path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, as_arrow_table().schema) as writer:
        writer.write_table(as_arrow_table(), max_chunksize=2)


def as_workbook(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(COLUMNS)
    for row in ROWS:
        book.active.append(row)
    book.create_sheet("empty")
    book.save(path)


def as_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE events ({', '.join(f'{name} TEXT' for name in COLUMNS)})")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", ROWS)
    connection.close()


def as_duckdb(path: Path) -> None:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE events ({', '.join(f'{name} TEXT' for name in COLUMNS)})")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", ROWS)


WRITERS: dict[str, Callable[[Path], None]] = {
    "log.csv": as_csv,
    "log.jsonl": as_json_lines,
    "log.json": as_json_list,
    "log.parquet": as_parquet,
    "log.arrow": as_arrow_file,
    "log.arrows": as_arrow_stream,
    "log.xlsx": as_workbook,
    "log.sqlite": as_sqlite,
    "log.duckdb": as_duckdb,
}


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_rows_come_out_of_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    WRITERS[name](path)
    source = open_source(path, ReadOptions())
    assert source.columns == COLUMNS
    assert source.head(2) == [list(row) for row in ROWS[:2]]
    asked = ["title", "user_id", "item_id"]
    batches = list(source.batches(asked))
    cells = [
        tuple(cell or None for cell in row)
        for batch in batches
        for row in zip(*(decoded(array).to_pylist() for array in batch.arrays), strict=True)
    ]
    assert cells == [(row[3], row[0], row[1]) for row in ROWS]
    places = [place for batch in batches for place in batch.places.tolist()]
    assert places == sorted(set(places))
    assert batches[-1].done <= source.size
    log, report = read_log(path)
    assert (report.rows, report.dropped) == (3, {})
    assert log.user_ids.tolist() == ["0001", "0002"]
    assert log.item_ids.tolist() == [" c", "266079.0", "b"]
    assert set(log.items["title"].dropna()) == {'A "quoted" title', "牛奶, <b>bold</b>"}
    assert preview(path).guesses["item"].name == "item_id"


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "log.csv"])
def test_a_damaged_file_of_every_format_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    WRITERS[name](path)
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], content[:40] + b"\xff" * (len(content) - 40)):
        path.write_bytes(damaged)
        with pytest.raises(LogError) as caught:
            read_log(path)
        assert "\n" not in str(caught.value)
        assert name in str(caught.value)


def test_json_keeps_numbers_as_they_are_written_and_flattens_what_is_nested(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"user": 12345678901234567890, "item": {"id": 1.50, "tags": ["a", "b"]}, "bought": true}\n'
        '{"user": 2, "item": {"id": "x", "tags": null}, "later": 1}\n'
        "\n"
        "{broken\n"
        '["no", "object"]\n'
        '{"user": 3, "item": {"id": "y", "more": [{"deep": 1}]}}\n',
        encoding="utf-8",
    )
    source = open_source(path, ReadOptions())
    assert source.columns == ["user", "item.id", "item.tags", "bought", "later", "item.more"]
    assert source.head(1) == [["12345678901234567890", "1.50", "a|b", "true", "", ""]]
    [batch] = source.batches(["user", "item.id"])
    assert batch.arrays[0].to_pylist() == ["12345678901234567890", "2", "3"]
    assert batch.places.tolist() == [1, 2, 6]
    assert (batch.n_malformed, batch.malformed) == (2, [(4, "no valid JSON"), (5, "not a JSON object")])


@pytest.mark.parametrize("name", ["lines", "list", "python"])
def test_half_of_a_character_in_json(tmp_path: Path, name: str) -> None:
    """Programs that cut an emoji in two write one half of it, in either case of letters; no text can hold that."""
    objects = [
        {"user": "u1", "item\ud83d": "i1", "title": "cut \ud83d", "more": {"\ude00": ["a", "b\ude00\ud83d"]}},
        {"user": "u\ud83d", "item\ud83d": "😀 \\ud83d", "title": "\ud83d\ude00 whole", "more": {"count": 12.50}},
    ]
    lines = list(map(repr if name == "python" else json.dumps, objects))
    lines[1] = lines[1].replace("ud83d", "uD83D")
    text = f"[{','.join(lines)}]" if name == "list" else "\n".join(lines)
    (tmp_path / "log.json").write_text(text, encoding="utf-8")
    source = open_source(tmp_path / "log.json", ReadOptions())
    assert source.columns == ["user", "item�", "title", "more.�", "more.count"]
    escaped = "\\uD83D"
    rows = [["u1", "i1", "cut �", "a|b��", ""], ["u�", f"😀 {escaped}", "😀 whole", "", "12.5"]]
    assert source.head(2) == rows
    (batch,) = source.batches(source.columns)
    assert [[cell or "" for cell in array.to_pylist()] for array in batch.arrays] == [
        list(column) for column in zip(*rows, strict=True)
    ]
    assert preview(tmp_path / "log.json").sample.iloc[0].tolist() == rows[0]
    log, _ = read_log(tmp_path / "log.json", {"user": "user", "item": "item�"}, items_path=tmp_path / "log.json")
    assert log.user_ids.tolist() == ["u1", "u�"]
    assert set(log.items["title"]) == {"cut �", "😀 whole"}


def test_objects_as_python_prints_them(tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    lines = [
        repr({"user": "u1", "item": "007", "text": 'it\'s "great"\n', "hours": 34.5, "early": True, "found": None}),
        json.dumps({"user": "u2", "item": "8", "tags": ["a", "b"], "early": False}),
        repr({"user": "u'3", "item": 9, "tags": ("c",), "more": {"of": "x"}}),
        "{'user': 'u4', 'item': 'open'",
        "{'user', 'item'}",
        "{'user': __import__('os').getcwd()}",
        "{(1, 2): 'u4'}",
        "{'a': " * 5000,
        "{'user': b'u4'}",
        "['u5', 'i']",
    ]
    path.write_text("\n".join(lines))
    source = open_source(path, ReadOptions())
    assert source.columns == ["user", "item", "text", "hours", "early", "found", "tags", "more.of"]
    assert source.head(9) == [
        ["u1", "007", 'it\'s "great"\n', "34.5", "true", "", "", ""],
        ["u2", "8", "", "", "false", "", "a|b", ""],
        ["u'3", "9", "", "", "", "", "c", "x"],
    ]
    (batch,) = source.batches(["user"])
    assert [place for place, _ in batch.malformed] == [4, 5, 6]
    assert (batch.n_malformed, {what for _, what in batch.malformed}) == (7, {"no valid JSON"})


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 50_000, "[1, 2]", "{}\n{}", "{\n", "[]"])
def test_json_that_holds_no_objects(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.json").write_text(text, encoding="utf-8")
    with pytest.raises(LogError, match=r"log\.json"):
        open_source(tmp_path / "log.json", ReadOptions())


@pytest.mark.parametrize("chunk", [10, 56, 57, 58, 1000])
@pytest.mark.parametrize("behind", ["", "\n \n", '[{"user": "u3", "item": "c"}]', "]", " x"])
def test_what_stands_behind_a_json_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, behind: str
) -> None:
    listed = '[{"user": "u1", "item": "a"}, {"user": "u2", "item": "b"}]'
    assert len(listed) == 58
    monkeypatch.setattr("interactions.formats.lines._BLOCK", chunk)
    (tmp_path / "log.json").write_text(listed + behind, encoding="utf-8")
    if behind.strip():
        with pytest.raises(LogError, match=r"log\.json goes on behind its JSON list"):
            read_log(tmp_path / "log.json")
    else:
        assert read_log(tmp_path / "log.json")[1].rows == 2


def test_cells_of_a_workbook_read_as_a_person_sees_them(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Orders"
    sheet["B2"] = "Report of the year"
    rows: list[list[Any]] = [
        ["CustomerID", "StockCode", "InvoiceDate", "Gift"],
        [17850, "85123A", datetime.datetime(2010, 12, 1, 8, 26), True],
        [17850.0, 71053, datetime.datetime(2010, 12, 1), None],
        [],
        [1.5, "C536379", datetime.date(2010, 12, 2), False],
    ]
    for row in rows:
        sheet.append(row)
    book.create_sheet("Notes")["A1"] = "nothing"
    book.save(tmp_path / "orders.xlsx")
    source = open_source(tmp_path / "orders.xlsx", ReadOptions())
    assert source.columns == ["CustomerID", "StockCode", "InvoiceDate", "Gift"]
    assert source.head(9) == [
        ["17850", "85123A", "2010-12-01 08:26:00", "true"],
        ["17850", "71053", "2010-12-01", ""],
        ["1.5", "C536379", "2010-12-02", "false"],
    ]
    [batch] = source.batches(["CustomerID"])
    assert batch.places.tolist() == [4, 5, 7]


def test_files_of_several_tables_need_a_name(tmp_path: Path) -> None:
    as_workbook(tmp_path / "two.xlsx")
    from openpyxl import load_workbook

    book = load_workbook(tmp_path / "two.xlsx")
    book["empty"].append(["user", "item"])
    book.save(tmp_path / "two.xlsx")
    with sqlite3.connect(tmp_path / "two.db") as connection:
        connection.execute("CREATE TABLE empty (user TEXT, item TEXT)")
        connection.execute('CREATE TABLE "odd "" name" (user TEXT, item TEXT)')
        connection.execute('INSERT INTO "odd "" name" VALUES (1, 2)')
    connection.close()
    with pytest.raises(LogError, match=r"2 sheets: say which is the table, one of Sheet, empty"):
        open_source(tmp_path / "two.xlsx", ReadOptions())
    assert open_source(tmp_path / "two.xlsx", ReadOptions(table="empty")).columns == ["user", "item"]
    with pytest.raises(LogError, match='2 tables: say which is the table, one of empty, odd " name'):
        open_source(tmp_path / "two.db", ReadOptions())
    assert open_source(tmp_path / "two.db", ReadOptions(table='odd " name')).head(5) == [["1", "2"]]
    for name in ("two.xlsx", "two.db"):
        with pytest.raises(LogError, match="nowhere"):
            open_source(tmp_path / name, ReadOptions(table="nowhere"))


def test_databases_are_not_written_to(tmp_path: Path) -> None:
    for name in ("log.sqlite", "log.duckdb"):
        WRITERS[name](tmp_path / name)
        before = (tmp_path / name).read_bytes()
        read_log(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.duckdb", "log.sqlite"]


def test_baskets_a_line_and_users_with_items(tmp_path: Path) -> None:
    (tmp_path / "retail.dat").write_bytes(b"39 38 \r\n\r\n36  38 39\r\n7\r\n")
    log, report = read_log(tmp_path / "retail.dat", options=ReadOptions(layout="baskets"))
    assert log.users_are_sessions
    assert (report.rows, log.n_users, log.item_ids.tolist()) == (6, 3, ["36", "38", "39", "7"])
    (tmp_path / "train.txt").write_text("0 1 2 3\n1 2\n2\n3 1 1\n", encoding="utf-8")
    log, report = read_log(tmp_path / "train.txt", options=ReadOptions(layout="user-items"))
    assert log.user_ids.tolist() == ["0", "1", "3"]
    assert (report.rows, report.dropped) == (7, {"malformed_row": 1})
    assert report.examples == {"malformed_row": ["line 3: a user without items"]}
    with pytest.raises(LogError, match=r"baskets.*user-items"):
        read_log(tmp_path / "train.txt")


GROCERIES = [["whole milk", "rolls/buns"], ["citrus fruit", "yogurt", "whole milk"], ["yogurt"]]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", ", "])
def test_what_stands_between_the_items_of_a_basket_is_told_from_the_head(tmp_path: Path, mark: str) -> None:
    lines = [mark.join(basket) for basket in GROCERIES]
    (tmp_path / "groceries.csv").write_text("\n".join([*lines, lines[0] + mark * 3]), encoding="utf-8")
    source = open_source(tmp_path / "groceries.csv", ReadOptions(layout="baskets"))
    expected = [[str(line), item] for line, basket in enumerate([*GROCERIES, GROCERIES[0]], start=1) for item in basket]
    assert source.head(99) == expected
    assert source.options.separator == mark.strip(" ")
    told = ReadOptions(layout="baskets", separator="/")
    assert open_source(tmp_path / "groceries.csv", told).head(2)[1] == ["1", lines[0].split("/")[1]]


@pytest.mark.parametrize("mark", [",", ", ", "\t"])
@pytest.mark.parametrize("layout", ["baskets", "user-items"])
def test_most_baskets_may_hold_one_item(tmp_path: Path, mark: str, layout: Layout) -> None:
    names = ["whole milk", "citrus fruit", "rolls/buns", "yogurt", "red wine"]
    several = [[names[n % 5], names[n // 2 % 5], names[n // 3 % 5]] for n in range(45)]
    for single in ([names[n % 5]] for n in range(55)), ([names[n % 5]] for n in range(1500)):
        baskets = [*single, *several]
        lines = [mark.join([f"u{n}"] * (layout == "user-items") + basket) for n, basket in enumerate(baskets)]
        (tmp_path / "groceries.txt").write_text("\n".join(lines), encoding="utf-8")
        source = open_source(tmp_path / "groceries.txt", ReadOptions(layout=layout))
        assert source.options.separator == mark.strip(" ")
        assert [item for _, item in source.head(9999)] == [item for basket in baskets for item in basket]


@pytest.mark.parametrize("odd", ["1,5", "12,{}", "{},5"])
@pytest.mark.parametrize("length", [2, 9])
def test_a_comma_within_a_word_leaves_spaces_between_the_items(tmp_path: Path, odd: str, length: int) -> None:
    baskets = [[str(n * place % 97) for place in range(1, 1 + n % length + 1)] for n in range(900)]
    for n in range(0, 900, 20):
        baskets[n][-1] = odd.format(n)
    for layout in ("baskets", "user-items"):
        lines = [" ".join([f"u{n}"] * (layout == "user-items") + basket) for n, basket in enumerate(baskets)]
        (tmp_path / "retail.dat").write_text("\n".join(lines), encoding="utf-8")
        source = open_source(tmp_path / "retail.dat", ReadOptions(layout=layout))
        assert source.options.separator is None
        assert [item for _, item in source.head(9999)] == [item for basket in baskets for item in basket]


def test_a_tab_behind_the_user_leaves_spaces_between_the_items(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("u1\ta b c\nu2\tb a\n", encoding="utf-8")
    source = open_source(tmp_path / "train.txt", ReadOptions(layout="user-items"))
    assert [item for _, item in source.head(9)] == ["a", "b", "c", "b", "a"]
    (tmp_path / "train.txt").write_text("u1,a b,c\nu2,c,a b\n", encoding="utf-8")
    source = open_source(tmp_path / "train.txt", ReadOptions(layout="user-items"))
    assert source.head(9) == [["u1", "a b"], ["u1", "c"], ["u2", "c"], ["u2", "a b"]]


@pytest.mark.parametrize(("columns", "passed"), [(5, True), (4, True), (3, False)])
def test_titles_of_two_cells_above_the_table_of_a_workbook(tmp_path: Path, columns: int, passed: bool) -> None:
    from openpyxl import Workbook

    book = Workbook()
    header = ["Customer", "Product", "Quantity", "Day", "Revenue"][:columns]
    for row in (["Report:", "Sales Q4"], [], header, *([n, f"P{n % 3}", 1, "Monday", 2.5][:columns] for n in range(9))):
        book.active.append(row)
    book.save(tmp_path / "report.xlsx")
    source = open_source(tmp_path / "report.xlsx", ReadOptions())
    if passed:
        assert source.columns == header
        assert source.notes == ["The header of report.xlsx stands on row 3: the 2 rows above it were passed over."]
        assert source.head(1) == [["0", "P0", "1", "Monday", "2.5"][:columns]]
    else:
        assert source.columns[:2] == ["Report:", "Sales Q4"]
    bare = open_source(tmp_path / "report.xlsx", ReadOptions(header=False))
    assert bare.head(1)[0][:2] == ["Report:", "Sales Q4"]
    assert bare.notes == []


def test_a_workbook_whose_name_says_otherwise(tmp_path: Path) -> None:
    as_workbook(tmp_path / "log.xlsx")
    (tmp_path / "log.xlsx").rename(tmp_path / "log.csv")
    assert open_source(tmp_path / "log.csv", ReadOptions()).columns == COLUMNS


def packed(*names: str) -> bytes:
    """A zip archive of files with these names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name in names:
            file.writestr(name, "content")
    return stream.getvalue()


def as_tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        file.addfile(tarfile.TarInfo("log.csv"))
    return stream.getvalue()


def as_array() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.arange(9))
    return stream.getvalue()


def as_orc() -> bytes:
    stream = io.BytesIO()
    orc.write_table(as_arrow_table(), stream)
    return stream.getvalue()


def from_sqlite() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE events (user TEXT, item TEXT)")
        return "\n".join(connection.iterdump()).encode()


MYSQL = b"/*!40101 SET NAMES utf8 */;\n" * 30 + b"\nDROP TABLE IF EXISTS `events`;\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "old Excel workbook"),
        (b"%PDF-1.4", "PDF"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x89HDF\r\n", "HDF5"),
        (b"RDX3\nX\n\0\0\0\3", "R data"),
        (b"X\n\0\0\0\3\0\4", "R data"),
        (as_orc(), "ORC"),
        (b"Obj\x01\x04\x16avro.schema", "Avro"),
        (as_array(), "NumPy array"),
        (pickle.dumps({"user": ["u1"]}), "pickle"),
        (as_tar(), "tar archive: unpack it"),
        (b"\n<!DOCTYPE html>\n<html>", "web page"),
        (b"\xef\xbb\xbf<html lang=en><body>", "web page"),
        (b"-- MySQL dump 10.13\n--\n", "dump of a database"),
        (b"/*M!999999\\- enable the sandbox mode */\n-- MariaDB dump 10.19\n", "dump of a database"),
        (MYSQL, "dump of a database"),
        (b"--\n-- PostgreSQL database dump\n--\n", "dump of a database"),
        (from_sqlite(), "dump of a database"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n", "git lfs pull"),
    ],
)
def test_files_of_other_programs_are_named_packed_or_not(tmp_path: Path, content: bytes, words: str) -> None:
    for verb, stored in (("is", content), ("holds", gzip.compress(content))):
        (tmp_path / "log.csv").write_bytes(stored)
        for options in (ReadOptions(), ReadOptions(layout="baskets")):
            with pytest.raises(LogError, match=rf"log\.csv {verb} an? .*{words}"):
                open_source(tmp_path / "log.csv", options)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["[Content_Types].xml", "xl/workbook.bin"], r"\.xlsb"),
        (["[Content_Types].xml", "word/document.xml"], "Word document"),
        (["mimetype", "content.xml"], r"\.ods"),
        (["a.npy", "b.npy"], r"\.npz"),
    ],
)
def test_files_that_other_programs_pack_are_named(tmp_path: Path, names: list[str], words: str) -> None:
    (tmp_path / "log.csv").write_bytes(packed(*names))
    with pytest.raises(LogError, match=words):
        open_source(tmp_path / "log.csv", ReadOptions())


@pytest.mark.parametrize(
    "header", ["ORC,item", "Object,item", "RDX,item", "version,item", "--,item", "insert into,item", "html,item"]
)
def test_tables_that_begin_like_files_of_other_programs(tmp_path: Path, header: str) -> None:
    (tmp_path / "log.csv").write_text(f"{header}\nu1,a\nu2,b\n", encoding="utf-8")
    assert open_source(tmp_path / "log.csv", ReadOptions()).columns == header.split(",")


def test_visits_that_hold_their_events_in_a_list(tmp_path: Path) -> None:
    visits = [
        {
            "session": n,
            "events": [{"aid": 10 + event, "ts": 1_659_304_800_025 + 1000 * event} for event in range(n % 3)],
        }
        for n in range(30)
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, visits)), encoding="utf-8")
    (tmp_path / "list.json").write_text(json.dumps(visits), encoding="utf-8")
    for name in ("log.jsonl", "list.json"):
        log, report = read_log(tmp_path / name)
        assert log.columns == {"session": "session", "item": "events.aid", "time": "events.ts"}
        assert (report.rows, report.interactions, report.dropped) == (40, 30, {"missing_item": 10})
        assert log.timestamps is not None
        assert set(log.timestamps.tolist()) == {1_659_304_800, 1_659_304_801}
        assert sorted(log.item_ids) == ["10", "11"]


def playlists(n: int) -> list[dict[str, Any]]:
    """As the Million Playlist Dataset has them: `pid` is the number of a playlist, and not of a product."""
    return [
        {
            "name": f"list {pid}",
            "pid": pid,
            "modified_at": 1_493_424_000 + pid,
            "tracks": [
                {
                    "pos": at,
                    "artist_name": f"A{at}",
                    "track_uri": f"spotify:track:{(pid + at) % 5}",
                    "duration_ms": 226_863,
                }
                for at in range(pid % 4)
            ],
        }
        for pid in range(n)
    ]


def test_one_object_over_many_lines_is_the_list_in_it(tmp_path: Path) -> None:
    path = tmp_path / "mpd.slice.0-29.json"
    whole = {"info": {"generated_on": "2017-12-03 08:41:42", "slice": "0-29"}, "playlists": playlists(30)}
    path.write_text(json.dumps(whole, indent=4), encoding="utf-8")
    log, report = read_log(path)
    assert log.columns == {"session": "playlists.pid", "item": "tracks.track_uri", "time": "playlists.modified_at"}
    assert (report.rows, report.interactions, report.dropped) == (51, 43, {"missing_item": 8})
    assert len(log.user_ids) == 22
    assert sorted(log.item_ids) == [f"spotify:track:{n}" for n in range(5)]
    assert f"{path.name} is one JSON object: of what it holds, the list 'playlists' was read." in report.notes
    rows = [{"user": f"u{n % 3}", "item": f"i{n % 4}"} for n in range(12)]
    path.write_text(json.dumps({"rows": rows, "of": [1, 2]}, indent=1), encoding="utf-8")
    assert open_source(path, ReadOptions()).columns == ["user", "item"]
    assert read_log(path)[1].interactions == 12


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        ({"a": [{"user": "u"}], "b": [{"item": "i"}], "c": [1]}, r"several lists of objects \(a, b\): save the rows"),
        ({"user": {"0": "u"}, "item": {"0": "i"}}, "no list of objects: save the rows"),
    ],
)
def test_one_object_without_the_one_list_is_refused_as_such(tmp_path: Path, whole: object, words: str) -> None:
    (tmp_path / "log.json").write_text(json.dumps(whole, indent=1), encoding="utf-8")
    with pytest.raises(LogError, match=rf"^log\.json is one JSON object that holds {words}"):
        open_source(tmp_path / "log.json", ReadOptions())


@pytest.mark.parametrize(
    ("key", "values", "text"),
    [
        ("genres", [{"id": 18, "name": "Drama"}, {"id": 35, "name": "Comedy"}, {"name": None}], "Drama|Comedy"),
        ("categories", [["Electronics", "Cables"], ["Toys", "Cables"]], "Electronics|Cables|Toys"),
        ("popular_shelves", [{"count": "3", "name": "fantasy"}], "fantasy"),
        ("basket", ["a", "b", None, "a", 2.50, True, {"of": 1}], 'a|b|a|2.5|true|{"of": "1"}'),
    ],
)
def test_lists_of_json_say_what_lists_in_cells_say(tmp_path: Path, key: str, values: list[Any], text: str) -> None:
    """Of objects their names, as databases of films write genres; of lists in lists each value once."""
    (tmp_path / "items.jsonl").write_text(json.dumps({"id": 1, key: values}), encoding="utf-8")
    source = open_source(tmp_path / "items.jsonl", ReadOptions())
    assert (source.columns, source.head(1)) == (["id", key], [["1", text]])


def test_lists_of_objects_that_are_no_items_stay_one_row(tmp_path: Path) -> None:
    """Genres and pictures are no events, and where the item is known beside them no list holds items."""
    rows = [
        {"user": f"u{n % 3}", "movieId": f"m{n % 4}", "genres": [{"id": 1, "name": "Drama"}, {"id": 2, "name": "War"}],
         "also": [{"product_id": 5}, {"product_id": 6}]}
        for n in range(12)
    ]  # fmt: skip
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    log, report = read_log(tmp_path / "log.jsonl")
    assert (report.rows, log.n_items, log.columns["item"]) == (12, 4, "movieId")
    del rows[0]["also"]
    films = [{"id": f"m{n}", "title": f"Film {n}", "genres": rows[0]["genres"]} for n in range(4)]
    (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, films)), encoding="utf-8")
    log, report = read_log(tmp_path / "log.jsonl", items_path=tmp_path / "items.jsonl")
    assert report.items_known == 4
    assert not any("repeat" in note for note in report.notes)
