"""Every line of a text is either understood or counted, whatever the blocks it is read in."""

from __future__ import annotations

import csv
import io
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.formats.records import (
    BROKEN_QUOTES,
    MAX_RECORD,
    TOO_FEW_FIELDS,
    TOO_LONG,
    TOO_MANY_FIELDS,
    Dialect,
    count_fields,
    field_texts,
    gather_fields,
    split_records,
)

Rows = list[tuple[int, list[str]]]  # (line, fields)
Malformed = list[tuple[int, int]]  # (line, kind)


COMMAS = Dialect(b",")


def read(text: bytes, n_fields: int, dialect: Dialect = COMMAS, *, plain: bool = False) -> tuple[Rows, Malformed]:
    """All records of a text that is read as one block."""
    records = split_records(text, dialect, n_fields, line=1, last=True, plain=plain)
    assert records.consumed == len(text)
    rows = list(zip(records.lines.tolist(), field_texts(text, records, len(records.lines)), strict=True))
    return rows, list(zip(records.bad_lines.tolist(), records.bad_kinds.tolist(), strict=True))


def read_in_blocks(text: bytes, n_fields: int, size: int, dialect: Dialect = COMMAS) -> tuple[Rows, Malformed]:
    """All records of a text that is read `size` bytes at a time."""
    rows: Rows = []
    malformed: Malformed = []
    rest, line, skipping = b"", 1, False
    starts = range(0, len(text), size)
    for start in starts:
        block = rest + text[start : start + size]
        records = split_records(block, dialect, n_fields, line=line, last=start == starts[-1], skipping=skipping)
        rows += zip(records.lines.tolist(), field_texts(block, records, len(records.lines)), strict=True)
        malformed += zip(records.bad_lines.tolist(), records.bad_kinds.tolist(), strict=True)
        rest, line, skipping = block[records.consumed :], records.next_line, records.skipping
    return rows, malformed


def reference(
    text: str, n_fields: int, separator: str = ",", *, quotes: bool = True, comment: str = "", escapes: bool = False
) -> tuple[Rows, Malformed]:
    """The rules of the module once more, written with regular expressions, for texts without overlong lines."""
    mark = re.escape(separator)
    end = r"(?:\r\n|\n|\r|\Z)"
    inside = r'(?:[^"\\]|""|\\["\\]|\\(?!["\\]))*' if escapes else r'(?:[^"]|"")*'
    quoted = rf'"{inside}"(?={mark}|{end})' if quotes else r"(?!)"
    bare = rf'(?!")(?:(?!{mark})[^\r\n])*' if quotes else rf"(?:(?!{mark})[^\r\n])*"
    record = re.compile(rf"({quoted}|{bare})((?:{mark}(?:{quoted}|{bare}))*){end}")
    field = re.compile(rf"{quoted}|{bare}")
    rows: Rows = []
    malformed: Malformed = []
    at, line = 0, 1
    while at < len(text):
        found = record.match(text, at)
        whole = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)").match(text, at) if found is None else found
        assert whole is not None
        if comment and text.startswith(comment, at):
            whole = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)").match(text, at)
            assert whole is not None
        elif found is None:
            malformed.append((line, BROKEN_QUOTES))
        elif found.group().strip("\r\n").strip(" "):
            cells = [found.group(1)]
            rest = found.group(2)
            while rest:
                cell = field.match(rest, len(separator))
                assert cell is not None
                cells.append(cell.group())
                rest = rest[cell.end() :]
            if len(cells) == n_fields:
                rows.append((line, [plain_text(cell, quotes=quotes, escapes=escapes) for cell in cells]))
            else:
                malformed.append((line, TOO_FEW_FIELDS if len(cells) < n_fields else TOO_MANY_FIELDS))
        line += len(re.findall(r"\r\n|\n|\r", whole.group()))
        at = whole.end()
    return rows, malformed


def plain_text(cell: str, *, quotes: bool, escapes: bool) -> str:
    """What a cell says, letter by letter."""
    if cell == "\\N":
        return ""
    if not (quotes and cell.startswith('"')):
        return cell
    inside, text = cell[1:-1], ""
    while inside:
        is_pair = inside.startswith('""') or (escapes and inside.startswith(('\\"', "\\\\")))
        text += inside[1] if is_pair else inside[0]
        inside = inside[2 if is_pair else 1 :]
    return text


messy = st.text(alphabet='ab,"\r\n ', max_size=60)


@given(messy, st.integers(1, 3))
def test_messy_text_is_cut_as_the_rules_say(text: str, n_fields: int) -> None:
    assert read(text.encode(), n_fields) == reference(text, n_fields)


@given(st.text(alphabet='ab:"\n', max_size=40), st.integers(1, 3))
def test_a_separator_of_two_characters(text: str, n_fields: int) -> None:
    assert read(text.encode(), n_fields, Dialect(b"::")) == reference(text, n_fields, "::")


@given(messy, st.integers(1, 3))
def test_without_quotes_a_quote_is_a_letter(text: str, n_fields: int) -> None:
    assert read(text.encode(), n_fields, Dialect(b",", quotes=False)) == reference(text, n_fields, quotes=False)


@given(st.text(alphabet='a,#"\r\n ', max_size=60), st.integers(1, 3), st.integers(1, 20))
def test_lines_of_comment_are_no_records(text: str, n_fields: int, size: int) -> None:
    dialect = Dialect(b",", comment=ord("#"))
    expected = reference(text, n_fields, comment="#")
    assert read(text.encode(), n_fields, dialect) == expected
    assert read_in_blocks(text.encode(), n_fields, size, dialect) == expected


def test_an_overlong_comment_is_left_out_and_the_next_line_read() -> None:
    text = b"a,b\n#" + b"x" * (3 * MAX_RECORD) + b"\nd,e\n"
    rows, malformed = read_in_blocks(text, 2, 1 << 16, Dialect(b",", comment=ord("#")))
    assert rows == [(1, ["a", "b"]), (3, ["d", "e"])]
    assert malformed == []


@given(messy, st.integers(1, 3), st.integers(1, 20))
def test_blocks_change_nothing(text: str, n_fields: int, size: int) -> None:
    assert read_in_blocks(text.encode(), n_fields, size) == read(text.encode(), n_fields)


@given(messy, st.integers(1, 3))
def test_the_plain_form_and_the_compiled_form_agree(text: str, n_fields: int) -> None:
    assert read(text.encode(), n_fields, plain=True) == read(text.encode(), n_fields)


@given(st.lists(st.lists(st.text(max_size=6).filter(lambda text: "\0" not in text), min_size=2, max_size=2)))
def test_what_the_standard_library_writes_is_read_back(table: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows(table)
    rows, malformed = read(file.getvalue().encode("utf-8", "surrogatepass"), 2)
    expected = [[cell.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for cell in row] for row in table]
    assert [fields for _, fields in rows] == expected
    assert malformed == []


escaped = st.text(alphabet='aN,"\\\r\n', max_size=60)
BACKSLASHES = Dialect(b",", escapes=True)


@given(escaped, st.integers(1, 3), st.integers(1, 20))
def test_escapes_are_cut_and_undone_as_the_rules_say(text: str, n_fields: int, size: int) -> None:
    expected = reference(text, n_fields, escapes=True)
    assert read(text.encode(), n_fields, BACKSLASHES) == expected
    assert read(text.encode(), n_fields, BACKSLASHES, plain=True) == expected
    assert read_in_blocks(text.encode(), n_fields, size, BACKSLASHES) == expected


@given(escaped, st.integers(1, 3), st.booleans())
def test_without_escapes_a_backslash_is_a_letter_and_a_marker_of_nothing_is_empty(
    text: str, n_fields: int, quotes: bool
) -> None:
    assert read(text.encode(), n_fields, Dialect(b",", quotes)) == reference(text, n_fields, quotes=quotes)


@given(escaped, st.integers(1, 3), st.booleans())
def test_gathered_fields_are_the_texts_of_the_head(text: str, n_fields: int, escapes: bool) -> None:
    block = text.encode()
    records = split_records(block, COMMAS._replace(escapes=escapes), n_fields, line=1, last=True)
    offsets, gathered = gather_fields(block, records, range(n_fields))
    cells = [gathered[first:end].tobytes().decode() for first, end in itertools.pairwise(offsets)]
    assert cells == [cell for row in field_texts(block, records, len(records.lines)) for cell in row]


def test_what_the_standard_library_writes_with_backslashes_is_read_back() -> None:
    table = [["a", 'say "hi", he'], ["\\", "two\nlines\\"], ['"', "\\N"], ["", 'C:\\dir\\"x"']]
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\").writerows(table)
    rows, malformed = read(file.getvalue().encode(), 2, BACKSLASHES)
    assert [fields for _, fields in rows] == table
    assert malformed == []


def test_one_stray_quote_costs_one_line() -> None:
    text = b"u1,i1\n" * 10 + b'u2,"i2\n' + b"u3,i3\n" * 10
    rows, malformed = read(text, 2)
    assert len(rows) == 20
    assert malformed == [(11, BROKEN_QUOTES)]


def test_a_quoted_field_may_hold_separators_quotes_and_line_ends() -> None:
    rows, malformed = read(b'a,"x, ""y""\r\nz"\r\nb,c\n', 2)
    assert rows == [(1, ["a", 'x, "y"\r\nz']), (3, ["b", "c"])]
    assert malformed == []


@pytest.mark.parametrize("size", [1 << 16, 3 << 20])
def test_an_overlong_line_is_left_out_and_the_next_one_read(size: int) -> None:
    text = b"a,b\n" + b"c," + b"x" * (2 * MAX_RECORD) + b"\r\nd,e\n"
    rows, malformed = read_in_blocks(text, 2, size)
    assert rows == [(1, ["a", "b"]), (3, ["d", "e"])]
    assert malformed == [(2, TOO_LONG)]


def test_a_quote_that_is_never_closed_gives_up_after_a_megabyte() -> None:
    filler = (b"c," + b"d" * 997 + b"\n") * 2000
    rows, malformed = read_in_blocks(b'a,"b\n' + filler, 2, 1 << 22)
    assert malformed == [(1, BROKEN_QUOTES)]
    assert [line for line, _ in rows] == list(range(2, 2002))


def test_gathered_fields_stand_end_to_end() -> None:
    text = 'a,"é""q"\nb,\n'.encode()
    records = split_records(text, COMMAS, 2, line=1, last=True)
    offsets, gathered = gather_fields(text, records, [1])
    assert gathered.tobytes().decode() == 'é"q'
    assert offsets.tolist() == [0, 4, 4]
    offsets, gathered = gather_fields(text, records, [1, 0])
    assert gathered.tobytes().decode() == 'é"qab'
    assert offsets.tolist() == [0, 4, 5, 5, 6]


def test_fields_are_counted_for_guessing_the_separator() -> None:
    assert count_fields(b'a,b,c\n\nd\n"e"x\n', COMMAS, last=True) == [3, 1, 0]
