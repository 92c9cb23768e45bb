"""Lines of delimited text as cells, in Spark SQL, cut as interactions/formats/records.py cuts them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from errors import LogError
from interactions.formats.delimited import DelimitedFile
from interactions.formats.records import (
    BROKEN_QUOTES,
    MALFORMED,
    MAX_RECORD,
    NOT_TEXT,
    TOO_FEW_FIELDS,
    TOO_LONG,
    TOO_MANY_FIELDS,
)
from interactions.formats.source import Source
from spark.rows import PLACE, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column, DataFrame

OPEN_QUOTE = "a quote that its line does not close"
NUL_BYTE = "a NUL byte"
_LINE_END = re.compile(r"\r\n|\r|\n")


def cells_of_lines(lines: DataFrame, source: Source, columns: Sequence[str], *, several_files: bool) -> DataFrame:
    """Some columns of the source as texts, PLACE, `heading`, and `malformed`: why a line is no row of it, else null.

    lines  `value`, a line each, as spark.read.text gives them

    The columns are called as `cell_name` has it; `heading` is true where a line is the source's header, as it stands.
    Raises LogError where the text is written in a way that cannot be cut line by line.
    """
    from pyspark.sql import functions as sql

    assert isinstance(source, DelimitedFile)
    options = source.options
    if options.encoding != "utf-8":
        raise LogError(f"{source.path.name} is written in {options.encoding}, and Spark is given UTF-8: save it so.")
    above = [
        line
        for line in _LINE_END.split(source.above)
        if line.strip(" ") and not line.startswith(options.comment or "\n")
    ]
    if len(above) > int(bool(options.header)):
        raise LogError(
            f"{source.path.name} has lines above its table, which Spark would take for rows: begin it with the header."
        )
    separator = options.separator or ","
    line = sql.col("value")
    has_nul = line.contains("\0")
    is_row = sql.trim(line) != ""
    if not separator.strip(" "):
        is_row |= line.contains(separator)  # a line of spaces is then one of empty cells
    if options.comment:
        is_row &= ~line.startswith(options.comment)
    placed = lines.select(line, *places(several_files=several_files)).where(is_row | has_nul)
    fields = sql.split(line, re.escape(separator), -1)
    broken = is_open = sql.lit(False)
    quoted = _Quoted(separator, escapes=bool(options.escapes)) if options.quotes else None
    if quoted is not None:
        with_quotes = line.contains('"')
        fields = sql.when(with_quotes, quoted.cells(line)).otherwise(fields)
        is_open = with_quotes & quoted.is_open(line)
        broken = with_quotes & ~quoted.is_whole(line)
    n_fields = sql.size(fields)
    malformed = (
        sql.when(has_nul, NUL_BYTE)
        .when(sql.octet_length(line) > MAX_RECORD, MALFORMED[TOO_LONG])
        .when(is_open, OPEN_QUOTE)
        .when(broken, MALFORMED[BROKEN_QUOTES])
        .when(n_fields < len(source.columns), MALFORMED[TOO_FEW_FIELDS])
        .when(n_fields > len(source.columns), MALFORMED[TOO_MANY_FIELDS])
        .when(~sql.is_valid_utf8(line), MALFORMED[NOT_TEXT])
    )
    heading = line == above[0] if above else sql.lit(False)
    found = placed.select(fields.alias("fields"), malformed.alias("malformed"), heading.alias("heading"), *PLACE)
    cells = [sql.get(sql.col("fields"), source.columns.index(name)) for name in columns]
    raw = found.select(*(cell.alias(cell_name(n)) for n, cell in enumerate(cells)), "malformed", "heading", *PLACE)
    bare = quoted.bare if quoted is not None else _unless_null
    return raw.withColumns({cell_name(n): bare(sql.col(f"`{cell_name(n)}`")) for n in range(len(cells))})


def cell_name(number: int) -> str:
    """What a column of a file is called in Spark, where its own name could be one of ours."""
    return f"cell {number}"


def line_end(text: bytes) -> int:
    """Bytes up to the end of the last whole line."""
    return max(text.rfind(b"\n"), text.rfind(b"\r")) + 1


class _Quoted:
    """Lines in which double quotes hold separators together, for regular expressions of Java."""

    def __init__(self, separator: str, *, escapes: bool) -> None:
        between = re.escape(separator)
        bare = f"[^{between}]" if len(separator) == 1 else rf"(?:(?!{between})[\s\S])"
        inside = r'[^"\\]++|""|\\["\\]|\\(?!["\\])' if escapes else '[^"]++|""'
        self._separator = separator
        self._field = f'{between}("(?:{inside})*+"|(?!"){bare}*+)'
        self._whole = rf'^(?:{between}(?:"(?:{inside})*+"(?={between}|\z)|(?!"){bare}*+))*+\z'
        self._open = rf'^(?:{between}(?:"(?:{inside})*+"(?={between}|\z)|(?!"){bare}*+))*+{between}"(?:{inside})*+\z'
        self._escape = r'(?:\\(?=["\\])|"(?="))(.)' if escapes else '"(?=")(.)'

    def cells(self, line: Column) -> Column:
        """The fields of a whole line."""
        from pyspark.sql import functions as sql

        return sql.regexp_extract_all(self._led(line), sql.lit(self._field), sql.lit(1))

    def bare(self, cell: Column) -> Column:
        """A field without its quotes."""
        from pyspark.sql import functions as sql

        inner = sql.regexp_replace(sql.substring(cell, sql.lit(2), sql.length(cell) - 2), self._escape, "$1")
        return sql.when(cell.startswith('"'), inner).otherwise(_unless_null(cell))

    def is_whole(self, line: Column) -> Column:
        """Whether each quote that opens a field is closed at its end."""
        return self._led(line).rlike(self._whole)

    def is_open(self, line: Column) -> Column:
        """Whether the last field goes on behind the line."""
        return self._led(line).rlike(self._open)

    def _led(self, line: Column) -> Column:
        """The line with a separator before each of its fields, so that no field is found without a character."""
        from pyspark.sql import functions as sql

        return sql.concat(sql.lit(self._separator), line)


def _unless_null(cell: Column) -> Column:
    """A cell without quotes; what databases write for nothing is nothing."""
    from pyspark.sql import functions as sql

    return sql.when(cell == r"\N", "").otherwise(cell)
