"""The times of a file: which of day and month comes first, days beside clocks, days as spreadsheets count them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import LogError
from interactions import ReadOptions, read_log
from tests.interactions.files import adds_up, write


def seconds_of(text: str) -> int:
    return int(np.datetime64(text, "s").astype(np.int64))


def test_compact_dates_are_dates(tmp_path: Path) -> None:
    log, _ = read_log(write(tmp_path, "user,item,date\nu,a,20170101\nv,b,20170102\n"))
    assert log.timestamps is not None
    assert log.timestamps.tolist() == [1483228800, 1483315200]


@pytest.mark.parametrize("first", ["2017-01-31", "31/1/2017", "2017/1/31 10:00", "20170131"])
def test_compact_dates_after_dates_of_another_kind(tmp_path: Path, first: str) -> None:
    rows = [f"u{n % 7},i{n % 5},{first}" for n in range(1500)] + ["u1,i1,20170201", "u2,i2,20170201102030"]
    log, report = read_log(write(tmp_path, "\n".join(["user,item,time", *rows])))
    assert report.dropped == {}
    assert log.timestamps is not None
    assert log.timestamps.min() >= seconds_of("2017-01-31")
    assert log.timestamps.max() == seconds_of("2017-02-01 10:20:30")


def test_eight_digits_after_nothing_or_after_seconds_are_seconds(tmp_path: Path) -> None:
    for first in ("", "1485858030"):
        rows = [f"u{n % 7},i{n % 5},{first}" for n in range(1500)] + ["u1,i1,20170201", "u2,i2,20170201"]
        log, _ = read_log(write(tmp_path, "\n".join(["user,item,time", *rows])))
        assert log.timestamps is not None
        assert log.timestamps.min() == 20_170_201


def test_dates_as_spreadsheets_count_them_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("user,item,date\nu1,i1,43831.5\nu2,i2,43832\n")
    assert any("as spreadsheets count days" in note for note in read_log(path)[1].notes)
    path.write_text("user,item,date\nu1,i1,1\nu2,i2,43832\n")
    assert not any("spreadsheets" in note for note in read_log(path)[1].notes)


def test_progress_runs_forward_when_the_order_of_day_and_month_turns_far_into_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interactions.formats.delimited._BLOCK", 4000)
    dates = ["1/2/2017"] * 3000 + ["13/2/2017"] * 2000
    text = "".join(f"u{n % 7},i{n % 5},{date}\n" for n, date in enumerate(dates))
    told: list[tuple[str, float]] = []

    def watch(stage: str, done: float, total: float, loss: float | None = None) -> None:
        told.append((stage, done / total))

    log, report = read_log(write(tmp_path, "user,item,time\n" + text), progress=watch)
    assert (log.n_interactions, report.dropped) == (5000, {})
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert max(done for stage, done in told if stage == "Reading log.csv") > 0.3
    assert "Reading log.csv again, day first" in [stage for stage, _ in told]


@pytest.mark.parametrize(
    ("times", "day_first", "expected", "unreadable"),
    [
        (["1/2/2017", "3/2/2017"], None, ["2017-01-02", "2017-03-02"], 0),
        (["1/2/2017", "3/2/2017"], True, ["2017-02-01", "2017-02-03"], 0),
        (["1.2.2017", "3.2.2017"], None, ["2017-02-01", "2017-02-03"], 0),
        (["1/2/2017", "13/2/2017"], None, ["2017-02-01", "2017-02-13"], 0),
        (["1/2/2017", "2/13/2017"], None, ["2017-01-02", "2017-02-13"], 0),
        (["1/2/2017"] * 1500 + ["13/2/2017"], None, ["2017-02-01", "2017-02-13"], 0),
        (["1/2/2017"] * 1500 + ["2/13/2017"], None, ["2017-01-02", "2017-02-13"], 0),
        (["1/2/2017"] * 1500 + ["13/2/2017"], False, ["2017-01-02"], 1),
        # A slip of the pen far into the file tells nothing against the other times.
        (
            ["1/2/2017"] * 1500 + ["1/13/2017", "1/14/2017", "31/12/2017"],
            None,
            ["2017-01-02", "2017-01-13", "2017-01-14"],
            1,
        ),
        (
            ["1/2/2017"] * 1500 + ["1/13/2017", "30/12/2017", "31/12/2017"],
            None,
            ["2017-02-01", "2017-12-30", "2017-12-31"],
            1,
        ),
        # What the file begins with has no order.
        (["2017-02-03"] * 1500 + ["1/2/2017", "13/2/2017"], None, ["2017-02-01", "2017-02-03", "2017-02-13"], 0),
        (["20170203"] * 1500 + ["1/2/2017"], None, ["2017-01-02", "2017-02-03"], 0),
    ],
)
def test_the_order_of_day_and_month_is_told_by_the_whole_file(
    tmp_path: Path, times: list[str], day_first: bool | None, expected: list[str], unreadable: int
) -> None:
    text = "user,item,time\n" + "".join(f"u{n},i{n},{time}\n" for time in times for n in range(2))
    log, report = read_log(write(tmp_path, text), options=ReadOptions(day_first=day_first))
    assert log.timestamps is not None
    days = np.unique(log.timestamps.astype("datetime64[s]").astype("datetime64[D]")).astype(str).tolist()
    assert days == expected
    assert report.dropped == ({"unreadable_time": 2 * unreadable} if unreadable else {})
    assert adds_up(report)
    assert any("Times were read" in note for note in report.notes)
    other, _ = read_log(write(tmp_path, text), options=ReadOptions(day_first=not day_first))
    assert other.timestamps is not None
    assert (other.digest == log.digest) == np.array_equal(other.timestamps, log.timestamps)


@pytest.mark.parametrize(
    ("day", "clock", "seconds"),
    [
        ("2014-04-07", "00:08:46", 1_396_829_326),
        ("2014-04-07 00:00:00", "0:08:46", 1_396_829_326),
        ("4/7/2014", "12:08 AM", 1_396_829_280),
        ("20140407", "00:08:46", 1_396_829_326),
        ("2014-04-07", "", 1_396_828_800),
    ],
)
def test_a_day_and_a_time_of_the_day_make_a_time(tmp_path: Path, day: str, clock: str, seconds: int) -> None:
    others = "".join(f"2014-04-{10 + n},1{n}:00:00,u{n % 2},i{n}\n" for n in range(5))
    (tmp_path / "log.csv").write_text(f"day,hour,user,item\n{day},{clock},u1,a\n{others}", encoding="utf-8")
    columns = {"time": "day", "clock": "hour", "user": "user", "item": "item"}
    log, report = read_log(tmp_path / "log.csv", columns)
    assert (report.dropped, log.columns) == ({}, columns)
    assert log.timestamps is not None
    assert log.timestamps.min() == seconds
    assert seconds_of("2014-04-14 14:00:00") == log.timestamps.max()


def test_typed_days_and_times_of_the_day(tmp_path: Path) -> None:
    table = pa.table(
        {
            "user": ["u1", "u2", "u1"],
            "item": ["a", "b", "b"],
            "date": pa.array([16_167, 16_168, None], pa.date32()),
            "time": pa.array([526, 0, 60], pa.time32("s")),
        }
    )
    pq.write_table(table, tmp_path / "log.parquet")
    log, report = read_log(tmp_path / "log.parquet")
    assert (log.columns["time"], log.columns["clock"]) == ("date", "time")
    assert report.dropped == {"unreadable_time": 1}
    assert log.timestamps is not None
    assert sorted(log.timestamps.tolist()) == [1_396_829_326, 1_396_915_200]


def test_times_of_the_day_without_days_are_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,item,hour\nu1,a,8:00\nu2,b,9:00\n", encoding="utf-8")
    with pytest.raises(LogError, match=r"^log\.csv has times of the day and no dates: choose the column of the dates"):
        read_log(tmp_path / "log.csv", {"user": "user", "item": "item", "clock": "hour"})
