"""What several tests of the workspace do."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from embedders.base import no_progress
from interactions import InteractionLog
from workspace import logs, runs
from workspace.tasks import train_task


def write_csv(log: InteractionLog, path: Path) -> Path:
    """A planted log as the file that it might have come from."""
    table = pd.DataFrame({"user": log.user_ids[log.user_codes], "item": log.item_ids[log.item_codes]})
    for name, values in (("time", log.timestamps), ("session", log.session_codes)):
        if values is not None:
            table[name] = values
    for name in ("title", "category"):
        table[name] = log.items[name].to_numpy(dtype=object)[log.item_codes]
    table.to_csv(path, index=False)
    return path


def train_here(entry: logs.LogEntry, method: str = "als", seed: int = 0, name: str | None = None) -> runs.RunEntry:
    """A kept run of 8 dimensions, trained in this process."""
    spec = {"log_digest": entry.digest, "method": method, "params": {"dimensions": 8, "threads": 1}, "seed": seed}
    return runs.find_run(train_task(spec | {"name": name}, no_progress)["key"])
