"""What a report says of where its numbers come from: the log, the trainings, the versions of packages."""

from __future__ import annotations

import platform
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from workspace.files import read_json
from workspace.home import PROJECT_ROOT
from workspace.logs import LogEntry, list_logs
from workspace.run_kinds import IMPORTED
from workspace.runs import RunEntry


@dataclass(frozen=True)
class Provenance:
    """Where a run comes from.

    users_are_sessions  whether popularity counts baskets
    size                "interactions", "users", "items", "sessions" of the log as it was trained on; None = unknown
    log                 the kept log, with its rules; None where the workspace keeps no such log
    method_version      of the method as it was trained
    defaults            parameter -> its default, empty for vectors from elsewhere
    """

    users_are_sessions: bool
    size: Mapping[str, int | None]
    log: LogEntry | None
    method_version: int
    defaults: Mapping[str, Any]

    @property
    def whose(self) -> str:
        """What popularity counts in its log."""
        return "baskets" if self.users_are_sessions else "users"


def provenance_of(run: RunEntry) -> Provenance:
    """What run.json and the kept logs tell; raises RunError where run.json is damaged."""
    from embedders import METHODS

    facts = read_json(run.path / "run.json")
    size = facts.get("trained", {}).get("size", {})
    fields = {} if run.method == IMPORTED else METHODS[run.method].Params.model_fields
    return Provenance(
        users_are_sessions=bool(facts.get("users_are_sessions")),
        size={name: size.get(name) for name in ("interactions", "users", "items", "sessions")},
        log=next((entry for entry in list_logs() if entry.digest == run.log_digest), None),
        method_version=int(facts["method_version"]),
        defaults={name: field.get_default(call_default_factory=True) for name, field in fields.items()},
    )


def versions() -> dict[str, str]:
    """Itemscape, Python and the packages that Itemscape names as needed to run -> version as installed."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = (PROJECT_ROOT / "requirements.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([\w-]+)==", required, flags=re.MULTILINE)
    own = {"Itemscape": str(project["version"]), "Python": platform.python_version()}
    return own | {name: metadata.version(name) for name in names}
