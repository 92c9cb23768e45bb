"""A workspace of its own for each test, and no worker left when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.planted import two_islands
from tests.workspace.helpers import write_csv
from workspace import logs, workers


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an empty workspace."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ITEMSCAPE_HOME", str(folder))
    yield folder
    for lane in ("train", "view"):
        workers.end(lane, kill=True)
    for process in workers._started.values():
        process.kill()
        process.wait()
    workers._started.clear()
    workers._vain.clear()


@pytest.fixture
def kept(home: Path, tmp_path: Path) -> logs.LogEntry:
    """Two islands, kept in the workspace."""
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="Two islands")
