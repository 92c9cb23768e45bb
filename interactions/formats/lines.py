"""A text file line by line, for the formats whose lines are not cut into fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from errors import LogError
from interactions.formats.encoding import as_utf8, claimed_encoding, decoder_of, detect_encoding, doubts
from interactions.formats.unpacking import open_bytes
from interactions.options import ReadOptions

_BLOCK = 4 << 20
_LONGEST = 64 << 20  # bytes of a line
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
        with open_bytes(path, self._member) as stream:
            start = stream.read(_BLOCK)
        whole = len(start) < _BLOCK
        if options.encoding is None:
            self.encoding = detect_encoding(start, whole=whole, name=path.name)
        else:
            self.encoding = claimed_encoding(options.encoding, start, name=path.name)
        self.notes = doubts(options.encoding, start, whole=whole, name=path.name)
        self.start = as_utf8(decoder_of(self.encoding), start, last=whole).removeprefix(_MARK)

    def __iter__(self) -> Iterator[tuple[int, bytes, int]]:
        """(number from 1, line in UTF-8, bytes of the file read so far); what is not in the encoding is no UTF-8."""
        decoder = decoder_of(self.encoding)
        rest, number, last = b"", 0, False
        with open_bytes(self.path, self._member) as stream:
            while not last:
                chunk = stream.read(_BLOCK)
                last = len(chunk) < _BLOCK
                text = as_utf8(decoder, chunk, last=last)
                if number == 0 and not rest:
                    text = text.removeprefix(_MARK)
                *lines, rest = (rest + text).split(b"\n")
                for line in [*lines, rest] if last else lines:
                    number += 1
                    yield number, line, stream.position
                if len(rest) > _LONGEST:
                    raise LogError(
                        f"Line {number + 1} of {self.path.name} is longer than {_LONGEST >> 20} MB: it is no log."
                    )

    def whole(self, most: int) -> bytes | None:
        """All of the text in UTF-8, or None where it is longer than so many bytes."""
        with open_bytes(self.path, self._member) as stream:
            data = stream.read(most + 1)
        return None if len(data) > most else as_utf8(decoder_of(self.encoding), data, last=True).removeprefix(_MARK)
