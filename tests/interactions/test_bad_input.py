"""What cannot be used as it is given is refused with one sentence that says what, where, and the fix."""

from __future__ import annotations

import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import InputError, LogError
from interactions import CleaningRules, ReadOptions, read_log
from tests.interactions.refused import ROWS, refusal


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("log.csv", b"", "empty"),
        ("log.parquet", b"", "empty"),
        ("log.csv", b"\n \n\r\n", "blank lines only"),
        ("log.csv", b"\x00\x01\x02binary\xff" * 99, "NUL"),
        ("log.csv", b"user,item\nu1,\x00\n", "NUL"),
        ("log.csv", b"\x7fELF\x04\x05\x06\xff" * 99, "not a text file"),
        ("log.csv", b"\x1f\x8b\x08\x00rest", "damaged or cut short"),
        ("log.csv", b"PK\x03\x04rest", "damaged zip archive"),
        ("log.parquet", pickle.dumps({"user": [1], "item": [2]}), "not a Parquet file"),
        ("log.csv", pickle.dumps(list(range(1000))), "pickle of Python"),
        ("log.parquet", ROWS.encode(), "not a Parquet file"),
        ("log.parquet", b"PAR1" + b"x" * 50 + b"PAR1", "damaged Parquet"),
        ("log.csv", b"PAR1, not quite", "damaged Parquet"),
        ("log.csv", b"user,item,user\n" + ROWS.encode(), "2 columns named 'user'"),
        ("log.csv", b'user,"item\n' + ROWS.encode(), "broken quotes"),
        ("log.csv", ",".join(f"c{n}" for n in range(6000)).encode() + b"\n", "6,000 columns"),
        ("log.csv", b"x" * 100_000, "too long"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    sentence = refusal(tmp_path / name)
    assert words in sentence
    assert name in sentence


def test_a_parquet_file_with_a_column_twice(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["x", "x"]), tmp_path / "log.parquet")
    assert "two columns named 'x'" in refusal(tmp_path / "log.parquet")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("user,item\n", "header and no rows"),
        ("user,item", "header and no rows"),
        ("user,what\n" + ROWS, "hold the items: choose one of user, what"),
        ("who,item\n" + ROWS, "hold users or sessions: choose one of who, item"),
        ("user,item\nu1,a\nu1,b\n", "only one user, 'u1'"),
        ("user,item\nu1,a\nu2,a\n", "only one item, 'a'"),
        (
            "user,item\n,a\nu2,\nu1\n",
            "1 malformed row (such as line 4: too few fields), 1 missing user (such as line 2), 1 missing item",
        ),
        ("user,item,rating\nu1,a,0\nu2,b,-1\n", "2 non positive weight"),
        ("user,item,rating\nu1,a,nan\nu2,b,inf\n", "2 non finite weight"),
    ],
)
def test_tables_with_nothing_to_compare(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    assert words in refusal(
        tmp_path / "log.csv",
        previewed=False,
        columns={"user": "user", "item": "item", "weight": "rating"} if "rating" in text else None,
    )


def test_floors_that_leave_nothing_say_how_much_they_took(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,item\n" + ROWS, encoding="utf-8")
    sentence = refusal(tmp_path / "log.csv", previewed=False, rules=CleaningRules(min_users_per_item=2))
    assert "2 item with too few users" in sentence
    assert "ask for less" in sentence


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"user": "nobody", "item": "item"}, "no column 'nobody': it has user, item"),
        ({"user": "user", "item": "item", "title": "name"}, "no column 'name'"),
        ({"user": "user", "thing": "item"}, "no role 'thing'"),
        ({"user": "item", "item": "item"}, "cannot be both"),
        ({"user": "user"}, "hold the items"),
        ({"item": "item"}, "hold users or sessions"),
    ],
)
def test_columns_that_are_not_there(tmp_path: Path, columns: dict[str, str], words: str) -> None:
    (tmp_path / "log.csv").write_text("user,item\n" + ROWS, encoding="utf-8")
    assert words in refusal(tmp_path / "log.csv", previewed=False, columns=columns)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ReadOptions(encoding="klingon"), "no encoding 'klingon'"),
        (ReadOptions(encoding="hex"), "no encoding 'hex'"),
        (ReadOptions(encoding="cp949"), "not written in cp949"),
        (ReadOptions(separator="---"), "cannot be a separator"),
        (ReadOptions(separator='"'), "cannot be a separator"),
        (ReadOptions(separator="\n"), "cannot be a separator"),
    ],
)
def test_options_that_do_not_fit(tmp_path: Path, options: ReadOptions, words: str) -> None:
    (tmp_path / "log.csv").write_bytes(b"user,item\n" + b"".join(b"u%d,\xff\xfe\n" % n for n in range(20)))
    assert words in refusal(tmp_path / "log.csv", previewed=False, options=options)


def test_a_column_of_lists_is_no_id(tmp_path: Path) -> None:
    pq.write_table(pa.table({"user": [["a"], ["b"]], "item": ["a", "b"]}), tmp_path / "log.parquet")
    assert "'user'" in refusal(tmp_path / "log.parquet", previewed=False)


def test_a_bad_item_table_is_refused_like_a_bad_log(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,item\n" + ROWS, encoding="utf-8")
    (tmp_path / "items.csv").write_bytes(b"")
    assert "items.csv is empty" in refusal(tmp_path / "log.csv", previewed=False, items_path=tmp_path / "items.csv")
    (tmp_path / "items.csv").write_text("item,title\n", encoding="utf-8")
    _, report = read_log(tmp_path / "log.csv", items_path=tmp_path / "items.csv")
    assert report.items_known == 0, "a table without rows knows nothing, and the log is as good as without it"


def test_all_refusals_are_the_persons_mistakes() -> None:
    assert issubclass(LogError, InputError)
