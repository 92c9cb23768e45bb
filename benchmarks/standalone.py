"""A standalone Spark cluster on loopback: a master and workers, each a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pyspark

_SPARK = Path(pyspark.__file__).parent
_PATIENCE = 60.0  # seconds for a process to say that it is up


@dataclass
class Standalone:
    """A running cluster; `workers` are its processes in the order in which they were started."""

    address: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, memory: str = "1g") -> None:
        """Start a worker of one core, and wait until the master knows it."""
        number = len(self.workers)
        log = self.folder / f"worker-{number}.log"
        options = ["-c", "1", "-m", memory, "-d", str(self.folder / f"work-{number}"), "--host", "127.0.0.1"]
        self.workers.append(_start("worker.Worker", [*options, "--webui-port", "0", self.address], log))
        _await("Successfully registered with master", log, self.workers[-1])

    def kill_worker(self, number: int) -> None:
        """Kill a worker with its executors at once, as when a machine fails."""
        worker = psutil.Process(self.workers[number].pid)
        for process in [*worker.children(recursive=True), worker]:
            process.send_signal(signal.SIGKILL)
        self.workers[number].wait()


@contextmanager
def standalone(folder: Path, workers: int, memory: str = "1g") -> Iterator[Standalone]:
    """A cluster with so many workers of one core, ended with all of its processes."""
    folder.mkdir(parents=True, exist_ok=True)
    port, log = _free_port(), folder / "master.log"
    master = _start("master.Master", ["--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"], log)
    cluster = Standalone(f"spark://127.0.0.1:{port}", folder)
    try:
        _await("I have been elected leader", log, master)
        for _ in range(workers):
            cluster.add_worker(memory)
        yield cluster
    finally:
        for number, worker in enumerate(cluster.workers):
            if worker.poll() is None:
                cluster.kill_worker(number)
        master.kill()
        master.wait()


def _start(name: str, options: list[str], log: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_HOME": str(_SPARK),
    }
    command = [str(_SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *options]
    with log.open("wb") as said:
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)


def _await(words: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while not re.search(words, log.read_text(encoding="utf-8", errors="replace")):
        if process.poll() is not None or time.monotonic() - begun > _PATIENCE:
            raise AssertionError(f"{words!r} was never said:\n{log.read_text(encoding='utf-8', errors='replace')}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
