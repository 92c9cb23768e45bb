"""The formats of the word2vec program, text and binary, as it, gensim, fastText and GloVe write them."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from embedders.base import Progress, no_progress
from errors import VectorsError
from workspace.found_vectors import FoundVectors, check_width

_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(\d{1,18})[ \t](\d{1,9})[ \t]*\r?\n")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # bytes that no text has, and numbers of 32 bits nearly always
_HEAD = 1 << 20  # bytes; the longest vector as text is far shorter
_BLOCK = 1 << 23  # bytes
_LONGEST_ID = 10_000  # bytes


class Header(NamedTuple):
    """The first line: how many vectors, how many numbers each, and how many bytes the line takes."""

    vectors: int
    width: int
    size: int


def header_of(head: bytes) -> Header | None:
    """The header, or None where the first line is not one."""
    match = _HEADER.match(head)
    return None if match is None else Header(int(match[1]), int(match[2]), match.end())


def is_binary(path: Path, head: bytes, header: Header) -> bool:
    """Whether bytes of numbers follow the header, and not lines of text."""
    body = head[header.size :]
    if _looks_like_vector(body.partition(b"\n")[0], header.width):
        return False
    return path.suffix.lower() == ".bin" or _CONTROL.search(body) is not None


def is_text_without_header(head: bytes) -> bool:
    """Whether the first line is an id and numbers, with single spaces between them.

    Bytes of 0 stand in no text: a Parquet file may have the rest by chance.
    """
    return b"\0" not in head and _looks_like_vector(head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0])


def read_binary(path: Path, header: Header, progress: Progress = no_progress) -> FoundVectors:
    """Read a header, then for each item its id, a space, and its numbers as 4 bytes each."""
    check_width(path, header.width)
    length, size = 4 * header.width, path.stat().st_size
    if header.vectors * (length + 2) > size:  # before room is made for what the header promises
        raise _cut_off(path, header)
    ids: list[str | None] = []
    vectors = np.empty((header.vectors, header.width), np.float32)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = header.size
        for row in range(header.vectors):
            while data[at : at + 1] == b"\n":  # some programs end a vector with one
                at += 1
            space = data.find(b" ", at, at + _LONGEST_ID)
            if space < 0 or space + 1 + length > size:
                raise _cut_off(path, header)
            ids.append(_decoded(path, data[at:space], row))
            at = space + 1 + length
            vectors[row] = np.frombuffer(data[space + 1 : at], "<f4")
            if not row % 1000:
                progress(f"Reading {path.name}", at, size)
        rest = data[at:].strip(b"\n")
    if rest:
        raise VectorsError(
            f"{path.name} goes on after the {header.vectors:,} vectors of {header.width:,} numbers that its first line "
            "speaks of: it is damaged or no word2vec file, so export it again."
        )
    return FoundVectors(ids, vectors, np.arange(1, len(ids) + 1), "row")


def read_text(path: Path, head: bytes, header: Header | None, progress: Progress = no_progress) -> FoundVectors:
    """Read an id and its numbers a line, with single spaces between them; a header may stand above."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    first = head[0 if header is None else header.size :].partition(b"\n")[0].rstrip(b"\r")
    width = header.width if header is not None else len(first.rstrip(b" ").split(b" ")) - 1
    check_width(path, width)
    names = [f"v{number}" for number in range(width)]
    trailing = ["end"] if first.endswith(b" ") else []  # word2vec itself and fastText end each line with a space
    size = path.stat().st_size
    ids: list[str | None] = []
    parts = [np.empty((0, width), np.float32)]
    try:
        with arrow_csv.open_csv(
            path,
            arrow_csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK,
                skip_rows=0 if header is None else 1,
                column_names=["id", *names, *trailing],
            ),
            arrow_csv.ParseOptions(delimiter=" ", quote_char=False, double_quote=False),
            arrow_csv.ConvertOptions(
                column_types={"id": pa.string(), **dict.fromkeys(names, pa.float32())},
                null_values=[],
                include_columns=["id", *names],
            ),
        ) as reader:
            for batch in reader:
                ids += batch.column(0).to_pylist()
                columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns[1:]]
                parts.append(np.stack(columns, axis=1))
                progress(f"Reading {path.name}", size * _share(len(ids), header), size)
    except pa.ArrowInvalid as error:
        raise VectorsError(_first_fault(path, header, width) or f"{path.name} cannot be read ({error}).") from error
    if header is not None and len(ids) != header.vectors:
        raise VectorsError(
            f"The first line of {path.name} speaks of {header.vectors:,} vectors, but {len(ids):,} follow: it was cut "
            "off or changed, so export it again."
        )
    start = 1 if header is None else 2
    return FoundVectors(ids, np.concatenate(parts), np.arange(start, start + len(ids)), "line")


def _share(done: int, header: Header | None) -> float:
    """How much is read; without a header nobody knows how much there is."""
    return 0.5 if header is None else min(done / max(header.vectors, 1), 1.0)


def _first_fault(path: Path, header: Header | None, width: int) -> str | None:
    """What is wrong with the first line that is at fault, in one sentence."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if (number == 1 and header is not None) or not line.strip():
                continue
            where = f"{path.name}, line {number:,}"
            try:
                cells = line.decode("utf-8-sig").rstrip("\r\n").removesuffix(" ").split(" ")
            except UnicodeDecodeError:
                return f"{where}: the text is not UTF-8: save the file as UTF-8."
            if len(cells) != width + 1:
                return (
                    f"{where}: there are {len(cells):,} words, and an id and {width:,} numbers are expected, with "
                    "single spaces between them: mend the line (an id must not have spaces), or export CSV."
                )
            for place, cell in enumerate(cells[1:], start=1):
                if not _is_number(cell):
                    return f"{where}: number {place:,} of item {cells[0]!r} is {cell!r}, which is none: mend it."
    return None


def _looks_like_vector(line: bytes, width: int | None = None) -> bool:
    words = line.rstrip(b" \r").split(b" ")[1:]
    return (len(words) >= 1 if width is None else len(words) == width) and all(map(_is_number, words))


def _is_number(text: str | bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _decoded(path: Path, text: bytes, row: int) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise VectorsError(
            f"{path.name}, row {row + 1:,}: the id is not UTF-8 text: the file is damaged or no word2vec file, so "
            "export it again."
        ) from error


def _cut_off(path: Path, header: Header) -> VectorsError:
    return VectorsError(
        f"{path.name} is shorter than the {header.vectors:,} vectors of {header.width:,} numbers that its first line "
        "speaks of: it is cut off or no word2vec file, so export it again."
    )
