"""Reading a log and training on it with Spark, as jobs and the command line do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedders.base import Embedding, Progress, part_of
from errors import ParameterError
from interactions import CleaningReport, CleaningRules, ReadOptions
from interactions.columns import with_given
from interactions.sample import SAMPLE_NAME, sample_columns, sample_files
from workspace.log_source import LogSource
from workspace.logs import LogEntry, find_log, logs_called
from workspace.runs import Training
from workspace.settings import checked
from workspace.summary import iso_time

if TYPE_CHECKING:
    from spark.cluster import Cluster
    from spark.log import SparkLog

_READING = 0.4  # of the progress


@dataclass(frozen=True)
class SparkSource:
    """A log as Spark is to read it.

    place         a path that every worker can read, or a URI that their Hadoop knows
    name          what a person calls it
    columns       role -> column; None = guessed
    guess_others  roles that no column is given to are guessed as well
    items_path    a table of items on this machine, and how it is written
    """

    place: str
    name: str
    columns: Mapping[str, str] | None = None
    guess_others: bool = False
    rules: CleaningRules = field(default_factory=CleaningRules)
    options: ReadOptions = field(default_factory=ReadOptions)
    items_path: Path | None = None
    items_options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True)
class TrainedOnSpark:
    """A training on Spark: the vectors, what this machine knows of the log, and what was left out of it."""

    embedding: Embedding
    log: SparkLog
    report: CleaningReport
    training: Training


def source_of(log: LogSource) -> SparkSource:
    """What a person named as LOG; a kept log is the file that it was read from, with its columns and rules.

    Raises ParameterError for a table of users, which nothing on Spark looks at.
    """
    if log.users_path is not None:
        raise ParameterError("Nothing on Spark looks at a table of users: leave --users-file out.")
    plain = SparkSource(log.name, Path(log.name).stem, None, True, log.rules, log.options, log.items_path)
    plain = replace(plain, items_options=log.items_options, columns=log.columns or None)
    if log.name == SAMPLE_NAME:
        path, items_path = sample_files()
        columns = with_given(sample_columns(), log.columns)
        items = log.items_path or items_path
        return replace(plain, place=str(path), name="Grocery sample", columns=columns, items_path=items)
    if "/" not in log.name and not Path(log.name).exists() and logs_called(log.name):
        entry = find_log(log.name)
        if log.says_how:
            raise ParameterError(
                f"{entry.name!r} is a kept log, with its own columns and rules: give its file to read it otherwise."
            )
        return source_of_kept(entry)
    return plain


def source_of_kept(entry: LogEntry) -> SparkSource:
    """The file that a kept log was read from, to be read in the same way."""
    files, origin = entry.source, entry.origin
    return SparkSource(
        files["original"],
        entry.name,
        origin.get("columns"),
        rules=checked(CleaningRules, dict(entry.rules)),
        options=checked(ReadOptions, origin.get("options")),
        items_path=None if files.get("items_path") is None else Path(files["items_path"]),
        items_options=checked(ReadOptions, origin.get("items_options")),
    )


def describe_on_spark(
    source: SparkSource,
    cluster: Cluster,
    progress: Progress,
    said: Path | None = None,
    *,
    cooccurrences: str | None = None,
) -> tuple[SparkLog, CleaningReport]:
    """Read a log with Spark and let its rows go again.

    said           a file for what Spark itself says
    cooccurrences  a new folder into which the workers write how many sessions hold both of two items
    """
    from spark.cluster import session
    from spark.counting import write_cooccurrences

    if cooccurrences is not None and Path(cooccurrences).exists():
        raise ParameterError(f"{cooccurrences} is there already: choose another folder for --cooccurrences.")
    share = 1.0 if cooccurrences is None else _READING
    with session(cluster, progress, said) as started:
        log, report = _read(source, started, part_of(progress, 0.0, share))
        if cooccurrences is not None:
            write_cooccurrences(log, cooccurrences, part_of(progress, share, 1.0))
    return log, report


def train_on_spark(
    source: SparkSource,
    cluster: Cluster,
    method: str,
    values: Mapping[str, Any],
    seed: int,
    progress: Progress,
    said: Path | None = None,
) -> TrainedOnSpark:
    """Read a log and train on it with Spark; `said` = a file for what Spark itself says.

    Raises EngineError where Spark cannot be used, LogError and ParameterError as the local engine does.
    """
    from spark.cluster import session
    from spark.training import trainer_of

    trainer = trainer_of(method)
    params = trainer.params(values)
    with session(cluster, progress, said) as started:
        log, report = _read(source, started, part_of(progress, 0.0, _READING))
        embedding = trainer.fit(log, params, seed, part_of(progress, _READING, 1.0))
    training = Training(log.size, trainer.version, "spark", f"Spark at {cluster.master}")
    return TrainedOnSpark(embedding, log, report, training)


def facts_on_spark(log: SparkLog, report: CleaningReport) -> dict[str, Any]:
    """The counts of a log and of its cleaning, as the "describe" contract of the command line has them."""
    return {
        "rows": report.rows,
        "interactions": log.n_interactions,
        "users": log.n_users,
        "items": log.n_items,
        "sessions": log.n_sessions,
        "columns": dict(report.columns),
        "dropped": dict(report.dropped),
        "first": None if log.first is None else iso_time(log.first),
        "last": None if log.last is None else iso_time(log.last),
    }


def _read(source: SparkSource, started: Any, progress: Progress) -> tuple[SparkLog, CleaningReport]:
    from spark.log import read_log

    return read_log(
        started,
        source.place,
        source.columns,
        source.rules,
        guess_others=source.guess_others,
        items_path=source.items_path,
        options=source.options,
        items_options=source.items_options,
        progress=progress,
    )
