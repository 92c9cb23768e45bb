"""A cell that Spark SQL reads as a time is the same time to the reader of this machine."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions.times import read_times
from spark.times import seconds_of
from tests.spark.cells import by_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Seconds = list[int | None]


def spark_reads(session: SparkSession, folder: Path, column: Any, *, compact: bool = False) -> Seconds:
    return by_spark(session, folder, column, lambda cell, kind: seconds_of(cell, kind, compact=compact))


def read_here(column: Any, *, compact: bool = False) -> Seconds:
    seconds, readable = read_times(column, compact=compact)
    return [int(time) if good else None for time, good in zip(seconds, readable, strict=True)]


def differences(session: SparkSession, folder: Path, cells: Sequence[str], *, compact: bool) -> list[Any]:
    """(cell, time by Spark, time here) where Spark has another time than this machine, or one where that has none."""
    column = pa.array(cells, pa.string())
    there = spark_reads(session, folder, column, compact=compact)
    here = read_here(column, compact=compact)
    return [told for told in zip(cells, there, here, strict=True) if told[1] is not None and told[1] != told[2]]


DATES = [
    "2017-01-31", "2017-1-5", "2016-2-29", "2017-02-29", "1900-02-29", "2000-02-29", "2017-13-01", "2017-00-10",
    "2017-01-00", "2017-04-31", "0000-01-01", "0001-01-01", "9999-12-31", "1969-12-31", "1582-10-10", "1500-02-29",
    "2017/01/31", "2017/1/5", "0000/1/1", "2017-01/31", "017-01-31", "12017-01-31", "2017-011-1", "2017-1-011",
    "2017-01", "20170131", "31/01/2017", "+2017-01-31", "-2017-01-31", "\uff12\uff10\uff11\uff17-01-31", "", "soon",
]  # fmt: skip
BETWEEN = ["", " ", "T", "t", "  ", "\t", "_", "T "]
CLOCKS = [
    "", "10", "10:", "10:20", "1:2", "10:20:30", "1:2:3", "23:59:59", "24:00", "10:60", "10:20:60", "10:20:",
    "10:20:30.", "10:20:30.9", "10:20:30,123456789", "10:20:30.1234567890123", "010:20", "10:020", "10:20:030",
    "10:20.5", "10\uff1a20",
]  # fmt: skip
ZONES = [
    "", "Z", "z", " Z", "  Z", "Z ", "UTC", " UTC", "utc", "GMT", "+01", "-01", "+0130", "+01:30", " +01:30", " -0130",
    "+01:", "+01::30", "+1", "+1:30", "+01:3", "+01:60", "+18:00", "-18:00", "+18:01", "-1830", "+19:00", "+00:00",
    "-00:00", "+01:30:15", " CET", "[UTC]", "\t", "\n", "\x85", "\u2028",
]  # fmt: skip
SIGNS = ["", "-", "+", " ", "- ", "\u2212"]
DIGITS = [
    "", "0", "00", "5", "1234567", "12345678", "20170131", "20171331", "20170229", "00000101", "00010101",
    "000020170131", "123456789", "1485858030", "20170131102030", "\uff11\uff12\uff13",
    # Where seconds become milliseconds and so on, and where numbers end.
    *(str(10**size + more) for size in (10, 11, 12, 14, 15, 17, 18) for more in (-1, 0, 1)), "1485858030123456789",
    *(str(2**63 + more) for more in range(-10, 3)), "12345678901234567890", "0" * 30 + "1",
]  # fmt: skip
BEHIND = ["", ".", ".0", ".5", ".000", ".0001", ".5.5", ",5", " ", "\t", "\n", "\u2028", "e3", "e9", ".5e9", "L"]


@pytest.mark.slow
@pytest.mark.parametrize("compact", [False, True])
def test_no_spelling_of_a_time_is_read_otherwise(spark: SparkSession, tmp_path: Path, compact: bool) -> None:
    dates = map("".join, itertools.product(DATES, BETWEEN, CLOCKS, ZONES))
    numbers = map("".join, itertools.product(SIGNS, DIGITS, BEHIND))
    assert differences(spark, tmp_path, list(dict.fromkeys([*dates, *numbers])), compact=compact) == []


digits = st.text("0123456789", max_size=20)
two = st.integers(0, 62).map(lambda number: f"{number:02d}") | st.integers(0, 13).map(str)
years = st.integers(0, 9999).map(lambda year: f"{year:04d}")
days = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(str)
cells = st.one_of(
    st.tuples(st.sampled_from(SIGNS), digits, st.sampled_from(["", ".", ".0", ".7"])).map("".join),
    st.tuples(years, st.sampled_from("-/"), two, st.sampled_from("-/"), two).map("".join),
    st.tuples(days, st.sampled_from("Tt _"), two, st.just(":"), two, st.sampled_from(["", ":59", ":59.9"]),
              st.sampled_from(ZONES)).map("".join),
    st.tuples(days, st.sampled_from("T "), st.times().map(str), st.sampled_from(["", " "]), st.sampled_from("+-"), two,
              st.sampled_from(["", ":"]), two).map("".join),
    st.text("0123456789-:/.,TtZ +", max_size=24),
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(cells=st.lists(cells, min_size=100, max_size=300), compact=st.booleans())
def test_no_cell_is_read_otherwise(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, cells: list[str], compact: bool
) -> None:
    assert differences(spark, tmp_path_factory.mktemp("cells"), cells, compact=compact) == []


moments = st.builds(
    lambda moment, minutes: moment.replace(tzinfo=None if minutes is None else timezone(timedelta(minutes=minutes))),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),
    st.none() | st.integers(-1080, 1080),
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(moments=st.lists(moments, min_size=50, max_size=100), between=st.sampled_from("T "))
def test_iso_times_are_read(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, moments: list[datetime], between: str
) -> None:
    cells = pa.array([moment.isoformat(between) for moment in moments])
    whole = [moment.replace(microsecond=0, tzinfo=moment.tzinfo or UTC) for moment in moments]
    found = spark_reads(spark, tmp_path_factory.mktemp("cells"), cells)
    assert found == [round(moment.timestamp()) for moment in whole]


def test_what_programs_write_is_read(spark: SparkSession, tmp_path: Path) -> None:
    morning = datetime(2017, 1, 5, 9, 7, 30, tzinfo=UTC)
    zoned = {
        minutes: morning.replace(tzinfo=timezone(timedelta(minutes=minutes))) for minutes in (0, 480, -210, 1080, -1080)
    }
    expected: dict[str, datetime] = {
        "2017-01-05": morning.replace(hour=0, minute=0, second=0),
        "2017/1/5": morning.replace(hour=0, minute=0, second=0),
        "2017-1-5 9:7": morning.replace(second=0),
        "2017/01/05 09:07": morning.replace(second=0),
        "2017-01-05T09:07Z": morning.replace(second=0),
        "2017-01-05 09:07 UTC": morning.replace(second=0),
        "2017-01-05 09:07+08:00": zoned[480].replace(second=0),
        "2017-01-05T09:07-0330": zoned[-210].replace(second=0),
        "2017-01-05t09:07:30": morning,
        "  2017-01-05 09:07:30  ": morning,
        "2017-01-05T09:07:30.999999999Z": morning,
        "2017-01-05 09:07:30,5 +0800": zoned[480],
        "2017-01-05 09:07:30+08": zoned[480],
        "1483607250": morning,
        "1483607250.75": morning,
        "1483607250123": morning,
        "1483607250123456": morning,
        "1483607250123456789": morning,
        "-0.5": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        "-1000000000001": datetime.fromtimestamp(-1_000_000_001, UTC),
        **{time.isoformat(): time for time in zoned.values()},
    }
    found = spark_reads(spark, tmp_path, pa.array(list(expected)))
    assert dict(zip(expected, found, strict=True)) == {text: int(time.timestamp()) for text, time in expected.items()}


def test_compact_dates(spark: SparkSession, tmp_path: Path) -> None:
    midnight = int(datetime(2017, 1, 31, tzinfo=UTC).timestamp())
    cells = pa.array(["20170131", "20170132", "00000101", "2017", "1485858030", "1485858030.5", "20170131102030"])
    found = spark_reads(spark, tmp_path, cells, compact=True)
    assert found == [midnight, None, None, None, 1485858030, 1485858030, None]
    assert spark_reads(spark, tmp_path, pa.array([20170131, 5]), compact=True) == [midnight, None]


MOMENTS = [
    datetime(1969, 12, 31, 23, 59, 58, 500_000),
    datetime(1, 1, 1),
    datetime(1500, 3, 1, 1),
    datetime(9999, 12, 31),
    None,
]


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pa.array(MOMENTS, pa.timestamp("ms")), id="milliseconds"),
        pytest.param(pa.array(MOMENTS, pa.timestamp("us")), id="microseconds"),
        pytest.param(pa.array(MOMENTS, pa.timestamp("us", "Asia/Shanghai")), id="with a zone"),
        pytest.param(pa.array([-62_135_596_801, 253_402_300_800, 0], pa.timestamp("ms")), id="beyond the year 9999"),
        pytest.param(pa.array([date(1969, 12, 30), date(1500, 1, 1), date(1, 1, 1), None]), id="days"),
        pytest.param(pa.array([2**30, -(2**30), 0, None], pa.date32()), id="days beyond the year 9999"),
        pytest.param(pa.array([0, 1_485_858_030, -1, 2**63 - 1, -(2**63), 10**11, None]), id="int64"),
        pytest.param(pa.array([0, 2**32 - 1], pa.uint32()), id="uint32"),
        pytest.param(pa.array([-5, 5], pa.int8()), id="int8"),
        pytest.param(pa.array([1.5e9, -0.5, -1e-9, 1e11, 9.2e18, 9.3e18, 1e300, None]), id="double"),
        pytest.param(pa.array([float("nan"), float("inf"), float("-inf")]), id="doubles that are no numbers"),
        pytest.param(pa.array([1.5e9, -0.5, float("nan"), None], pa.float32()), id="float"),
        pytest.param(pa.array([True, False]), id="booleans"),
        pytest.param(pa.array([[1], [2]]), id="lists"),
    ],
)  # fmt: skip
def test_typed_columns(spark: SparkSession, tmp_path: Path, column: Any) -> None:
    assert spark_reads(spark, tmp_path, column) == read_here(column)
