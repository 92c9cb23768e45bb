"""Texts in which a line is a basket of items, or a user followed by items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from interactions.formats.dialect import checked_separator, likely_separator
from interactions.formats.lines import TextLines
from interactions.formats.source import Batch, Kind
from interactions.formats.text_rows import Row, in_batches
from interactions.options import ReadOptions

_HEAD_LINES = 20_000


class ItemLists:
    """Lines of item ids: the FIMI repository's baskets, or a user and their items as LightGCN's data has them.

    columns  "basket" (the number of the line, from 1) or "user", and "item"
    """

    unit: Literal["line", "row"] = "line"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self.kind: Kind = "user-items" if options.layout == "user-items" else "baskets"
        self._lines = TextLines(path, options)
        self._separator = checked_separator(options.separator) or self._likely_separator()
        self.size, self.notes = self._lines.size, self._lines.notes
        self.columns = ["user" if self.kind == "user-items" else "basket", "item"]
        self.options = ReadOptions(
            encoding=self._lines.encoding, separator=self._separator, layout=self.kind, table=options.table
        )

    def head(self, rows: int) -> list[list[str]]:
        """The first events as text."""
        cells = (row for _, row, _ in self._events() if not isinstance(row, str))
        return [[cell or "" for cell in row] for row in islice(cells, rows)]

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All events in order, the named columns only; a line of a user without items is malformed."""
        places = [self.columns.index(name) for name in columns]

        def rows() -> Iterator[Row]:
            for line, row, done in self._events():
                yield line, row if isinstance(row, str) else [row[place] for place in places], done

        return in_batches(rows(), len(columns))

    def _events(self) -> Iterator[Row]:
        for number, line, done in self._lines:
            try:
                words = line.decode().strip().split(self._separator)
            except UnicodeDecodeError:
                yield number, "not written in the file's encoding", done
                continue
            words = [word for word in map(str.strip, words) if word]  # rows of a sheet end with empty cells
            if not words:
                continue
            if self.kind == "baskets":
                for item in words:
                    yield number, (str(number), item), done
            elif len(words) == 1:
                yield number, "a user without items", done
            else:
                for item in words[1:]:
                    yield number, (words[0], item), done

    def _likely_separator(self) -> str | None:
        """What stands between the items as the head tells; None for spaces."""
        lines = self._lines.start.decode("utf-8", "replace").splitlines()[:_HEAD_LINES]
        # A tab behind the user alone leaves spaces between the items.
        return likely_separator([line for line in lines if line.strip()], least=2 if self.kind == "baskets" else 3)
