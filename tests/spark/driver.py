"""A driver as the worker process is one: `python -m tests.spark.driver MASTER LOG METHOD PARAMS RUN`.

It says on standard output how far it is, a line "share stage" each time, and writes a run folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from spark.cluster import Cluster
from workspace.on_spark import SparkSource, train_on_spark
from workspace.runs import write_run

# What runs once is not worth much compiling, and each part of a shuffle costs a task.
SETTINGS = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.shuffle.partitions": "4",
}


def tell(stage: str, done: float, total: float, loss: float | None = None) -> None:
    """Say how far it is."""
    print(f"{done / total:.3f} {stage}", flush=True)


def main(master: str, log: str, method: str, params: str, run: str) -> None:
    """Train on the log and write the run."""
    trained = train_on_spark(SparkSource(log, "log"), Cluster(master, SETTINGS), method, json.loads(params), 0, tell)
    write_run(Path(run), trained.embedding, trained.log, name="run", log_name="log", training=trained.training)


if __name__ == "__main__":
    main(*sys.argv[1:])
