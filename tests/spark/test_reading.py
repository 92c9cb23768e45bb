"""A log that Spark reads is, row for row, the log that this machine reads from the same file."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from interactions import CleaningRules
from interactions.options import ReadOptions
from spark.files import RemoteFile
from spark.log import read_log
from tests.spark.files import WITH_HEADER, write
from tests.spark.same import refused, same

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HEADER = "user_id,item_id,rating,timestamp,session_id,title,category"
# What a comma and double quotes can do, and every reason to leave a row out.
ROWS = [
    "u1,0104257,5,2017-01-31 10:20:30,s1,Seven,drama",
    'u1,"a,b",4.5,2017-01-31T10:20:31Z,s1,"The ""good"", the bad",',
    'u2,"say ""a""",1e-3,1485858030,s2,,"x,y"',
    "u2,0104257,2,1485858030123,s1,Again,comedy",  # a session that another user has too, another title
    " u3 , b ,3, 2017/1/5 9:05 ,s3,  ,  ",
    "u3,b,3,2017-01-05,s3,Bee,",
    "用户,商品,+7,-0.5,会话,标题 一,类别",
    "用户,商品,7.,2017-01-31 23:59:59.999+08:00,会话,,",
    'u4,\\N,1,1,s4,"\\N",\\N',  # a title that is a backslash and an N
    'u4,"\\N",1,1,s4,\\N,\\N',
    "u4,a\\N,1,1,s4,\\n,\\",
    '"",b,1,1,s5,no user,',
    "   ,b,1,1,s5,no user either,",
    "\u3000\t,b,1,1,s5,nor here,",
    "u5,,1,1,s5,no item,",
    "u5,b,1,1, ,no session,",
    "u5,b,1,soon,s5,no time,",
    "u5,b,1,,s5,no time,",
    "u5,b,1,2017-02-29,s5,no such day,",
    "u5,b,,1,s5,no weight,",
    "u5,b,nan,1,s5,no weight,",
    "u5,b,inf,1,s5,no weight,",
    "u5,b,1e39,1,s5,too much,",
    "u5,b,0,1,s5,nothing,",
    "u5,b,-2,1,s5,less,",
    "u5,b,1e-60,1,s5,nothing in the end,",
    "u6,b,1",
    "u6",
    "u6,b,1,1,s6,one,more,field",
    'u6,"b"x,1,1,s6,text behind a quote,',
    'u6,b,1,1,s6,a " within,',
    HEADER,
    '"user_id","item_id",rating,timestamp,"session_id",title,category',
    "user_id,item_id,5,1,session_id,half a header,",
    "user_id,b,5,1,session_id,a user of that name,",
    "",
    "    ",
    "\u2028,b,1,1,s7,white,",
    "\u2028u7\x85,b\u2029,1,1,s7,lines for some,\u2028",
    "u7,😀,1,1,s7,beyond the plane,",
    "u7,￿,1,1,s7,the last of the plane,",
]  # fmt: skip
LOG = "\n".join([HEADER, *ROWS, ""])
ITEMS = """item_id,name,genre,price,id
b,From the table,animals,1.50,7
0104257,Leading zeros,,2.50,8
0104257,Twice,,9,9
104257,Not in the log,,1,1
商品,,,3,2
"""


def test_commas_quotes_and_all_that_can_be_wrong_with_a_row(spark: SparkSession, tmp_path: Path) -> None:
    broken = b"u8,\xff\xfe,1,1,s8,no UTF-8,\r\n"
    whole = b"\xef\xbb\xbf" + LOG.replace("\n", "\r\n").encode() + broken + b"u9,b,1,1,s9,no line end behind,"
    report = same(spark, write(tmp_path, whole), options=WITH_HEADER).report
    assert report.dropped == {
        "malformed_row": 4 + 3 + 1,
        "missing_user": 4,
        "missing_item": 2,
        "missing_session": 1,
        "unreadable_time": 3,
        "non_finite_weight": 4,
        "non_positive_weight": 3,
    }


def test_an_item_table_beside_the_log(spark: SparkSession, tmp_path: Path) -> None:
    log, report = same(spark, write(tmp_path, LOG), items_path=write(tmp_path, ITEMS, "items.csv"), options=WITH_HEADER)
    assert report.items_known == 3
    titles = dict(zip(log.item_ids, log.items["title"], strict=True))
    assert titles["b"] == "From the table"
    categories = dict(zip(log.item_ids, log.items["category"], strict=True))
    assert categories["商品"] == "类别", "what the table leaves out is filled up from the log"


def test_given_columns_and_ids_compared_as_numbers(spark: SparkSession, tmp_path: Path) -> None:
    given = {"user": "session_id", "item": "item_id", "title": "name", "category": ""}
    options = ReadOptions(match_ids="as numbers")
    items = write(tmp_path, ITEMS, "items.csv")
    log, report = same(spark, write(tmp_path, LOG), given, items_path=items, items_options=options, options=WITH_HEADER)
    assert not log.users_are_sessions
    assert report.items_known == 3


def test_sessions_without_users(spark: SparkSession, tmp_path: Path) -> None:
    log, _ = same(
        spark,
        write(tmp_path, LOG),
        {"session": "session_id", "item": "item_id", "time": "timestamp"},
        options=WITH_HEADER,
    )
    assert log.users_are_sessions


def test_without_weights_times_and_sessions(spark: SparkSession, tmp_path: Path) -> None:
    log, _ = same(spark, write(tmp_path, LOG), {"user": "user_id", "item": "item_id"}, options=WITH_HEADER)
    assert log.timestamps is None
    assert log.session_codes is None


def test_semicolons_comments_and_escapes(spark: SparkSession, tmp_path: Path) -> None:
    rows = r"""
# a comment above

user;item;time;weight
u1;"a;b";2017-01-01;2
# "a comment; with an open quote
u1;"say \"a\"";2017-01-01;2
u1;"back\\slash";2017-01-01;2
u2;"one \ backslash";2017-01-01;2
u2;"both "" and \"";1;1
u2;\";1;1
u2;"x\";1;1";1;1
#u2;a;1;1
u2;#a;1;1
 #u3;a;1;1
u3;"a" ;1;1
u3;a,b;1;1
u3;"\N";1;1
u3;\N;1;1
u3;"\\N";1;1"""
    options = ReadOptions(escapes=True)
    report = same(spark, write(tmp_path, rows), options=options).report
    assert report.dropped == {"malformed_row": 1, "missing_item": 1}


def test_a_tab_and_no_header(spark: SparkSession, tmp_path: Path) -> None:
    rows = [
        "u1\ti1\t5\t881250949",
        "u2\ti 2\t3\t891717742",
        'u1\t"i1"\t1\t881250949',
        "\t\t\t",
        "u1\ti1\t1",
        "  ",
        "\t",
    ]
    rows += ["column 1\tcolumn 2\tcolumn 3\tcolumn 4"]
    given = {"user": "column 1", "item": "column 2", "weight": "column 3", "time": "column 4"}
    report = same(spark, write(tmp_path, "\r".join(rows)), given).report
    assert report.dropped == {"malformed_row": 3, "missing_user": 1}


def test_two_colons_and_quotes_that_hold_nothing(spark: SparkSession, tmp_path: Path) -> None:
    rows = ["1::1193::5::978300760", '1::"Weird Al"::3::978302109', '2::"open::4::978301968', "2::a:b::3::978300275"]
    rows += [
        "2:::c::4::978824291",
        "2::d:::4::978302268",
        "3::e\u2028::4::978302039",
        "3::f\n",
        "3::g::h::4::978302039",
    ]
    given = {"user": "column 1", "item": "column 2", "weight": "column 3", "time": "column 4"}
    options = ReadOptions(separator="::", quotes=False, header=False)
    same(spark, write(tmp_path, "\n".join(rows), "ratings.dat"), given, options=options)


def test_spaces_between_cells(spark: SparkSession, tmp_path: Path) -> None:
    options = ReadOptions(separator=" ", header=False)
    report = same(
        spark,
        write(tmp_path, "u1 i1\nu2 i2\n \n  \n\nu2  i2\nu2 \n"),
        {"user": "column 1", "item": "column 2"},
        options=options,
    ).report
    assert report.dropped == {"malformed_row": 2, "missing_user": 1, "missing_item": 1}


def test_columns_that_are_called_as_ours_are(spark: SparkSession, tmp_path: Path) -> None:
    header = ["row", "block", "shown", "reason", "file", "user", "malformed", "a`b.c"]
    rows = ["u1,i1,1,1,t1,x,c1,7", "u2,i2,2,2,t2,y,c2,8", "u2,i1,2,3,t3,z,c3,9"]
    given = {
        "user": "row",
        "item": "block",
        "weight": "shown",
        "time": "reason",
        "title": "file",
        "category": "malformed",
    }
    path = write(tmp_path, "\n".join([",".join(header), *rows]))
    same(spark, path, given)
    cells = zip(*(row.split(",") for row in rows), strict=True)
    table = pa.table({name: list(column) for name, column in zip([*header[:-1], "Row"], cells, strict=True)})
    pq.write_table(table, tmp_path / "log.parquet")
    same(spark, tmp_path / "log.parquet", {**given, "session": "Row"})


def test_packed_and_in_several_files(spark: SparkSession, tmp_path: Path) -> None:
    """The parts have names that addresses write otherwise, and whose order differs then."""
    path = write(tmp_path, LOG)
    (packed := tmp_path / "log.csv.gz").write_bytes(gzip.compress(LOG.encode()))
    same(spark, packed, options=WITH_HEADER)
    parts = {
        "b b.csv": ROWS[:3],
        "b!b.csv": ROWS[3:9],
        "a[1]{2}*.csv": ROWS[9:20],
        "日.csv.gz": ROWS[20:],
        "e%20.csv": [],
    }
    for number, name in enumerate(["a[1]{2}*.csv", "b!b.csv", "b b.csv", "e%20.csv", "日.csv.gz"]):
        text = ("\ufeff" * (number == 1) + "\n".join([HEADER, *parts[name], ""])).encode()
        write(tmp_path, gzip.compress(text) if name.endswith("gz") else text, f"parts/{name}")
    write(tmp_path, "", "parts/_SUCCESS")
    write(tmp_path, "x", "parts/.part.crc")
    write(tmp_path, "", "parts/empty.csv")
    in_order = [*parts["a[1]{2}*.csv"], *parts["b!b.csv"], *parts["b b.csv"], *parts["日.csv.gz"]]
    same(
        spark,
        write(tmp_path, "\n".join([HEADER, *in_order, ""]), "whole.csv"),
        place=tmp_path / "parts",
        options=WITH_HEADER,
    )
    assert path.exists()


MOMENTS = [
    datetime(2017, 1, 31, 10, 20, 30, 999_999),
    datetime(1969, 12, 31, 23, 59, 59, 500_000),
    None,
    datetime(1500, 1, 1),
]


def typed_columns() -> dict[str, Any]:
    """Typed columns with gaps, some rows of which cannot be used; the third row has no time."""
    return {
        "user": pa.array([7, -1, 7, 2**62, None, 7, 7, 8]),
        "item": pa.array(["a", "b", "a", "  ", "c", "", "日本", "user"]).dictionary_encode(),
        "weight": pa.array([1.5, 2.0, 3.0, None, 1.0, float("nan"), float("inf"), 0.25], pa.float32()),
        "session": pa.array([1, 1, 2, 3, 3, None, 3, 4], pa.uint32()),
        "title": pa.array([None, "", "A", "B", "C", "D", "E", "F"]),
        "category": pa.array(["x", None, "y", None, None, None, None, "user"]),
    }


@pytest.mark.parametrize("kind", ["us", "ns", "int96"])
def test_typed_columns_of_a_parquet_file(spark: SparkSession, tmp_path: Path, kind: str) -> None:
    moments = [moment if kind == "us" or (moment and moment.year > 1900) else None for moment in [*MOMENTS, *MOMENTS]]
    time = pa.array(moments, pa.timestamp("us", "Asia/Shanghai") if kind == "us" else pa.timestamp("ns"))
    path, columns = tmp_path / "log.parquet", typed_columns()
    is_old = kind == "int96"
    pq.write_table(pa.table({**columns, "time": time}), path, row_group_size=3, use_deprecated_int96_timestamps=is_old)
    report = same(spark, path, {name: name for name in [*columns, "time"]}).report
    assert report.dropped["unreadable_time"] == (2 if kind == "us" else 3)


def test_times_in_nanoseconds_soon_after_1970_are_no_microseconds(spark: SparkSession, tmp_path: Path) -> None:
    table = {
        "user": ["u", "v", "v"],
        "item": ["a", "b", "a"],
        "time": pa.array([10**15 - 1, 10**9, -1], pa.timestamp("ns")),
    }
    pq.write_table(pa.table(table), tmp_path / "log.parquet")
    log, _ = same(spark, tmp_path / "log.parquet")
    assert log.timestamps is not None
    assert sorted(log.timestamps) == [-1, 1, 999_999]


def test_parquet_in_several_files_with_columns_in_another_order(spark: SparkSession, tmp_path: Path) -> None:
    table = pa.table({"user": ["u", "v", "v", "u"], "item": ["a", "b", "a", "c"], "title": ["A", None, "Again", "C"]})
    pq.write_table(table, tmp_path / "log.parquet")
    (parts := tmp_path / "parts").mkdir()
    pq.write_table(table.slice(0, 1), parts / "a.parquet")
    pq.write_table(table.slice(0, 0), parts / "b.parquet")
    pq.write_table(table.slice(1).select(["title", "item", "user"]), parts / "c.parquet")
    same(spark, tmp_path / "log.parquet", place=parts)


@pytest.mark.parametrize("ends", ["parquet", "csv"])
def test_the_head_of_files_that_are_not_on_this_machine(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    """Their order of columns, their times and whether eight digits are a date come from copies of their beginnings."""
    monkeypatch.setattr(RemoteFile, "here", None)
    (parts := tmp_path / "parts").mkdir()
    rows = {"user": ["u", "v", "w"], "item": ["a", "b", "a"], "time": ["20170131", "20170201", "20170228"]}
    if ends == "csv":
        lines = [",".join(cells) for cells in zip(*rows.values(), strict=True)]
        whole = write(tmp_path, "\n".join(["user,item,time", *lines]))
        write(parts, "user,item,time\n", "a.csv")  # a header alone tells nothing of the times
        write(parts, gzip.compress(b"user,item,time\n" + "\n".join(lines).encode()), "b.csv.gz")
    else:
        pq.write_table(pa.table(rows), whole := tmp_path / "log.parquet")
        pq.write_table(pa.table(rows).slice(0, 0), parts / "a.parquet")
        pq.write_table(pa.table(rows), parts / "b.parquet")
    log, _ = same(spark, whole, place=parts)
    assert log.timestamps is not None
    assert log.timestamps.min() == 1_485_820_800


def test_quantities_are_read_where_returns_are_left_out(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "user,item,quantity\nu,a,1\nv,b,2\nv,a,3 EUR\n")
    assert "'3 EUR' in column 'quantity'" in refused(spark, path, rules=CleaningRules(returns="leave out"))
    same(spark, path)


def test_a_file_that_was_written_anew_is_read_anew(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "user,item\nu,a\nv,b\n")
    first, _ = read_log(spark, str(path))
    assert first.user_ids().tolist() == ["u", "v"]
    second, _ = read_log(spark, str(write(tmp_path, "user,item\nx,a\ny,b\n")))
    assert second.user_ids().tolist() == ["x", "y"]
    assert first.user_ids().tolist() == ["u", "v"], "what was read stays as it was"
