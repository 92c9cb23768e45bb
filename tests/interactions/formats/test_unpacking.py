"""Packed files give the bytes that were packed, or one sentence."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from errors import LogError
from interactions import read_log
from interactions.formats.unpacking import members, open_bytes, unpacked_name

TEXT = b"user,item\n" + b"".join(b"u%d,i%d\n" % (n % 97, n * n % 101) for n in range(20_000))


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def unpacked(path: Path, member: str | None = None) -> bytes:
    found = b""
    with open_bytes(path, member) as stream:
        while part := stream.read(10_000):
            found += part
        assert stream.is_packed
        assert 0 < stream.position <= path.stat().st_size
    return found


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "log.csv.gz": gzip.compress,
    "log.csv.bz2": bz2.compress,
    "log.csv.xz": lzma.compress,
    "log.csv.zst": lambda content: pa.compress(content, "zstd", asbytes=True),
    "log.zip": lambda content: zipped({"log.csv": content}),
}


@pytest.mark.parametrize("name", PACKERS)
def test_what_was_packed_comes_out_and_is_read_as_a_log(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PACKERS[name](TEXT))
    assert unpacked(path) == TEXT
    assert unpacked_name(path) == "log.csv"
    log, report = read_log(path)
    assert (report.rows, report.dropped) == (20_000, {})
    assert log.n_users == 97


def test_several_members_of_a_gz_and_a_plain_file(tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:]))
    assert unpacked(tmp_path / "log.gz") == TEXT
    (tmp_path / "log.csv").write_bytes(TEXT)
    with open_bytes(tmp_path / "log.csv") as stream:
        assert stream.read(1 << 30) == TEXT
        assert not stream.is_packed


@pytest.mark.parametrize("kind", [0x50, 0x5F])
def test_frames_of_zstandard_without_content(tmp_path: Path, kind: int) -> None:
    """Programs that pack with several threads write one before each frame, with its size."""
    skipped = bytes((kind, 0x2A, 0x4D, 0x18)) + b"\4\0\0\0abcd"
    first, second = (pa.compress(content, "zstd", asbytes=True) for content in (TEXT[:5000], TEXT[5000:]))
    path = tmp_path / "log.csv.zst"
    path.write_bytes(skipped + first + skipped + second + skipped)
    assert unpacked(path) == TEXT
    assert unpacked_name(path) == "log.csv"
    assert read_log(path)[1].rows == 20_000
    for content, words in ((skipped + first[:-9], "damaged"), (skipped[:-1], "damaged"), (skipped, "is empty")):
        path.write_bytes(content)
        with pytest.raises(LogError, match=words):
            read_log(path)


@pytest.mark.parametrize("name", PACKERS)
def test_a_file_cut_short(tmp_path: Path, name: str) -> None:
    packed = PACKERS[name](TEXT)
    path = tmp_path / name
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(LogError, match=r"damaged.*again\."):
        unpacked(path)


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_is_left_before_it_fills_the_memory(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.formats.unpacking._FREE", 1 << 20)
    path = tmp_path / name
    path.write_bytes(PACKERS[name](b"u1,i1\n" * 3_000_000))
    with pytest.raises(LogError, match="300-fold"):
        unpacked(path)


def test_an_archive_of_several_files_needs_a_name(tmp_path: Path) -> None:
    path = tmp_path / "logs.zip"
    path.write_bytes(zipped({"a/log.csv": TEXT, "b.csv": b"x", "__MACOSX/log.csv": b"?", "a/.DS_Store": b"?"}))
    assert members(path) == ["a/log.csv", "b.csv"]
    assert unpacked(path, "a/log.csv") == TEXT
    with pytest.raises(LogError, match=r"2 files: say which is the table, one of a/log\.csv, b\.csv"):
        unpacked(path)
    with pytest.raises(LogError, match=r"holds no file 'c\.csv'"):
        unpacked(path, "c.csv")


@pytest.mark.parametrize("name", ["../log.csv", "/etc/log.csv", "..\\log.csv", "a/../../log.csv", "C:/log.csv"])
def test_a_path_that_leads_out_of_an_archive(tmp_path: Path, name: str) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(zipped({name: TEXT}))
    with pytest.raises(LogError, match="leads out of it"):
        unpacked(path)


def test_archives_without_a_file_and_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(zipped({}))
    with pytest.raises(LogError, match="holds no file"):
        read_log(path)
    packed = bytearray(zipped({"log.csv": TEXT}))
    packed[6] |= 1  # the flag of encryption, in the file's own header
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1  # and in the directory's
    path.write_bytes(packed)
    with pytest.raises(LogError, match="password"):
        unpacked(path)


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    packed = bytearray(zipped({"log.csv": TEXT}))
    at = packed.rindex(b"PK\x01\x02") + 24
    packed[at : at + 4] = (100).to_bytes(4, "little")
    path = tmp_path / "log.zip"
    path.write_bytes(packed)
    with pytest.raises(LogError, match="damaged"):
        unpacked(path)


def test_empty_files_in_an_archive_are_no_tables(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as file:
        file.writestr("out/_SUCCESS", b"")
        file.writestr("out/.part-0.csv.crc", b"crc")
        file.writestr("out/part-0.csv", b"user,item\n")
    assert members(tmp_path / "out.zip") == ["out/part-0.csv"]
    with open_bytes(tmp_path / "out.zip") as stream:
        assert stream.read(99) == b"user,item\n"
