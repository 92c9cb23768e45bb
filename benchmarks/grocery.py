"""ALS and item2vec on the grocery sample, trained and compared by the very commands that the README names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launcher.environment import ROOT

if TYPE_CHECKING:
    from interactions import InteractionLog

FLOOR = 20  # least households a product needs
K = 10
RUNS = Path("runs")
ALS, ITEM2VEC = RUNS / "als", RUNS / "item2vec"


@dataclass(frozen=True)
class Pair:
    """Two runs, each with the similarity that its neighbours are taken by."""

    a: Path
    similarity_a: str
    b: Path
    similarity_b: str

    @property
    def command(self) -> list[str]:
        """The arguments of cli.py that compare them; cosine is what no option means."""
        options = [
            option
            for flag, similarity in (("--similarity-a", self.similarity_a), ("--similarity-b", self.similarity_b))
            if similarity != "cosine"
            for option in (flag, similarity)
        ]
        return ["compare", self.a.as_posix(), self.b.as_posix(), "--k", str(K), *options]


PAIRS = (Pair(ALS, "cosine", ITEM2VEC, "cosine"), Pair(ALS, "dot", ALS, "cosine"))


def training_command(run: Path, floor: int = FLOOR) -> list[str]:
    """The arguments of cli.py that train a run, with defaults and seed 0."""
    return ["train", "grocery", "--method", run.name, "--min-users-per-item", str(floor), "--out", run.as_posix()]


def train(folder: Path, runs: Sequence[Path] = (ALS, ITEM2VEC), floor: int = FLOOR) -> None:
    """Train those runs that are not there yet below a folder; what goes wrong is on standard error and raised."""
    folder.mkdir(exist_ok=True)
    for run in runs:
        if not (folder / run).exists():
            _cli(training_command(run, floor), folder)


def read(floor: int = FLOOR) -> InteractionLog:
    """The sample as both are trained on it, or with another floor."""
    from interactions import CleaningRules, read_log
    from interactions.sample import sample_columns, sample_files

    log, items = sample_files()
    return read_log(log, sample_columns(), CleaningRules(min_users_per_item=floor), items_path=items)[0]


def compare(folder: Path) -> list[dict[str, Any]]:
    """The JSON of each pair, from runs trained below a folder."""
    return [json.loads(_cli([*pair.command, "--json", "-"], folder)) for pair in PAIRS]


def open_in_workspace(folder: Path, home: Path, floor: int = FLOOR) -> str:
    """Keep the sample and the runs trained on it below a folder in the workspace `home`; returns the log's digest.

    The environment variable ITEMSCAPE_HOME of this process, and so of an app that it starts, is `home` from then on.
    """
    from interactions import CleaningRules
    from interactions.sample import sample_columns, sample_files
    from workspace.logs import import_log, keep_original
    from workspace.runs import copy_run_in, rename_run

    os.environ["ITEMSCAPE_HOME"] = str(home)
    log, items = (keep_original(file, file.name) for file in sample_files())
    entry = import_log(
        log,
        name="Grocery sample",
        columns=sample_columns(),
        rules=CleaningRules(min_users_per_item=floor),
        items_path=items,
    )
    for run, name in ((ALS, "ALS 64d"), (ITEM2VEC, "item2vec 64d")):
        kept = copy_run_in(folder / run)
        if kept.log_digest != entry.digest:
            raise RuntimeError(f"{run} was trained on another log than the one that the app opens")
        rename_run(kept.key, name)
    return entry.digest


def _cli(arguments: Sequence[str], folder: Path) -> str:
    """What a command of cli.py prints when it is run in a folder."""
    return subprocess.run(
        [sys.executable, ROOT / "cli.py", *arguments], cwd=folder, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    ).stdout
