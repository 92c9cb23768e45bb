"""What keeps Spark from starting is told in one sentence, before anything is tried."""

from __future__ import annotations

import importlib.util
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from errors import EngineError
from spark import cluster
from spark.cluster import Cluster

ROOT = Path(__file__).resolve().parents[2]


def complaint(where: Cluster) -> str:
    with pytest.raises(EngineError) as raised:
        where.check()
    said = str(raised.value)
    assert "\n" not in said
    return said


def java(folder: Path, says: str, code: int = 0) -> Path:
    """A JDK whose `java -version` says this; returns its folder."""
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "java"
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{says}\nEND\nexit {code}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.fixture
def listening() -> Iterator[int]:
    """A port on which somebody answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port on which nobody answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = complaint(Cluster())
    assert "needs Java" in said
    assert "PATH" in said
    assert "install a JDK of version 17 or later" in said


def test_a_java_home_without_java_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    assert f"JAVA_HOME names {tmp_path / 'gone'}" in complaint(Cluster())


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Java is a shell script")
@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('openjdk version "11.0.22" 2024-01-16', "11"),
        ('java version "1.8.0_401"', "8"),
        ('openjdk version "16" 2021-03-16', "16"),
    ],
)
def test_a_java_that_is_too_old_is_named_with_its_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str, version: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jdk", says)))
    said = complaint(Cluster())
    assert "needs Java 17 or later" in said
    assert f"is Java {version}:" in said


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Java is a shell script")
@pytest.mark.parametrize("says", ['openjdk version "17.0.15" 2025-04-15', 'openjdk version "25" 2025-09-16'])
def test_a_java_that_is_new_enough_passes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jdk", says)))
    Cluster().check()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Java is a shell script")
def test_a_java_that_fails_is_no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jdk", 'openjdk version "17"', code=1)))
    assert "does not tell its version" in complaint(Cluster())


def test_without_pyspark_it_says_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    said = complaint(Cluster())
    assert said.endswith(cluster.install_line())
    assert str(cluster.REQUIREMENTS) in said
    assert not cluster.is_installed()


@pytest.mark.parametrize("master", ["local", "local[1]", "local[*]", "local[32]"])
def test_this_machine_is_a_master(master: str) -> None:
    Cluster(master).check()
    assert Cluster(master).is_local


@pytest.mark.parametrize(
    "master",
    ["", "local[0]", "local[two]", "localhost", "spark://", "spark://host", "spark://host:", "spark://host:1:2",
     "http://host:7077", "yarn", "spark://a:1,b", "spark://host:7077/x", "local[2] "],
)  # fmt: skip
def test_what_is_no_master_is_refused_with_what_is_one(master: str) -> None:
    said = complaint(Cluster(master))
    assert said.startswith(f"{master!r} is no master")
    assert "spark://host:7077" in said


def test_a_master_that_nobody_answers_at_is_told_at_once(closed: int) -> None:
    said = complaint(Cluster(f"spark://127.0.0.1:{closed}"))
    assert f"spark://127.0.0.1:{closed}" in said
    assert "refused" in said.lower()


def test_a_port_that_cannot_be_is_told_as_well() -> None:
    assert "No Spark master can be reached" in complaint(Cluster("spark://127.0.0.1:99999"))


def test_one_of_several_masters_is_enough(closed: int, listening: int) -> None:
    Cluster(f"spark://127.0.0.1:{closed},127.0.0.1:{listening}").check()


@pytest.mark.parametrize("name", ["executor.memory", "", "SPARK_HOME"])
def test_a_setting_of_something_else_is_refused(name: str) -> None:
    assert "spark.executor.memory" in complaint(Cluster(settings={name: "2g"}))


def test_a_setting_that_would_change_what_is_read_is_refused() -> None:
    assert "cannot be set otherwise" in complaint(Cluster(settings={"spark.sql.session.timeZone": "Europe/Berlin"}))


@pytest.mark.slow
def test_a_setting_that_spark_refuses_is_one_sentence_that_names_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("user,item\na,x\nb,y\n", encoding="utf-8")
    command = [
        sys.executable,
        "cli.py",
        "describe",
        str(log),
        "--engine",
        "spark",
        "--conf",
        "spark.driver.memory=lots",
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    (said,) = tmp_path.glob("itemscape-spark-*.log")
    assert line.startswith("Spark's Java process did not start")
    assert str(said) in line
    assert "lots" in said.read_text(encoding="utf-8")
