"""A log of many millions of rows, trained on by Spark in a process whose memory, with its children's, is watched."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks import fresh, machine

_LOOK_EVERY = 0.2  # seconds
_MEMORY = {"spark.driver.memory": "3500m"}  # of Java's heap; what it needs beside that comes on top


class Watched:
    """The most memory that a process and its children had together, in GB."""

    peak = 0.0


@contextmanager
def family_memory() -> Iterator[Watched]:
    """Look at the memory of this process and its children, again and again, until the block is left."""
    watched, over = Watched(), threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_EVERY):
            watched.peak = max(watched.peak, _family_now())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        over.set()
        thread.join()


def _family_now() -> float:
    total = 0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 1e9


def trained(path: str, trainings: str, master: str = "local[2]", worker_memory: str = "1g") -> dict[str, float]:
    """Read a log and train on it: seconds of the reading and of each training, under the words that ask for it, peak
    memory in GB of all processes and of Python's own, and the GB of coded rows that the workers hold.

    trainings      such as "als:iterations=1,dimensions=8;item2vec:epochs=1"
    worker_memory  of a worker's Java, where there is a cluster
    """
    from spark.cluster import Cluster, session
    from spark.log import read_log
    from spark.training import trainer_of

    said = Path(path).with_suffix(".spark.log")
    memory = _MEMORY if master.startswith("local") else {"spark.executor.memory": worker_memory}
    temporary = {"spark.local.dir": str(Path(path).parent)}
    seconds = {}
    with family_memory() as family, session(Cluster(master, {**memory, **temporary}), _silent, said) as started:
        with fresh.clock() as reading:
            log, _ = read_log(started, path)
        held = _held(started)
        for asked in trainings.split(";"):
            method, _, settings = asked.partition(":")
            trainer = trainer_of(method)
            params = trainer.params(dict(setting.split("=") for setting in settings.split(",")))
            with fresh.clock() as training:
                trainer.fit(log, params)
            seconds[asked] = training.seconds
    return {
        **seconds,
        "reading": reading.seconds,
        "rows": float(log.n_interactions),
        "items": float(log.n_items),
        "users": float(log.n_users),
        "memory": family.peak,
        "held": held,
        "driver": machine.peak_memory(psutil.Process()),
    }


def _held(session: Any) -> float:
    """What the workers hold of the log in their memory and on their disks, in GB."""
    infos = session.sparkContext._jsc.sc().getRDDStorageInfo()
    return float(sum(info.memSize() + info.diskSize() for info in infos)) / 1e9


def _silent(stage: str, done: float, total: float, loss: float | None = None) -> None:
    if os.environ.get("ITEMSCAPE_BENCHMARK_STAGES"):
        print(f"{time.strftime('%H:%M:%S')} {done / total:.3f} {stage}", flush=True)
