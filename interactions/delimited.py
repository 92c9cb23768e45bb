"""Delimited text (CSV and its kin) as batches of columns."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from errors import LogError
from interactions.options import ReadOptions
from interactions.records import (
    MALFORMED,
    MAX_RECORD,
    NOT_TEXT,
    Records,
    count_fields,
    field_texts,
    gather_fields,
    split_records,
)
from interactions.source import Batch, Kind

_BLOCK = 8 * MAX_RECORD  # bytes read at a time; any record fits
_HEAD = 1 << 16  # bytes that detection looks at
_SEPARATORS = (",", ";", "\t", "|")
_MOST_COLUMNS = 5_000
_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class DelimitedFile:
    """A text file with a header; raises LogError where it is none.

    columns  the cells of the header, trimmed; an empty one becomes "column 3"
    options  encoding and separator, as given or as detected
    """

    kind: Kind = "csv"
    unit: Literal["line", "row"] = "line"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self.size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_HEAD)
        self._whole = len(start) == self.size  # the head is the file
        self._encoding = self._known_encoding(options.encoding, start)
        decoder = codecs.getincrementaldecoder(self._encoding)()
        self._head = self._as_utf8(decoder, start, self._whole).removeprefix(codecs.BOM_UTF8)
        if b"\0" in self._head:
            raise LogError(f"{path.name} holds NUL bytes, so it is not a text file: choose a CSV or Parquet file.")
        separator = self._checked_separator(options.separator) or self._guessed_separator()
        self.options = ReadOptions(encoding=self._encoding, separator=separator, layout="table")
        self._separator = separator.encode()
        header = self._header()
        self.columns = self._names(header)
        self._head_records = split_records(
            self._head, self._separator, len(self.columns), line=1, last=self._whole, plain=True
        )

    def head(self, rows: int) -> list[list[str]]:
        """The first records as text."""
        return field_texts(self._head, self._head_records, rows + 1)[1:]

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All records in order, the named columns only, a few megabytes at a time."""
        yield from self._batches([[self.columns.index(name)] for name in columns])

    def wide_batches(self, column: str, wide: Sequence[str]) -> Iterator[Batch]:
        """All records in order as two arrays: one column, and the cells of many others, record after record.

        Hundreds of columns are read several times as fast as one by one.
        """
        place = {name: number for number, name in enumerate(self.columns)}
        yield from self._batches([[place[column]], [place[name] for name in wide]])

    def _batches(self, groups: Sequence[Sequence[int]]) -> Iterator[Batch]:
        """An array for each group of fields."""
        import pyarrow as pa

        for block, records, done in self._blocks():
            arrays = [
                pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text))
                for offsets, text in (gather_fields(block, records, fields) for fields in groups)
            ]
            malformed = [
                (int(line), MALFORMED[int(kind)])
                for line, kind in zip(records.bad_lines[:3], records.bad_kinds[:3], strict=True)
            ]
            yield Batch(arrays, records.lines, len(records.bad_lines), malformed, done)

    def _blocks(self) -> Iterator[tuple[bytes, Records, int]]:
        """(bytes in UTF-8, the records that they hold, bytes of the file read so far)."""
        rest, line, skipping, first, header, last = b"", 1, False, True, True, False
        decoder = codecs.getincrementaldecoder(self._encoding)()
        with self.path.open("rb") as file:
            while not last:
                chunk = file.read(_BLOCK)
                last = not chunk or file.tell() >= self.size
                if self._encoding != "utf-8":
                    chunk = self._as_utf8(decoder, chunk, last)
                if first:
                    chunk, first = chunk.removeprefix(codecs.BOM_UTF8), False
                block = rest + chunk
                if b"\0" in chunk:
                    at = line + block[: block.index(b"\0")].count(b"\n")
                    raise LogError(f"{self.path.name} holds a NUL byte near line {at}: it is damaged, export it again.")
                records = split_records(
                    block, self._separator, len(self.columns), line=line, last=last, skipping=skipping
                )
                rest, line, skipping = block[records.consumed :], records.next_line, records.skipping
                if header and len(records.lines):
                    # The header is a record like the others, and the first that is not blank.
                    records, header = records.keep(np.arange(len(records.lines)) > 0), False
                yield block, _without_broken_text(block, records), file.tell()

    def _known_encoding(self, given: str | None, start: bytes) -> str:
        if given is not None:
            try:
                name = codecs.lookup(given).name.removesuffix("-sig").removesuffix("_sig")
                b"  ".decode(name, "replace")  # some codecs, such as hex, are no text encodings
            except (LookupError, ValueError) as error:
                raise LogError(f"There is no encoding {given!r}: use utf-8, gb18030 or windows-1252.") from error
            return name
        for mark, encoding in _BYTE_ORDER_MARKS.items():
            if start.startswith(mark):
                return encoding
        try:
            codecs.getincrementaldecoder("utf-8")().decode(start, self._whole)
        except UnicodeDecodeError as error:
            if b"\0" in start:
                raise LogError(
                    f"{self.path.name} holds NUL bytes, so it is not a text file: choose a CSV or Parquet file."
                ) from error
            line = start[: error.start].count(b"\n") + 1
            raise LogError(
                f"{self.path.name} is not written in UTF-8 (line {line}): name its encoding, such as gb18030 or "
                "windows-1252, or save it as UTF-8."
            ) from error
        return "utf-8"

    def _as_utf8(self, decoder: codecs.IncrementalDecoder, data: bytes, last: bool) -> bytes:
        try:
            return decoder.decode(data, last).encode()
        except (UnicodeDecodeError, UnicodeEncodeError) as error:
            raise LogError(
                f"{self.path.name} is not written in {self._encoding} ({error.reason}): name another encoding."
            ) from error

    def _checked_separator(self, given: str | None) -> str | None:
        if given is None:
            return None
        given = given.replace("\\t", "\t")
        if not 1 <= len(given) <= 2 or not given.isascii() or set(given) & set('"\r\n\0'):
            raise LogError(f"{given!r} cannot be a separator: use one or two characters such as , ; | or \\t.")
        return given

    def _guessed_separator(self) -> str:
        """The separator that cuts the most records as it cuts the header; of equal ones, that with more fields."""
        best = (0.0, 1, ",")
        for separator in _SEPARATORS:
            counts = count_fields(self._head, separator.encode(), last=self._whole)
            if counts and counts[0] > 1:
                share = Counter(counts)[counts[0]] / len(counts)
                best = max(best, (share, counts[0], separator))
        return best[2]

    def _header(self) -> list[str]:
        counts = count_fields(self._head, self._separator, last=self._whole)
        if not counts:
            if self._head.strip():
                raise LogError(f"The first line of {self.path.name} is too long to be a header: choose a table.")
            raise LogError(f"{self.path.name} holds blank lines only: choose a file with a header and rows.")
        if not counts[0]:
            raise LogError(f"The header of {self.path.name} has broken quotes: mend its first line.")
        if counts[0] > _MOST_COLUMNS:
            raise LogError(
                f"{self.path.name} has {counts[0]:,} columns, and {_MOST_COLUMNS:,} is the most that can be read: "
                "save only the columns you need."
            )
        records = split_records(self._head, self._separator, counts[0], line=1, last=self._whole, plain=True)
        return field_texts(self._head, records, 1)[0]

    def _names(self, header: list[str]) -> list[str]:
        names = [cell.strip() or f"column {place}" for place, cell in enumerate(header, start=1)]
        for name, times in Counter(names).items():
            if times > 1:
                raise LogError(f"{self.path.name} has {times} columns named {name!r}: rename them so that they differ.")
        if all(_is_number(name) for name in names):
            raise LogError(
                f"The first line of {self.path.name} holds only numbers ({', '.join(names[:4])}), so it looks like "
                "data: add a first line with the names of the columns."
            )
        return names


def _without_broken_text(block: bytes, records: Records) -> Records:
    """Records that are not valid UTF-8 are malformed, like those with broken quotes."""
    if block.isascii() or not len(records.lines):
        return records
    try:
        block.decode()
    except UnicodeDecodeError:
        spans = zip(records.starts.min(axis=1), records.ends.max(axis=1), strict=True)
        bad = np.fromiter((not _is_text(block[start:end]) for start, end in spans), np.bool_, len(records.lines))
        return records.condemn(bad, NOT_TEXT)
    return records


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
