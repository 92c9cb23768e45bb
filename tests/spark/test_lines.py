"""A line of delimited text has the same cells, and is malformed for the same reason, with Spark as on this machine."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions.formats.delimited import DelimitedFile
from interactions.formats.records import MALFORMED, Dialect, field_texts, split_records
from interactions.options import ReadOptions
from spark.lines import OPEN_QUOTE, cell_name, cells_of_lines

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Cut = dict[
    int, list[str] | str
]  # number of a line from 0 -> its cells, or what is wrong; blank ones and comments left out
NAMES = ["one", "two", "three"]


def cut_by_spark(session: SparkSession, folder: Path, lines: list[str], dialect: Dialect, n_fields: int) -> Cut:
    """All lines in one job; they stand in one block of a file, so that the number of a row is its line's."""
    source = source_of(folder, dialect, n_fields)
    file = folder / "lines.parquet"
    pq.write_table(pa.table({"value": pa.array(lines, pa.string())}), file)
    found = cells_of_lines(session.read.parquet(str(file)), source, source.columns, several_files=False).collect()
    return {row["row"]: row["malformed"] or [row[cell_name(n)] for n in range(n_fields)] for row in found}


def source_of(folder: Path, dialect: Dialect, n_fields: int) -> DelimitedFile:
    """A table that is written so."""
    separator = dialect.separator.decode()
    file = folder / "table.csv"
    file.write_text("".join(separator.join(cells[:n_fields]) + "\n" for cells in (NAMES, ["7", "8", "9"])))
    options = ReadOptions(
        encoding="utf-8",
        separator=separator,
        header=True,
        quotes=dialect.quotes,
        escapes=dialect.escapes,
        comment="" if dialect.comment < 0 else chr(dialect.comment),
    )
    return DelimitedFile(file, options)


def cut_here(lines: list[str], dialect: Dialect, n_fields: int) -> Cut:
    """The same by the reader of this machine; lines that a quote holds together with the next are told apart first."""
    is_open = [does_not_end(line, dialect) for line in lines]
    text = "\n".join("" if opens else line for opens, line in zip(is_open, lines, strict=True)).encode()
    records = split_records(text, dialect, n_fields, line=0, last=True)
    found: Cut = dict(zip(records.lines.tolist(), field_texts(text, records, len(lines)), strict=True))
    for line, kind in zip(records.bad_lines.tolist(), records.bad_kinds.tolist(), strict=True):
        found[line] = MALFORMED[kind]
    return found | {line: OPEN_QUOTE for line, opens in enumerate(is_open) if opens}


def does_not_end(line: str, dialect: Dialect) -> bool:
    """Whether a record that begins with the line goes on in the next, as its reader waits for more."""
    return not split_records(f"{line}\n".encode(), dialect, 3, line=0, last=False, plain=True).consumed


def same(session: SparkSession, folder: Path, lines: list[str], dialect: Dialect, n_fields: int) -> Cut:
    expected = cut_here(lines, dialect, n_fields)
    found = cut_by_spark(session, folder, lines, dialect, n_fields)
    differ = sorted(line for line in found.keys() | expected.keys() if found.get(line) != expected.get(line))
    assert [(lines[line], found.get(line), expected.get(line)) for line in differ[:20]] == []
    return found


DIALECTS = [
    Dialect(b","),
    Dialect(b",", escapes=True),
    Dialect(b",", quotes=False),
    Dialect(b"::"),
    Dialect(b"::", escapes=True),
    Dialect(b"::", quotes=False),
    Dialect(b" "),
    Dialect(b"|", comment=ord("#"), escapes=True),
]

CELLS = [
    "",
    "\\N",
    '"\\N"',
    '"\\\\N"',
    "a\\N",
    '""',
    '"a""b"',
    '"a\\"b"',
    ' "a"',
    "\u2028",
    '"\x85"',
    "日",
    '"日"x',
    "😀",
]


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_every_short_line_is_cut_alike(spark: SparkSession, tmp_path: Path, dialect: Dialect) -> None:
    letters = ['"', dialect.separator.decode()[0], "\\", " ", "#" if dialect.comment > 0 else "a"]
    lines = ["".join(line) for size in range(6) for line in itertools.product(letters, repeat=size)]
    lines += map(dialect.separator.decode().join, itertools.product(CELLS, repeat=3))
    found = same(spark, tmp_path, lines, dialect, 2)
    kinds = {cut if isinstance(cut, str) else "cells" for cut in found.values()}
    expected = {"cells", "too few fields", "too many fields"}
    assert kinds == expected | ({"broken quotes", OPEN_QUOTE} if dialect.quotes else set())


separators = st.sampled_from(
    [",", ";", "\t", "|", "::", " ", ".", "$", "^", "\\", "N", ", ", "||", "&&", "[", "]", "-", "\x01"]
)
dialects = st.builds(
    lambda separator, quoting, comment: Dialect(separator.encode(), quoting > 0, comment, quoting > 1),
    separators,
    st.integers(0, 2),
    st.sampled_from([-1, ord("#")]),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(dialect=dialects, n_fields=st.integers(2, 3), data=st.data())
def test_nasty_lines_are_cut_alike(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, dialect: Dialect, n_fields: int, data: st.DataObject
) -> None:
    separator = dialect.separator.decode()
    piece = st.sampled_from(
        ['"', '"', separator, separator, separator[0], "a", " ", "\\", "\\N", "#", "\u2028", "\x85", "日"]
    )
    lines = data.draw(st.lists(st.lists(piece, max_size=9).map("".join), min_size=50, max_size=120))
    same(spark, tmp_path_factory.mktemp("lines"), lines, dialect, n_fields)
