"""The start of a text, and what tells its encoding."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from interactions.formats.encoding import claimed_encoding, detect_encoding, doubts, whole_words
from interactions.formats.unpacking import Stream, open_bytes
from interactions.options import ReadOptions

_PLACES, _PIECE = 16, 1 << 14  # places further on that are looked at where the start is all ASCII, and bytes of each
_MOST_UNPACKED = 64 << 20  # bytes of a packed text, which can only be read from its start, that are looked through
_LEAST_LINES, _LONGEST_START = 20, 2 << 20  # where lines are long, more is read, so that some rows are in the start
_LINE_END = re.compile(rb"[\r\n]")
_PLAIN = re.compile(rb"[\x00-\x7f]*")


class Sample(NamedTuple):
    """The start of a text.

    start     the first bytes as they stand
    is_whole  they are the whole text
    encoding  as it was given, or detected
    notes     what a person should know of the encoding
    """

    start: bytes
    is_whole: bool
    encoding: str
    notes: list[str]


def sample_text(path: Path, options: ReadOptions, size: int) -> Sample:
    """The start of a text, `size` bytes or some more, packed or not; raises LogError where it is no text."""
    with open_bytes(path, options.table) as stream:
        start = stream.read(size)
        if 0 < len(_LINE_END.findall(start)) < _LEAST_LINES:  # without any, it is no header
            start += stream.read(max(_LONGEST_START - size, 0))
        ahead = stream.read(1)
        is_whole = not ahead
        letters = b""
        known = start if is_whole else whole_words(start)
        if options.encoding is None and not is_whole and known.isascii() and b"\0" not in known:
            letters = _letters_ahead(start[len(known) :] + ahead, stream) if stream.is_packed else _later_letters(path)
    if options.encoding is not None:
        encoding = claimed_encoding(options.encoding, start, name=path.name)
    elif letters:
        encoding = detect_encoding(known + b"\n" + letters, whole=True, name=path.name)
    else:
        encoding = detect_encoding(start, whole=is_whole, name=path.name)
    return Sample(start, is_whole, encoding, doubts(options.encoding, start, whole=is_whole, name=path.name))


def _later_letters(path: Path) -> bytes:
    """Lines that are not all ASCII from several places of a file."""
    size = path.stat().st_size
    pieces = []
    with path.open("rb") as file:
        for place in range(1, _PLACES + 1):
            file.seek(max(size * place // _PLACES - _PIECE, 0))
            pieces.append(file.read(_PIECE))
    return _letters(pieces)


def _letters_ahead(read: bytes, stream: Stream) -> bytes:
    """The next lines of a stream that are not all ASCII."""
    left = _MOST_UNPACKED
    while left > 0 and (piece := stream.read(1 << 20)):
        left -= len(piece)
        read += piece
        if not read.isascii():
            begin = _PLAIN.match(read).end()  # type: ignore[union-attr]
            return _letters([read[max(begin - _PIECE, 0) :] + stream.read(_PIECE)])
        read = read[-_PIECE:]
    return b""


def _letters(pieces: list[bytes]) -> bytes:
    """The whole lines of the pieces that are not all ASCII."""
    return b"\n".join(line for piece in pieces for line in _LINE_END.split(piece)[1:-1] if not line.isascii())
