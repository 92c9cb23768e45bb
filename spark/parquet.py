"""Parquet files as a frame of Spark, with the columns that Spark itself would misread or refuse told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from errors import LogError
from spark.cluster import reason
from spark.files import RemoteFile, configuration, escaped, hadoop_path, java_of
from spark.times import floored

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_NANOSECONDS = "TIMESTAMP(NANOS"


def read_parquet(session: SparkSession, files: Sequence[RemoteFile]) -> DataFrame:
    """The files as one frame, its columns told apart by case too; raises LogError where Spark takes them for none."""
    from pyspark.errors import PySparkException

    session.conf.set("spark.sql.caseSensitive", "true")
    try:
        return session.read.parquet(*(escaped(file.path) for file in files))
    except PySparkException as error:
        raise LogError(
            f"{files[0].name} is no Parquet file for Spark ({reason(error).rstrip('.')}): export it again."
        ) from error


def columns_of(
    session: SparkSession, frame: DataFrame, files: Sequence[RemoteFile], names: Sequence[str]
) -> list[Column]:
    """Columns by their names, in their order; times in nanoseconds, numbers to Spark, as times in microseconds."""
    from pyspark.sql import functions as sql
    from pyspark.sql.types import LongType

    kinds = {field.name: field.dataType for field in frame.schema.fields}
    whole = [name for name in names if isinstance(kinds[name], LongType)]
    nanos = _nanoseconds(session, files[0], whole) if whole else set()
    if nanos and any(_nanoseconds(session, file, whole) != nanos for file in files[1:]):
        raise LogError(f"The files beside {files[0].name} write their times otherwise: give all of them the same type.")
    found = []
    for name in names:
        column = sql.col("`" + name.replace("`", "``") + "`")
        found.append(sql.timestamp_micros(floored(column, 1000)) if name in nanos else column)
    return found


def _nanoseconds(session: SparkSession, file: RemoteFile, names: Sequence[str]) -> set[str]:
    """Those of the columns that hold times in nanoseconds, as the file's footer says."""
    java = java_of(session).org.apache.parquet.hadoop
    path = java.util.HadoopInputFile.fromPath(hadoop_path(session, file.path), configuration(session))
    reader = java.ParquetFileReader.open(path)
    try:
        schema = reader.getFileMetaData().getSchema()
        fields = schema.getFields()
        return {name for name in names if _NANOSECONDS in fields.get(schema.getFieldIndex(name)).toString()}
    finally:
        reader.close()
