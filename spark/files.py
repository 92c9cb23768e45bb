"""The files of a log wherever the cluster finds them: which there are, and the beginning of the first."""

from __future__ import annotations

import os
import re
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
HEAD = 1 << 20  # bytes that tell how a text file is written


@dataclass(frozen=True)
class RemoteFile:
    """A file that the cluster can read: bytes, and when it was changed, milliseconds UTC."""

    path: str
    size: int
    changed: int


@dataclass(frozen=True)
class RemoteLog:
    """The files that a log consists of, in the order of their names.

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
    def here(self) -> Path | None:
        """The first file where it lies on this machine, else None."""
        scheme, _, path = self.files[0].path.partition(":")
        here = Path(path)
        return here if scheme == "file" and here.is_file() else None

    @property
    def paths(self) -> list[str]:
        """The files as Spark is given them, to whom some characters mean a pattern."""
        return [_escaped(file.path) for file in self.files]


def full_uri(place: str) -> str:
    """A path on this machine as Hadoop writes addresses; such an address, or a pattern, as it is."""
    if _SCHEME.match(place):
        return place
    path = os.path.abspath(os.path.expanduser(place))
    return "file:" + (_escaped(path) if os.path.exists(path) else path)


def _escaped(path: str) -> str:
    return _PATTERN.sub(r"\\\g<0>", path)


def find_files(session: SparkSession, place: str) -> RemoteLog:
    """The files of a log; raises LogError where there are none, or the place cannot be looked at."""
    uri = full_uri(place)
    try:
        found = tuple(sorted(_listed(session, uri), key=lambda file: file.path))
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


def read_start(session: SparkSession, file: RemoteFile, most: int = HEAD) -> bytes:
    """The first bytes of a file, unpacked where its name says that it is packed, as Spark unpacks it."""
    path = _path(session, file.path)
    system = path.getFileSystem(_configuration(session))
    codec = _jvm(session).org.apache.hadoop.io.compress.CompressionCodecFactory(_configuration(session)).getCodec(path)
    stream = system.open(path)
    if codec is not None:
        stream = codec.createInputStream(stream)
    try:
        return bytes(stream.readNBytes(most))
    finally:
        stream.close()


def _listed(session: SparkSession, uri: str) -> list[RemoteFile]:
    path = _path(session, uri)
    system = path.getFileSystem(_configuration(session))
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
    return RemoteFile(status.getPath().toString(), int(status.getLen()), int(status.getModificationTime()))


def _path(session: SparkSession, uri: str) -> Any:
    return _jvm(session).org.apache.hadoop.fs.Path(uri)


def _configuration(session: SparkSession) -> Any:
    java: Any = session.sparkContext._jsc
    return java.hadoopConfiguration()


def _jvm(session: SparkSession) -> Any:
    return session.sparkContext._jvm
