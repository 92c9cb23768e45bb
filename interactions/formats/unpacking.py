"""The bytes of a file, unpacked as they are read where it is a .gz, .zst, .bz2, .xz or .zip."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple

from errors import LogError
from interactions.formats.source import chosen_table

# Logs shrink five to thirty times. What grows further than this from a file is there to fill a disk.
_MOST_GROWTH = 300
_FREE = 64 << 20  # bytes that may come out of any file


class _Packing(NamedTuple):
    suffixes: tuple[str, ...]
    open: Callable[[BinaryIO], Any]


def _zstandard(file: BinaryIO) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")


_ZSTANDARD = _Packing((".zst", ".zstd"), _zstandard)
_PACKINGS = {
    b"\x1f\x8b": _Packing((".gz", ".gzip"), lambda file: gzip.GzipFile(fileobj=file)),
    b"\x28\xb5\x2f\xfd": _ZSTANDARD,
    **{bytes((n, 0x2A, 0x4D, 0x18)): _ZSTANDARD for n in range(0x50, 0x60)},  # a frame without content stands first
    b"BZh": _Packing((".bz2",), bz2.BZ2File),
    b"\xfd7zXZ\x00": _Packing((".xz",), lzma.LZMAFile),
}
_ZIP = b"PK\x03\x04", b"PK\x05\x06"  # the second begins an empty one
PACKED = (*_PACKINGS, *_ZIP)
"""What packed files begin with."""
_DAMAGED = (
    EOFError, OSError, zlib.error, lzma.LZMAError, struct.error, zipfile.BadZipFile, NotImplementedError, RuntimeError,
    UnicodeError,
)  # fmt: skip


class Stream:
    """Unpacked bytes, read forwards.

    is_packed  whether the bytes are others than the file's own
    position   bytes of the file itself that are read, for the progress
    """

    def __init__(self, name: str, raw: BinaryIO, unpacked: Any, packed_size: int | None) -> None:
        """packed_size: bytes that the content takes up in the file, None = it is not packed."""
        self._name, self._raw, self._unpacked, self._packed_size = name, raw, unpacked, packed_size
        self._given = 0

    @property
    def is_packed(self) -> bool:
        return self._packed_size is not None

    @property
    def position(self) -> int:
        return self._raw.tell()

    def read(self, n: int) -> bytes:
        """The next `n` bytes, fewer only at the end; raises LogError where the file is damaged or a bomb."""
        parts: list[bytes] = []
        missing = n
        while missing:
            try:
                part = bytes(self._unpacked.read(missing))
            except _DAMAGED as error:
                if self._packed_size is None:
                    raise LogError(f"{self._name} cannot be read ({error}).") from error
                raise LogError(
                    f"{self._name} is damaged or cut short ({_reason(error)}): copy or download it again."
                ) from error
            if not part:
                break
            parts.append(part)
            missing -= len(part)
        self._given += n - missing
        if self._packed_size is not None and self._given > _FREE + _MOST_GROWTH * self._packed_size:
            raise LogError(
                f"{self._name} grows more than {_MOST_GROWTH}-fold when unpacked, as no log does: unpack it yourself "
                "if you trust it."
            )
        return b"".join(parts)


@contextmanager
def open_bytes(path: Path, member: str | None = None) -> Iterator[Stream]:
    """The bytes of a file, unpacked; of an archive those of one table.

    member  which file of a zip archive, needed where it holds several

    Raises LogError where the archive does not hold that file, or several and none is named.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        first = raw.read(8)
        raw.seek(0)
        size = path.stat().st_size
        if first.startswith(_ZIP):
            try:
                archive = stack.enter_context(zipfile.ZipFile(raw))
                entry = _member(archive, member, path.name)
                unpacked = stack.enter_context(archive.open(entry))
            except _DAMAGED as error:
                raise LogError(f"{path.name} is a damaged zip archive ({_reason(error)}): pack it again.") from error
            yield Stream(path.name, raw, unpacked, entry.compress_size)
            return
        packing = next((packing for magic, packing in _PACKINGS.items() if first.startswith(magic)), None)
        if packing is None:
            yield Stream(path.name, raw, raw, None)
        else:
            yield Stream(path.name, raw, packing.open(raw), size)


def unpacked_name(path: Path, member: str | None = None) -> str:
    """The name of the file that is packed in this one; its own where it is not packed."""
    with path.open("rb") as file:
        first = file.read(8)
    if first.startswith(_ZIP):
        try:
            with zipfile.ZipFile(path) as archive:
                return _member(archive, member, path.name).filename
        except _DAMAGED as error:
            raise LogError(f"{path.name} is a damaged zip archive ({_reason(error)}): pack it again.") from error
    for magic, packing in _PACKINGS.items():
        if first.startswith(magic):
            return path.stem if path.suffix.lower() in packing.suffixes else path.name
    return path.name


def members(path: Path) -> list[str]:
    """The files in a zip archive that may be tables."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [entry.filename for entry in _tables(archive, path.name)]
    except _DAMAGED as error:
        raise LogError(f"{path.name} is a damaged zip archive ({_reason(error)}): pack it again.") from error


def is_zip(first: bytes) -> bool:
    """Whether a file that begins so is a zip archive, which a workbook is as well."""
    return first.startswith(_ZIP)


def _member(archive: zipfile.ZipFile, wanted: str | None, name: str) -> zipfile.ZipInfo:
    tables = {entry.filename: entry for entry in _tables(archive, name)}
    entry = tables[chosen_table(list(tables), wanted, name, "file")]
    if entry.flag_bits & 1:
        raise LogError(f"{name} is protected by a password: unpack it, and choose {entry.filename!r}.")
    return entry


def _tables(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """What is in an archive without folders, links, empty files and what systems leave there.

    Nothing is ever written from it. Programs mark with an empty file, such as _SUCCESS, that they are done.
    """
    found = []
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
            raise LogError(f"{name} holds a path that leads out of it, {entry.filename!r}: do not trust it.")
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
        if entry.file_size and not entry.is_dir() and not hidden and not stat.S_ISLNK(entry.external_attr >> 16):
            found.append(entry)
    names = Counter(entry.filename for entry in found)
    for twice, times in names.most_common(1):
        if times > 1:
            raise LogError(f"{name} holds {times} files named {twice!r}: pack it again with the one that counts.")
    return found


def _reason(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
