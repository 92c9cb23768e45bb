"""How a delimited text is cut, and where its rows begin: guessed from its head, or as told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from errors import LogError
from interactions.formats.records import Dialect, Records, count_fields, field_texts, split_records
from interactions.formats.source import checked_columns
from interactions.options import ReadOptions
from interactions.values import is_number

SEPARATORS = (",", ";", "\t", "|", "::", "\x01")
_OF_LISTS = (",", ";", "\t", "|")  # between items of a line, where it is not spaces
_SOME, _OFTEN = 0.02, 0.5  # of the lines are cut, of the parts differ at most, where a mark stands between items
_COMMENTS = (b"#", b"%")
_SHAPED = re.compile(r"\d")
_BROKEN = 5  # lines are more than an accident
_ROWS = 200  # that tell whether the first record is one of them
_LINE_END = re.compile(rb"\r\n|\r|\n")
_EVEN = 0.95  # of all lines must be cut alike for spaces to be separators
_ANNOUNCED = re.compile(rb"\"?sep=(..?)\"?\r?\n", re.IGNORECASE)  # what Excel writes above a table
_SPELT = re.compile(r"\\(?:t|x([0-9a-fA-F]{2})|u00([0-9a-fA-F]{2})|([0-3][0-7]{2}))")  # characters nobody can type
_MOST_ABOVE = 50  # lines above the header are titles
_LEAST_WIDTH = 3  # columns of a table below titles: less tells nothing
_UNEVEN = 0.25  # of the lines cut otherwise than most are no accident
# "1:" alone on a line, then numbers and dates, as in the files of the Netflix Prize.
_ITEM_ABOVE = re.compile(rb"\s*(\d+:)[ \t]*(?:\r\n|\r|\n)\d[\d,;\t -]*(?:[\r\n]|\Z)")
_TYPED = re.compile(r"(.+):(?:token|float)(?:_seq)?")  # RecBole's names of columns


class Head(NamedTuple):
    """What the beginning of a delimited text tells.

    columns     the cells of the header, trimmed; those that are empty or missing become "column 3"
    has_header  whether the first record names the columns
    body        bytes (of UTF-8) before the first row
    line        the line on which the first row begins, from 1
    notes       what a person should know of it
    """

    dialect: Dialect
    columns: list[str]
    has_header: bool
    body: int
    line: int
    notes: list[str]


IF_LISTS = (
    "choose the layout “baskets” where a line is a basket of items, or “user-items” where it is a user followed by "
    "items"
)


def read_head(text: bytes, options: ReadOptions, *, whole: bool, name: str, is_csv: bool) -> Head:
    """Understand the beginning of a file; raises LogError where it is no table.

    text    UTF-8 without a mark
    whole   it is the whole file, so that its end is the end of a record
    is_csv  the file's name says that it is a table
    """
    skipped, lines_above = 0, 0
    separator = checked_separator(options.separator)
    if announced := _ANNOUNCED.match(text):
        skipped, lines_above = announced.end(), 1
        separator = separator or announced[1].decode("ascii", "replace").rstrip("\r")
    text = text[skipped:]
    if not text.strip():
        raise LogError(f"{name} holds blank lines only: choose a file with a header and rows.")
    if found := _ITEM_ABOVE.match(text):
        raise LogError(
            f"Lines of {name} such as “{found[1].decode()}” name the item of all lines below them, so it is no table: "
            "write the item on every line."
        )
    comment = _comment(text) if options.comment is None else _checked_comment(options.comment)
    dialect = _dialect(text, separator, options, comment, whole=whole, name=name, is_csv=is_csv)
    counts = count_fields(text, dialect, last=whole)
    if comment >= 0 and options.comment is None and _is_header(text, comment, counts):
        dialect = dialect._replace(comment=-1)
        counts = count_fields(text, dialect, last=whole)
    notes = []
    if options.header is not False and (above := _lines_above(text, dialect, counts, whole=whole)):
        start = _start_of_line(text, 1 + above)
        counts = count_fields(text[start:], dialect, last=whole)
        text, skipped, lines_above = text[start:], skipped + start, lines_above + above
        notes.append(passed_over(lines_above, name, "line"))
    if not counts:
        raise LogError(f"The first line of {name} is too long to be a header: choose a table.")
    if not counts[0]:
        raise LogError(f"The first line of {name} has broken quotes: mend it, or read the file without quotes.")
    usual = _usual(counts)
    checked_columns([""] * max(counts[0], usual), name)
    first = split_records(text, dialect, counts[0], line=1, last=whole, plain=True)
    cells = [cell.strip() for cell in field_texts(text, first, 1)[0]]
    width = _usual(counts[1:])
    if width not in (counts[0], counts[0] + 1):
        width = counts[0]
    rows = _rows_below(text, dialect, width, first, whole=whole)
    has_header = names_columns(cells, rows[:_ROWS]) if options.header is None else options.header
    names = _names(cells, width, rows) if has_header else [""] * width
    if names is None:
        if len(cells) not in counts[1:]:
            raise LogError(
                f"The header of {name} names {len(cells)} columns, and its rows have {width} fields: put cells that "
                f"hold the separator {_shown(dialect.separator)} in quotes, or export it with another separator."
            )
        names = cells
    if not has_header and sum(count != usual for count in counts) > _UNEVEN * len(counts):
        notes.append(f"The lines of {name} hold different numbers of fields: {IF_LISTS}.")
    columns = checked_columns(names, name)
    body = _end_of(text, int(first.ends[0, -1])) if has_header else 0
    line = 1 + len(_LINE_END.findall(text[:body])) + lines_above
    return Head(dialect, columns, has_header, skipped + body, line, notes)


def checked_separator(given: str | None) -> str | None:
    r"""The separator as it was given, "\t" for a tab, "\x01" or "\001" for what Hive writes; LogError for none."""
    if given is None:
        return None
    given = _SPELT.sub(_meant, given)
    if not 1 <= len(given) <= 2 or not given.isascii() or set(given) & set('"\r\n\0'):
        raise LogError(f"{given!r} cannot be a separator: use one or two characters such as , ; | or \\t.")
    return given


def likely_separator(lines: Sequence[str], *, least: int = 2) -> str | None:
    """What cuts most lines into `least` parts or more, or some into items; None where nothing does, so that spaces may.

    Most baskets may hold one item.
    """
    cut = {mark: [[part for part in map(str.strip, line.split(mark)) if part] for line in lines] for mark in _OF_LISTS}
    several = {mark: [parts[least - 2 :] for parts in cut[mark] if len(parts) >= least] for mark in _OF_LISTS}
    for mark in sorted(several, key=lambda mark: -len(several[mark])):
        if len(several[mark]) > len(lines) / 2:
            return mark
        if several[mark] and len(several[mark]) >= _SOME * len(lines) and _are_items(several[mark], mark):
            return mark
    return None


def _are_items(baskets: Sequence[Sequence[str]], mark: str) -> bool:
    """Whether parts of lines are items: they come again, more than the words in which the mark stands.

    In a file of words between spaces it is the other way round: "1,5" comes again, and "39 38 1" before the comma not.
    """
    parts = [part for basket in baskets for part in basket]
    words = [word for basket in baskets for word in mark.join(basket).split(" ") if mark in word]
    differ = len(set(parts)) / len(parts)
    return differ <= _OFTEN and differ < len(set(words)) / len(words)


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


def titles_above(rows: Sequence[Sequence[str]], width: int) -> int:
    """How many rows at the top of a table of so many columns are titles and not its header.

    They fill half of the cells at most, and the header below them and most other rows more than that.
    """
    if width < _LEAST_WIDTH:
        return 0
    is_full = [2 * sum(bool(cell.strip()) for cell in row) > width for row in rows]
    header = next((at for at, full in enumerate(is_full[: _MOST_ABOVE + 1]) if full), 0)
    below = is_full[header + 1 :][:_ROWS]
    if not header or 2 * sum(below) <= len(below):
        return 0
    alike = [row for row in rows[header + 1 :][:_ROWS] if len(row) == len(rows[header])]
    return header if alike and names_columns(rows[header], alike) else 0


def passed_over(above: int, name: str, unit: str) -> str:
    """The note on a header that stands below so many lines or rows."""
    what = f"the {unit} above it was" if above == 1 else f"the {above} {unit}s above it were"
    return f"The header of {name} stands on {unit} {above + 1}: {what} passed over."


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
                    f"The lines of {name} hold different numbers of words between spaces, so it is no table: "
                    f"{IF_LISTS}."
                )
            continue
        if dialect.escapes and even <= even_without.get(dialect.separator, 0.0):
            continue
        if dialect.quotes and not dialect.escapes:
            even_without[dialect.separator] = even
        rank = (counts[_narrow(counts)] in (usual, usual - 1), even, dialect.quotes, usual)
        if rank > best_rank:
            best, best_rank = dialect, rank
    return best


def _hold_nothing(text: bytes, dialect: Dialect, *, whole: bool) -> bool:
    """Whether quotes are letters: most lines or cells with some cannot be read with quotes that hold a field together.

    A cell is broken where text follows its closing quote: "weird al" yankovic.
    """
    if b'"' not in text:
        return False
    broken, held = min(_quoted_cells(text, dialect.separator, rb"\\." if escapes else rb"\\") for escapes in (0, 1))
    if broken > 1 and broken >= held:
        return True
    lost = min(
        count_fields(text, dialect._replace(quotes=True, escapes=escapes), last=whole).count(0)
        for escapes in (False, True)
    )
    return lost >= _BROKEN and lost > sum(b'"' in line for line in text.splitlines()) / 2


def _quoted_cells(text: bytes, separator: bytes, backslash: bytes) -> tuple[int, int]:
    """(cells whose closing quote is followed by other text, cells that are quoted as a whole)."""
    begin = rb"(?:^|(?<=[\r\n])|(?<=" + re.escape(separator) + rb"))"
    cell = re.compile(begin + rb'"(?:[^"\\]|""|' + backslash + rb')*+"(?P<rest>.?)', re.DOTALL)
    rests = [found["rest"] for found in cell.finditer(text)]
    held = sum(rest in (b"", b"\r", b"\n", separator[:1]) for rest in rests)
    return len(rests) - held, held


def _usual(counts: Sequence[int]) -> int:
    """How many fields most records have, broken ones left out; 0 where there are none."""
    known = Counter(count for count in counts if count)
    return known.most_common(1)[0][0] if known else 0


def _narrow(counts: Sequence[int]) -> int:
    """How many records at the top have at most half of the usual number of fields, as titles do."""
    usual = _usual(counts)
    found = next((at for at, count in enumerate(counts[: _MOST_ABOVE + 1]) if not count or 2 * count > usual), 0)
    return found if usual >= _LEAST_WIDTH else 0


def _lines_above(text: bytes, dialect: Dialect, counts: Sequence[int], *, whole: bool) -> int:
    """How many lines stand above the header."""
    width = _usual(counts)
    if width < _LEAST_WIDTH:
        return 0
    rows: dict[int, list[str]] = {}  # by line
    for size in {width, *counts[: _MOST_ABOVE + 1]} - {0}:
        records = split_records(text, dialect, size, line=1, last=whole, plain=True)
        rows |= zip(records.lines.tolist(), field_texts(text, records, _ROWS), strict=False)
    lines = sorted(rows)
    above = titles_above([rows[line] for line in lines], width)
    return lines[above] - 1 if above else 0


def _start_of_line(text: bytes, line: int) -> int:
    ends = _LINE_END.finditer(text)
    return [0, *(next(ends).end() for _ in range(line - 1))][-1]


def _rows_below(text: bytes, dialect: Dialect, width: int, header: Records, *, whole: bool) -> list[list[str]]:
    records = split_records(text, dialect, width, line=1, last=whole, plain=True)
    return field_texts(text, records.keep(records.lines > header.lines[0]), len(records.lines))


def _meant(spelt: re.Match[str]) -> str:
    digits = spelt[1] or spelt[2]
    return chr(int(digits, 16)) if digits else chr(int(spelt[3], 8)) if spelt[3] else "\t"


def _shown(separator: bytes) -> str:
    return repr(separator.decode())


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


def _names(header: Sequence[str], width: int, rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The names of all columns, "" for one that the header alone leaves out; None where rows have a field too many."""
    names = [_TYPED.sub(r"\1", cell) for cell in header]
    names[0] = names[0].lstrip("#% ") or names[0]
    if width == len(header) + 1:
        # Some end each row, but not the header, with a separator; R leaves out the name above its row names.
        if all(not row[-1] for row in rows):
            return [*names, ""]
        # Names of rows differ; what comes again is a value, and some other cell of its row was cut in two.
        return ["", *names] if len({row[0] for row in rows}) == len(rows) else None
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
