"""Cells as times: the standard library's calendar is the judge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.times import read_times


def seconds(text: str, *, compact: bool = False) -> int | None:
    """One cell, through the plain form and the compiled form, which must agree."""
    column = pa.array([text])
    plain, plain_readable = read_times(column, compact=compact, plain=True)
    fast, fast_readable = read_times(column, compact=compact)
    assert plain_readable.tolist() == fast_readable.tolist()
    assert plain.tolist() == fast.tolist()
    return int(fast[0]) if fast_readable[0] else None


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)), st.integers(-1080, 1080))
def test_iso_times_with_and_without_a_zone(time: datetime, minutes: int) -> None:
    whole = time.replace(microsecond=0)
    assert seconds(time.isoformat(" ")) == round(whole.replace(tzinfo=UTC).timestamp())
    zoned = time.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert seconds(zoned.isoformat()) == round(zoned.replace(microsecond=0).timestamp())


@given(st.integers(0, 4_102_444_800))
def test_unix_times_in_every_unit(time: int) -> None:
    assert seconds(str(time)) == time
    if time > 200_000_000:  # smaller than 1976, and milliseconds look like seconds
        assert seconds(f"{time}123") == seconds(f"{time}123456") == seconds(f"{time}123456789") == time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-01-31", "2017-01-31T00:00:00"),
        ("2017-01-31 10", "2017-01-31T10:00:00"),
        ("2017-01-31T09", "2017-01-31T09:00:00"),
        ("2017/1/5 9:05", "2017-01-05T09:05:00"),
        (" 2017-01-31T10:20Z ", "2017-01-31T10:20:00"),
        ("2017-01-31 10:20:30.9 UTC", "2017-01-31T10:20:30"),
        ("2017-01-31 10:20:30+0130", "2017-01-31T08:50:30"),
        ("2016-02-29", "2016-02-29T00:00:00"),
        ("1485858030.9", "2017-01-31T10:20:30"),
        ("-1.5", "1969-12-31T23:59:58"),
        ("1.396829326e9", "2014-04-07T00:08:46"),
        ("1.396829326E+09", "2014-04-07T00:08:46"),
        (" 1.3968293265e9 ", "2014-04-07T00:08:46"),
        ("1.6813E+12", "2023-04-12T11:46:40"),  # milliseconds, of which a spreadsheet left five digits
        ("Tue Apr 03 18:00:09 -0700 2012", "2012-04-04T01:00:09"),
    ],
)
def test_what_can_be_read(text: str, expected: str) -> None:
    assert seconds(text) == int(datetime.fromisoformat(expected).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", ".", "soon", "nan", "2017", "2017-13-01", "2017-02-29", "1900-02-29", "2017-04-31", "2017-00-10",
        "2017-01-31 24:00", "2017-01-31 24", "2017-01-31 10:60", "2017-13/31", "31/01/2017", "2017-01-31x",
        "2017-01-31 10:20 +1", "99999999999999999999", "1e9", "1.5e30", "1.5e-9", "12:30", "50000-01-01",
    ],
)  # fmt: skip
def test_what_cannot_be_read(text: str) -> None:
    expected = 2017 if text == "2017" else None  # a bare number is a number, however it was meant
    assert seconds(text) == expected


def test_compact_dates() -> None:
    assert seconds("20170131", compact=True) == seconds("2017-01-31")
    assert seconds("20170132", compact=True) is None
    assert seconds("2017-01-31", compact=True) == seconds("2017-01-31")
    assert seconds("1485858030", compact=True) == 1_485_858_030
    assert seconds("2017", compact=True) is None
    assert seconds("20170131102030", compact=True) == seconds("2017-01-31 10:20:30")


def test_typed_columns_of_a_parquet_file() -> None:
    time = datetime(1969, 12, 31, 23, 59, 58, 500_000)
    for unit in ("ms", "us", "ns"):
        values, readable = read_times(pa.array([time, None], pa.timestamp(unit)))
        assert values[0] == -2, "half seconds before 1970 are rounded down"
        assert readable.tolist() == [True, False]
    values, readable = read_times(pa.array([1.5e9, float("nan"), None, 1e300]))
    assert (values[0], readable.tolist()) == (1_500_000_000, [True, False, False, False])
    values, _ = read_times(pa.array([datetime(2017, 1, 31).date()]))
    assert values[0] == seconds("2017-01-31")
    values, _ = read_times(pa.array([time], pa.timestamp("us", "Asia/Shanghai")))
    assert values[0] == -2, "a zone of the column changes how it is shown, not when it was"
    _, readable = read_times(pa.array([[1], [2]]))
    assert not readable.any()


def test_a_slice_of_a_column_is_read_from_its_own_rows() -> None:
    column = pa.array(["x", "10", "20", "y"]).slice(1, 2)
    assert read_times(column)[0].tolist() == [10, 20]
