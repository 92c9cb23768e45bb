"""Cells as times, in Spark SQL: what interactions/times.py reads, in the ways that programs write times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column
    from pyspark.sql.types import DataType

_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the first second of the year 1, the last of 9999
_MOST = 9_223_372_036_854_775_799  # the largest number that is read as one
_DAY = 86_400

# Java's "$" also stands before a line end that ends the text, and "\z" only at its end.
_NUMBER = r"^-?\d+(?:\.\d*)?\z"
_EIGHT_DIGITS = r"^(?!0000)\d{8}\z"
# ISO 8601, in full and with whatever may be left out; of a zone Spark itself reads fewer spellings.
_USUAL = r"^(?!0000)\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{1,2}(?::\d{1,2})?)?\z"
_CLOCK = r"[Tt ]\d{1,2}:\d{1,2}(?::\d{1,2}(?:[.,]\d+)?)?(?: ?(?:UTC|[Zz]|[+-]\d\d:?(?:\d\d)?))?"
_ISO = rf"^(?!0000)\d{{4}}([-/])\d{{1,2}}\1\d{{1,2}}(?:{_CLOCK})?\z"
# What each spelling becomes, in turn; a zone is told from a day by the minutes before it.
_SPELLINGS = (
    (r"^(\d{4})/(\d{1,2})/", "$1-$2-"),
    (r"[Tt ](\d{1,2}:)", "T$1"),
    (r"(:\d{1,2})[.,]\d+", "$1"),
    (r"(T\d{1,2}:\d{1,2})(?![\d:])", "$1:00"),
    (r" ?(?:UTC|[Zz])\z", "Z"),
    (r"(:\d{1,2}) ?([+-]\d\d):?(\d\d)\z", "$1$2:$3"),
    (r"(:\d{1,2}) ?([+-]\d\d):?\z", "$1$2:00"),
)


def seconds_of(column: Column, kind: DataType, *, compact: bool) -> Column:
    """Times as whole seconds UTC, int64, rounded down; null where a cell cannot be read, or not in this way.

    compact  eight digits are a date such as 20170131
    """
    from pyspark.sql import functions as sql
    from pyspark.sql import types

    if isinstance(kind, (types.TimestampType, types.TimestampNTZType)):
        return _within_years(floored(sql.unix_micros(column.cast("timestamp")), 1_000_000))
    if isinstance(kind, types.DateType):
        return _within_years(sql.unix_date(column).cast("bigint") * _DAY)
    if isinstance(kind, (types.FloatType, types.DoubleType)):
        number = column.cast("double")
        column, kind = sql.when(sql.abs(number) < 9.2e18, sql.floor(number).cast("bigint")), types.LongType()
    if isinstance(kind, types.IntegralType) and not compact:
        return _of_whole(column.cast("bigint"))
    if not isinstance(kind, (types.StringType, types.IntegralType)):
        return sql.lit(None).cast("bigint")
    text = sql.trim(column.cast("string"))
    seconds = sql.when(text.rlike(_NUMBER), _of_number(text, compact=compact))
    seconds = seconds.when(text.rlike(_USUAL), sql.unix_seconds(text.try_cast("timestamp")))
    seconds = seconds.when(text.rlike(_ISO), sql.unix_seconds(_as_usual(text).try_cast("timestamp")))
    return seconds


def _of_number(text: Column, *, compact: bool) -> Column:
    """A text that is a number, perhaps with tenths, of seconds or parts of them since 1970."""
    from pyspark.sql import functions as sql

    is_lower = text.startswith("-") & text.rlike(r"\.0*[1-9]")
    seconds = _of_whole(sql.substring_index(text, ".", 1).try_cast("bigint"), is_lower)
    if not compact:
        return seconds
    digits = sql.length(sql.regexp_extract(text, r"\d+", 0))
    day = sql.concat_ws("-", text.substr(1, 4), text.substr(5, 2), text.substr(7, 2)).try_cast("date")
    date = sql.unix_date(day).cast("bigint") * _DAY
    return sql.when(text.rlike(_EIGHT_DIGITS), date).when((digits >= 9) & (digits != 14), seconds)


def _of_whole(number: Column, is_lower: Column | None = None) -> Column:
    """A whole number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size.

    is_lower  whether it stands for a number a little below it
    """
    from pyspark.sql import functions as sql

    seconds: Column | None = None
    for size, unit in ((10**11, 1), (10**14, 1_000), (10**17, 1_000_000), (_MOST + 1, 1_000_000_000)):
        whole = number if unit == 1 else floored(number, unit)
        if is_lower is not None:
            whole -= sql.when(is_lower & (number % unit == 0), 1).otherwise(0)
        in_unit = number.between(1 - size, size - 1)
        seconds = sql.when(in_unit, whole) if seconds is None else seconds.when(in_unit, whole)
    assert seconds is not None
    return seconds


def _as_usual(text: Column) -> Column:
    """A text that is ISO 8601, in the spelling that Spark reads; without a zone it is UTC."""
    from pyspark.sql import functions as sql

    for spelling, usual in _SPELLINGS:
        text = sql.regexp_replace(text, spelling, usual)
    return text


def floored(number: Column, by: Column | int) -> Column:
    """Whole numbers divided and rounded down."""
    from pyspark.sql import functions as sql

    by = sql.lit(by).cast("bigint") if isinstance(by, int) else by
    whole = sql.call_function("div", number, by)  # "/" would go through a double
    return whole - sql.when(number % by < 0, 1).otherwise(0)


def _within_years(seconds: Column) -> Column:
    """Times outside of the years 1 to 9999, which no text can name, as null."""
    from pyspark.sql import functions as sql

    return sql.when(seconds.between(_FIRST, _LAST), seconds)
