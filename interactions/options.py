"""What a person can choose about how a file is read."""

from __future__ import annotations

from typing import Literal

import pydantic

# Raised whenever the same file, columns, rules and options would give another log than before.
READER_VERSION = 1


class ReadOptions(pydantic.BaseModel):
    """How a file is written; None = detected.

    encoding   a codec of Python, such as "utf-8", "utf-16" or "gb18030" (text files only)
    separator  the one or two characters between fields, such as "," or "::" (text files only)
    layout     "table": a header, then one event a line
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    separator: str | None = None
    layout: Literal["table"] | None = None
