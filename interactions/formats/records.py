r"""Cuts delimited text into records and fields, so that every line is either understood or counted.

The readers of the libraries stop at the first stray quote, or swallow what follows it, and leave out lines without
saying which. The rules here, the same for every file:

- A line ends with LF, CRLF or CR. A line of nothing but spaces is blank, one that begins with the comment's character a
  comment: neither is a record.
- A field that begins with a double quote ends with the next one that is not doubled; inside it, separators and line
  ends are text, and "" stands for ". What follows must be a separator or the end of the line. Anywhere else a double
  quote is plain text. Spaces belong to the field.
- Where a dialect escapes, \" and \\ inside of such a field stand for " and \; any other backslash is text.
- A field that is \N, without quotes, is empty: so MySQL, Hive and Postgres write that a value is missing.
- A record with another number of fields than the header is malformed, and so is one of more than MAX_RECORD bytes.
- A dialect without quotes takes a double quote for text everywhere.
- Where quoting is broken (text after a closing quote, or no closing quote within MAX_RECORD bytes), the LINE on which
  the record began is malformed, and reading goes on with the next line. One stray quote costs one line, not the rest
  of the file.

The functions are plain Python that numba can compile: whole files go through the compiled form (`compiled`), the head
of a file, where compiling would take longer than the work, through the plain one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

MAX_RECORD = 1 << 20  # bytes

TOO_FEW_FIELDS, TOO_MANY_FIELDS, BROKEN_QUOTES, TOO_LONG, NOT_TEXT = 1, 2, 3, 4, 5
MALFORMED = {
    TOO_FEW_FIELDS: "too few fields",
    TOO_MANY_FIELDS: "too many fields",
    BROKEN_QUOTES: "broken quotes",
    TOO_LONG: "longer than 1 MB",
    NOT_TEXT: "not written in the file's encoding",
}

_QUOTE, _LF, _CR, _SPACE, _BACKSLASH, _CAPITAL_N = 34, 10, 13, 32, 92, 78
_NULL = b"\\N"
_ESCAPED = re.compile(r'\\(["\\])|""')


class Dialect(NamedTuple):
    """How a text is cut.

    separator  one or two bytes between the fields
    quotes     double quotes hold separators and line ends together
    comment    the byte that a comment line begins with, -1 = there are no comments
    escapes    in a field with quotes, a backslash before a quote or a backslash makes it text
    """

    separator: bytes
    quotes: bool = True
    comment: int = -1
    escapes: bool = False


class Records(NamedTuple):
    """The records of one block of bytes.

    starts, ends  int32 (n_records, n_fields): where a field's text lies in the block, without its quotes
    doubled       bool (n_records, n_fields): the text has doubled quotes, or escapes, to be undone
    lines         int64 (n_records,): the line on which a record begins, the first of the file = 1
    bad_lines, bad_kinds, bad_fields   int64, int8, int32 (n_malformed,): where, why, and how many fields were seen
    consumed      bytes of the block that are done with; the rest belongs before the next block
    next_line     line on which the rest begins
    skipping      the block ended inside a line that is too long: what follows, up to its end, is to be left out
    escapes       whether the dialect has escapes
    """

    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    doubled: npt.NDArray[np.bool_]
    lines: npt.NDArray[np.int64]
    bad_lines: npt.NDArray[np.int64]
    bad_kinds: npt.NDArray[np.int8]
    bad_fields: npt.NDArray[np.int32]
    consumed: int
    next_line: int
    skipping: bool
    escapes: bool

    def keep(self, good: npt.NDArray[np.bool_]) -> Records:
        """Only the records that are `good`, bool (n_records,)."""
        return self._replace(
            starts=self.starts[good], ends=self.ends[good], doubled=self.doubled[good], lines=self.lines[good]
        )

    def condemn(self, bad: npt.NDArray[np.bool_], kind: int) -> Records:
        """Declare records malformed, bool (n_records,)."""
        lines = np.concatenate([self.bad_lines, self.lines[bad]])
        added = int(bad.sum())
        order = np.argsort(lines, kind="stable")
        return self.keep(~bad)._replace(
            bad_lines=lines[order],
            bad_kinds=np.append(self.bad_kinds, np.full(added, kind, np.int8))[order],
            bad_fields=np.append(self.bad_fields, np.full(added, self.starts.shape[1], np.int32))[order],
        )


def split_records(
    block: bytes,
    dialect: Dialect,
    n_fields: int,
    *,
    line: int,
    last: bool,
    skipping: bool = False,
    plain: bool = False,
) -> Records:
    """Find the records of a block that begins at the beginning of a line (or, `skipping`, inside one to leave out).

    last   nothing follows the block, so that its end is the end of a record
    plain  run uncompiled: for a few kilobytes
    """
    n_lines = block.count(b"\n") + block.count(b"\r") + 1
    # A good record has n_fields - 1 separators and a line end: this bounds the arrays whatever the block holds.
    capacity = min(n_lines, len(block) // n_fields + 1) + 1
    starts = np.empty((capacity, n_fields), np.int32)
    ends = np.empty((capacity, n_fields), np.int32)
    doubled = np.empty((capacity, n_fields), np.bool_)
    lines = np.empty(capacity, np.int64)
    bad_lines = np.empty(n_lines, np.int64)
    bad_kinds = np.empty(n_lines, np.int8)
    bad_fields = np.empty(n_lines, np.int32)
    run = _scan if plain else compiled(_scan)
    n_good, n_bad, consumed, line, skipping = run(
        block if plain else np.frombuffer(block, np.uint8),
        dialect.separator[0],
        dialect.separator[1] if len(dialect.separator) > 1 else -1,
        _QUOTE if dialect.quotes else -1,
        _BACKSLASH if dialect.escapes else -1,
        dialect.comment,
        n_fields,
        line,
        last,
        skipping,
        starts,
        ends,
        doubled,
        lines,
        bad_lines,
        bad_kinds,
        bad_fields,
    )
    return Records(
        starts[:n_good],
        ends[:n_good],
        doubled[:n_good],
        lines[:n_good],
        bad_lines[:n_bad],
        bad_kinds[:n_bad],
        bad_fields[:n_bad],
        int(consumed),
        int(line),
        bool(skipping),
        dialect.escapes,
    )


def gather_fields(
    block: bytes, records: Records, fields: Sequence[int]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """The texts of some fields, record after record, end to end: (offsets int32 (n_texts + 1,), UTF-8 bytes)."""
    starts, ends, doubled = (cells[:, fields].ravel() for cells in (records.starts, records.ends, records.doubled))
    offsets = np.zeros(len(starts) + 1, np.int32)
    text = np.empty(int((ends - starts).sum(dtype=np.int64)), np.uint8)
    used = compiled(_gather)(np.frombuffer(block, np.uint8), starts, ends, doubled, records.escapes, offsets, text)
    return offsets, text[:used]


def count_fields(block: bytes, dialect: Dialect, *, last: bool) -> list[int]:
    """How many fields each record has, blank lines left out; 0 where it is broken: for the head of a file."""
    records = split_records(block, dialect, 1, line=1, last=last, plain=True)
    seen = dict.fromkeys(records.lines.tolist(), 1)
    for line, kind, fields in zip(records.bad_lines, records.bad_kinds, records.bad_fields, strict=True):
        seen[int(line)] = int(fields) if kind == TOO_MANY_FIELDS else 0
    return [seen[line] for line in sorted(seen)]


def field_texts(block: bytes, records: Records, limit: int) -> list[list[str]]:
    """Every field of the first records as text, one list a record: for the head of a file."""

    def text(start: int, end: int, doubled: bool) -> str:
        if end - start == len(_NULL) and block[start:end] == _NULL and block[start - 1 : start] != b'"':
            return ""
        cell = block[start:end].decode("utf-8", "replace")
        if not doubled:
            return cell
        return _ESCAPED.sub(lambda found: found[1] or '"', cell) if records.escapes else cell.replace('""', '"')

    fields = (records.starts[:limit], records.ends[:limit], records.doubled[:limit])
    return [list(map(text, *row)) for row in zip(*(cells.tolist() for cells in fields), strict=True)]


@cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function compiled by numba, kept on disk between runs; it lets other threads run meanwhile."""
    import numba  # heavy, and not needed for the head of a file

    return numba.njit(cache=True, nogil=True)(function)


def _scan(
    data: Any,
    separator: int,
    separator_tail: int,
    quote: int,
    escape: int,
    comment: int,
    n_fields: int,
    line: int,
    last: bool,
    skipping: bool,
    starts: Any,
    ends: Any,
    doubled: Any,
    lines: Any,
    bad_lines: Any,
    bad_kinds: Any,
    bad_fields: Any,
) -> tuple[int, int, int, int, bool]:
    size = len(data)
    width = 1 if separator_tail < 0 else 2
    good, bad = 0, 0
    begin = 0  # of the record at hand
    if skipping:
        while begin < size and data[begin] != _LF and data[begin] != _CR:
            begin += 1
        if begin == size or (data[begin] == _CR and begin + 1 == size and not last):
            return good, bad, begin, line, not last
        begin += 2 if data[begin] == _CR and begin + 1 < size and data[begin + 1] == _LF else 1
        line += 1
    while begin < size:
        at = begin
        if data[at] == comment:
            while at < size and data[at] != _LF and data[at] != _CR:
                at += 1
            if not (last or (at < size and (data[at] == _LF or at + 1 < size))):
                if at - begin > MAX_RECORD:
                    return good, bad, size, line, True
                break
            if at < size:
                at += 2 if data[at] == _CR and at + 1 < size and data[at + 1] == _LF else 1
            line += 1
            begin = at
            continue
        field = 0
        inner_lines = 0
        broken = False
        whole = False  # the end of the record was seen
        quoted = False
        while True:  # a field a turn
            escaped = False
            quoted = at < size and data[at] == quote
            if quoted:
                at += 1
                first = at
                closed = False
                while at < size and at - begin <= MAX_RECORD:
                    byte = data[at]
                    if byte == quote:
                        if at + 1 < size and data[at + 1] == quote:
                            escaped = True
                            at += 2
                            continue
                        closed = at + 1 < size or last
                        break
                    if byte == escape and at + 1 < size and (data[at + 1] == quote or data[at + 1] == escape):
                        escaped = True
                        at += 2
                        continue
                    if byte == _LF or (byte == _CR and not (at + 1 < size and data[at + 1] == _LF)):
                        inner_lines += 1
                    at += 1
                if not closed:
                    broken = last or at - begin > MAX_RECORD
                    break
                end = at
                at += 1
            else:
                first = at
                while at < size:
                    byte = data[at]
                    if byte in (_LF, _CR):
                        break
                    if byte == separator and (width == 1 or (at + 1 < size and data[at + 1] == separator_tail)):
                        break
                    at += 1
                end = at
            if field < n_fields:
                starts[good, field] = first
                ends[good, field] = end
                doubled[good, field] = escaped
            field += 1
            if at == size:
                whole = last
                break
            byte = data[at]
            if byte in (_LF, _CR):
                # Whether a CR at the very end of the block is half of a CRLF is not known yet.
                whole = byte == _LF or at + 1 < size or last
                break
            if byte == separator:
                if width == 1:
                    at += 1
                    continue
                if at + 1 == size and not last:
                    break
                if at + 1 < size and data[at + 1] == separator_tail:
                    at += 2
                    continue
            broken = True  # text after a closing quote
            break
        too_long = at - begin > MAX_RECORD
        kind = 0
        if broken or (too_long and inner_lines > 0):
            # Only the first line is given up; the record is read again from the line after it.
            kind = BROKEN_QUOTES
            inner_lines = 0
            at = begin
            while at < size and data[at] != _LF and data[at] != _CR:
                at += 1
            if at - begin > MAX_RECORD:
                kind = TOO_LONG
            whole = last or (at < size and (data[at] == _LF or at + 1 < size))
        elif too_long:
            kind = TOO_LONG
        elif whole and field < n_fields:
            kind = TOO_FEW_FIELDS
        elif field > n_fields:
            kind = TOO_MANY_FIELDS
        if not whole:
            if kind == TOO_LONG and at == size:
                bad_lines[bad] = line
                bad_kinds[bad] = kind
                bad_fields[bad] = field
                return good, bad + 1, size, line, True
            break
        blank = field == 1 and not quoted and not broken
        if blank:
            for place in range(begin, at):
                if data[place] != _SPACE:
                    blank = False
                    break
        if not blank:
            if kind:
                bad_lines[bad] = line
                bad_kinds[bad] = kind
                bad_fields[bad] = field
                bad += 1
            else:
                lines[good] = line
                good += 1
        line += inner_lines + 1
        if at < size:
            at += 2 if data[at] == _CR and at + 1 < size and data[at + 1] == _LF else 1
        begin = at
    return good, bad, begin, line, False


def _gather(block: Any, starts: Any, ends: Any, doubled: Any, escapes: bool, offsets: Any, text: Any) -> int:
    used = 0
    for record in range(len(starts)):
        at, end, escaped = starts[record], ends[record], doubled[record]
        is_null = end - at == 2 and block[at] == _BACKSLASH and block[at + 1] == _CAPITAL_N
        if is_null and (at == 0 or block[at - 1] != _QUOTE):
            at = end
        while at < end:
            if escaped and escapes and block[at] == _BACKSLASH and block[at + 1] in (_QUOTE, _BACKSLASH):
                text[used] = block[at + 1]
                at += 2
            else:
                text[used] = block[at]
                at += 2 if escaped and block[at] == _QUOTE else 1
            used += 1
        offsets[record + 1] = used
    return used
