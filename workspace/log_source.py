"""A log as a person names it: a file, a log that is kept, or the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embedders.base import Progress, no_progress
from errors import LogError, ParameterError
from interactions import CleaningRules, InteractionLog, ReadOptions, preview, read_log
from interactions.columns import with_given
from interactions.sample import SAMPLE_NAME, sample_columns, sample_files
from workspace.logs import LogEntry, find_log, logs_called, open_log
from workspace.summary import describe


@dataclass(frozen=True)
class LogSource:
    """What to read and how.

    name        "grocery", a path, or the name, digest or beginning of a digest of a kept log
    columns     role -> column for the roles that are not to be guessed; "" = no column has the role
    items_path  and users_path: tables that are joined by id; items_options and users_options: how they are written
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    rules: CleaningRules = field(default_factory=CleaningRules)
    options: ReadOptions = field(default_factory=ReadOptions)
    items_path: Path | None = None
    users_path: Path | None = None
    items_options: ReadOptions = field(default_factory=ReadOptions)
    users_options: ReadOptions = field(default_factory=ReadOptions)

    @property
    def says_how(self) -> bool:
        """Whether anything but the name is given."""
        return self != LogSource(self.name)


@dataclass(frozen=True)
class OpenedLog:
    """A log with a name for people, and its counts as the "describe" contract has them.

    examples  reason -> up to three of the rows that it took
    notes     what a person should know, one sentence each
    """

    name: str
    log: InteractionLog
    facts: Mapping[str, Any]
    examples: Mapping[str, Sequence[str]]
    notes: Sequence[str]


def open_source(source: LogSource, progress: Progress = no_progress) -> OpenedLog:
    """Read the file or the sample, or open the kept log; raises LogError where there is no such thing."""
    path = Path(source.name)
    if source.name == SAMPLE_NAME:
        log_path, items_path = sample_files()
        columns = with_given(sample_columns(), source.columns)
        return _read(source, "Grocery sample", log_path, columns, source.items_path or items_path, progress)
    if path.exists():
        guessed = None
        if source.columns:
            seen = preview(path, source.options)
            wanted = source.rules.columns_needed
            guesses = seen.guesses | {role: guess for role, guess in seen.for_cleaning.items() if role in wanted}
            guessed = with_given({role: guess.name for role, guess in guesses.items()}, source.columns)
        return _read(source, path.stem, path, guessed, source.items_path, progress)
    if not logs_called(source.name):
        raise LogError(
            f"{source.name!r} is neither a file nor a kept log: give a path, the name or digest of a log that the "
            f"workspace keeps, or {SAMPLE_NAME!r} for the sample."
        )
    entry = find_log(source.name)
    if source.says_how:
        raise ParameterError(
            f"{entry.name!r} is a kept log, with its own columns and rules: give its file to read it otherwise."
        )
    return OpenedLog(entry.name, open_log(entry.digest), facts_of(entry), entry.examples, entry.notes)


def facts_of(entry: LogEntry) -> dict[str, Any]:
    """The counts of a kept log, as the "describe" contract has them."""
    return {
        "rows": entry.rows,
        "interactions": entry.interactions,
        "users": entry.users,
        "items": entry.items,
        "sessions": entry.sessions,
        "columns": dict(entry.columns),
        "dropped": dict(entry.dropped),
        "first": entry.first,
        "last": entry.last,
    }


def _read(
    source: LogSource,
    name: str,
    path: Path,
    columns: Mapping[str, str] | None,
    items_path: Path | None,
    progress: Progress,
) -> OpenedLog:
    log, report = read_log(
        path,
        columns,
        source.rules,
        items_path=items_path,
        users_path=source.users_path,
        options=source.options,
        items_options=source.items_options,
        users_options=source.users_options,
        progress=progress,
    )
    return OpenedLog(name, log, describe(log, report), report.examples, report.notes)
