"""What Spark does not read is refused in one sentence, and not half read."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import interactions
from errors import LogError
from interactions.options import ReadOptions
from tests.spark.files import WITH_HEADER, write
from tests.spark.same import both_refuse, refused, same

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REFUSED: dict[str, tuple[str | bytes, str]] = {
    "a quote that stays open": ('user,item\nu,a\nv,"b\nc"\nw,a\n', "a quote that its line does not close"),
    "another encoding": ("user,item\n用户,一\n用户二,二\n".encode("gb18030"), "gb18030"),
    "UTF-16": ("user,item\nu,a\nv,b\n".encode("utf-16"), "utf-16"),
    "titles above": ("Report\n\nuser,item,time\nu,a,1\nv,b,2\nw,c,3\n", "lines above its table"),
    "a time that people write": ("user,item,time\nu,a,1\nv,b,31.12.2017 8:26\n", "'31.12.2017 8:26' in column 'time'"),
    "a time of either order": ("user,item,time\nu,a,1\nv,b,13/1/2017\n", "'13/1/2017' in column 'time'"),
    "a date and a clock": ("user,item,date,time\nu,a,2017-01-01,8:26\nv,b,2017-01-01,8:27\n", "time from one column"),
    "a price": ("user,item,rating\nu,a,1\nv,b,\"$1,250.50\"\n", "'$1,250.50' in column 'rating'"),
    "a comma before the tenths": ("user,item,rating\nu,a,1\n,b,\"1,5\"\n", "'1,5' in column 'rating'"),
    "a day and a moment": ("user,item,time\nu,a,20170131\nv,b,20170131102030\n", "'20170131102030' in column 'time'"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_only_this_machine_reads_is_refused(spark: SparkSession, tmp_path: Path, name: str) -> None:
    text, said = REFUSED[name]
    assert said in refused(spark, write(tmp_path, text))


def test_a_header_that_comes_again_as_what_would_be_a_row_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "  user,item\nu,a\nv,b\n  user,item\n")
    given = {"user": "user", "item": "item"}
    assert "its header again" in refused(spark, path, given, options=WITH_HEADER)


def test_too_many_cells_to_look_at_are_refused(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spark.unread._MOST", 2)
    rows = "user,item,time\nu,a,1\nv,b,2\nv,b,soon\nv,b,late\n"
    given = {"user": "user", "item": "item", "time": "time"}
    same(spark, write(tmp_path, rows), given)
    assert "more than 2 different cells" in refused(spark, write(tmp_path, rows + "v,b,never\n"), given)


ALIKE: dict[str, tuple[str, str]] = {
    "a header alone": ("user,item\n\n", "has a header and no rows"),
    "one item": ("user,item\nu,a\nv,a\n", "only one item, 'a'"),
    "one user": ("user,item\nu,a\nu,b\n", "only one user, 'u'"),
    "no usable row": ("user,item,time\nu,,1\n,b,2\nu,b\n", "No row of log.csv can be used"),
    "no items": ("user,when\nu,1\nv,2\n", "known to hold the items"),
    "no users": ("who,item\nu,a\nv,b\n", "known to hold users or sessions"),
    "a NUL byte at once": ("user,item\nu,a\0\nv,b\n", "NUL"),
    "a web page": ("<!DOCTYPE html><html></html>", "web page"),
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_neither_engine_reads_is_refused_alike(spark: SparkSession, tmp_path: Path, name: str) -> None:
    text, said = ALIKE[name]
    assert said in both_refuse(spark, write(tmp_path, text))


def test_columns_that_are_not_there_are_refused_alike(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "user,item\nu,a\nv,b\n")
    assert "no column 'nobody'" in both_refuse(spark, path, {"user": "nobody", "item": "item"})
    assert "no role 'buyer'" in both_refuse(spark, path, {"buyer": "user", "item": "item"})
    assert "cannot be both" in both_refuse(spark, path, {"user": "user", "item": "user"})


def test_a_nul_byte_far_down_is_refused_by_both(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "user,item\n" + "u,a\nv,b\n" * 300_000 + "# \0\n")
    with pytest.raises(LogError, match="NUL byte"):
        interactions.read_log(path)
    assert "NUL byte" in refused(spark, path)


def other_files(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files that Spark is not given, or that are not what their names say, and what is said of them."""
    table = {"user": ["u", "v"], "item": ["a", "b"]}
    pd.DataFrame(table).to_excel(folder / "log.xlsx", index=False)
    typed = {
        "lists": pa.array([["a"], ["b"]]),
        "floats": pa.array([1.0, 2.0]),
        "clocks": pa.array([1, 2], pa.time32("s")),
    }
    for name, column in typed.items():
        pq.write_table(pa.table({**table, "item": column}), folder / f"{name}.parquet")
    pq.write_table(pa.table({**table, "item": not_utf8()}), folder / "broken.parquet")
    whole = (folder / "floats.parquet").read_bytes()
    text = b"user,item\n" + b"u,a\nv,b\n" * 1000
    with zipfile.ZipFile(folder / "log.zip", "w") as archive:
        archive.writestr("log.csv", text)
    return {
        "JSON": (write(folder, '{"user": "u", "item": "a"}\n', "log.jsonl"), "json lines"),
        "a workbook": (folder / "log.xlsx", "excel"),
        "lists": (folder / "lists.parquet", "array<string>"),
        "floats as ids": (folder / "floats.parquet", "type double"),
        "times of the day": (folder / "clocks.parquet", "no Parquet file for Spark"),
        "text of other bytes": (folder / "broken.parquet", "damaged"),
        "a damaged Parquet file": (write(folder, whole[:4] + b"x" * 60 + whole[64:], "damaged.parquet"), "damaged"),
        "a zip archive": (folder / "log.zip", "packed in a way"),
        "packed without saying so": (write(folder, gzip.compress(text), "log.txt"), "packed in a way"),
        "not packed as it says": (write(folder, text, "plain.csv.gz"), "not packed as its name says"),
        "cut short": (write(folder, gzip.compress(text)[:-30], "cut.csv.gz"), "damaged"),
        "an empty file": (write(folder, "", "empty.csv"), "is empty"),
        "a packed nothing": (write(folder, gzip.compress(b""), "empty.csv.gz"), "is empty"),
        "no file": (folder / "nowhere.csv", "There is no file"),
        "a name with a colon": (write(folder, text, "a:b.csv"), "cannot be looked at"),
    }


def not_utf8() -> Any:
    return pa.StringArray.from_buffers(
        2, pa.py_buffer(bytes([0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0])), pa.py_buffer(b"\xff\xfea")
    )


def test_files_that_spark_is_not_given_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    for name, (path, said) in other_files(tmp_path).items():
        assert said in refused(spark, path, {"user": "user", "item": "item"}), name


def test_damage_behind_the_head_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    """What the first rows do not show, Spark finds itself."""
    good = pa.table({"user": ["u", "v"] * 600, "item": ["a", "b"] * 600})
    bad = pa.table({"user": ["u", "v"], "item": not_utf8()})
    for name, second in {"text": bad, "type": pa.table({"user": [1, 2], "item": ["a", "b"]})}.items():
        (parts := tmp_path / name).mkdir()
        pq.write_table(good, parts / "a.parquet")
        pq.write_table(second, parts / "b.parquet")
    assert "text that is not UTF-8" in refused(spark, tmp_path / "text")
    assert "cannot be read by Spark" in refused(spark, tmp_path / "type")


def test_files_of_a_folder_that_are_not_alike_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    rows = "".join(f"u{number},a{number}\n" for number in range(1000))  # with which the second file is not looked at
    second = {"other columns": "item,user\na,u\n", "no header": "u,a\n", "one more": "user,item,time\nu,a,1\n"}
    for name, text in second.items():
        write(tmp_path, "user,item\n" + rows, f"{name}/a.csv")
        write(tmp_path, text, f"{name}/b.csv")
        assert "b.csv does not begin with the header of a.csv" in refused(spark, tmp_path / name), name
        write(tmp_path, "user,item\nu,a\n", f"{name}/a.csv")
        assert "b.csv has other columns than a.csv" in refused(spark, tmp_path / name), name
    assert "several" not in refused(spark, tmp_path / "no header", options=ReadOptions(several_items="|"))
