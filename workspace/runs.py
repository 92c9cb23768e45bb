"""The runs that are kept: a folder each, which stands alone."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pydantic

from embedders.base import Embedding, Engine, LogSize
from errors import RunError
from interactions.log import InteractionLog, Texts
from workspace.files import (
    folders_in,
    new_folder,
    read_json,
    remove_folder,
    sha256_of,
    write_json_atomically,
)
from workspace.home import room
from workspace.machine import this_machine
from workspace.run_kinds import IMPORTED, kind_of
from workspace.summary import size_of

if TYPE_CHECKING:
    import pandas as pd

_messages = logging.getLogger(__name__)
KEY_LENGTH = 16  # characters of the key in a folder's name
LONGEST_NAME = 100
MISSING_NAMED = 10  # items without a vector that run.json names
RUN_FILES = ("run.json", "vectors.npz", "items.parquet")


@dataclass(frozen=True)
class RunEntry:
    """A run without its vectors.

    key            hex: log digest, method, parameters with defaults, seed and method version
    seconds        training took; created is ISO 8601 UTC
    n_missing      items without a vector
    path           the run's folder: run.json, vectors.npz, items.parquet, and what was computed from them since
    missing_first  the first ten of those items by title and id; empty in runs of older versions
    engine         where it was trained
    """

    key: str
    name: str
    method: str
    title: str
    family: str
    params: Mapping[str, Any]
    seed: int
    seconds: float
    created: str
    log_digest: str
    log_name: str
    n_items: int
    dimensions: int
    n_missing: int
    losses: tuple[float, ...]
    notes: tuple[str, ...]
    path: Path
    missing_first: tuple[str, ...] = ()
    engine: Engine = "local"


_ENTRIES = pydantic.TypeAdapter(RunEntry)


@dataclass(frozen=True)
class Run:
    """A run with its vectors; row i of every array is item code i.

    items    table (n_items): id, title, category, p, bucket, and the further columns of the log's item table
    p        int64 (n_items,) popularity in what the run was trained on
    buckets  int8 (n_items,) 0 head, 1 mid, 2 tail
    """

    entry: RunEntry
    embedding: Embedding
    items: pd.DataFrame
    p: npt.NDArray[np.int64]
    buckets: npt.NDArray[np.int8]


class TrainedOn(Protocol):
    """What a run keeps of the log that it was trained on, wherever the log's rows are."""

    @property
    def item_ids(self) -> Texts: ...
    @property
    def items(self) -> pd.DataFrame: ...
    @property
    def users_per_item(self) -> npt.NDArray[np.int64]: ...
    @property
    def users_are_sessions(self) -> bool: ...
    @property
    def columns(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Training:
    """Where a run was trained, on how much, and by which version of the method there."""

    size: LogSize
    version: int
    engine: Engine = "local"
    machine: str = field(default_factory=this_machine)


def run_key(
    log_digest: str, method: str, params: Mapping[str, Any], seed: int, version: int, engine: Engine = "local"
) -> str:
    """The name of a training by what it is made from, sha256 in hex; params with all their defaults.

    Of imported vectors only the digest of the vectors counts, whatever file and format they came in.
    """
    if method == IMPORTED:
        params = {"vectors": params.get("vectors")}
    parts = [log_digest, method, dict(sorted(params.items())), seed, version]
    if engine != "local":
        parts.append(engine)
    return hashlib.sha256(json.dumps(parts, separators=(",", ":"), default=list).encode()).hexdigest()


def run_folder(key: str) -> Path:
    """Where a run with this key is kept, whether it is there or not."""
    return room("runs") / key[:KEY_LENGTH]


def write_run(
    folder: Path,
    embedding: Embedding,
    log: TrainedOn,
    *,
    name: str,
    log_name: str,
    training: Training | None = None,
    replace: bool = False,
) -> RunEntry:
    """Write a run to `folder`, all of it or nothing; one that is there already stays, unless `replace` is set.

    training  None = here, on an InteractionLog
    """
    kind = kind_of(embedding.method)
    if training is None:
        assert isinstance(log, InteractionLog)
        training = Training(size_of(log), kind.version)
    made_from = (embedding.log_digest, embedding.method, embedding.params, embedding.seed)
    facts = {
        "key": run_key(*made_from, training.version, training.engine),
        "name": _name(name),
        "title": kind.title,
        "family": kind.family,
        "method_version": training.version,
        "engine": training.engine,
        "created": datetime.now(UTC).isoformat(timespec="microseconds"),
        "log_name": log_name,
        "log_columns": dict(log.columns),
        "users_are_sessions": log.users_are_sessions,
        "n_items": len(embedding.item_ids),
        "dimensions": embedding.dimensions,
        "n_missing": int((~embedding.trained).sum()),
        "missing_first": _missing_first(embedding, log),
        "trained": {"machine": training.machine, "size": dataclasses.asdict(training.size)},
    }
    with new_folder(folder, replace=replace) as aside:
        embedding.save(aside, beside=facts)
        _items_table(log).to_parquet(aside / "items.parquet", index=False)
    return _read_entry(folder)


def list_runs(log_digest: str | None = None) -> list[RunEntry]:
    """All kept runs, or those of one log, the newest first; a damaged one is left out and told to the program's log."""
    entries = []
    for folder in folders_in(room("runs")):
        try:
            entries.append(_read_entry(folder))
        except RunError as error:
            _messages.warning("%s", error)
    mine = [entry for entry in entries if log_digest in (None, entry.log_digest)]
    return sorted(mine, key=lambda entry: entry.created, reverse=True)


def find_run(wanted: str | Path) -> RunEntry:
    """The run in this folder, or the kept run with this key, beginning of a key, or name; raises RunError."""
    if (Path(wanted) / "run.json").is_file():
        return _read_entry(Path(wanted))
    if isinstance(wanted, str):
        entries = list_runs()
        named = [entry for entry in entries if entry.name == wanted]
        found = named or [entry for entry in entries if wanted and entry.key.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            which = ", ".join(entry.key[:KEY_LENGTH] for entry in found)
            raise RunError(f"{wanted!r} means several kept runs: name one of {which}.")
    raise RunError(f"{str(wanted)!r} is neither a run folder (one with a run.json) nor the key or name of a kept run.")


def open_run(run: RunEntry | Path) -> Run:
    """Load a run from its folder; raises RunError where the folder is damaged."""
    import pandas as pd

    from analysis.popularity import BUCKETS

    entry = run if isinstance(run, RunEntry) else _read_entry(run)
    embedding = Embedding.load(entry.path)
    try:
        items = pd.read_parquet(entry.path / "items.parquet")
        p = items["p"].to_numpy(np.int64)
        buckets = pd.Categorical(items["bucket"], categories=list(BUCKETS)).codes.astype(np.int8)
        same = np.array_equal(items["id"].to_numpy(dtype=object), embedding.item_ids)
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"The items of the run in {entry.path} cannot be read ({error}).") from error
    if not same or len(embedding.item_ids) != len(embedding.item_vectors):
        raise RunError(f"The run in {entry.path} is damaged: its vectors and its items are not of one another.")
    if embedding.item_vectors.shape != (entry.n_items, entry.dimensions):
        held = "{:,} vectors of {} dimensions".format(*embedding.item_vectors.shape)
        raise RunError(
            f"The run in {entry.path} is damaged: it holds {held}, its run.json says {entry.n_items:,} of "
            f"{entry.dimensions}."
        )
    return Run(entry, embedding, items, p, buckets)


def machine_of(run: RunEntry) -> str:
    """What a run was trained on, as the program calls it: "Spark at local[2]"."""
    machine: str = read_json(run.path / "run.json").get("trained", {}).get("machine", run.engine)
    return machine


def rename_run(key: str, name: str) -> RunEntry:
    """Give a kept run another name."""
    entry = find_run(key)
    facts = read_json(entry.path / "run.json")
    write_json_atomically(entry.path / "run.json", facts | {"name": _name(name)})
    return _read_entry(entry.path)


def delete_run(key: str) -> None:
    """Remove a kept run, with everything that was computed from it."""
    entry = find_run(key)
    if not entry.path.is_relative_to(room("runs")):
        raise RunError(f"{entry.path} is not among the kept runs, so it is not deleted.")
    remove_folder(entry.path)


def copy_run_in(folder: Path) -> RunEntry:
    """Keep a copy of a run folder that the command line made; one that is kept already is not copied again.

    Raises RunError where the folder is not a whole run, or where a run of the same key has other vectors.
    """
    entry = open_run(folder).entry
    target = run_folder(entry.key)
    if target.exists():
        if sha256_of(target / "vectors.npz") != sha256_of(folder / "vectors.npz"):
            kept = _read_entry(target)
            raise RunError(
                f"{kept.name!r} is a kept run of the same log, method, parameters and seed, but its vectors differ: "
                "delete it first, or train with another seed."
            )
        return _read_entry(target)
    facts = read_json(folder / "run.json")
    with new_folder(target) as aside:
        for name in RUN_FILES:
            shutil.copyfile(folder / name, aside / name)
        write_json_atomically(aside / "run.json", facts | {"name": unique_name(entry.name, entry.log_digest)})
    return _read_entry(target)


def default_name(method: str, params: Mapping[str, Any], log_digest: str) -> str:
    """A name such as "ALS 64d" that no kept run of the log has yet."""
    return unique_name(f"{kind_of(method).short} {params['dimensions']}d", log_digest)


def unique_name(name: str, log_digest: str) -> str:
    """The name itself, or with the lowest number behind it that makes it unlike those of the log's kept runs."""
    taken = {entry.name for entry in list_runs(log_digest)}
    plain = re.sub(r" \(\d+\)$", "", name)
    numbered = (f"{plain} ({number})" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


def _missing_first(embedding: Embedding, log: TrainedOn) -> list[str]:
    """The first items without a vector by title and id, or id where there is no title: told without the vectors."""
    titles = log.items.get("title")
    named = []
    for code in np.flatnonzero(~embedding.trained)[:MISSING_NAMED]:
        title, item = None if titles is None else titles.iloc[code], str(embedding.item_ids[code])
        named.append(f"{title} ({item})" if isinstance(title, str) and title and title != item else item)
    return named


def _items_table(log: TrainedOn) -> pd.DataFrame:
    import pandas as pd

    from analysis.popularity import BUCKETS, popularity_buckets

    p = log.users_per_item
    own = {"id", "p", "bucket"}
    further = log.items.rename(columns={name: f"{name} (item table)" for name in log.items if name in own})
    blank = pd.Series([None] * len(p), dtype="str")
    table = pd.DataFrame(
        {
            "id": pd.Series(log.item_ids, dtype="str"),
            "title": further.get("title", blank),
            "category": further.get("category", blank),
            "p": p,
            "bucket": np.array(BUCKETS, dtype=object)[popularity_buckets(p)],
        }
    )
    rest = further.drop(columns=["title", "category"], errors="ignore")
    return pd.concat([table, rest.reset_index(drop=True)], axis="columns")


def _read_entry(folder: Path) -> RunEntry:
    if not (folder / "run.json").is_file():
        raise RunError(f"{folder} is not a run folder: it has no run.json.")
    facts = read_json(folder / "run.json")
    damaged = f"The run.json in {folder} is damaged, or another program's"
    known = {field.name for field in dataclasses.fields(RunEntry)} - {"path"}
    needed = known - {"missing_first", "engine"}
    if not isinstance(facts, dict):
        raise RunError(f"{damaged}: it holds no facts.")
    if missing := sorted((needed | {"method_version"}) - facts.keys()):
        raise RunError(f"{damaged}: it has no {missing[0]!r}.")
    try:
        entry = _ENTRIES.validate_python({name: facts[name] for name in known & facts.keys()} | {"path": folder})
        version = int(facts["method_version"])
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RunError(f"{damaged}: {where} is {first['input']!r} ({first['msg'].lower()}).") from error
    except (TypeError, ValueError) as error:
        raise RunError(f"{damaged}: method_version is {facts['method_version']!r}, not a number.") from error
    key = run_key(entry.log_digest, entry.method, entry.params, entry.seed, version, entry.engine)
    return dataclasses.replace(entry, key=key)


def _name(name: str) -> str:
    """A name on one line; raises RunError for an empty one."""
    plain = " ".join(name.split())[:LONGEST_NAME]
    if not plain:
        raise RunError("A run needs a name: give it at least one letter.")
    return plain
