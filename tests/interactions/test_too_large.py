"""Files that are too large, or have a line, a cell or a header that is: refused or counted in bounded memory."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from errors import LogError
from interactions import ReadOptions, read_log
from interactions.formats.opening import open_source
from interactions.memory import Held, Room, resident
from tests.interactions.refused import ROWS, refusal


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


def test_an_item_table_that_will_not_go_into_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.csv").write_text("user,item\n" + ROWS, encoding="utf-8")
    (tmp_path / "items.csv").write_text("item,text\n" + "a,long\n" * 50_000, encoding="utf-8")
    monkeypatch.setattr("interactions.formats.delimited._BLOCK", 50_000)
    monkeypatch.setattr("interactions.memory._SMALL", 100_000)
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=0))
    monkeypatch.setattr("interactions.memory.resident", lambda: 0)
    sentence = refusal(tmp_path / "log.csv", previewed=False, items_path=tmp_path / "items.csv")
    assert sentence.startswith("items.csv needs about 0.0 GB of memory")


def test_a_hundred_thousand_columns(tmp_path: Path) -> None:
    columns = ",".join(f"c{n}" for n in range(100_000))
    (tmp_path / "log.csv").write_text(f"{columns}\n{columns}\n", encoding="utf-8")
    assert "too long" in refusal(tmp_path / "log.csv")


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
