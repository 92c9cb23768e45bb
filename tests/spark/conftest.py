"""One session of Spark for all tests here: its Java process takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from interactions.progress import no_progress
from spark.cluster import Cluster, session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytest.register_assert_rewrite("tests.spark.same")  # so that it shows what differs
SETTINGS = {
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "3",  # each part of a shuffle costs a task, however few its rows
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",  # what runs once is not worth much compiling
}


@pytest.fixture(scope="package")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session on two cores of this machine."""
    log = tmp_path_factory.mktemp("spark") / "spark.log"
    with session(Cluster("local[2]", SETTINGS), no_progress, log) as started:
        yield started
