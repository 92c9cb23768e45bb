"""Cells that no reader expects: encodings, times out of all bounds, formulas, markup."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import LogError
from interactions import ReadOptions, preview, read_log
from tests.interactions.refused import ROWS, refusal


def test_a_line_that_is_not_in_the_encoding_is_counted(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b"user,item\n" + ROWS.encode() * 20_000 + "u3,é\n".encode())
    log, report = read_log(tmp_path / "log.csv", options=ReadOptions(encoding="ascii"))
    assert log.n_interactions == 40_000
    assert report.dropped == {"malformed_row": 1}
    assert report.examples["malformed_row"] == ["line 40002: not written in the file's encoding"]


def test_a_nul_byte_far_into_the_file(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b"user,item\n" + ROWS.encode() * 20_000 + b"u3,\0\n")
    assert "NUL byte near line 40002" in refusal(tmp_path / "log.csv", previewed=False)


def test_html_formulas_and_marks_in_cells_are_only_text(tmp_path: Path) -> None:
    titles = ["<script>x</script>", "=1+1", "@cmd", "+49", "a\u202eb", "{{x}}"]
    lines = [f"u{n},{title},{title}" for n, title in enumerate(titles)]
    (tmp_path / "log.csv").write_text("user,item,title\n" + "\n".join(lines), encoding="utf-8")
    log, report = read_log(tmp_path / "log.csv")
    assert set(log.item_ids) == set(titles) == set(log.items["title"])
    assert report.dropped == {}


def timed(path: Path, *times: object) -> Path:
    """A log with these times, one row each."""
    rows = "".join(f"u{n % 3},i{n % 5},{moment}\n" for n, moment in enumerate(times))
    path.write_text("user,item,time\n" + rows, encoding="utf-8")
    return path


def test_times_that_are_all_equal_are_told_and_cannot_be_split(tmp_path: Path) -> None:
    log, report = read_log(timed(tmp_path / "log.csv", *[1_500_000_000] * 12))
    assert any("All rows have the same time" in note for note in report.notes)
    with pytest.raises(LogError, match=r"All interactions of this log have the same time.*\.$"):
        log.time_at(0.9)
    assert len(log.sequences(by="gap", gap_minutes=1)) == log.n_users


ROLES = {"user": "user", "item": "item", "time": "time"}


def test_years_that_no_calendar_shows_are_counted_as_unreadable(tmp_path: Path) -> None:
    texts = ["50000-01-01", "50000-01-01 10:00:00", "+50000-01-01T00:00:00Z", "1e30", "9" * 40, "-1e18"]
    log, report = read_log(timed(tmp_path / "log.csv", *texts, "9999-12-31", "0001-01-01", "2020-01-01"), ROLES)
    assert report.dropped == {"unreadable_time": 6}
    assert report.examples["unreadable_time"][0] == "line 2: '50000-01-01'"
    assert log.timestamps is not None
    assert log.timestamps.max() == 253_402_214_400
    sentence = refusal(timed(tmp_path / "log.csv", *texts), previewed=False, columns=ROLES)
    assert sentence == "No row of log.csv can be used: 6 unreadable time (such as line 2: '50000-01-01')."


def test_numbers_of_any_size_are_times_or_counted(tmp_path: Path) -> None:
    numbers = [-5, "-1.5", 0, 253_402_300_800, 10**18, 10**19, -(10**18), 2**63, "-" + "9" * 30, 1_600_000_000]
    log, report = read_log(timed(tmp_path / "log.csv", *numbers), ROLES)
    assert log.n_interactions + report.dropped["unreadable_time"] == len(numbers)
    assert log.timestamps is not None
    assert {-5, -2, 0, 253_402_300, 10**9, -(10**9), 1_600_000_000} == set(log.timestamps.tolist())


@pytest.mark.parametrize(
    "times",
    [
        pa.array([2**62, -(2**62), 1_500_000_000, 1_500_000_060], pa.timestamp("s")),
        pa.array([2**62, -(2**62), 1_500_000_000_000, 1_500_000_060_000], pa.date64()),
        pa.array([2**31 - 1, -(2**31), 17_000, 17_001], pa.date32()),
        pa.array([1e30, -1e18, 1.5e9, 1_500_000_060.0]),
    ],
    ids=["timestamp", "date64", "date32", "float"],
)
def test_typed_times_out_of_all_bounds(tmp_path: Path, times: pa.Array) -> None:
    table = pa.table({"user": ["u1", "u2"] * 2, "item": ["a", "b", "c", "d"], "time": times})
    with pa.OSFile(str(tmp_path / "log.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    preview(tmp_path / "log.arrow")
    _, report = read_log(tmp_path / "log.arrow", ROLES)
    assert report.interactions + sum(report.dropped.values()) == 4
    assert report.dropped.get("unreadable_time", 0) in (1, 2)  # -1e18 is a number of nanoseconds
    _, report = read_log(tmp_path / "log.arrow", {"user": "user", "item": "item"}, items_path=tmp_path / "log.arrow")
    assert report.items_known == 4


def test_a_day_in_the_year_50000_in_an_item_table(tmp_path: Path) -> None:
    days = pa.array([17_543_000, 17_000], pa.date32())
    pq.write_table(pa.table({"item": ["a", "b"], "day": days}), tmp_path / "items.parquet")
    (tmp_path / "log.csv").write_text("user,item\n" + ROWS, encoding="utf-8")
    log, _ = read_log(tmp_path / "log.csv", items_path=tmp_path / "items.parquet")
    assert "out of range" in log.items["day"][0]
    assert log.items["day"][1] == "2016-07-18"


@pytest.mark.parametrize("written", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "claimed",
    [
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-32",
        "gb18030",
        "big5",
        "cp932",
        "ascii",
        "utf-7",
        "cp037",
        "punycode",
        "idna",
    ],
)
def test_another_encoding_than_is_claimed_is_a_sentence_or_a_note(tmp_path: Path, written: str, claimed: str) -> None:
    (tmp_path / "log.csv").write_bytes("user,item\nu1,牛奶\nu2,面包\nu3,黄油\n".encode(written))
    try:
        log, report = read_log(tmp_path / "log.csv", options=ReadOptions(encoding=claimed))
    except LogError as error:
        sentence = str(error)
    else:
        sentence = ""
    if sentence:
        assert sentence.endswith(".")
        assert claimed != written
        return
    assert report.rows == 3
    is_right = set(log.item_ids) == {"牛奶", "面包", "黄油"}
    said = report.dropped or any("though its bytes are UTF-8" in note for note in report.notes)
    assert is_right or said or written == "gb18030", "GBK reads as Big5 or Shift-JIS as well: the rows show it"


def test_utf_16_without_a_mark_is_read_where_it_is_claimed(tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        (tmp_path / "log.csv").write_bytes(("user,item\n" + ROWS).encode(encoding))
        log, _ = read_log(tmp_path / "log.csv", options=ReadOptions(encoding="utf-16"))
        assert list(log.item_ids) == ["a", "b"]


def test_utf_16_claimed_for_json_lines_of_ascii(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"user":"u1","item":"a"}\n', encoding="utf-8")
    sentence = refusal(tmp_path / "log.jsonl", previewed=False, options=ReadOptions(encoding="utf-16"))
    assert "log.jsonl is not written in utf-16" in sentence


def test_formulas_without_saved_results_are_told(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["user", "item"], ["u1", "a"], ["u2", "b"], ["u3", '="i"&1'], ["u4", "=A1"]):
        book.active.append(row)
    book.save(tmp_path / "log.xlsx")
    log, report = read_log(tmp_path / "log.xlsx")
    assert (log.n_interactions, report.dropped) == (2, {"missing_item": 2})
    assert any("log.xlsx, such as B4, hold formulas without saved results" in note for note in report.notes)
    for place in range(2, 6):
        book.active[f"B{place}"] = f"=A{place}"
    book.save(tmp_path / "log.xlsx")
    sentence = refusal(tmp_path / "log.xlsx", previewed=False)
    assert "4 missing item" in sentence
    assert "such as B2, hold formulas" in sentence


def test_errors_of_formulas_are_no_ids(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["user", "item"], ["u1", "a"], ["u2", "#N/A"], ["u3", "b"], ["#REF!", "b"]):
        book.active.append(row)
    book.save(tmp_path / "log.xlsx")
    log, report = read_log(tmp_path / "log.xlsx")
    assert list(log.item_ids) == ["a", "b"]
    assert report.dropped == {"missing_user": 1, "missing_item": 1}
