"""Where Spark runs, and a session there; what would keep it from starting is found before it is tried."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from errors import EngineError
from spark.watching import Watched

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from interactions.progress import Progress

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements-spark.txt"
OLDEST_JAVA = 17
LOCAL = "local[*]"
_LOCAL = re.compile(r"local(\[(\*|[1-9]\d{0,3})\])?")
_HOST = r"(?:[\w.\-]+|\[[0-9a-fA-F:.]+\])"
_STANDALONE = re.compile(rf"spark://({_HOST}:\d{{1,5}}(?:,{_HOST}:\d{{1,5}})*)")
_LOOPBACK = ("127.", "localhost", "[::1]")
_PATIENCE = 3.0  # seconds for a master's port to open
_WORKERS_WITHIN = 60.0  # seconds for a first worker to be given
_LEAST_MEMORY, _MOST_MEMORY = 1, 8  # GB that the driver gets, unless it is told how much

# What every session has; all but the last two can be set otherwise.
_SETTINGS: Mapping[str, str] = {
    "spark.ui.enabled": "false",  # it would listen on all addresses of the machine
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "WARN",
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    "spark.driver.maxResultSize": "0",  # only vectors and counts of items come back, which the driver has room for
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.legacy.parquet.nanosAsLong": "true",  # times in nanoseconds are then told by their size
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # else a line with a field too many would pass
}
# ALS goes through as many steps as it has iterations, and Java reads their history from the last to the first: in the
# megabyte that a thread has by default there is room for fewer than twenty.
_STACK = "-Xss64m"
_JAVA_OPTIONS = ("spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions")
_OURS = ("spark.sql.session.timeZone", "spark.sql.csv.parser.columnPruning.enabled", "spark.master", "spark.app.name")


@dataclass(frozen=True)
class Cluster:
    """Where Spark runs.

    master    "local[*]" or "local[2]": in this machine's memory, on all or so many of its cores; or a standalone
              cluster, "spark://host:7077"
    settings  of Spark itself, such as {"spark.executor.memory": "2g"}
    """

    master: str = LOCAL
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        """Whether it is this machine, without a cluster."""
        return self.master.startswith("local")

    def check_spelling(self) -> None:
        """Raise EngineError, with one sentence, where master or settings cannot be meant; looks at nothing else."""
        _check_settings(self.settings)
        if not self.is_local or not _LOCAL.fullmatch(self.master):
            _check_master(self.master)

    def check(self) -> None:
        """Raise EngineError, with one sentence, where no session can be started, as far as can be told without one."""
        self.check_spelling()
        _check_package()
        _check_java()
        if not self.is_local:
            _check_reach(self.master)


@contextmanager
def session(cluster: Cluster, progress: Progress, log: Path | None = None) -> Iterator[SparkSession]:
    """A session on the cluster while the context lasts, in a Java process of its own.

    log  a file that all that Spark itself says is added to; None = it stands among the output of this process

    Raises EngineError where it cannot be started, no worker comes, or what is done with it fails in Spark.
    """
    cluster.check()
    progress("Starting Spark", 0.0, 1.0)
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")  # of which it is given no table
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:
        raise EngineError("Spark is at work in this process already: wait until it is done.")
    settings = {**_SETTINGS, **_places(cluster), **cluster.settings, "spark.master": cluster.master}
    settings |= {name: f"{_STACK} {cluster.settings.get(name, '')}".strip() for name in _JAVA_OPTIONS}
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items())).setAppName("Itemscape")
    with nullcontext() if log is None else log.open("ab") as said:
        try:
            with _no_process_left_behind(), warnings.catch_warnings():
                # The child becomes Java at once, so that threads of other libraries cannot hold it up.
                warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning)
                gateway = launch_gateway(conf, {"stdout": said, "stderr": said})  # type: ignore[no-untyped-call]
        except (PySparkException, OSError) as error:
            raise EngineError(f"Spark's Java process did not start: {_end_of(log)}") from error
    SparkContext._ensure_initialized(gateway=gateway)
    started = None
    try:
        watched = Watched(SparkSession.builder.config(conf=conf).getOrCreate)
        while not watched.wait():
            progress(f"Waiting for {cluster.master}", 0.0, 1.0)
        started = watched.result()
        if not cluster.is_local:
            _await_workers(started, cluster, progress)
        with _checkpoints(started, cluster):
            yield started
    except (Py4JError, PySparkException, ConnectionError) as error:
        if _has_ended(gateway.proc, error):
            raise EngineError(f"Spark's Java process has ended: {_end_of(log)}") from error
        what = "did not start" if started is None else "failed"
        raise EngineError(f"Spark {what} on {cluster.master}: {reason(error)}{_advice(error)}") from error
    finally:
        _end(gateway, started)


def reason(error: BaseException) -> str:
    """What went wrong in Spark, as a sentence: the first line of the innermost cause that says something."""
    java = getattr(error, "java_exception", None)
    said = str(error).strip()
    if java is not None:
        said = f"{java.getClass().getSimpleName()}: {java.getMessage()}"
        cause = java.getCause()
        while cause is not None:
            if cause.getMessage():
                said = f"{cause.getClass().getSimpleName()}: {cause.getMessage()}"
            cause = cause.getCause()
    first = next(iter(said.splitlines()), "") or type(error).__name__
    return first.rstrip(".") + "."


def _check_settings(settings: Mapping[str, str]) -> None:
    for name in settings:
        if not name.startswith("spark."):
            raise EngineError(f"{name!r} is no setting of Spark: they begin with 'spark.', as spark.executor.memory.")
        if name in _OURS:
            raise EngineError(f"{name} cannot be set otherwise: what is read would depend on it. Leave it out.")


def _check_master(master: str) -> None:
    if not _STANDALONE.fullmatch(master):
        raise EngineError(
            f"{master!r} is no master that can be used: write local[*] for this machine, local[2] for two of its "
            "cores, or spark://host:7077 for a standalone cluster."
        )


def _check_package() -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise EngineError(f"Spark is not installed here: install it with {install_line()}")


def install_line() -> str:
    """The command that installs what the engine needs in the environment at work."""
    return shlex.join([sys.executable, "-m", "pip", "install", "-r", str(REQUIREMENTS)])


def is_installed() -> bool:
    """Whether pyspark is there, without importing it."""
    return importlib.util.find_spec("pyspark") is not None


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java") if not home else shutil.which("java", path=str(Path(home) / "bin"))
    how = f"install a JDK of version {OLDEST_JAVA} or later, and let JAVA_HOME name its folder"
    if java is None:
        where = f"JAVA_HOME names {home}, where there is none" if home else "there is none on this machine's PATH"
        raise EngineError(f"Spark needs Java, and {where}: {how}.")
    try:
        done = subprocess.run([java, "-version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"Spark needs Java, and {java} cannot be run ({error}): {how}.") from error
    told = (done.stderr + done.stdout).decode(errors="replace")
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    if done.returncode or found is None:
        raise EngineError(f"Spark needs Java, and {java} does not tell its version: {how}.")
    if int(found[1]) < OLDEST_JAVA:
        raise EngineError(f"Spark needs Java {OLDEST_JAVA} or later, and {java} is Java {found[1]}: {how}.")


def _check_reach(master: str) -> None:
    """One of the masters must answer: Spark itself would try for a minute."""
    failed: OSError | None = None
    for place in _hosts(master):
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
        except (OSError, OverflowError) as error:
            failed = error if isinstance(error, OSError) else OSError("there is no such port")
        else:
            return
    why = "it does not answer" if isinstance(failed, TimeoutError) else (failed and failed.strerror) or str(failed)
    raise EngineError(
        f"No Spark master can be reached at {master} ({why}): check the address, and that the cluster is running."
    )


def _hosts(master: str) -> list[str]:
    return master.removeprefix("spark://").split(",")


def _places(cluster: Cluster) -> dict[str, str]:
    """How much memory the driver has, and where workers find it."""
    free = psutil.virtual_memory().available / 2 / 1e9
    settings = {"spark.driver.memory": f"{min(max(int(free), _LEAST_MEMORY), _MOST_MEMORY)}g"}
    if cluster.is_local or all(host.startswith(_LOOPBACK) for host in _hosts(cluster.master)):
        # Else the driver takes the machine's other address, which workers on this one may not be let through to.
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _await_workers(started: SparkSession, cluster: Cluster, progress: Progress) -> None:
    """Wait for a first executor; raises EngineError where none comes, since jobs would then wait for ever."""
    begun = time.monotonic()
    status: Any = started.sparkContext._jsc.sc()
    while status.getExecutorMemoryStatus().size() < 2:  # the driver is one
        progress(f"Waiting for a worker of {cluster.master}", 0.0, 1.0)
        if time.monotonic() - begun > _WORKERS_WITHIN:
            raise EngineError(
                f"{cluster.master} gave no worker within {_WORKERS_WITHIN:.0f} s: start one there, or ask for less "
                "with spark.executor.memory and spark.cores.max."
            )
        time.sleep(0.1)


@contextmanager
def _checkpoints(started: SparkSession, cluster: Cluster) -> Iterator[None]:
    """A folder for what would else be worked out from its whole history, as the vectors of ALS after many iterations.

    On a cluster it must be one that all workers reach, which nobody but the user knows: spark.checkpoint.dir.
    """
    if not cluster.is_local or "spark.checkpoint.dir" in cluster.settings:
        yield
        return
    beside = cluster.settings.get("spark.local.dir", "").split(",")[0] or None
    if beside is not None:
        Path(beside).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="itemscape-", dir=beside, ignore_cleanup_errors=True) as folder:
        started.sparkContext.setCheckpointDir(folder)
        yield


@contextmanager
def _no_process_left_behind() -> Iterator[None]:
    """Where the block raises, as it does when somebody cancels, kill the processes that it has started.

    Java would wait for ever for a Python that no longer listens.
    """
    before = set(psutil.Process().children(recursive=True))
    try:
        yield
    except BaseException:
        for process in set(psutil.Process().children(recursive=True)) - before:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        raise


def _has_ended(java: subprocess.Popen[bytes], error: BaseException) -> bool:
    """Whether Java is gone; its connections break a moment before its end can be seen."""
    from py4j.protocol import Py4JNetworkError

    if isinstance(error, (ConnectionError, Py4JNetworkError)):
        with suppress(subprocess.TimeoutExpired):
            java.wait(timeout=2)
    return java.poll() is not None


def _end(gateway: Any, started: SparkSession | None) -> None:
    """Stop the session and its Java process, so that the next one can have other settings."""
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    try:
        if started is not None:
            started.stop()
        elif SparkContext._active_spark_context is not None:
            SparkContext._active_spark_context.stop()
    except (Py4JError, ConnectionError):  # it has ended already, and what was wrong with it is being told
        pass
    finally:
        gateway.shutdown()
        gateway.proc.stdin.close()
        try:
            gateway.proc.wait(timeout=10)
        except subprocess.TimeoutExpired:
            gateway.proc.kill()
            gateway.proc.wait()
        # A context whose Java process died stays behind, and would pass for one at work.
        SparkContext._gateway, SparkContext._jvm, SparkContext._active_spark_context = None, None, None


def _end_of(log: Path | None) -> str:
    """The end of what Spark said, as the end of a sentence."""
    if log is None:
        return "its log says why."
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"{log} says why; its end is {lines[-1] if lines else 'empty'!r}."


def _advice(error: BaseException) -> str:
    """What to do about a failure that Spark's words tell, a sentence with a space before it, or nothing."""
    if "OutOfMemory" in str(error):
        return " Give it more memory with spark.driver.memory, or on a cluster with spark.executor.memory."
    return ""
