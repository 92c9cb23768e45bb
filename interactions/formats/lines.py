"""A text file line by line, for the formats whose lines are not cut into fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from errors import LogError
from interactions.formats.encoding import as_utf8, decoder_of
from interactions.formats.sampling import sample_text
from interactions.formats.unpacking import open_bytes
from interactions.options import ReadOptions

_BLOCK = 4 << 20
LONGEST = 64 << 20  # bytes of a line
_MARK = b"\xef\xbb\xbf"


class TextLines:
    """The lines of a text, packed or not, in the encoding that is given or detected.

    size   bytes of the file
    start  the first megabytes in UTF-8
    notes  what a person should know of it
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path, self._member = path, options.table
        self.size = path.stat().st_size
        sample = sample_text(path, options, _BLOCK)
        self.encoding, self.notes = sample.encoding, sample.notes
        self.start = as_utf8(decoder_of(self.encoding), sample.start, last=sample.is_whole).removeprefix(_MARK)
        self._end = b"\r" if b"\r" in self.start and b"\n" not in self.start else b"\n"

    def __iter__(self) -> Iterator[tuple[int, bytes, int]]:
        """(number from 1, line in UTF-8, bytes of the file read so far); what is not in the encoding is no UTF-8."""
        rest, number = b"", 0
        for text, done, last in self.chunks():
            *lines, rest = (rest + text).split(self._end)
            for line in [*lines, rest] if last else lines:
                number += 1
                yield number, line, done
            if len(rest) > LONGEST:
                raise LogError(
                    f"Line {number + 1} of {self.path.name} is longer than {LONGEST >> 20} MB: it is no log."
                )

    def chunks(self) -> Iterator[tuple[bytes, int, bool]]:
        """(the next megabytes in UTF-8, cut between any two characters; bytes of the file read so far; the last)."""
        decoder = decoder_of(self.encoding)
        last, is_start = False, True
        with open_bytes(self.path, self._member) as stream:
            while not last:
                chunk = stream.read(_BLOCK)
                last = len(chunk) < _BLOCK
                text = as_utf8(decoder, chunk, last=last)
                yield text.removeprefix(_MARK) if is_start else text, stream.position, last
                is_start = False
