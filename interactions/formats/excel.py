"""Sheets of Excel workbooks (.xlsx), read row by row."""

from __future__ import annotations

import datetime
import struct
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import ParseError

from errors import LogError
from interactions.formats.dialect import names_columns, passed_over, titles_above
from interactions.formats.source import Batch, Kind, checked_columns, chosen_table
from interactions.formats.text_rows import Row, in_batches
from interactions.options import ReadOptions

_MOST_GROWTH = 300  # fold; workbooks unpack to ten times their size, seldom to thirty
_FREE = 64 << 20
_MOST_ROWS_ABOVE = 50  # the header is looked for in so many rows
_HEAD_ROWS = 1000
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"))  # a formula's failures
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, LookupError, ValueError, TypeError, AttributeError, OSError, EOFError,
    ParseError, NotImplementedError, RuntimeError, AssertionError, ArithmeticError,
)  # fmt: skip


class Workbook:
    """A sheet of a workbook; raises LogError where it holds no table, or several sheets do and none is named.

    columns  the cells of the first row with at least two that are filled, titles passed over
    """

    kind: Kind = "excel"
    unit: Literal["line", "row"] = "row"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self._sheet = chosen_table(sheets_in(path), options.table, path.name, "sheet")
        with _opened(path, formulas=True) as book:
            formulas = [row for _, row in _rows(book[self._sheet], _HEAD_ROWS)]
        with _opened(path) as book:
            self.size = int(book[self._sheet].max_row or _HEAD_ROWS)  # what the sheet claims
            first = [(place, row) for place, row in _rows(book[self._sheet], _HEAD_ROWS) if any(row)]
        self.notes = _unsaved(formulas, first, path.name)
        start = next((at for at, (_, row) in enumerate(first[:_MOST_ROWS_ABOVE]) if _is_filled(row)), None)
        if start is None:
            raise LogError(f"Sheet {self._sheet!r} of {path.name} has no row with two filled cells: it is no table.")
        width = max(len(row) for _, row in first[start:])
        if options.header is not False:
            usual = Counter(len(row) for _, row in first[start:]).most_common(1)[0][0]
            start += titles_above([_padded(row, width) for _, row in first[start:]], usual)
            if first[0][0] < first[start][0]:
                self.notes.append(passed_over(first[start][0] - 1, path.name, "row"))
        rows = [_padded(row, width) for _, row in first[start:]]
        has_header = names_columns(rows[0], rows[1:200]) if options.header is None else options.header
        names = rows[0] if has_header else [""] * width
        self.columns = checked_columns(names, path.name)
        self._begin = first[start][0] + int(has_header)
        self.options = ReadOptions(layout="table", table=self._sheet, header=has_header)
        self._head = rows[int(has_header) :]

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text, a list of cells each; "" where a cell is empty."""
        return self._head[:rows]

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All rows in order, the named columns only; rows without any filled cell are blank lines."""
        places = [self.columns.index(name) for name in columns]
        width = len(self.columns)

        def rows() -> Iterator[Row]:
            with _opened(self.path) as book:
                for at, row in _rows(book[self._sheet], None):
                    if at < self._begin or not any(row):
                        continue
                    if any(row[width:]):
                        yield at, "too many fields", at
                        continue
                    cells = _padded(row, width)
                    yield at, [cells[place] or None for place in places], at

        return in_batches(rows(), len(columns))


def sheets_in(path: Path) -> list[str]:
    """The visible sheets that have a table near their top."""
    _refuse_bomb(path)
    with _opened(path) as book:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return [sheet.title for sheet in visible if any(_is_filled(row) for _, row in _rows(sheet, 20))]


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except _DAMAGED as error:
        raise LogError(f"{path.name} is a damaged workbook ({error}): save it again.") from error
    if unpacked > _FREE + _MOST_GROWTH * path.stat().st_size:
        raise LogError(
            f"{path.name} grows more than {_MOST_GROWTH}-fold when unpacked, as no workbook does: save it as CSV if "
            "you trust it."
        )


@contextmanager
def _opened(path: Path, *, formulas: bool = False) -> Iterator[Any]:
    """The workbook, its values only, or formulas in place of their results; raises LogError where it is damaged."""
    from openpyxl import load_workbook

    book = None
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and the like, which are not read
            book = load_workbook(file, read_only=True, data_only=not formulas, keep_links=False)
            yield book
    except _DAMAGED as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise LogError(f"{path.name} is a damaged workbook ({reason}): save it again as .xlsx or CSV.") from error
    finally:
        if book is not None:
            book.close()


def _rows(sheet: Any, most: int | None) -> Iterator[tuple[int, list[str]]]:
    """(number from 1, cells as text without the empty ones at the end); the size that the sheet claims is not used."""
    sheet.reset_dimensions()
    for place, row in enumerate(sheet.iter_rows(values_only=True, max_row=most), start=1):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield place, cells


def _unsaved(formulas: Sequence[Sequence[str]], values: Sequence[tuple[int, Sequence[str]]], name: str) -> list[str]:
    """A note where cells hold formulas whose results the program that wrote the workbook has not saved."""
    results = dict(values)
    empty = [
        (row, column)
        for row, cells in enumerate(formulas, start=1)
        for column, cell in enumerate(cells)
        if cell.startswith("=") and not "".join(results.get(row, ())[column : column + 1])
    ]
    if not empty:
        return []
    from openpyxl.utils import get_column_letter

    row, column = empty[0]
    return [
        f"Cells of {name}, such as {get_column_letter(column + 1)}{row}, hold formulas without saved results and count "
        "as empty: open it in Excel or LibreOffice, save it, and choose it again."
    ]


def _is_filled(row: Sequence[str]) -> bool:
    return sum(map(bool, row)) >= 2


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def _text(value: Any) -> str:
    """A cell as a person reads it: a whole number has no point, a day without hours no hours, an error no value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if value in _ERRORS else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        moment = value.replace(microsecond=0)
        return moment.date().isoformat() if moment.time() == datetime.time() else moment.isoformat(sep=" ")
    return str(value)
