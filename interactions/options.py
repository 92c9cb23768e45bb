"""What a person can choose about how a file is read."""

from __future__ import annotations

from typing import Literal, get_args

import pydantic

# Raised whenever the same file, columns, rules and options would give another log than before.
READER_VERSION = 8


Layout = Literal["table", "baskets", "user-items"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

MatchIds = Literal["exactly", "as numbers", "ignoring case and spaces"]
MATCHES: tuple[MatchIds, ...] = get_args(MatchIds)


class ReadOptions(pydantic.BaseModel):
    """How a file is written; None = detected.

    encoding   a codec of Python, such as "utf-8", "utf-16" or "gb18030" (text files only)
    separator  the one or two characters between fields, such as "," or "::" (text files only)
    header     whether the first line names the columns (text files only)
    quotes     whether double quotes hold separators and line ends together (text files only)
    escapes    whether a backslash inside of double quotes makes a quote or backslash text (text files only)
    comment    the character that a line of comment begins with, "" = no line is one (text files only)
    layout     "table": an event a line; "baskets": a basket a line; "user-items": a user a line, followed by items
    day_first  whether 1/2/2017 is the first of February; None = what the other cells tell, else January 2
    several_items  what stands between the items of one cell, " " = white space; None = a cell is one item. A column of
               lists holds several items anyway (logs only)
    match_ids  how the ids of an item or user table are compared with the log's, which stay as they stand; "as numbers"
               takes 0012, 12 and 12.0 for one; None = exactly (tables only)
    table      which sheet of a workbook, table of a database or file in a zip archive
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    separator: str | None = None
    header: bool | None = None
    quotes: bool | None = None
    escapes: bool | None = None
    comment: str | None = None
    layout: Layout | None = None
    day_first: bool | None = None
    several_items: str | None = pydantic.Field(default=None, min_length=1)
    match_ids: MatchIds | None = None
    table: str | None = None
