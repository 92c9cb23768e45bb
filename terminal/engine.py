"""The options of every command that can work on Spark."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from errors import ParameterError

if TYPE_CHECKING:
    from spark.cluster import Cluster

STARTING = 120.0  # seconds that Spark may take, on a busy machine, until it knows what is wrong
EngineName = Literal["local", "spark"]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="local = this program; spark = Apache Spark, for als and item2vec.")
]
MasterOption = Annotated[
    str | None,
    typer.Option("--master", metavar="URL", help="Where Spark runs: local[*], local[2] or spark://host:7077."),
]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option("--conf", metavar="NAME=VALUE", help="A setting of Spark, such as spark.executor.memory=4g."),
]


def cluster_from(engine: EngineName, master: str | None, settings: Sequence[str] | None) -> Cluster | None:
    """Where Spark is to run, None for the local engine; raises ParameterError where options do not fit it."""
    if engine == "local":
        if master is not None or settings:
            raise ParameterError("--master and --conf are for Spark: add --engine spark, or leave them out.")
        return None
    from spark.cluster import LOCAL, Cluster

    values = {}
    for setting in settings or ():
        name, equals, value = setting.partition("=")
        if not equals:
            raise ParameterError(
                f"--conf {setting!r} gives no value: write --conf NAME=VALUE, as spark.executor.memory=4g."
            )
        values[name] = value
    return Cluster(LOCAL if master is None else master, values)


@contextmanager
def what_spark_says() -> Iterator[Path]:
    """A file for what Spark itself says, which stays where an error names it."""
    with tempfile.NamedTemporaryFile(prefix="itemscape-spark-", suffix=".log", delete=False) as file:
        said = Path(file.name)
    try:
        yield said
    except BaseException as error:
        if str(said) not in str(error):
            said.unlink(missing_ok=True)
        raise
    said.unlink(missing_ok=True)
