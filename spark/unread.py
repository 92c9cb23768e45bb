"""Cells that Spark SQL cannot read and this machine can: where there are some, a log is refused and not half read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.column_names import Role
from interactions.guessing import may_be_compact_dates
from interactions.local_times import Order, told_order
from interactions.times import read_times
from interactions.values import Mark, read_weights, told_decimal
from spark.heads import Head

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

UNREAD: Mapping[Role, tuple[str, str]] = {
    "time": ("time", "as 2017-12-31 08:26:00 or as seconds since 1970"),
    "weight": ("number", "plainly, as 1250.5"),
    "quantity": ("number", "plainly, as 12"),
}
"""Roles whose cells are more than text: what they are, and how they are written for Spark."""
_MOST = 100_000  # different cells that are looked at
_FEW = 1000  # cells that are read in less time than it takes to load what is compiled for more


def unread_name(role: Role) -> str:
    """The column with the cells of a role that are filled and could not be read."""
    return f"unread {role}"


def refuse_what_is_read_otherwise(everything: DataFrame, head: Head, n_unread: Mapping[Role, int]) -> None:
    """Raise LogError where cells that Spark SQL could not read are times or numbers to the reader of this machine.

    everything  with a column of `unread_name` for each role that has some
    """
    import pyarrow as pa
    from pyspark.sql import functions as sql

    for role, (what, how) in UNREAD.items():
        if not n_unread.get(role):
            continue
        cell = sql.col(f"`{unread_name(role)}`").alias("cell")
        found = everything.select(cell).where(sql.col("cell").isNotNull()).distinct().limit(_MOST + 1).toArrow()
        column = found["cell"].combine_chunks().cast(pa.string())
        readable = _are_times(column, head) if role == "time" else _are_numbers(column, head)
        name = head.roles[role]
        if readable.any():
            shown = column[int(readable.argmax())].as_py()
            raise LogError(
                f"{shown!r} in column {name!r} is a {what} that Spark is not taught to read: write it {how}."
            )
        if len(column) > _MOST:
            raise LogError(
                f"Column {name!r} holds more than {_MOST:,} different cells, such as {column[0].as_py()!r}, that are "
                f"no {what}s to Spark: write them {how}, or choose another column."
            )


def _are_times(column: Any, head: Head) -> npt.NDArray[np.bool_]:
    """Whether cells may be times to the reader of this machine, in any order of day and month that it may come to."""
    cells = head.cells("time")
    told: Order | None = told_order(cells)
    if head.options.day_first is not None:
        told = "day first" if head.options.day_first else "month first"
    orders: tuple[Order, ...] = ("day first", "month first") if told is None else (told,)
    compact, plain = may_be_compact_dates(cells), len(column) < _FEW
    readable = [read_times(column, compact=compact, order=order, plain=plain)[1] for order in orders]
    return np.any(readable, axis=0)  # type: ignore[no-any-return]


def _are_numbers(column: Any, head: Head) -> npt.NDArray[np.bool_]:
    """Whether cells may be numbers to the reader of this machine, with any mark before the tenths."""
    told = told_decimal(head.cells("weight", "quantity"))
    marks: tuple[Mark, ...] = (",", ".") if told is None else (told,)
    return np.any([np.isfinite(read_weights(column, mark)) for mark in marks], axis=0)  # type: ignore[no-any-return]
