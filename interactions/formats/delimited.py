"""Delimited text (CSV and its kin) as batches of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from errors import LogError
from interactions.formats.dialect import read_head
from interactions.formats.encoding import as_utf8, decoder_of
from interactions.formats.line_notes import LineNotes
from interactions.formats.records import (
    MALFORMED,
    MAX_RECORD,
    NOT_TEXT,
    Records,
    field_texts,
    gather_fields,
    split_records,
)
from interactions.formats.sampling import sample_text
from interactions.formats.source import Batch, Kind
from interactions.formats.unpacking import open_bytes, unpacked_name
from interactions.options import ReadOptions

_BLOCK = 8 * MAX_RECORD  # bytes read at a time; any record fits
_HEAD = 1 << 16  # bytes that detection looks at
_MARK = b"\xef\xbb\xbf"
_MOST_BROKEN = 0.2  # of the lines of the head may be unreadable; with more of them the encoding is another


class DelimitedFile:
    """A text file that is a table, packed or not; raises LogError where it is none.

    columns  the cells of the header, trimmed; "column 3" where one is empty, or where there is no header
    options  how it is written, as given or as detected
    """

    kind: Kind = "csv"
    unit: Literal["line", "row"] = "line"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self.size = path.stat().st_size
        sample = sample_text(path, options, _HEAD)
        if not sample.start:
            raise LogError(f"{path.name} is empty: choose a file with a header and at least one row.")
        self._whole, self._encoding, self.notes = sample.is_whole, sample.encoding, sample.notes
        self._head = self._decoded_head(sample.start)
        is_csv = unpacked_name(path, options.table).lower().endswith(".csv")
        found = read_head(self._head, options, whole=self._whole, name=path.name, is_csv=is_csv)
        self.columns, self._dialect = found.columns, found.dialect
        self._body, self._body_line = found.body, found.line
        self.notes += found.notes
        self.options = ReadOptions(
            encoding=self._encoding,
            separator=found.dialect.separator.decode(),
            header=found.has_header,
            quotes=found.dialect.quotes,
            escapes=found.dialect.escapes,
            comment="" if found.dialect.comment < 0 else chr(found.dialect.comment),
            layout="table",
            table=options.table,
        )

    @property
    def above(self) -> str:
        """What stands before the first row: the header, where there is one, with what is above it."""
        return self._head[: self._body].decode("utf-8", "replace")

    def head(self, rows: int) -> list[list[str]]:
        """The first records as text."""
        body = self._head[self._body :]
        records = split_records(
            body, self._dialect, len(self.columns), line=self._body_line, last=self._whole, plain=True
        )
        return field_texts(body, records, rows)

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
        rest, line, skipping, last = b"", self._body_line, False, False
        decoder = None if self._encoding == "utf-8" else decoder_of(self._encoding)
        is_start, before = True, self._body
        notes = LineNotes(self.path.name, self._dialect, len(self.columns), self.notes)
        with open_bytes(self.path, self.options.table) as stream:
            ahead = stream.read(_BLOCK)
            while not last:
                chunk, ahead = ahead, stream.read(_BLOCK)
                last = not ahead
                if decoder is not None:
                    chunk = as_utf8(decoder, chunk, last=last)
                if is_start:
                    chunk, is_start = chunk.removeprefix(_MARK), False
                if before:  # the header
                    chunk, before = chunk[before:], max(before - len(chunk), 0)
                block = rest + chunk
                if b"\0" in chunk:
                    at = line + block[: block.index(b"\0")].count(b"\n")
                    raise LogError(f"{self.path.name} holds a NUL byte near line {at}: it is damaged, export it again.")
                records = split_records(
                    block, self._dialect, len(self.columns), line=line, last=last, skipping=skipping
                )
                rest, line, skipping = block[records.consumed :], records.next_line, records.skipping
                records = _without_broken_text(block, records)
                notes.see(block, records)
                yield block, records, stream.position

    def _decoded_head(self, start: bytes) -> bytes:
        """The head as UTF-8; raises LogError where it is not written so."""
        text = as_utf8(decoder_of(self._encoding), start, last=self._whole).removeprefix(_MARK)
        if b"\0" in text:
            raise LogError(f"{self.path.name} holds NUL bytes, so it is not a text file: choose a CSV or Parquet file.")
        lines = text.splitlines() if self._whole else text.splitlines()[:-1]
        broken = sum(not _is_text(line) for line in lines)
        if broken > max(1, _MOST_BROKEN * sum(not line.isascii() for line in lines)):
            raise LogError(
                f"{self.path.name} is not written in {self._encoding}: {broken:,} of its first {len(lines):,} lines "
                "cannot be read. Choose another encoding."
            )
        return text


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
