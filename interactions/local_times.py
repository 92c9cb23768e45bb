"""Times as people of different countries write them: 31.12.2017 8:26, 12/31/17 8:26 PM, 2017年12月31日, 31 Dec 2017."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Order = Literal["day first", "month first"]

_CLOCK = (
    r"(?:[ T,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The first of two numbers is the day where that is the order, else the month.
_NUMBERS = rf"^\s*(?P<first>\d{{1,2}})[/.\-](?P<other>\d{{1,2}})[/.\-](?P<year>\d{{4}}|\d{{2}}){_CLOCK}\s*$"
_YEAR_LAST = r"(?P<year>\d{4}|\d{2})"
_WEEKDAY = r"(?:[A-Za-z]+,? +)?"
_NAME = r"(?P<name>[A-Za-z]{3,9})"
_PATTERNS = (
    _NUMBERS,
    rf"^\s*(?P<year>\d{{4}})[/.\-](?P<month>\d{{1,2}})[/.\-](?P<day>\d{{1,2}}){_CLOCK}\s*$",
    r"^\s*(?P<year>\d{4})[/\-](?P<month>\d{1,2})[/\-](?P<day>\d{1,2})[ T]+(?P<hour>\d{1,2})\s*$",
    r"^\s*(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日?"
    r"(?:\s*(?P<hour>\d{1,2})[:时](?P<minute>\d{1,2})(?:[:分](?P<second>\d{1,2})?秒?)?)?\s*$",
    rf"^\s*{_WEEKDAY}(?P<day>\d{{1,2}})[ \-./]+{_NAME}[ \-./,]+{_YEAR_LAST}{_CLOCK}\s*$",
    rf"^\s*{_WEEKDAY}{_NAME}\.? +(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? +(?P<year>\d{{4}}){_CLOCK}\s*$",
    r"^\s*(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)[ T_\-]?"
    r"(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d)\s*$",
)

Times = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]


def read_local_times(texts: Any, order: Order) -> Times:
    """An Arrow array of texts as int64 seconds UTC (n,), and bool (n,): which of them could be read."""
    seconds = np.zeros(len(texts), np.int64)
    readable = np.zeros(len(texts), np.bool_)
    for pattern in _PATTERNS:
        left = np.flatnonzero(~readable)
        if not len(left):
            break
        found, good = _matching(texts.take(left), pattern, order)
        seconds[left[good]] = found[good]
        readable[left] = good
    return seconds, readable


def has_order(cells: Sequence[str]) -> bool:
    """Whether some of the cells are times that the order of day and month makes another of."""
    import pyarrow as pa

    return bool((_parts(pa.array(list(cells), pa.string()), _NUMBERS)["year"] >= 0).any())


def told_order(cells: Sequence[str]) -> Order | None:
    """The order of day and month that the cells tell, by a number above 12 or by points between them."""
    import pyarrow as pa

    parts = _parts(pa.array(list(cells), pa.string()), _NUMBERS)
    first, other = parts["first"], parts["other"]
    if ((first > 12) & (other <= 12)).sum() > ((other > 12) & (first <= 12)).sum():
        return "day first"
    if (other > 12).any():
        return "month first"
    dotted = sum("." in cell.partition(" ")[0] for cell in cells)
    return "day first" if cells and dotted == len(cells) and (first > 0).any() else None


def _matching(texts: Any, pattern: str, order: Order) -> Times:
    parts = _parts(texts, pattern)
    year = parts["year"]
    good = year >= 0
    short = parts["year digits"] == 2
    year = np.where(short, year + np.where(year < 69, 2000, 1900), year)
    if "first" in parts:
        day, month = parts["first"], parts["other"]
        if order == "month first":
            day, month = month, day
    else:
        day, month = parts["day"], parts["month"]
    hour, minute, second = (np.maximum(parts[name], 0) for name in ("hour", "minute", "second"))
    if "half" in parts:
        half = parts["half"]  # 0 = a.m., 1 = p.m., -1 = of 24 hours
        good &= (half < 0) | ((hour >= 1) & (hour <= 12))
        hour = np.where(half >= 0, hour % 12 + 12 * np.maximum(half, 0), hour)
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60) & (year >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0)
    begin, after = (_first_day(months), _first_day(months + 1))
    good &= day <= after - begin
    return (begin + day - 1) * 86_400 + hour * 3600 + minute * 60 + second, good


def _first_day(months: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Days from 1970 to the first of so many months after."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _parts(texts: Any, pattern: str) -> dict[str, npt.NDArray[np.int64]]:
    """The groups of a pattern as numbers, -1 where the text does not match or has no such part."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.extract_regex(texts.cast(pa.string()), pattern)
    parts: dict[str, npt.NDArray[np.int64]] = {
        name: np.full(len(texts), -1, np.int64) for name in ("hour", "minute", "second", "month", "day")
    }
    for field in found.type:
        column = pc.struct_field(found, field.name)
        column = pc.if_else(pc.equal(column, ""), None, column)
        if field.name == "half":
            numbers = pc.index_in(pc.utf8_lower(column), pa.array(["a", "p"]))
        elif field.name == "name":
            numbers = pc.add(pc.index_in(pc.utf8_slice_codeunits(pc.utf8_lower(column), 0, 3), pa.array(_MONTHS)), 1)
        else:
            numbers = column.cast(pa.int64())
        name = "month" if field.name == "name" else field.name
        parts[name] = pc.fill_null(numbers.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
        if name == "year":
            digits = pc.utf8_length(column).cast(pa.int64())
            parts["year digits"] = pc.fill_null(digits, -1).to_numpy(zero_copy_only=False)
    return parts
