"""Reading a log and training on it with Spark, as jobs and the command line do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedders.base import Embedding, Progress, check_seed, part_of
from errors import EngineError, LogError, ParameterError, RunError
from interactions import CleaningReport, CleaningRules, ReadOptions
from interactions.column_names import FACTS
from interactions.columns import with_given
from interactions.sample import SAMPLE_NAME, sample_columns, sample_files
from workspace.files import unfinished_folder
from workspace.home import room
from workspace.log_source import LogSource
from workspace.logs import LogEntry, find_log, keep_original, logs_called
from workspace.runs import RunEntry, Training, default_name, find_run, run_folder, run_key, unique_name, write_run
from workspace.settings import checked
from workspace.spark_logs import facts_on_spark as facts_on_spark  # the command line knows it from here
from workspace.spark_logs import keep_spark_log

if TYPE_CHECKING:
    from spark.cluster import Cluster
    from spark.log import SparkLog

_READING, _TRAINING = 0.4, 0.9  # of the progress, at their ends


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


def source_spec(source: SparkSource) -> dict[str, Any]:
    """A source as a job's spec has it."""
    return {
        "place": source.place,
        "name": source.name,
        "columns": None if source.columns is None else dict(source.columns),
        "guess_others": source.guess_others,
        "rules": source.rules.model_dump(mode="json"),
        "options": source.options.model_dump(mode="json"),
        "items_path": None if source.items_path is None else str(source.items_path),
        "items_options": source.items_options.model_dump(mode="json"),
    }


def source_from(spec: Mapping[str, Any]) -> SparkSource:
    """The source of what `source_spec` wrote; all but "place" and "name" may be left out."""
    return SparkSource(
        spec["place"],
        spec["name"],
        spec.get("columns"),
        bool(spec.get("guess_others")),
        checked(CleaningRules, spec.get("rules")),
        checked(ReadOptions, spec.get("options")),
        Path(spec["items_path"]) if spec.get("items_path") else None,
        checked(ReadOptions, spec.get("items_options")),
    )


def training_spec(
    entry: LogEntry,
    place: str,
    cluster: Cluster,
    method: str,
    values: Mapping[str, Any],
    seed: int,
    name: str | None,
) -> dict[str, Any]:
    """What a "spark" job is asked: to train on the log at a place, by the columns and rules of a kept one.

    Raises EngineError, ParameterError or LogError for what cannot be meant; whether Spark, its master and the place
    are there only shows when the work is done.
    """
    from spark.training import trainer_of

    cluster.check_spelling()
    trainer_of(method).params(values)
    if not place.strip():
        raise LogError("No log is named: give the path or the address at which Spark finds it.")
    return {
        "source": source_spec(_source_at(entry, place.strip())),
        "master": cluster.master,
        "settings": dict(cluster.settings),
        "method": method,
        "params": dict(values),
        "seed": seed,
        "name": name,
        "log_digest": entry.digest,
    }


def _source_at(entry: LogEntry, place: str) -> SparkSource:
    """The log at a place, read as a kept one was; it is called after that one, or after its own file."""
    source = source_of_kept(entry)
    none_has = {str(role): "" for role in FACTS if role not in entry.columns}  # else guessed from the item table
    name = entry.name
    if place != source.place:
        name = f"{place.rstrip('/').rpartition('/')[2] or place} on Spark"
    elif entry.has_rows:
        name = f"{entry.name} on Spark"
    return replace(source, place=place, name=name, columns={**entry.columns, **none_has})


def settings_from(lines: str) -> dict[str, str]:
    """Settings of Spark from text, one NAME=VALUE a line; raises EngineError for a line that is none."""
    settings = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals):
            raise EngineError(f"{line!r} gives no value: write one NAME=VALUE a line, as spark.executor.memory=4g.")
        settings[name] = value
    return settings


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
    return TrainedOnSpark(embedding, log, report, _training(log, trainer.version, cluster))


def train_and_keep(
    source: SparkSource,
    cluster: Cluster,
    method: str,
    values: Mapping[str, Any],
    seed: int,
    name: str | None,
    progress: Progress,
) -> RunEntry:
    """Read a log and train on it with Spark, and keep both: the run, and the log without its rows.

    A run that is kept already is not trained again, which only shows once Spark has looked at the files. Raises as
    `train_on_spark` does.
    """
    from spark.cluster import Cluster, session
    from spark.training import trainer_of

    trainer = trainer_of(method)
    params = trainer.params(values)
    check_seed(seed)
    if source.items_path is not None:
        source = replace(source, items_path=keep_original(source.items_path, source.items_path.name))
    with unfinished_folder(room("spark")) as scratch:  # what a killed Java process leaves there is swept away
        at_work = Cluster(cluster.master, {"spark.local.dir": str(scratch), **cluster.settings})
        with session(at_work, progress) as started:
            log, report = _read(source, started, part_of(progress, 0.0, _READING))
            key = run_key(log.digest, method, params.model_dump(mode="json"), seed, trainer.version, "spark")
            known = (run_folder(key) / "run.json").is_file()
            training = part_of(progress, _READING, _TRAINING)
            embedding = None if known else trainer.fit(log, params, seed, training)
            entry = keep_spark_log(log, report, source, cluster, part_of(progress, _TRAINING, 1.0))
    if embedding is None:
        return find_run(run_folder(key))
    progress("Keeping the run", 1.0, 1.0)
    run = write_run(
        run_folder(key),
        embedding,
        log,
        name=unique_name(name, log.digest) if name else default_name(method, embedding.params, log.digest),
        log_name=entry.name,
        training=_training(log, trainer.version, cluster),
    )
    if run.key != key:
        raise RunError(f"{run.title} answered with other parameters than it was asked for.")
    return run


def _training(log: SparkLog, version: int, cluster: Cluster) -> Training:
    return Training(log.size, version, "spark", f"Spark at {cluster.master}")


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
