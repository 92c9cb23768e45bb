"""The lock: what is kept, what moves, and that it names no machine. The resolver is stood in for."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import locking
from launcher.console import LaunchError


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The files that the resolver finds in its folder; it adds a package to what is locked there."""
    found: dict[str, str] = {}

    def stand_in(command: list[str | Path], folder: Path) -> None:
        if "compile" in command:
            found.update({file.name: file.read_text() for file in folder.iterdir() if file.is_file()})
            with (folder / "constraints.txt").open("a") as locked:
                locked.write("added==1.0\n")

    monkeypatch.setattr(locking, "_run", stand_in)
    return found


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text("-c constraints.txt\nnumpy==2.4.6\n")
    (tmp_path / "requirements-spark.txt").write_text("-c constraints.txt\npyspark==4.3.0\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\npytest==9.2.0\n")
    (tmp_path / "constraints.txt").write_text("locked-before==1.0\n")
    return tmp_path


def test_what_is_locked_stays_and_does_not_bind_the_resolver(checkout: Path, seen: dict[str, str]) -> None:
    locking.lock(checkout)
    assert seen["constraints.txt"] == "locked-before==1.0\n"
    assert seen["requirements.txt"] == "numpy==2.4.6\n"
    assert seen["requirements-spark.txt"] == "pyspark==4.3.0\n"
    assert seen["requirements-dev.txt"] == "-r requirements.txt\npytest==9.2.0\n"
    assert (checkout / "constraints.txt").read_text() == f"{locking.HEADER}locked-before==1.0\nadded==1.0\n"


def test_an_upgrade_begins_from_nothing(checkout: Path, seen: dict[str, str]) -> None:
    locking.lock(checkout, upgrade=True)
    assert "constraints.txt" not in seen
    assert (checkout / "constraints.txt").read_text() == f"{locking.HEADER}added==1.0\n"


def test_the_header_stands_there_once(checkout: Path, seen: dict[str, str]) -> None:
    locking.lock(checkout)
    locking.lock(checkout)
    assert (checkout / "constraints.txt").read_text().count("do not edit") == 1


def test_a_failure_leaves_the_lock_as_it_was(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[str | Path], folder: Path) -> None:
        raise LaunchError("no versions fit")

    monkeypatch.setattr(locking, "_run", fail)
    with pytest.raises(LaunchError):
        locking.lock(checkout)
    assert (checkout / "constraints.txt").read_text() == "locked-before==1.0\n"
