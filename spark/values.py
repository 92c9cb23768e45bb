"""Cells as texts and as numbers, in Spark SQL: what interactions/values.py reads, in the ways that need no guessing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from errors import LogError

if TYPE_CHECKING:
    from pyspark.sql import Column
    from pyspark.sql.types import DataType

# As Arrow trims: Unicode's white space, and the four separators of ASCII.
WHITE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
LEAST, MOST = 1.401298464324817e-45, 3.4028234663852886e38  # of a float32 above 0


def text_of(column: Column, kind: DataType, name: str) -> Column:
    """An id, a title or a kind of event as text, null where a cell is empty or only white space.

    Raises LogError for a type whose text form is not the same on all engines.
    """
    from pyspark.sql import functions as sql
    from pyspark.sql import types

    if not isinstance(kind, (types.StringType, types.IntegralType, types.BooleanType)):
        raise LogError(
            f"Column {name!r} holds values of type {kind.simpleString()}, which Spark is not given as ids or names: "
            "write it as text or whole numbers."
        )
    text = column.cast("string")
    if not isinstance(kind, types.StringType):
        return text
    begins_dark = sql.ascii(text).between(33, 126)  # nearly all do, and need no regular expression
    return sql.when(begins_dark | text.rlike(f"[^{WHITE}]"), text)


def trimmed(column: Column) -> Column:
    """A text without the white space around it."""
    from pyspark.sql import functions as sql

    return sql.regexp_replace(column, f"^[{WHITE}]+|[{WHITE}]+$", "")


def number_of(column: Column, kind: DataType) -> Column:
    """A weight or a quantity as float32, NaN where a cell is empty or no plain number such as 1.5 or 2e3."""
    from pyspark.sql import functions as sql
    from pyspark.sql import types

    if isinstance(kind, types.StringType):
        text = trimmed(column)
        number = sql.when(text.rlike(_PLAIN), text).try_cast("double")
    elif isinstance(kind, (types.NumericType, types.BooleanType)):
        number = column.cast("double")
    else:
        number = sql.lit(None).cast("double")
    return sql.coalesce(number, sql.lit(float("nan"))).cast("float")


def as_weight(number: Column) -> Column:
    """What a weight was reckoned to be, a double, as float32; above 0 it stays above 0 and finite."""
    from pyspark.sql import functions as sql

    bounded = sql.least(sql.greatest(number, sql.lit(LEAST)), sql.lit(MOST))
    return sql.when(number > 0, bounded).otherwise(sql.lit(0.0)).cast("float")
