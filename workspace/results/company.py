"""The company that items keep in a log, kept beside it: an index that is read a few pages at a time."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Progress, no_progress
from analysis.company_index import CompanyIndex, index_company
from errors import LogError
from workspace.files import new_folder, read_json, write_json_atomically
from workspace.logs import LogEntry, find_log, open_log
from workspace.results.keeping import Pending, Ready, pending

# Raised whenever the same log would give another index than before.
COMPANY_VERSION = 1
_ARRAYS = ("offsets", "sequences", "places", "sequences_per_item", "users")
_messages = logging.getLogger(__name__)


def company_or_job(log_digest: str) -> Ready[CompanyIndex] | Pending:
    """The index of a kept log, its arrays mapped into memory; raises LogError where the log is not kept (any more)."""
    entry = find_log(log_digest)
    index = read_index(_folder(entry))
    if index is not None:
        return Ready(index)
    return pending("company", {"log_digest": entry.digest}, f"What stands together in {entry.name}")


def make_company(entry: LogEntry, progress: Progress = no_progress) -> CompanyIndex:
    """Compute and keep what `company_or_job` asks for, or read it where it is there."""
    folder = _folder(entry)
    index = read_index(folder)
    if index is not None:
        return index
    log = open_log(entry.digest)
    with new_folder(folder, replace=True) as aside:

        def new_array(name: str, length: int, dtype: type[np.generic]) -> npt.NDArray[Any]:
            return np.lib.format.open_memmap(aside / f"{name}.npy", mode="w+", dtype=dtype, shape=(length,))

        made = index_company(
            log.user_codes,
            log.item_codes,
            log.timestamps,
            log.session_codes,
            log.n_items,
            users_are_sessions=log.users_are_sessions,
            new_array=new_array,
            progress=progress,
        )
        arrays = [name for name in _ARRAYS if getattr(made, name) is not None]
        write_json_atomically(aside / "index.json", {"arrays": arrays, "n_sequences": made.n_sequences})
        del made  # whoever reads it maps the files anew, and Windows moves no folder of open files
    index = read_index(folder)
    if index is None:
        raise LogError(f"What stands together in {entry.name!r} could not be kept in {folder}.")
    return index


def read_index(folder: Path) -> CompanyIndex | None:
    """The index in a folder, or None where there is none or it is damaged: then it is computed again."""
    if not folder.exists():
        return None
    try:
        facts = read_json(folder / "index.json", LogError)
        arrays: dict[str, Any] = dict.fromkeys(_ARRAYS)
        arrays |= {name: _mapped(folder / f"{name}.npy") for name in facts["arrays"]}
        return CompanyIndex(**arrays, n_sequences=facts["n_sequences"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, LogError) as error:
        _messages.warning("%s is damaged and computed again (%s)", folder, error)
        return None


def _mapped(path: Path) -> npt.NDArray[Any]:
    """An array that stays on disk; as a plain one, since every slice of NumPy's own kind costs microseconds."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _folder(entry: LogEntry) -> Path:
    return entry.path / f"company-{COMPANY_VERSION}"
