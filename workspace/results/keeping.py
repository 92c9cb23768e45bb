"""Results beside the run they were computed from, in files named by the digest of all that they depend on."""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from workspace.files import written_aside
from workspace.jobs import Job, find_job, submit
from workspace.runs import RunEntry

# Raised whenever the same run and settings would give other results than before.
RESULTS_VERSION = 1
_messages = logging.getLogger(__name__)
Value = TypeVar("Value")
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Ready(Generic[Value]):
    """The value is there."""

    value: Value


@dataclass(frozen=True)
class Pending:
    """The value is being made, or could not be: then the job says why, and dismissing it allows another try."""

    job: Job


def result_path(run: RunEntry, kind: str, settings: list[Any]) -> Path:
    made_from = json.dumps([RESULTS_VERSION, run.key, kind, settings])
    return run.path / "results" / f"{kind}-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.npz"


def keep(path: Path, arrays: Mapping[str, Any], made_from: Mapping[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    note = np.frombuffer(json.dumps(made_from).encode(), dtype=np.uint8)
    with written_aside(path) as file:
        np.savez(file, allow_pickle=False, made_from=note, **arrays)


def read(path: Path) -> Arrays | None:
    """The arrays of a result, or None where there is none or it is damaged: then it is computed again."""
    if not path.exists():
        return None
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        _messages.warning("%s is damaged and computed again (%s)", path, error)
        return None


def pending(kind: str, spec: Mapping[str, Any], title: str) -> Pending:
    known = find_job(kind, spec)
    if known is not None and (known.active or known.status in ("failed", "cancelled")):
        return Pending(known)
    return Pending(submit(kind, spec, title))
