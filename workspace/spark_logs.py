"""Logs that Spark read, kept without their rows: counts, items, and what the Data page draws."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedders.base import Progress, no_progress, part_of
from errors import LogError
from interactions import CleaningReport, ReadOptions
from interactions.log import Texts
from workspace.files import new_folder, read_json, write_json_atomically
from workspace.logs import LogEntry, cleaning_facts, folder_of, inside, is_address, read_entry
from workspace.summary import VERSION, iso_time, summary_of

if TYPE_CHECKING:
    import pandas as pd

    from spark.cluster import Cluster
    from spark.log import SparkLog
    from workspace.on_spark import SparkSource

_COUNTS = "counts.parquet"
_SECRET = re.compile(r"secret|password|token|access[.]?key", re.IGNORECASE)  # what Spark itself never shows


@dataclass(frozen=True)
class KnownItems:
    """What a kept log tells of its items without its rows: enough to match vectors to it, and to keep a run of it.

    item_ids        text (n_items,)
    items           table, one row an item: title, category, further columns
    users_per_item  int64 (n_items,)
    """

    item_ids: Texts
    items: pd.DataFrame
    users_per_item: npt.NDArray[np.int64]
    users_are_sessions: bool
    columns: Mapping[str, str]
    digest: str

    @property
    def n_items(self) -> int:
        return len(self.item_ids)


def keep_spark_log(
    log: SparkLog, report: CleaningReport, source: SparkSource, cluster: Cluster, progress: Progress = no_progress
) -> LogEntry:
    """Keep what this machine knows of a log whose rows the workers hold, in a folder as every log has one.

    Where the same digest is kept already and whole, only where it was read with last is written anew. Raises LogError
    for an empty name.
    """
    from spark.counts import count_rows

    folder = folder_of(log.digest)
    origin = _origin(source, cluster)
    if _is_whole(folder):
        facts = read_json(folder / "entry.json", LogError)
        write_json_atomically(folder / "entry.json", facts | {"origin": origin})
        return read_entry(folder)
    counts = count_rows(log, part_of(progress, 0.0, 0.95))
    progress("Keeping the log", 0.95, 1.0)
    facts = facts_on_spark(log, report) | cleaning_facts(source.name, source.rules, report)
    facts |= {
        "digest": log.digest,
        "engine": "spark",
        "source_name": log.name,
        "users_are_sessions": log.users_are_sessions,
        "origin": origin,
    }
    p, events = log.users_per_item, log.events_per_item
    summary = summary_of(counts, log.item_ids, p, events, log.n_users, log.items)
    with new_folder(folder, replace=folder.exists()) as aside:
        _write_tables(aside, log.item_ids, log.items, p, events)
        write_json_atomically(aside / "summary.json", summary)
        write_json_atomically(aside / "entry.json", facts)
    return read_entry(folder)


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


def known_items(entry: LogEntry) -> KnownItems:
    """The items of a kept log without rows; raises LogError where its folder is damaged."""
    import pandas as pd

    try:
        items = pd.read_parquet(entry.path / "items.parquet")
        users = pd.read_parquet(entry.path / _COUNTS)["users"].to_numpy(np.int64)
        ids = items.pop("id").to_numpy(dtype=object)
    except (OSError, ValueError, KeyError) as error:
        raise LogError(f"The kept log in {entry.path} is damaged ({error}): train on its file again.") from error
    return KnownItems(ids, items, users, entry.users_are_sessions, entry.columns, entry.digest)


def _origin(source: SparkSource, cluster: Cluster) -> dict[str, Any]:
    """What the log was read from and how, as LogEntry says; the place in full."""
    place = source.place
    if not is_address(place):
        place = inside(Path(os.path.abspath(os.path.expanduser(place))))
    return {
        "original": place,
        "items_path": None if source.items_path is None else inside(source.items_path),
        "users_path": None,
        "columns": None if source.columns is None else dict(source.columns),
        "options": source.options.model_dump(mode="json"),
        "items_options": source.items_options.model_dump(mode="json"),
        "users_options": ReadOptions().model_dump(mode="json"),
        "master": cluster.master,
        "settings": {name: value for name, value in cluster.settings.items() if not _SECRET.search(name)},
    }


def _write_tables(
    folder: Path,
    item_ids: Texts,
    items: pd.DataFrame,
    p: npt.NDArray[np.int64],
    events: npt.NDArray[np.int64],
) -> None:
    """items.parquet and users.parquet as every kept log has them, the latter without rows, and the items' counts."""
    import pandas as pd

    items.assign(id=item_ids).to_parquet(folder / "items.parquet", index=False)
    pd.DataFrame({"id": pd.Series([], dtype="str")}).to_parquet(folder / "users.parquet", index=False)
    pd.DataFrame({"users": p, "events": events}).to_parquet(folder / _COUNTS, index=False)


def _is_whole(folder: Path) -> bool:
    """Whether a log without rows is kept in a folder that can be read, as this version of the program keeps it."""
    try:
        entry = read_entry(folder)
        summary = read_json(folder / "summary.json", LogError)
        known_items(entry)
    except LogError:
        return False
    return not entry.has_rows and summary.get("version") == VERSION
