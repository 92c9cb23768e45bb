"""The logs that are kept: their originals as they came, and what was read from them."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from embedders.base import Engine, LogSize, Progress, Table, no_progress
from errors import LogError
from interactions import CleaningReport, CleaningRules, InteractionLog, ReadOptions, read_log
from spark.files import full_uri
from workspace.files import (
    BLOCK,
    folders_in,
    new_folder,
    read_json,
    remove_folder,
    safe_name,
    settle,
    sha256_of,
    unfinished_folder,
    write_json_atomically,
    written_aside,
)
from workspace.home import room
from workspace.jobs import list_jobs
from workspace.runs import delete_run, list_runs
from workspace.summary import VERSION, describe, summarise

if TYPE_CHECKING:
    import pandas as pd

_messages = logging.getLogger(__name__)
KEY_LENGTH = 16  # characters of the digest in a folder's name
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 2_000
FILES = ("original", "items_path", "users_path")


@dataclass(frozen=True)
class LogEntry:
    """A kept log, without its interactions.

    A log that Spark read is kept without its rows: counts, items and what the Data page draws are here, and no arrays.

    digest       names the log: its originals, column roles, rules and reader version
    created      when it was kept, ISO 8601 UTC
    source_name  name of the file it came from
    rows ...     counts of the cleaning report; sessions is None where there are none
    first, last  ISO 8601 UTC, or None without times
    items_known  items of the log that stand in the item table, or None where there is no table
    origin       what it was read from and how: "original", "items_path", "users_path", "columns" as given,
                 "options", "items_options", "users_options"; of a log on Spark also the "master" and the "settings" it
                 was read with last, and "original" may be an address
    path         folder with the log's arrays, entry.json and summary.json
    steps        rows, users and items after each step of cleaning; empty where an older version kept the log
    users_known  users of the log that stand in the user table, or None where there is no table
    description  what a person wrote about it
    engine       where its rows are read
    """

    digest: str
    name: str
    created: str
    source_name: str
    rows: int
    interactions: int
    users: int
    items: int
    sessions: int | None
    users_are_sessions: bool
    first: str | None
    last: str | None
    columns: Mapping[str, str]
    rules: Mapping[str, Any]
    dropped: Mapping[str, int]
    examples: Mapping[str, list[str]]
    notes: tuple[str, ...]
    items_known: int | None
    origin: Mapping[str, Any]
    path: Path
    steps: tuple[Mapping[str, Any], ...] = ()
    users_known: int | None = None
    description: str = ""
    engine: Engine = "local"

    @property
    def has_rows(self) -> bool:
        """Whether its interactions are on this machine."""
        return self.engine == "local"

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What the Data page draws; its parts are named in workspace/summary.py."""
        summary: dict[str, Any] = read_json(self.path / "summary.json", LogError)
        if summary.get("version") != VERSION:  # an older version of the program kept the log
            if not self.has_rows:
                raise LogError(
                    f"What is shown of {self.name!r} was counted by another version of the program, and its rows are "
                    "on Spark: delete it and train on its file again."
                )
            summary = summarise(InteractionLog.load(self.path))
            write_json_atomically(self.path / "summary.json", summary)
        return summary

    @property
    def size(self) -> LogSize:
        """What an estimate needs to know of it."""
        pairs = round(self.summary["density"] * self.users * self.items)
        return LogSize(self.interactions, self.users, self.items, self.sessions, pairs)

    def columns_in(self, table: Table) -> list[str]:
        """The columns of its item table or user table, in their order, read without the rows.

        Every kept log has a place for titles and categories; those count where a column has the role.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            names: list[str] = pq.read_schema(self.path / f"{table}.parquet").names
        except (pa.ArrowException, OSError) as error:
            raise LogError(f"The kept log in {self.path} is damaged ({error}): open the file again.") from error
        empty = {"title", "category"} - self.columns.keys()
        return [name for name in names if name != "id" and name not in empty]

    def item_column(self, name: str) -> pd.Series[Any]:
        """A column of its item table by item id, read without the others; raises LogError where it is not there."""
        import pandas as pd

        if name not in self.columns_in("items"):
            raise LogError(f"The item table of {self.name!r} has no column {name!r}.")
        table = pd.read_parquet(self.path / "items.parquet", columns=["id", name])
        return table.set_index("id")[name]

    @property
    def source(self) -> dict[str, Any]:
        """What an "import" job needs to read the same files again, under other rules or another name."""
        files = {table: path if is_address(path) else str(room() / path) for table, path in self.files.items()}
        return {**self.origin, **files}

    @property
    def files(self) -> dict[str, str]:
        """Table -> the stored file it was read from, inside the workspace where it is kept there."""
        return {table: self.origin[table] for table in FILES if self.origin[table] is not None}


def is_address(place: str) -> bool:
    """Whether a place is an address such as hdfs://host/log.parquet, and no path."""
    return full_uri(place) == place


def keep_original(source: Path | BinaryIO, name: str) -> Path:
    """Copy a file into the workspace, once for each content, in blocks; returns the stored file.

    Raises LogError where the file cannot be opened, or is a stored one that is no longer what it was; what is stored
    in its place is whole again once the file comes from outside.
    """
    if isinstance(source, Path):
        try:
            file = source.open("rb")
        except OSError as error:
            raise LogError(f"{source} cannot be opened ({error.strerror}).") from error
        with file:
            if not source.is_relative_to(room("originals")):
                return keep_original(file, name)
        if not is_whole_original(source):
            raise LogError(f"The stored file {source} is damaged, its content is another than it was: open it again.")
        return source
    if source.seekable():
        source.seek(0)
    with unfinished_folder(room("originals")) as aside:
        digest = hashlib.sha256()
        with (aside / safe_name(name)).open("wb") as copy:
            while block := source.read(BLOCK):
                digest.update(block)
                copy.write(block)
        target = aside.with_name(digest.hexdigest())
        if target.is_dir():
            for damaged in [path for path in target.iterdir() if not is_whole_original(path)]:
                with written_aside(damaged) as mended, (aside / safe_name(name)).open("rb") as whole:
                    shutil.copyfileobj(whole, mended, BLOCK)
            return _another_name(target, safe_name(name))
        settle(aside, target)
        return target / safe_name(name)


def is_whole_original(path: Path) -> bool:
    """Whether a stored file still has the content that its folder is called by; takes a second for each gigabyte."""
    return sha256_of(path) == path.parent.name


def _another_name(folder: Path, name: str) -> Path:
    """The file that is kept already; readers go by the suffix, so another suffix gets a name of its own."""
    kept = sorted(path for path in folder.iterdir() if path.suffix.lower() == Path(name).suffix.lower())
    if kept:
        return kept[0]
    first = next(folder.iterdir())
    try:
        os.link(first, folder / name)
    except OSError:  # a file system without links
        with written_aside(folder / name) as copy, first.open("rb") as source:
            shutil.copyfileobj(source, copy, BLOCK)
    return folder / name


def import_log(
    original: Path,
    *,
    name: str,
    columns: Mapping[str, str] | None = None,
    rules: CleaningRules | None = None,
    items_path: Path | None = None,
    users_path: Path | None = None,
    options: ReadOptions | None = None,
    items_options: ReadOptions | None = None,
    users_options: ReadOptions | None = None,
    progress: Progress = no_progress,
) -> LogEntry:
    """Read a stored original and keep the log; the same digest again is the entry that is there, untouched unless it
    is damaged.

    Raises LogError where nothing of the file can be used.
    """
    rules = CleaningRules() if rules is None else rules
    written = {
        name: ReadOptions() if given is None else given
        for name, given in (
            ("options", options), ("items_options", items_options), ("users_options", users_options)
        )
    }  # fmt: skip
    log, report = read_log(
        original, columns, rules, items_path=items_path, users_path=users_path, progress=progress, **written
    )
    folder = folder_of(log.digest)
    if not _is_whole(folder):
        progress("Keeping the log", 1.0, 1.0)
        files = {"original": original, "items_path": items_path, "users_path": users_path}
        facts = describe(log, report) | cleaning_facts(name, rules, report)
        facts |= {
            "digest": log.digest,
            "source_name": original.name,
            "users_are_sessions": log.users_are_sessions,
            "origin": {table: path and inside(path) for table, path in files.items()}
            | {"columns": None if columns is None else dict(columns)}
            | {name: given.model_dump(mode="json") for name, given in written.items()},
        }
        with new_folder(folder, replace=folder.exists()) as aside:
            log.save(aside)
            write_json_atomically(aside / "summary.json", summarise(log))
            write_json_atomically(aside / "entry.json", facts)
    return read_entry(folder)


def cleaning_facts(name: str, rules: CleaningRules, report: CleaningReport) -> dict[str, Any]:
    """What entry.json says of every log that was read just now: its name, and what cleaning did with it."""
    return {
        "name": _name(name),
        "created": datetime.now(UTC).isoformat(timespec="microseconds"),
        "rules": rules.model_dump(mode="json"),
        "examples": {reason: list(texts) for reason, texts in report.examples.items()},
        "notes": list(report.notes),
        "items_known": report.items_known,
        "users_known": report.users_known,
        "steps": [step.model_dump() for step in report.steps],
    }


def list_logs() -> list[LogEntry]:
    """All kept logs, the newest first; a damaged one is left out and told to the program's log."""
    entries, damaged = _read_entries()
    for error in damaged:
        _messages.warning("%s", error)
    return sorted(entries, key=lambda entry: entry.created, reverse=True)


def _read_entries() -> tuple[list[LogEntry], list[LogError]]:
    """The kept logs, in no order, and what is wrong with the damaged ones."""
    entries, damaged = [], []
    for folder in folders_in(room("logs")):
        try:
            entries.append(read_entry(folder))
        except LogError as error:
            damaged.append(error)
    return entries, damaged


def find_log(wanted: str) -> LogEntry:
    """The kept log with this digest, beginning of a digest, or name; raises LogError where there is none or several."""
    found = logs_called(wanted)
    if not found:
        raise LogError(f"No kept log has the name or digest {wanted!r}.")
    if len(found) > 1:
        which = ", ".join(entry.digest[:KEY_LENGTH] for entry in found)
        raise LogError(f"{wanted!r} means several kept logs: name one of {which}.")
    return found[0]


def logs_called(wanted: str) -> list[LogEntry]:
    """The kept logs with this name, else those whose digest begins so, the newest first.

    Raises LogError where only a damaged log can be meant.
    """
    entries = list_logs()
    named = [entry for entry in entries if entry.name == wanted]
    found = named or [entry for entry in entries if wanted and entry.digest.startswith(wanted)]
    if not found and wanted:
        for folder in folders_in(room("logs")):
            if folder.name.startswith(wanted[:KEY_LENGTH]):
                read_entry(folder)
    return found


def open_log(digest: str) -> InteractionLog:
    """The interactions of a kept log; its arrays stay on disk and are mapped into memory.

    Raises LogError where it is a log without rows.
    """
    entry = find_log(digest)
    if not entry.has_rows:
        raise LogError(
            f"{entry.name!r} has its rows on Spark, and this needs them on this machine: open an extract of it here, "
            "or train on Spark."
        )
    return InteractionLog.load(entry.path)


def rename_log(digest: str, name: str, description: str | None = None) -> LogEntry:
    """Give a kept log another name, and another description where one is given."""
    entry = find_log(digest)
    facts = read_json(entry.path / "entry.json", LogError) | {"name": _name(name)}
    if description is not None:
        facts["description"] = description.strip()[:LONGEST_DESCRIPTION]
    write_json_atomically(entry.path / "entry.json", facts)
    return read_entry(entry.path)


def delete_log(digest: str, *, with_runs: bool = False) -> None:
    """Remove a kept log, and those of its originals that no other log came from.

    Raises LogError while a job is at work on it, or while runs of it exist and `with_runs` is not set.
    """
    entry = find_log(digest)
    if any(job.spec.get("log_digest") == entry.digest for job in list_jobs(active_only=True)):
        raise LogError(f"A job is at work on {entry.name!r}: wait for it, or cancel it first.")
    runs = list_runs(entry.digest)
    if runs and not with_runs:
        raise LogError(f"{len(runs)} of the kept runs were trained on {entry.name!r}: delete them first, or with it.")
    for run in runs:
        delete_run(run.key)
    from workspace.evaluations import forget_evaluations

    forget_evaluations(entry.digest)
    remove_folder(entry.path)
    _forget_originals(entry)


def _forget_originals(entry: LogEntry) -> None:
    """Remove the stored originals of a deleted log, except those that other logs came from."""
    # A log may also have been read from a file elsewhere on the machine: that one is not ours to remove.
    came_from = {(room() / path).parent for path in entry.files.values()}
    for folder in _unused_originals():
        if folder in came_from:
            remove_folder(folder)


def forget_abandoned_originals(days: float = 7.0) -> None:
    """Remove stored files from which no log was made for so long: uploads that somebody thought better of."""
    for folder in _unused_originals():
        if time.time() - folder.stat().st_mtime > days * 86_400:
            remove_folder(folder)


def _unused_originals() -> list[Path]:
    """The folders of stored originals that no kept log came from; none while a log is damaged, as it may need any."""
    entries, damaged = _read_entries()
    if damaged:
        return []
    used = {(room() / path).parent for entry in entries for path in entry.files.values()}
    return [folder for folder in folders_in(room("originals")) if folder not in used]


def folder_of(digest: str) -> Path:
    """Where the log with this digest is kept, whether it is there or not."""
    return room("logs") / digest[:KEY_LENGTH]


def inside(path: Path) -> str:
    """The path of a stored original inside the workspace, so that the workspace can be moved."""
    return path.relative_to(room()).as_posix() if path.is_relative_to(room()) else str(path)


def _is_whole(folder: Path) -> bool:
    """Whether a log is kept in a folder that can be read, with its interactions."""
    try:
        read_entry(folder)
        InteractionLog.load(folder)
    except LogError:
        return False
    return True


def read_entry(folder: Path) -> LogEntry:
    """The kept log in a folder; raises LogError where it is damaged."""
    try:
        facts = read_json(folder / "entry.json", LogError)
        known = {field.name: facts[field.name] for field in dataclasses.fields(LogEntry) if field.name in facts}
        entry = LogEntry(**known | {"notes": tuple(facts["notes"]), "path": folder})
    except (LogError, KeyError, TypeError) as error:
        raise LogError(f"The kept log in {folder} is damaged: open its file again, or delete the folder.") from error
    return dataclasses.replace(entry, steps=tuple(entry.steps))


def _name(name: str) -> str:
    """A name on one line; raises LogError for an empty one."""
    plain = " ".join(name.split())[:LONGEST_NAME]
    if not plain:
        raise LogError("A log needs a name: give it at least one letter.")
    return plain
