"""What a person should know of lines that are left out, or that are no rows of their own and look like some."""

from __future__ import annotations

import re
from itertools import islice

import numpy as np

from interactions.formats.records import BROKEN_QUOTES, NOT_TEXT, Dialect, Records

_LEAST_HELD, _ALIKE = 5, 0.9  # lines inside of a record, and their share that looks like records, are no accident
_MOST_LOOKED_AT, _MOST_COMMENTS = 20, 1000  # records and comments of a block


class LineNotes:
    """Notes on how the lines of a delimited text can be kept, each said once, however often the text is read."""

    def __init__(self, name: str, dialect: Dialect, n_columns: int, notes: list[str]) -> None:
        """notes: those of the file, to which new ones are added."""
        self._name, self._dialect, self._n_separators, self._notes = name, dialect, n_columns - 1, notes

    def see(self, block: bytes, records: Records) -> None:
        """Look at the records of the next block."""
        name = self._name
        if (records.bad_kinds == NOT_TEXT).any():
            self._add(note_of_broken_text(name))
        if (records.bad_kinds == BROKEN_QUOTES).any():
            self._add(note_of_broken_quotes(name, has_backslashes=b'\\"' in block))
        if self._has_rows_in_comments(block[: records.consumed]):
            self._add(note_of_comments(name, chr(self._dialect.comment)))
        held = self._held_together(block, records)
        if held is not None and not any("are one row" in note for note in self._notes):
            self._add(
                f"Lines {held[0]:,} to {held[1]:,} of {name} are one row, because quotes hold them together: where "
                "each is a row, read it without quotes."
            )

    def _add(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)

    def _has_rows_in_comments(self, text: bytes) -> bool:
        if self._dialect.comment < 0:
            return False
        comments = re.finditer(rb"(?:^|[\r\n])" + re.escape(bytes([self._dialect.comment])) + rb"[^\r\n]*", text)
        return any(self._looks_like_record(found[0]) for found in islice(comments, _MOST_COMMENTS))

    def _held_together(self, block: bytes, records: Records) -> tuple[int, int] | None:
        """The first and last line of a record inside of which lines look like records, as stray quotes make them."""
        lines = np.diff(records.lines, append=records.next_line)
        for record in np.flatnonzero(lines > _LEAST_HELD)[:_MOST_LOOKED_AT]:
            text = block[records.starts[record].min() : records.ends[record].max()]
            inside = text.splitlines()[1:-1]
            if len(inside) >= _LEAST_HELD and sum(map(self._looks_like_record, inside)) >= _ALIKE * len(inside):
                first = int(records.lines[record])
                return first, first + len(inside) + 1
        return None

    def _looks_like_record(self, line: bytes) -> bool:
        return 0 < self._n_separators == line.count(self._dialect.separator)


def note_of_broken_text(name: str) -> str:
    """Lines that the file's encoding does not know."""
    return (
        f"Lines of {name} that are not in its encoding were left out: choose another where many are, or mend them in "
        "the file."
    )


def note_of_broken_quotes(name: str, *, has_backslashes: bool) -> str:
    """Lines whose quotes do not close; has_backslashes: there are some before quotes."""
    ways = "with backslashes before quotes, or without quotes," if has_backslashes else "without quotes"
    return f"Lines of {name} with broken quotes were left out: read it {ways} to keep them."


def note_of_comments(name: str, sign: str) -> str:
    """Lines that begin with the sign of a comment and look like rows."""
    return (
        f"Lines of {name} that begin with {sign} were passed over as comments, and some look like rows: where they "
        "are, read it without comments."
    )
