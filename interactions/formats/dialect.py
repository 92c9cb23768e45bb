"""How a delimited text is cut, and where its rows begin: guessed from its head, or as told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from errors import LogError
from interactions.formats.records import Dialect, count_fields, field_texts, split_records
from interactions.formats.source import checked_columns
from interactions.options import ReadOptions
from interactions.values import is_number

SEPARATORS = (",", ";", "\t", "|", "::")
_COMMENTS = (b"#", b"%")
_SHAPED = re.compile(r"\d")
_BROKEN = 5  # lines are more than an accident
_ROWS = 200  # that tell whether the first record is one of them
_LINE_END = re.compile(rb"\r\n|\r|\n")
_EVEN = 0.95  # of all lines must be cut alike for spaces to be separators
_ANNOUNCED = re.compile(rb"\"?sep=(..?)\"?\r?\n", re.IGNORECASE)  # what Excel writes above a table
_TYPED = re.compile(r"(.+):(?:token|float)(?:_seq)?")  # RecBole's names of columns


class Head(NamedTuple):
    """What the beginning of a delimited text tells.

    columns     the cells of the header, trimmed; those that are empty or missing become "column 3"
    has_header  whether the first record names the columns
    body        bytes (of UTF-8) before the first row
    line        the line on which the first row begins, from 1
    """

    dialect: Dialect
    columns: list[str]
    has_header: bool
    body: int
    line: int


def read_head(text: bytes, options: ReadOptions, *, whole: bool, name: str, is_csv: bool) -> Head:
    """Understand the beginning of a file; raises LogError where it is no table.

    text    UTF-8 without a mark
    whole   it is the whole file, so that its end is the end of a record
    is_csv  the file's name says that it is a table
    """
    skipped = 0
    separator = checked_separator(options.separator)
    if announced := _ANNOUNCED.match(text):
        skipped = announced.end()
        separator = separator or announced[1].decode("ascii", "replace").rstrip("\r")
    text = text[skipped:]
    if not text.strip():
        raise LogError(f"{name} holds blank lines only: choose a file with a header and rows.")
    comment = _comment(text) if options.comment is None else _checked_comment(options.comment)
    dialect = _dialect(text, separator, options, comment, whole=whole, name=name, is_csv=is_csv)
    counts = count_fields(text, dialect, last=whole)
    if comment >= 0 and options.comment is None and _is_header(text, comment, counts):
        dialect = dialect._replace(comment=-1)
        counts = count_fields(text, dialect, last=whole)
    if not counts:
        raise LogError(f"The first line of {name} is too long to be a header: choose a table.")
    if not counts[0]:
        raise LogError(f"The first line of {name} has broken quotes: mend it, or read the file without quotes.")
    checked_columns([""] * max(counts[0], _usual(counts)), name)
    first = split_records(text, dialect, counts[0], line=1, last=whole, plain=True)
    cells = [cell.strip() for cell in field_texts(text, first, 1)[0]]
    width = _usual(counts[1:])
    if width not in (counts[0], counts[0] + 1):
        width = counts[0]
    others = split_records(text, dialect, width, line=1, last=whole, plain=True)
    rows = field_texts(text, others.keep(others.lines > first.lines[0]), _ROWS)
    has_header = names_columns(cells, rows) if options.header is None else options.header
    columns = checked_columns(_names(cells, width, rows) if has_header else [""] * width, name)
    body = _end_of(text, int(first.ends[0, -1])) if has_header else 0
    line = 1 + len(_LINE_END.findall(text[:body])) + (1 if skipped else 0)
    return Head(dialect, columns, has_header, skipped + body, line)


def checked_separator(given: str | None) -> str | None:
    """The separator as it was given, "\\t" for a tab; raises LogError where it cannot be one."""
    if given is None:
        return None
    given = given.replace("\\t", "\t")
    if not 1 <= len(given) <= 2 or not given.isascii() or set(given) & set('"\r\n\0'):
        raise LogError(f"{given!r} cannot be a separator: use one or two characters such as , ; | or \\t.")
    return given


def names_columns(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first record names the columns of the others: it has no numbers, and its cells are no values."""
    numbers = [cell for cell in cells if is_number(cell)]
    if numbers and not _count_up(numbers, at_least=2 if "" in cells else 3):
        return False
    if not rows or any(_TYPED.fullmatch(cell) for cell in cells):
        return True
    others = [row for row in rows if list(row) != list(cells)] or rows  # files put together repeat their header
    for place, cell in enumerate(cells):
        column = [row[place] for row in others if row[place].strip()]
        if column and sum(map(is_number, column)) >= 0.9 * len(column):
            return True
        if cell and (cell in column or (_SHAPED.search(cell) and {_shape(cell)} == {_shape(one) for one in column})):
            return False
    return True


def _shape(text: str) -> str:
    """What a text is made of: "u17" is a letter and digits."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", text))


def _dialect(
    text: bytes,
    separator: str | None,
    options: ReadOptions,
    comment: int,
    *,
    whole: bool,
    name: str,
    is_csv: bool,
) -> Dialect:
    """Of all that are possible the one that cuts the most records alike; then with quotes, then with more fields.

    Backslashes escape only where more records are cut alike with them than without.
    """
    quotes = options.quotes
    escapes = False if quotes is False or (options.escapes is None and b'\\"' not in text) else options.escapes
    candidates = [
        Dialect(mark.encode(), quoting, comment, escaping)
        for mark in ((*SEPARATORS, " ") if separator is None else (separator,))
        for quoting, escaping in ((True, False), (True, True), (False, False))
        if quotes in (None, quoting) and escapes in (None, escaping)
    ]
    best, best_rank = candidates[0], (False, 0.0, False, 0)
    even_without: dict[bytes, float] = {}  # escapes
    for dialect in candidates:
        if dialect.separator not in text:
            continue
        if quotes is None and not dialect.quotes and not _hold_nothing(text, dialect, whole=whole):
            continue
        counts = count_fields(text, dialect, last=whole)
        usual = _usual(counts)
        if usual < 2 or (dialect.separator == b" " and separator is None and best_rank[-1] > 1):
            continue
        even = Counter(counts)[usual] / len(counts)
        if dialect.separator == b" " and separator is None and even < _EVEN:
            if not is_csv and even > 0:
                raise LogError(
                    f"The lines of {name} hold different numbers of words between spaces, so it is no table: choose "
                    "the layout “baskets” where a line is a basket of items, or “user-items” where it is a user "
                    "followed by items."
                )
            continue
        if dialect.escapes and even <= even_without.get(dialect.separator, 0.0):
            continue
        if dialect.quotes and not dialect.escapes:
            even_without[dialect.separator] = even
        rank = (counts[0] in (usual, usual - 1), even, dialect.quotes, usual)
        if rank > best_rank:
            best, best_rank = dialect, rank
    return best


def _hold_nothing(text: bytes, dialect: Dialect, *, whole: bool) -> bool:
    """Whether quotes are letters: most lines that have some cannot be read with quotes that hold a field together."""
    if text.count(b'"') < _BROKEN:
        return False
    broken = min(
        count_fields(text, dialect._replace(quotes=True, escapes=escapes), last=whole).count(0)
        for escapes in (False, True)
    )
    return broken >= _BROKEN and broken > sum(b'"' in line for line in text.splitlines()) / 2


def _usual(counts: Sequence[int]) -> int:
    """How many fields most records have, broken ones left out; 0 where there are none."""
    known = Counter(count for count in counts if count)
    return known.most_common(1)[0][0] if known else 0


def _comment(text: bytes) -> int:
    first = text.lstrip()[:1]
    return first[0] if first in _COMMENTS else -1


def _checked_comment(given: str) -> int:
    if not given:
        return -1
    if len(given) > 1 or not given.isascii() or given in '"\r\n\0 ':
        raise LogError(f"{given!r} cannot begin a comment: use one character such as # or %.")
    return ord(given)


def _is_header(text: bytes, comment: int, counts: Sequence[int]) -> bool:
    """Whether what begins like a comment is one line, cut as the others are: a header such as "#user,item"."""
    lines = text.lstrip().splitlines()
    if len(lines) < 2 or not counts or lines[1].startswith(bytes([comment])):
        return False
    return counts[0] > 1 and any(lines[0].count(mark.encode()) == counts[0] - 1 for mark in SEPARATORS)


def _names(header: Sequence[str], width: int, rows: Sequence[Sequence[str]]) -> list[str]:
    """The names of all columns, "" for one that the header alone leaves out."""
    names = [_TYPED.sub(r"\1", cell) for cell in header]
    names[0] = names[0].lstrip("#% ") or names[0]
    if width == len(header) + 1:
        # Some end each row, but not the header, with a separator; R leaves out the name above its row names.
        return [*names, ""] if all(not row[-1] for row in rows) else ["", *names]
    return names


def _end_of(text: bytes, end: int) -> int:
    """Where the next line begins, after the record whose last field ends there."""
    if text[end : end + 1] == b'"':
        end += 1
    found = _LINE_END.match(text, end)
    return found.end() if found else len(text)


def _count_up(numbers: Sequence[str], at_least: int) -> bool:
    """Whether they are 0, 1, 2 and so on: names of columns that a program made up."""
    return len(numbers) >= at_least and list(numbers) in (
        [str(n + first) for n in range(len(numbers))] for first in (0, 1)
    )
