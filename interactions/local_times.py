"""Times as people and programs of all countries write them: 31.12.2017 8:26, 12/31/17 8:26 PM, 2017年12月31日."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Order = Literal["day first", "month first"]

# By language: English, German, French, Spanish, Italian, Portuguese, Dutch, Danish, Norwegian, Swedish. No name means
# one month in one of them and another in another; "jui", which is two of French, is left out.
_NAMES_OF_MONTHS = (
    "jan january januar jänner jän janvier janv enero ene gennaio gen genn janeiro januari",
    "feb february februar feber février fevrier févr fevr fév fev febrero febbraio febbr fevereiro februari",
    "mar march märz maerz mär mrz mars marzo março marco maart mrt marts",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag magg maio mei maj",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aout agosto ago augustus augusti",
    "sep sept september septembre septiembre setiembre set settembre sett setembro",
    "oct october oktober okt octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro desember des",
)
_MONTHS = {name: month for month, names in enumerate(_NAMES_OF_MONTHS, 1) for name in names.split()}
_HALVES = ("a", "p", "上午", "下午", "午前", "午後", "오전", "오후")  # before and after noon, in turn

_HOURS = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
_HALF = r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
# UTC, +0200, GMT+02:00 (Central European Summer Time), +01:00[Europe/Berlin]. Other letters, such as CST, name several
# zones of the world, and are left alone.
_ZONE = (
    r"(?:\s*(?:(?:(?:UTC|GMT)\s*)?(?P<sign>[+\-])(?P<zone_hours>\d\d)(?::?(?P<zone_minutes>\d\d))?|UTC|GMT|[Zz])"
    r"(?:\[[\w/+\-]+\])?(?:\s*\([^()]*\))?)?"
)
_SPAN = r"[ T,]\d{1,2}[:.h]\d\d-\d\d:\d\d\s*$"  # 10:30-11:30 is from when to when
_EARLY_HALF = r"(?:(?P<early_half>上午|下午|午前|午後|오전|오후)\s*)?"  # before the clock
_ZONED_HOURS = (
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?" + _HALF + r"(?:\s*Uhr)?" + _ZONE
)
_CLOCK = rf"(?:[ T,]+(?:(?:at|um|à|às|om) +)?{_EARLY_HALF}{_ZONED_HOURS})?"

# The first of two numbers is the day where that is the order, else the month.
_DATE = r"^\s*(?P<first>\d{1,2})[/.\-](?P<other>\d{1,2})[/.\-](?P<year>\d{4}|\d{2})"
_NUMBERS = rf"{_DATE}{_CLOCK}\s*$"
_COMMON = rf"{_DATE}(?:[ T,]+{_HOURS}{_HALF})?\s*$"  # most of the numbers are so written, and this is read faster
_YEAR_LAST = r"(?P<year>\d{4}|\d{2})"
_WEEKDAY = r"(?:[A-Za-zÀ-ÿ\-]+\.?,? +)?"
_NAME = r"(?P<name>[A-Za-zÀ-ÿ]{3,10})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|o)?"
_PATTERNS = (
    _NUMBERS,
    rf"^\s*(?P<year>\d{{4}})(?:[/\-]|\. ?)(?P<month>\d{{1,2}})(?:[/\-]|\. ?)(?P<day>\d{{1,2}})\.?{_CLOCK}\s*$",
    r"^\s*(?P<year>\d{4})[/\-](?P<month>\d{1,2})[/\-](?P<day>\d{1,2})[ T]+(?P<hour>\d{1,2})\s*$",
    r"^\s*(?P<year>\d{4})[年년]\s*(?P<month>\d{1,2})[月월]\s*(?P<day>\d{1,2})[日일]?"
    rf"(?:\s*{_EARLY_HALF}(?P<hour>\d{{1,2}})\s*[:时時点點시]\s*(?P<minute>\d{{1,2}})"
    rf"(?:\s*[:分분]\s*(?P<second>\d{{1,2}})?\s*[秒초]?)?{_ZONE})?\s*$",
    rf"^\s*{_WEEKDAY}{_DAY}[ \-./]+(?:de +)?{_NAME}[ \-./,]+(?:del? +)?{_YEAR_LAST}{_CLOCK}\s*$",
    rf"^\s*{_WEEKDAY}{_NAME}\.? +{_DAY},? +(?P<year>\d{{4}}){_CLOCK}\s*$",
    rf"^\s*{_WEEKDAY}{_NAME}\.? +(?P<day>\d{{1,2}}),? +{_ZONED_HOURS} +(?P<year>\d{{4}})\s*$",  # C, Twitter
    rf"^\s*(?P<day>\d{{1,2}})/?{_NAME}/?(?P<year>\d{{4}})(?::{_ZONED_HOURS})?\s*$",  # SAS, Apache
    rf"^\s*(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)-{_HOURS}{_ZONE}\s*$",  # DB2
    r"^\s*(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)[ T_\-]?"
    rf"(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d)(?:[.,]\d+)?{_ZONE}\s*$",
)

Times = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]


@dataclass
class OrderTally:
    """How many of the times read so far tell the order of day and month, and whether any has such an order."""

    day_first: int = 0  # times that have a meaning in that order only
    month_first: int = 0
    any: bool = False

    def add(self, first: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> None:
        """Count dates of two numbers before the year, the first and the other one."""
        self.day_first += int(((first > 12) & (first <= 31) & (other >= 1) & (other <= 12)).sum())
        self.month_first += int(((other > 12) & (other <= 31) & (first >= 1) & (first <= 12)).sum())
        self.any = self.any or bool((first >= 0).any())


def read_local_times(texts: Any, order: Order, tally: OrderTally | None = None) -> Times:
    """An Arrow array of texts as int64 seconds UTC (n,), and bool (n,): which of them could be read.

    tally  counts those that tell the order of day and month
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    seconds = np.zeros(len(texts), np.int64)
    readable = np.zeros(len(texts), np.bool_)
    left = np.arange(len(texts))
    for pattern in (_COMMON, *_PATTERNS):
        # To cut a text that does not match into parts that it has not takes longer than to see so.
        if pattern == _COMMON or pc.any(pc.match_substring_regex(texts, pattern)).as_py():
            found, good = _matching(texts, pattern, order, tally)
            seconds[left[good]] = found[good]
            readable[left[good]] = True
            texts, left = texts.filter(pa.array(~good)), left[~good]
        if not len(left):
            break
        if pattern == _COMMON:
            texts = _simplified(texts)
    return seconds, readable


def told_order(cells: Sequence[str]) -> Order | None:
    """The order of day and month that the cells tell, by a number above 12 or by points between them."""
    import pyarrow as pa

    tally = OrderTally()
    parts = _parts(_simplified(pa.array(list(cells), pa.string())), _NUMBERS)
    tally.add(parts["first"], parts["other"])
    if tally.day_first > tally.month_first:
        return "day first"
    if tally.month_first:
        return "month first"
    dotted = sum("." in cell.partition(" ")[0] for cell in cells)
    return "day first" if cells and dotted == len(cells) and tally.any else None


def _simplified(texts: Any) -> Any:
    """Texts with plain spaces for those that do not break, plain digits for wide ones, and accents on their letters."""
    import pyarrow.compute as pc

    return texts if pc.all(pc.string_is_ascii(texts)).as_py() else pc.utf8_normalize(texts, "NFKC")


def _matching(texts: Any, pattern: str, order: Order, tally: OrderTally | None) -> Times:
    import pyarrow.compute as pc

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
    for name in ("half", "early_half"):
        if name in parts:
            half = parts[name]  # 0 = a.m., 1 = p.m., -1 = of 24 hours
            good &= (half < 0) | ((hour >= 1) & (hour <= 12))
            hour = np.where(half >= 0, hour % 12 + 12 * np.maximum(half, 0), hour)
    offset = np.zeros(len(year), np.int64)
    if "sign" in parts:
        hours, minutes = np.maximum(parts["zone_hours"], 0), np.maximum(parts["zone_minutes"], 0)
        good &= (hours <= 18) & (minutes < 60)
        good &= ~pc.fill_null(pc.match_substring_regex(texts, _SPAN), False).to_numpy(zero_copy_only=False)
        offset = np.where(parts["sign"] == 1, -1, 1) * (hours * 3600 + minutes * 60)
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60) & (year >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0)
    begin, after = (_first_day(months), _first_day(months + 1))
    good &= day <= after - begin
    if tally is not None and "first" in parts:
        once = good if pattern == _COMMON else parts["year"] >= 0  # what is left comes again with the next pattern
        tally.add(parts["first"][once], parts["other"][once])
    return (begin + day - 1) * 86_400 + hour * 3600 + minute * 60 + second - offset, good


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
        if field.name in ("half", "early_half"):
            numbers = pc.bit_wise_and(pc.index_in(pc.utf8_lower(column), pa.array(_HALVES)), 1)
        elif field.name == "sign":
            numbers = pc.index_in(column, pa.array(["+", "-"]))
        elif field.name == "name":
            known = pc.index_in(pc.utf8_lower(column), pa.array(list(_MONTHS)))
            numbers = pa.array(list(_MONTHS.values())).take(known)
        else:
            numbers = column.cast(pa.int64())
        name = "month" if field.name == "name" else field.name
        parts[name] = pc.fill_null(numbers.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
        if name == "year":
            digits = pc.utf8_length(column).cast(pa.int64())
            parts["year digits"] = pc.fill_null(digits, -1).to_numpy(zero_copy_only=False)
    return parts
