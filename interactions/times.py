"""Cells as times."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from interactions.formats.records import compiled
from interactions.local_times import Order, OrderTally, read_local_times
from interactions.values import decoded, is_text

Times = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]  # seconds UTC, readable

_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the first second of the year 1, the last of 9999
_EXPONENT = r"^\s*\d\.\d+[eE]\+?\d{1,2}\s*$"


def read_times(
    column: Any,
    *,
    compact: bool = False,
    order: Order = "month first",
    plain: bool = False,
    tally: OrderTally | None = None,
) -> Times:
    """Times as int64 seconds UTC (n,), rounded down, and bool (n,): which could be read, in the years 1 to 9999.

    A number counts seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size; with
    `compact`, eight digits are a date such as 20170131, and fourteen 20170131102030. Text is ISO 8601, "/" allowed for
    "-", without a zone meaning UTC, or as people and programs write times, with day and month in that order; 1.5e9 is a
    number.

    tally  counts the times that tell the order of day and month
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = decoded(column)
    kind = column.type
    if pa.types.is_timestamp(kind):
        per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        ticks = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        return _within_years(ticks // per_second, ~np.asarray(column.is_null()))
    if pa.types.is_date64(kind):
        thousandths = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        return _within_years(thousandths // 86_400_000 * 86_400, ~np.asarray(column.is_null()))
    if pa.types.is_date(kind):
        days = pc.fill_null(column.cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
        return _within_years(days.astype(np.int64) * 86_400, ~np.asarray(column.is_null()))
    if pa.types.is_floating(kind):
        whole = pc.floor(column.cast(pa.float64()))
        column = pc.if_else(pc.less(pc.abs(whole), 9.2e18), whole, None).cast(pa.int64()).cast(pa.string())
    elif not is_text(column):
        try:
            column = column.cast(pa.string())
        except pa.ArrowException:
            return np.zeros(len(column), np.int64), np.zeros(len(column), np.bool_)
    column = column.cast(pa.string())
    _, offsets, text = column.buffers()
    data = np.empty(0, np.uint8) if text is None else np.frombuffer(text, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    seconds, readable = np.zeros(len(column), np.int64), np.zeros(len(column), np.bool_)
    if len(column):
        run = _parse_times if plain else compiled(_parse_times)
        run(data, ends, compact, seconds, readable)
    readable &= ~np.asarray(column.is_null())
    left = np.flatnonzero(~readable)
    if len(left) > column.null_count:
        texts = column.take(pa.array(left))
        seconds[left], readable[left] = read_local_times(texts, order, tally)
        numbers = pc.and_(pc.match_substring_regex(texts, _EXPONENT), pa.array(~readable[left]))
        if pc.any(numbers).as_py():  # as spreadsheets and numpy write large numbers
            places = left[pc.fill_null(numbers, False).to_numpy(zero_copy_only=False)]
            floats = pc.utf8_trim_whitespace(texts.filter(numbers)).cast(pa.float64())
            seconds[places], readable[places] = read_times(floats, compact=compact, plain=plain)
    return seconds, readable


def with_clock(days: Any, clocks: Any) -> Any:
    """Columns of days and of times of the day as one of texts; a day without a time of the day stays a day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        texts = [decoded(column).cast(pa.string()) for column in (days, clocks)]
    except pa.ArrowException:
        return days
    day = pc.replace_substring_regex(texts[0], r"[ T]00:00(:00)?(\.0+)?\s*$", "")
    return pc.binary_join_element_wise(day, pc.fill_null(texts[1], ""), " ")


def _within_years(seconds: npt.NDArray[np.int64], readable: npt.NDArray[np.bool_]) -> Times:
    """Times outside of the years 1 to 9999, which no text can name, as unreadable."""
    return seconds, readable & (seconds >= _FIRST) & (seconds <= _LAST)


def _parse_times(data: Any, ends: Any, compact: bool, seconds: Any, readable: Any) -> None:
    """Read each text data[ends[i]:ends[i + 1]] as a time; plain Python that numba compiles."""
    days_before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
    part = np.zeros(6, np.int64)  # year, month, day, hour, minute, second
    for row in range(len(ends) - 1):
        at, end = ends[row], ends[row + 1]
        while at < end and data[at] == 32:
            at += 1
        while end > at and data[end - 1] == 32:
            end -= 1
        first = at
        negative = at < end and data[at] == 45
        if negative:
            at += 1
        number = np.int64(0)
        digits = 0
        while at < end and 48 <= data[at] <= 57 and number < 922_337_203_685_477_580:  # int64
            number = number * 10 + int(data[at]) - 48
            digits += 1
            at += 1
        fraction = False  # some digit behind the point is not 0
        point = at < end and data[at] == 46
        tail = at + 1 if point else at
        if point:
            while tail < end and 48 <= data[tail] <= 57:
                fraction = fraction or data[tail] != 48
                tail += 1
        is_date = False
        if tail == end:  # a number
            if digits == 0:
                continue
            is_date = compact and digits == 8 and not negative and not point
            if not is_date:
                if compact and (digits < 9 or digits == 14):  # of days, and for the patterns of local times
                    continue
                unit = np.int64(1)
                if number >= 100_000_000_000:
                    unit = np.int64(1000)
                if number >= 100_000_000_000_000:
                    unit = np.int64(1_000_000)
                if number >= 100_000_000_000_000_000:
                    unit = np.int64(1_000_000_000)
                whole = number // unit
                if negative:
                    whole = -whole
                    if fraction or number % unit != 0:
                        whole -= 1
                seconds[row] = whole
                readable[row] = True
                continue
            part[0], part[1], part[2] = number // 10_000, number // 100 % 100, number % 100
            part[3] = part[4] = part[5] = 0
            at = end
        elif digits == 4 and not negative and not point and (data[at] == 45 or data[at] == 47):
            mark = data[at]
            part[0] = number
            for place in range(1, 6):
                part[place] = 0
            place = 1
            good = True
            while good and place < 6 and at < end:
                # What must stand before this part: - or / in the date, T or a space before the hour, : in the time.
                byte = data[at]
                if place < 3:
                    good = byte == mark
                elif place == 3:
                    if byte != 84 and byte != 116 and byte != 32:
                        break
                    if byte == 32 and not (at + 1 < end and 48 <= data[at + 1] <= 57):
                        break  # a space before a zone
                elif byte != 58:
                    break
                at += 1
                value = 0
                width = 0
                while at < end and width < 2 and 48 <= data[at] <= 57:
                    value = value * 10 + int(data[at]) - 48
                    width += 1
                    at += 1
                good = good and width > 0
                part[place] = value
                place += 1
            # A date needs its day, a time its minutes.
            is_date = good and (place == 3 or place >= 5)
            if is_date and place == 6 and at < end and (data[at] == 46 or data[at] == 44):
                at += 1
                width = 0
                while at < end and 48 <= data[at] <= 57:
                    at += 1
                    width += 1
                is_date = width > 0
        if not is_date or first == end:
            continue
        offset = 0
        if at < end:  # a zone
            if place < 5:
                continue
            if data[at] == 32:
                at += 1
            utc = end - at == 3 and data[at] == 85 and data[at + 1] == 84 and data[at + 2] == 67
            if utc or (end - at == 1 and (data[at] == 90 or data[at] == 122)):  # UTC, Z, z
                at = end
            elif end - at >= 3 and (data[at] == 43 or data[at] == 45):
                west = data[at] == 45
                value = 0
                width = 0
                at += 1
                while at < end:
                    if 48 <= data[at] <= 57:
                        value = value * 10 + int(data[at]) - 48
                        width += 1
                    elif not (data[at] == 58 and width == 2):
                        width = 99
                    at += 1
                if width == 2:
                    value *= 100
                elif width != 4:
                    continue
                if value // 100 > 18 or value % 100 > 59:
                    continue
                offset = value // 100 * 3600 + value % 100 * 60
                if west:
                    offset = -offset
            else:
                continue
        year, month, day = part[0], part[1], part[2]
        leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
        if year < 1 or not 1 <= month <= 12 or day < 1:
            continue
        length = 31
        if month == 4 or month == 6 or month == 9 or month == 11:
            length = 30
        elif month == 2:
            length = 29 if leap else 28
        if day > length or part[3] > 23 or part[4] > 59 or part[5] > 59:
            continue
        before = year - 1
        days = 365 * before + before // 4 - before // 100 + before // 400 + days_before[month - 1] + day - 1
        if leap and month > 2:
            days += 1
        seconds[row] = (days - 719_162) * 86_400 + part[3] * 3600 + part[4] * 60 + part[5] - offset
        readable[row] = True
