"""A file that cannot be used is refused with one sentence that says what, where, and the fix."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import InputError, LogError
from interactions import CleaningRules, ReadOptions, preview, read_log
from interactions.formats.lines import TextLines
from interactions.formats.opening import may_be_text, open_source
from interactions.memory import Held, Room, resident
from tests.interactions.formats.test_formats import WRITERS

ROWS = "u1,a\nu2,b\n"


def refusal(path: Path, *, previewed: bool = True, **choices: object) -> str:
    """The sentence with which a file is refused; by the preview too, where its head is enough to know."""
    with pytest.raises(LogError) as caught:
        read_log(path, **choices)  # type: ignore[arg-type]
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    if previewed:
        with pytest.raises(LogError) as caught:
            preview(path)
        assert str(caught.value) == sentence
    return sentence


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
        ("log.csv", pickle.dumps(list(range(1000))), "NUL"),
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


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "nowhere.csv")
    assert "is a folder" in refusal(tmp_path)


def test_a_parquet_file_with_a_column_twice(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["x", "x"]), tmp_path / "log.parquet")
    assert "two columns named 'x'" in refusal(tmp_path / "log.parquet")


def test_a_parquet_file_cut_short(tmp_path: Path) -> None:
    table = pa.table({"user": [f"u{n}" for n in range(50_000)], "item": [f"i{n}" for n in range(50_000)]})
    pq.write_table(table, tmp_path / "log.parquet")
    content = bytearray((tmp_path / "log.parquet").read_bytes())
    content[1000:200_000] = b"\xff" * 199_000  # the footer is whole, the pages are not
    (tmp_path / "log.parquet").write_bytes(content)
    assert "damaged" in refusal(tmp_path / "log.parquet", previewed=False)


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


def test_a_line_that_is_not_in_the_encoding_is_counted(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b"user,item\n" + ROWS.encode() * 20_000 + "u3,é\n".encode())
    log, report = read_log(tmp_path / "log.csv", options=ReadOptions(encoding="ascii"))
    assert log.n_interactions == 40_000
    assert report.dropped == {"malformed_row": 1}
    assert report.examples["malformed_row"] == ["line 40002: not written in the file's encoding"]


def test_a_nul_byte_far_into_the_file(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b"user,item\n" + ROWS.encode() * 20_000 + b"u3,\0\n")
    assert "NUL byte near line 40002" in refusal(tmp_path / "log.csv", previewed=False)


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


def test_a_log_that_will_not_go_into_memory_is_refused_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log.csv").write_text("user,item\n" + ROWS * 20_000, encoding="utf-8")
    monkeypatch.setattr("interactions.formats.delimited._BLOCK", 50_000)
    monkeypatch.setattr("interactions.memory._SMALL", 100_000)
    stages: list[float] = []

    def progress(stage: str, done: float, total: float, loss: float | None = None) -> None:
        stages.append(done)

    with monkeypatch.context() as patched:
        patched.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=0))
        patched.setattr("interactions.memory.resident", lambda: 0)
        with pytest.raises(LogError, match=r"GB of memory and 0\.0 GB are free: keep only the columns"):
            read_log(tmp_path / "log.csv", progress=progress)
    assert 0 < stages[-1] < 55, "before all of it was read"
    assert read_log(tmp_path / "log.csv")[0].n_interactions == 40_000


def test_what_a_log_needs_is_foretold_from_its_texts_and_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(texts=4_000_000_000, numbers=2_000_000_000)
    assert 8e9 < held.needed(rules=False) < 10e9
    assert 12e9 < held.needed(rules=True) < 15e9
    assert Held(texts=9_000_000_000, numbers=1_000_000_000).needed(rules=True) > 11e9


def test_what_reading_has_taken_already_is_free_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    resident = iter([1_000_000_000, 7_000_000_000, 7_000_000_000])
    monkeypatch.setattr("interactions.memory.resident", lambda: next(resident))
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=5_000_000_000))
    room = Room("log.csv")
    room.refuse_too_large(3_000_000_000, 10.9e9, 0.999)
    with pytest.raises(
        LogError, match=r"^log.csv needs about 21\.8 GB of memory and 11\.0 GB are free: keep only .*\.$"
    ):
        room.refuse_too_large(3_000_000_000, 10.9e9, 0.5)
    room.refuse_too_large(1_000, 10.9e9, 0.0001)  # too little is read to tell


def test_memory_that_a_process_takes_is_counted() -> None:
    before = resident()
    taken = np.ones(64 << 20, np.uint8)
    assert resident() - before > taken.nbytes // 2


def test_a_hundred_thousand_columns(tmp_path: Path) -> None:
    columns = ",".join(f"c{n}" for n in range(100_000))
    (tmp_path / "log.csv").write_text(f"{columns}\n{columns}\n", encoding="utf-8")
    assert "too long" in refusal(tmp_path / "log.csv")


@pytest.mark.parametrize("seed", range(40))
def test_a_parquet_footer_that_lies_is_refused_or_read_but_no_traceback(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    table = pa.table({"user": [f"u{n % 7}" for n in range(500)], "item": [f"i{n % 11}" for n in range(500)]})
    pq.write_table(table, tmp_path / "log.parquet")
    content = bytearray((tmp_path / "log.parquet").read_bytes())
    footer = int.from_bytes(content[-8:-4], "little")
    for place in random.integers(len(content) - 8 - footer, len(content) - 4, 3):
        content[place] ^= 1 << int(random.integers(8))
    (tmp_path / "log.parquet").write_bytes(content)
    try:
        _, report = read_log(tmp_path / "log.parquet", {"user": "user", "item": "item"})
    except LogError:
        return
    assert report.rows == report.interactions + sum(report.dropped.values())


def test_an_sqlite_file_whose_names_are_no_text(tmp_path: Path) -> None:
    WRITERS["log.sqlite"](tmp_path / "log.sqlite")
    content = (tmp_path / "log.sqlite").read_bytes()
    (tmp_path / "log.sqlite").write_bytes(content.replace(b"user_id TEXT", b"use\xff_id TEXT"))
    assert "cannot be read as an SQLite database" in refusal(tmp_path / "log.sqlite")


@pytest.mark.parametrize("name", ["log.arrow", "log.arrows", "log.parquet", "log.xlsx", "log.sqlite", "log.duckdb"])
def test_files_with_changed_bytes_are_refused_or_read_but_no_traceback(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    for seed in range(60):
        random = np.random.default_rng(seed)
        content = bytearray(whole)
        for place in random.integers(0, len(content), 1 + seed % 5):
            content[place] = random.integers(256)
        (tmp_path / name).write_bytes(content)
        try:
            _, report = read_log(tmp_path / name)
        except LogError as error:
            sentence = str(error)
        else:
            sentence = "."
            assert report.rows == report.interactions + sum(report.dropped.values())
        assert sentence.endswith(".")


def test_an_arrow_file_whose_texts_lie_outside_of_it(tmp_path: Path) -> None:
    table = pa.table({"user": ["u1", "u2"], "item": ["a", "b"]})
    with pa.OSFile(str(tmp_path / "log.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    content = (tmp_path / "log.arrow").read_bytes()
    right, wrong = np.array([0, 2, 4], np.int32).tobytes(), np.array([0, 2, 1 << 30], np.int32).tobytes()
    assert right in content
    (tmp_path / "log.arrow").write_bytes(content.replace(right, wrong))
    assert "is damaged" in refusal(tmp_path / "log.arrow")
    (tmp_path / "log.arrow").write_bytes(content.replace(b"user", b"us\xffr"))
    assert "is a damaged Arrow file" in refusal(tmp_path / "log.arrow")


def test_html_formulas_and_marks_in_cells_are_only_text(tmp_path: Path) -> None:
    titles = ["<script>x</script>", "=1+1", "@cmd", "+49", "a\u202eb", "{{x}}"]
    lines = [f"u{n},{title},{title}" for n, title in enumerate(titles)]
    (tmp_path / "log.csv").write_text("user,item,title\n" + "\n".join(lines), encoding="utf-8")
    log, report = read_log(tmp_path / "log.csv")
    assert set(log.item_ids) == set(titles) == set(log.items["title"])
    assert report.dropped == {}


@pytest.mark.parametrize("name", ["log.gz", "log.zip", "log.xlsx", "log.sqlite", "log.arrow", "log.zst", "log.json"])
def test_a_name_that_promises_another_format(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(pickle.dumps({"user": ["a" * 100], "item": [2]}))
    assert name in refusal(tmp_path / name)


def with_a_long_line(path: Path, head: bytes, tail: bytes, *, megabytes: int) -> None:
    """A file in which so many megabytes stand without a line end."""
    with gzip.open(path, "wb", compresslevel=1) if path.suffix == ".gz" else path.open("wb") as file:
        file.write(head)
        for _ in range(megabytes):
            file.write(b"x" * (1 << 20))
        file.write(tail)


@pytest.mark.parametrize(
    "name",
    ["log.csv", pytest.param("log.csv.gz", marks=pytest.mark.slow), pytest.param("q.csv", marks=pytest.mark.slow)],
)
def test_a_line_of_a_gigabyte_is_one_malformed_row(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.formats.unpacking._MOST_GROWTH", 10_000)  # so much x packs better than any log
    opened = b'"' if name == "q.csv" else b""  # a quoted field that is never closed
    with_a_long_line(tmp_path / name, b"user,item\nu1,a\nu2,b\nu3," + opened, b"\nu4,c\n", megabytes=1024)
    begin, process = time.monotonic(), psutil.Process()
    before, most = process.memory_info().rss, 0

    def progress(stage: str, done: float, total: float, loss: float | None = None) -> None:
        nonlocal most
        most = max(most, process.memory_info().rss)

    log, report = read_log(tmp_path / name, progress=progress)
    assert list(log.item_ids) == ["a", "b", "c"]
    assert report.dropped == {"malformed_row": 1}
    assert report.examples["malformed_row"] == ["line 4: longer than 1 MB"]
    assert most - before < 200e6
    assert time.monotonic() - begin < 60
    (tmp_path / name).unlink()


@pytest.mark.parametrize("opened", [b"", b'"'])
def test_the_line_after_a_long_one_is_read_whatever_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: bytes
) -> None:
    monkeypatch.setattr("interactions.formats.delimited._BLOCK", 1 << 16)
    with_a_long_line(tmp_path / "log.csv", b"user,item\nu1,a\nu2," + opened, b"\nu3,b\n", megabytes=3)
    log, report = read_log(tmp_path / "log.csv")
    assert (log.n_interactions, report.dropped) == (2, {"malformed_row": 1})


def test_a_long_line_without_end_in_json_and_in_baskets(tmp_path: Path) -> None:
    head = b'{"user":"u1","item":"a"}\n{"user":"u2","item":"'
    with_a_long_line(tmp_path / "log.jsonl", head, b'"}\n', megabytes=70)
    assert "Line 2 of log.jsonl is longer than 64 MB" in refusal(tmp_path / "log.jsonl")
    with_a_long_line(tmp_path / "log.txt", b"a b\nb c\n", b"\n", megabytes=70)
    sentence = refusal(tmp_path / "log.txt", previewed=False, options=ReadOptions(layout="baskets"))
    assert "Line 3 of log.txt is longer than 64 MB" in sentence


@pytest.mark.parametrize("block", [1, 7, 64, 4096])
def test_a_json_list_is_read_value_by_value_wherever_the_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    events = [{"user": f"u{n % 3}", "item": f'i"]{n % 5}é牛'} for n in range(40)]
    values: list[object] = [*events[:20], 1234, None, "]", [1], *events[20:]]
    (tmp_path / "log.json").write_text(json.dumps(values, ensure_ascii=block == 7, indent=1), encoding="utf-8")
    read_log(tmp_path / "log.json")
    monkeypatch.setattr("interactions.formats.lines._BLOCK", block)
    if block == 1:
        monkeypatch.setattr(TextLines, "chunks", one_by_one)
    log, report = read_log(tmp_path / "log.json")
    assert (report.rows, report.interactions, report.dropped) == (44, 40, {"malformed_row": 4})
    assert report.examples["malformed_row"][0] == "line 21: not a JSON object"
    assert log.n_items == 5


def one_by_one(lines: TextLines) -> Iterator[tuple[bytes, int, bool]]:
    """A text letter by letter."""
    text = lines.path.read_text(encoding="utf-8")
    for place, letter in enumerate(text):
        yield letter.encode(), place, place == len(text) - 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"user":"u1","item":"a"},{"user":"u2","item":"b"},', "from value 3"),
        ('[{"user":"u1","item":"a"},{"user":"u2","it', "from value 2"),
        ('[{"user":"u1","item":"a"}] and more', "goes on behind"),
        ("[1,2]\n[3,4]\n", "goes on behind"),
        ("[" * 100_000, "from value 1"),
        ("[]", "no JSON objects"),
        ("[", "from value 1"),
    ],
)
def test_json_lists_that_break_off_or_go_on(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "log.json").write_text(text, encoding="utf-8")
    assert words in refusal(tmp_path / "log.json")


def test_large_cells_make_small_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.formats.text_rows._MOST", 5000)
    monkeypatch.setattr("interactions.formats.json_lines._MOST_HEAD", 5000)
    rows = [{"user": f"u{n % 3}", "item": f"i{n % 5}", "title": f"{n % 5}" * 1000} for n in range(100)]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    source = open_source(tmp_path / "log.jsonl", ReadOptions())
    assert len(source.head(1000)) < 10
    batches = list(source.batches(source.columns))
    assert sum(len(batch.places) for batch in batches) == 100
    assert max(len(batch.places) for batch in batches) < 10


def test_an_item_table_that_will_not_go_into_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.csv").write_text("user,item\n" + ROWS, encoding="utf-8")
    (tmp_path / "items.csv").write_text("item,text\n" + "a,long\n" * 50_000, encoding="utf-8")
    monkeypatch.setattr("interactions.formats.delimited._BLOCK", 50_000)
    monkeypatch.setattr("interactions.memory._SMALL", 100_000)
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=0))
    monkeypatch.setattr("interactions.memory.resident", lambda: 0)
    sentence = refusal(tmp_path / "log.csv", previewed=False, items_path=tmp_path / "items.csv")
    assert sentence.startswith("items.csv needs about 0.0 GB of memory")


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


def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path: Path) -> None:
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "log.csv")
        assert "no ordinary file" in refusal(tmp_path / "log.csv")
    for device in (Path("/dev/zero"), Path("/dev/random")):
        if device.exists():
            assert "no ordinary file" in refusal(device)
    kernel = Path("/proc/cpuinfo")  # claims to hold nothing; some of its neighbours never end
    if kernel.exists():
        assert "empty" in refusal(kernel)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "There is no file" in refusal(tmp_path / "loop")


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    assert len(refusal(tmp_path / ("x" * 5000))) < 500
    assert "\0" not in refusal(tmp_path / "a\0b")
    assert not may_be_text(tmp_path / "a\0b")


def test_a_file_that_claims_to_hold_nothing_is_not_waited_for() -> None:
    kernel = Path("/proc/cpuinfo")
    assert not kernel.exists() or not may_be_text(kernel)


@contextmanager
def nobody() -> Iterator[None]:
    """Act as a user who may read nothing of another's: root may read everything."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others as a whole
    try:
        folder.chmod(0o755)
        (folder / "log.csv").write_text("user,item\n" + ROWS, encoding="utf-8")
        (folder / "log.csv").chmod(0)
        with nobody():
            assert "cannot be opened: Permission denied" in refusal(folder / "log.csv")
    finally:
        shutil.rmtree(folder)


def archive(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


TABLE = ("user,item\n" + ROWS).encode()


def test_an_archive_of_archives_and_of_very_many_files(tmp_path: Path) -> None:
    inner = archive(tmp_path / "inner.zip", ("log.csv", TABLE))
    outer = archive(tmp_path / "outer.zip", ("inner.zip", inner.read_bytes()))
    assert "outer.zip holds another packed file" in refusal(outer)
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress(gzip.compress(TABLE)))
    assert "holds another packed file" in refusal(tmp_path / "log.csv.gz")
    many = archive(tmp_path / "many.zip", *[(f"{n}.csv", TABLE) for n in range(3000)])
    assert "3000 files" in refusal(many)
    assert len(refusal(many)) < 500
    assert read_log(many, options=ReadOptions(table="77.csv"))[0].n_interactions == 2


def test_names_with_line_ends_in_an_archive_stay_one_line(tmp_path: Path) -> None:
    assert r"'a\nb.csv'" in refusal(archive(tmp_path / "log.zip", ("a\nb.csv", TABLE), ("c.csv", TABLE)))


def test_links_in_an_archive_are_not_followed_and_names_stand_once(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("log.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    assert "holds no file" in refusal(archive(tmp_path / "link.zip", (link, b"/etc/passwd")))
    assert read_log(archive(tmp_path / "both.zip", (link, b"/etc/passwd"), ("a.csv", TABLE)))[0].n_interactions == 2
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = archive(tmp_path / "twice.zip", ("log.csv", TABLE), ("log.csv", TABLE + b"u3,c\n"))
    assert "2 files named 'log.csv'" in refusal(twice)
