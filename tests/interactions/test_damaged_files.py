"""Files that are damaged, lie about themselves, or are none: a sentence, and never a traceback."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import LogError
from interactions import ReadOptions, read_log
from interactions.formats.lines import TextLines
from interactions.formats.opening import may_be_text
from tests.interactions.formats.test_formats import WRITERS
from tests.interactions.refused import ROWS, refusal


def test_a_parquet_file_cut_short(tmp_path: Path) -> None:
    table = pa.table({"user": [f"u{n}" for n in range(50_000)], "item": [f"i{n}" for n in range(50_000)]})
    pq.write_table(table, tmp_path / "log.parquet")
    content = bytearray((tmp_path / "log.parquet").read_bytes())
    content[1000:200_000] = b"\xff" * 199_000  # the footer is whole, the pages are not
    (tmp_path / "log.parquet").write_bytes(content)
    assert "damaged" in refusal(tmp_path / "log.parquet", previewed=False)


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


@pytest.mark.parametrize("name", ["log.gz", "log.zip", "log.xlsx", "log.sqlite", "log.arrow", "log.zst", "log.json"])
def test_a_name_that_promises_another_format(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(pickle.dumps({"user": ["a" * 100], "item": [2]}))
    assert name in refusal(tmp_path / name)


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


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "nowhere.csv")
    assert "is a folder" in refusal(tmp_path)
