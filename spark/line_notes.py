"""What a person should know of lines that are left out, looked for by the workers, said by formats/line_notes.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from interactions.formats.delimited import DelimitedFile
from interactions.formats.line_notes import note_of_broken_quotes, note_of_broken_text, note_of_comments
from interactions.formats.records import BROKEN_QUOTES, MALFORMED, NOT_TEXT
from interactions.formats.source import Source
from interactions.progress import Progress
from spark.files import RemoteLog
from spark.watching import watch

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession

FAULTS = (MALFORMED[BROKEN_QUOTES], MALFORMED[NOT_TEXT])
"""Why a line is no row, where there may be a way to keep it."""


def notes_of_lines(
    session: SparkSession, files: RemoteLog, source: Source, faulty: Mapping[str, int], tell: Progress
) -> list[str]:
    """Notes on how the lines of delimited text can be kept; the text is read once more where there is something to say.

    faulty  how many lines have each of FAULTS
    """
    if not isinstance(source, DelimitedFile):
        return []

    def has(wanted: Column) -> bool:
        found = session.read.text(files.paths).where(wanted).limit(1)
        return not watch(session, found.isEmpty, f"Looking at the lines of {files.name}", tell, begun=1.0)

    notes = []
    quotes, encoding = FAULTS
    if faulty[encoding]:
        notes.append(note_of_broken_text(files.name))
    if faulty[quotes]:
        notes.append(note_of_broken_quotes(files.name, has_backslashes=has(_with_backslashes())))
    comment = source.options.comment
    if comment and len(source.columns) > 1 and has(_rows_in_comments(source, comment)):
        notes.append(note_of_comments(files.name, comment))
    return notes


def _with_backslashes() -> Column:
    from pyspark.sql import functions as sql

    return sql.col("value").contains('\\"')


def _rows_in_comments(source: DelimitedFile, comment: str) -> Column:
    """Whether a comment below the header has as many separators as a row."""
    from pyspark.sql import functions as sql

    line = sql.col("value")
    fields = sql.split(line, re.escape(source.options.separator or ","), -1)
    is_below = ~line.isin(source.above.splitlines())
    return line.startswith(comment) & (sql.size(fields) == len(source.columns)) & is_below
