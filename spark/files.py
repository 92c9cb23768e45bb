"""The files of a log wherever the cluster finds them: which there are, and the beginning of the first."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import LogError
from spark.cluster import reason

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:/")
_PATTERN, _ESCAPED = re.compile(r"[\[\]{}*?\\]"), re.compile(r"\\(.)")  # what means a pattern to Hadoop
_HIDDEN = ("_", ".")  # Spark itself passes over files that begin so
_UNREADABLE = "FAILED_READ_FILE"  # what Spark calls it
HEAD = 1 << 20  # bytes that tell how a text file is written


@dataclass(frozen=True)
class RemoteFile:
    """A file that the cluster can read: bytes, and when it was changed, milliseconds UTC.

    uri  the path as Spark tells it beside a row: some characters stand there as %20 and the like
    """

    path: str
    uri: str
    size: int
    changed: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def here(self) -> Path | None:
        """Where it lies on this machine, else None."""
        scheme, _, path = self.path.partition(":")
        here = Path(path)
        return here if scheme == "file" and here.is_file() else None


@dataclass(frozen=True)
class RemoteLog:
    """The files that a log consists of, in the order in which Spark sorts their rows: by `uri`.

    uri  as it was asked for, in full: a file, a folder with files, or a pattern such as hdfs:///logs/2024-*.parquet
    """

    uri: str
    files: tuple[RemoteFile, ...]

    @property
    def name(self) -> str:
        """The last part of the address, as a person calls it."""
        return _ESCAPED.sub(r"\1", self.uri.rstrip("/").rpartition("/")[2]) or self.uri

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def version(self) -> str:
        """Sizes and times of change of the files, in short: another where one was written anew."""
        return hashlib.sha256(repr([(file.path, file.size, file.changed) for file in self.files]).encode()).hexdigest()

    @property
    def paths(self) -> list[str]:
        """The files as Spark is given them, to whom some characters mean a pattern."""
        return [escaped(file.path) for file in self.files]


def full_uri(place: str) -> str:
    """A path on this machine as Hadoop writes addresses; such an address, or a pattern, as it is."""
    if _SCHEME.match(place):
        return place
    path = os.path.abspath(os.path.expanduser(place))
    return "file:" + (escaped(path) if os.path.exists(path) else path)


def escaped(path: str) -> str:
    """A path for Spark, to whom some characters mean a pattern."""
    return _PATTERN.sub(r"\\\g<0>", path)


def find_files(session: SparkSession, place: str) -> RemoteLog:
    """The files of a log; raises LogError where there are none, or the place cannot be looked at."""
    uri = full_uri(place)
    try:
        found = tuple(sorted(_listed(session, uri), key=lambda file: file.uri))
    except Exception as error:  # py4j wraps whatever the file system raises
        if not hasattr(error, "java_exception"):
            raise
        raise LogError(
            f"{place} cannot be looked at: {reason(error)} Check the address, and that Spark has what its file system "
            "needs."
        ) from error
    if not found:
        raise LogError(f"There is no file at {place}: check the path, which every worker must be able to read.")
    if not any(file.size for file in found):
        raise LogError(f"{place} is empty: choose a log with a header and at least one row.")
    return RemoteLog(uri, tuple(file for file in found if file.size))


@contextmanager
def telling_damage(name: str) -> Iterator[None]:
    """Raise LogError where a worker cannot read what is in a file."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        if _UNREADABLE not in str(error):
            raise
        raise LogError(
            f"{name} cannot be read by Spark ({reason(error).rstrip('.')}): where a file of it is damaged, export or "
            "copy it again."
        ) from error


def read_start(session: SparkSession, file: RemoteFile, most: int = HEAD) -> bytes:
    """The first bytes of a file, unpacked where its name says that it is packed, as Spark unpacks it."""
    path = hadoop_path(session, file.path)
    system = path.getFileSystem(configuration(session))
    codecs = java_of(session).org.apache.hadoop.io.compress.CompressionCodecFactory(configuration(session))
    codec = codecs.getCodec(path)
    stream = system.open(path)
    if codec is not None:
        stream = codec.createInputStream(stream)
    try:
        return bytes(stream.readNBytes(most))
    finally:
        stream.close()


def _listed(session: SparkSession, uri: str) -> list[RemoteFile]:
    path = hadoop_path(session, uri)
    system = path.getFileSystem(configuration(session))
    found = []
    for top in system.globStatus(path) or ():
        if top.isFile():
            found.append(_file(top))
            continue
        inside = system.listFiles(top.getPath(), True)
        begins = top.getPath().toString()
        while inside.hasNext():
            status = inside.next()
            below = status.getPath().toString().removeprefix(begins).strip("/").split("/")
            if not any(part.startswith(_HIDDEN) for part in below):
                found.append(_file(status))
    return found


def _file(status: Any) -> RemoteFile:
    path = status.getPath()
    size, changed = int(status.getLen()), int(status.getModificationTime())
    return RemoteFile(path.toString(), path.toUri().toString(), size, changed)


def hadoop_path(session: SparkSession, uri: str) -> Any:
    """An address as Hadoop has it."""
    return java_of(session).org.apache.hadoop.fs.Path(uri)


def configuration(session: SparkSession) -> Any:
    """What Hadoop is told of its file systems."""
    java: Any = session.sparkContext._jsc
    return java.hadoopConfiguration()


def java_of(session: SparkSession) -> Any:
    """The classes of Spark's Java process."""
    return session.sparkContext._jvm
