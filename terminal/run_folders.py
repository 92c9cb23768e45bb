"""Run folders as the command line writes them."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import ExportError, RunError
from terminal.engine import STARTING, what_spark_says
from terminal.parameters import assignments
from terminal.progress import TerminalProgress

if TYPE_CHECKING:
    from embedders.base import Embedding
    from spark.cluster import Cluster
    from workspace.log_source import LogSource
    from workspace.runs import TrainedOn, Training


def train_on_spark(
    log: LogSource, cluster: Cluster, method: str, settings: list[str], seed: int, out: Path, force: bool
) -> tuple[dict[str, Any], list[str]]:
    """Train with Spark and write a run folder; answers as `_write_run` does."""
    from workspace import on_spark

    source = on_spark.source_of(log)
    with TerminalProgress(silent=STARTING) as progress, what_spark_says() as said:
        trained = on_spark.train_on_spark(source, cluster, method, assignments(settings), seed, progress, said)
    facts, lines = write_run_folder(out, trained.embedding, trained.log, source.name, force, trained.training)
    return facts | {"log": on_spark.facts_on_spark(trained.log, trained.report)}, lines


def write_run_folder(
    out: Path,
    embedding: Embedding,
    log: TrainedOn,
    log_name: str,
    force: bool,
    training: Training | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Write a run folder; answers with it as JSON values, and as lines for a person."""
    from workspace.files import disk_is_full
    from workspace.runs import write_run

    try:
        name = out.absolute().name
        entry = write_run(out, embedding, log, name=name, log_name=log_name, training=training, replace=force)
    except OSError as error:
        why = "the disk is full" if disk_is_full(error) else error.strerror
        raise RunError(f"{out} cannot be written ({why}): choose another --out.") from error
    facts = {name: value for name, value in dataclasses.asdict(entry).items() if name != "losses"}
    lines = [
        f"{entry.title}, {entry.dimensions} dimensions, {entry.n_items - entry.n_missing:,} of {entry.n_items:,} "
        f"items in {entry.seconds:.1f} s: {out}",
        *entry.notes,
    ]
    return facts | {"path": str(entry.path)}, lines


def refuse_run_folder(out: Path, force: bool) -> None:
    """Raise RunError before hours of training where --out cannot become a run folder."""
    if out.exists() and not force:
        raise RunError(f"{out} is there already: choose another --out, or add --force to replace it.")
    if out.exists() and not (out / "run.json").is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise RunError(f"{out} is not a run folder, so --force does not replace it: choose another --out.")
    parent = next(folder for folder in out.absolute().parents if folder.exists())
    try:  # the only sure way to know: rights alone do not tell of a full disk or of a system's own folders
        os.rmdir(tempfile.mkdtemp(dir=parent))
    except OSError as error:
        raise RunError(f"{out} cannot be written in {parent} ({error.strerror}): choose another --out.") from error


def refuse_same_file(out: Path, json_file: str | None, option: str = "--out") -> None:
    if json_file not in (None, "-") and Path(json_file).absolute() == out.absolute():
        raise ExportError(f"{option} and --json both name {out}: give them two names.")
