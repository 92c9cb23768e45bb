"""Many cells at once through an expression of Spark SQL, as it is worked out for the rows of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession
    from pyspark.sql.types import DataType


def by_spark(
    session: SparkSession, folder: Path, cells: Any, expression: Callable[[Column, DataType], Column]
) -> list[Any]:
    """What the expression makes of each cell of an Arrow array, in one job.

    The cells lie in a file: of rows that it has in memory, Spark works out expressions in another way.
    """
    from pyspark.sql import functions as sql

    file = folder / "cells.parquet"
    pq.write_table(pa.table({"cell": cells, "place": range(len(cells))}), file)
    frame = session.read.parquet(str(file))
    made = frame.select("place", expression(sql.col("cell"), frame.schema["cell"].dataType).alias("made"))
    return made.toArrow().sort_by("place")["made"].to_pylist()  # type: ignore[no-any-return]
