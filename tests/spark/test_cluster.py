"""A real standalone cluster on loopback: a log of 300,000 rows, and a worker that dies in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pytest

from analysis import top_neighbours
from benchmarks.standalone import Standalone, standalone
from embedders.base import Embedding
from interactions import InteractionLog
from interactions.log import Codes
from tests.planted import tastes
from tests.workspace.helpers import write_csv
from workspace.runs import find_run, open_run

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
GROUPS, ITEMS = 30, 600
ALS, ITEM2VEC = {"dimensions": 16, "iterations": 6}, {"dimensions": 16, "epochs": 3}


@pytest.fixture(scope="module")
def log() -> InteractionLog:
    return tastes(items=ITEMS, groups=GROUPS, users=10_000, sessions=6, length=5, stray=0.2)


@pytest.fixture(scope="module")
def file(log: InteractionLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(log, tmp_path_factory.mktemp("log") / "log.csv")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    with standalone(tmp_path_factory.mktemp("cluster"), workers=2) as running:
        yield running


class Driver:
    """A driver process whose progress can be followed, until the end of a `with`, which must be a good one."""

    def __init__(self, master: str, file: Path, method: str, params: Mapping[str, object], run: Path) -> None:
        arguments = [master, str(file), method, json.dumps(params), str(run)]
        self._command = [sys.executable, "-m", "tests.spark.driver", *arguments]
        self._log = run.with_suffix(".log")

    def __enter__(self) -> Self:
        with self._log.open("wb") as said:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdout=subprocess.PIPE, stderr=said, encoding="utf-8"
            )
        assert self._process.stdout is not None
        self._lines = self._process.stdout
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is not None:
            self._process.kill()
        with self._lines:
            for _ in self._lines:
                pass
        assert self._process.wait() == 0 or kind is not None, self._end()

    def wait_for(self, stage: str, share: float) -> None:
        """Read on until the work is in a stage, and beyond a share of the whole."""
        for line in self._lines:
            done, _, what = line.strip().partition(" ")
            if what == stage and float(done) >= share:
                return
        raise AssertionError(f"it ended before {stage!r}:\n{self._end()}")

    def _end(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:]


def group_share(embedding: Embedding) -> float:
    """How many of the ten nearest neighbours are of an item's own group, a share."""
    group = np.array([int(item[1:]) // (ITEMS // GROUPS) for item in embedding.item_ids])
    near: Codes = top_neighbours(embedding.item_vectors, 10)[0]
    return float(np.mean(group[near] == group[:, None]))


def test_a_killed_worker_changes_nothing_in_als(
    log: InteractionLog, file: Path, cluster: Standalone, tmp_path: Path
) -> None:
    with Driver("local[2]", file, "als", ALS, tmp_path / "undisturbed"):
        pass
    with Driver(cluster.address, file, "als", ALS, tmp_path / "disturbed") as driver:
        driver.wait_for("Solving for users and items", 0.6)
        cluster.kill_worker(0)
    runs = [open_run(find_run(tmp_path / name)) for name in ("undisturbed", "disturbed")]
    vectors: list[npt.NDArray[np.float32]] = [run.embedding.item_vectors for run in runs]
    for run in runs:
        assert run.embedding.item_ids.tolist() == log.item_ids.tolist()
        assert run.p.tolist() == log.users_per_item.tolist()
        assert run.embedding.missing == []
        assert run.entry.engine == "spark"
    np.testing.assert_allclose(vectors[0], vectors[1], rtol=1e-3, atol=1e-4)
    assert group_share(runs[1].embedding) > 0.9  # by chance it is a thirtieth
    cluster.add_worker()


def test_a_killed_worker_does_not_stop_item2vec(
    log: InteractionLog, file: Path, cluster: Standalone, tmp_path: Path
) -> None:
    with Driver(cluster.address, file, "item2vec", ITEM2VEC, tmp_path / "run") as driver:
        driver.wait_for("Training on sequences", 0.6)
        cluster.kill_worker(1)
    run = open_run(find_run(tmp_path / "run"))
    assert run.p.tolist() == log.users_per_item.tolist()
    assert run.embedding.missing == []
    assert group_share(run.embedding) > 0.9
    cluster.add_worker()


def test_a_cluster_without_workers_is_told_and_not_waited_for(file: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from errors import EngineError; from spark import cluster\n"
        "cluster._WORKERS_WITHIN = 3.0\n"
        "try:\n"
        "    with cluster.session(cluster.Cluster(sys.argv[1]), lambda *said: None, Path(sys.argv[2])): pass\n"
        "except EngineError as error: print(error)\n"
    )
    with standalone(tmp_path / "empty", workers=0) as empty:
        command = [sys.executable, "-c", program, empty.address, str(tmp_path / "spark.log")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert "gave no worker within 3 s" in done.stdout, done.stderr
    assert len(done.stdout.splitlines()) == 1
