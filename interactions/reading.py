"""From a file to an InteractionLog, and a report of every row that was left out."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.cleaning import (
    CleaningReport,
    CleaningRules,
    Reason,
    Tally,
    items_below_floor,
    users_below_floor,
)
from interactions.columns import Role, are_compact_dates, resolve_columns
from interactions.log import Codes, InteractionLog
from interactions.options import READER_VERSION, ReadOptions
from interactions.source import Batch, Source, open_source
from interactions.tables import (
    JoinedTable,
    further_columns,
    item_facts,
    join_table,
    no_columns,
    open_table,
    text_column,
)
from interactions.times import read_times
from interactions.values import TextColumn, encode, read_weights

if TYPE_CHECKING:
    import pandas as pd

_HEAD_ROWS = 1000  # rows that columns are guessed from


class Progress(Protocol):
    """How the reader says how far it is, 0 to 100; it may raise Cancelled to stop the work."""

    def __call__(self, stage: str, done: float, total: float, loss: float | None = None) -> None: ...


def read_log(
    path: str | os.PathLike[str],
    columns: Mapping[str, str] | None = None,
    rules: CleaningRules = CleaningRules(),  # noqa: B008 - frozen
    *,
    items_path: str | os.PathLike[str] | None = None,
    users_path: str | os.PathLike[str] | None = None,
    options: ReadOptions = ReadOptions(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> tuple[InteractionLog, CleaningReport]:
    """Read an interaction log; ids stay text exactly as they stand in the file, spaces included.

    columns     role -> column name; None = guessed; a role left out of a given mapping is not used, except that
                title and category are looked for in the item table where there is one
    items_path  a table of items, joined by id as text: titles, categories and whatever else it has
    users_path  a table of users, in the same way

    Raises LogError, with one sentence, where the files cannot be read or nothing to compare is left.
    """
    import pandas as pd

    tell = progress or _tell_nobody
    tell("Looking at the file", 0, 100)
    source = open_source(Path(path), options)
    item_table = None if items_path is None else open_table(Path(items_path), options)
    user_table = None if users_path is None else open_table(Path(users_path), options)
    head = source.head(_HEAD_ROWS)
    roles = resolve_columns(
        source.columns, head, columns, [] if item_table is None else item_table.columns, source.path.name
    )
    facts = {} if item_table is None else item_facts(item_table, columns, roles)
    tally = Tally()
    rows = _read_rows(source, roles, head, tally, tell)
    tell("Applying the floors", 72, 100)
    rows = _apply_floors(rows, rules, tally)
    _refuse_too_little(source.path.name, rows, tally)
    tell("Sorting by user and time", 76, 100)
    n_users, n_items = len(rows.user_ids), len(rows.item_ids)
    order = _by_user_and_time(rows.users, rows.times)

    items = pd.DataFrame({name: _first_values(rows.texts.get(name), rows.items, n_items) for name in _ITEM_ROLES})
    users = no_columns(n_users)
    notes = _notes(source, roles, rows)
    items_known = None
    if item_table is not None:
        tell("Joining the item table", 84, 100)
        joined = join_table(item_table, rows.item_ids, "item", roles["item"])
        items = _with_facts(items, joined, facts)
        items_known = int(joined.known.sum())
        notes += joined.notes
    if user_table is not None:
        tell("Joining the user table", 88, 100)
        joined = join_table(user_table, rows.user_ids, "user", roles.get("user") or roles["session"])
        users = further_columns(joined.frame, [])
        notes += joined.notes

    tell("Taking the fingerprint", 92, 100)
    named = {**roles, **facts}
    log = InteractionLog(
        user_codes=rows.users[order],
        item_codes=rows.items[order],
        weights=np.ones(len(order), np.float32) if rows.weights is None else rows.weights[order],
        timestamps=None if rows.times is None else rows.times[order],
        session_codes=None if rows.sessions is None else rows.sessions[order],
        user_ids=np.array(rows.user_ids, dtype=object),
        item_ids=np.array(rows.item_ids, dtype=object),
        items=items,
        users=users,
        digest=_digest([path, items_path, users_path], named, rules, source.options),
        users_are_sessions="user" not in roles,
        columns={str(role): name for role, name in named.items()},
    )
    report = CleaningReport(
        rows=log.n_interactions + tally.total,
        interactions=log.n_interactions,
        dropped=tally.dropped(),
        columns=dict(log.columns),
        examples=tally.examples(),
        items_known=items_known,
        notes=notes,
    )
    tell("Done", 100, 100)
    return log, report


_ITEM_ROLES: tuple[Role, ...] = ("title", "category")


class _Rows(NamedTuple):
    """The rows that are left, in the order of the file, with ids as codes."""

    users: Codes
    items: Codes
    user_ids: list[str]
    item_ids: list[str]
    sessions: Codes | None
    times: npt.NDArray[np.int64] | None
    weights: npt.NDArray[np.float32] | None
    texts: dict[Role, tuple[Codes, list[str]]]

    def keep(self, good: npt.NDArray[np.bool_]) -> _Rows:
        """Only the rows that are `good`; ids of no row go, and codes close up."""
        users, user_ids = _closed_up(self.users[good], self.user_ids)
        items, item_ids = _closed_up(self.items[good], self.item_ids)
        return _Rows(
            users,
            items,
            user_ids,
            item_ids,
            None if self.sessions is None else _closed_up(self.sessions[good], None)[0],
            None if self.times is None else self.times[good],
            None if self.weights is None else self.weights[good],
            {role: (codes[good], texts) for role, (codes, texts) in self.texts.items()},
        )


def _read_rows(source: Source, roles: Mapping[Role, str], head: list[list[str]], tally: Tally, tell: Progress) -> _Rows:
    """Read the columns that have roles, batch by batch, and leave out what cannot be used."""
    reader = _BatchReader(source, roles, head, tally)
    for batch in source.batches(list(dict.fromkeys(roles.values()))):
        reader.add(batch)
        tell(f"Reading {source.path.name}", 70 * batch.done / max(source.size, 1), 100)
    if not reader.rows:
        raise LogError(f"{source.path.name} has a header and no rows: choose a file with interactions in it.")
    if reader.rows == tally.total:
        raise LogError(f"No row of {source.path.name} can be used: {_in_words(tally)}.")
    return reader.finish()


class _BatchReader:
    """Turns batches of a file into columns of codes and numbers, counting what is left out."""

    def __init__(self, source: Source, roles: Mapping[Role, str], head: list[list[str]], tally: Tally) -> None:
        self._unit, self._roles, self._tally = source.unit, roles, tally
        self._place = {name: place for place, name in enumerate(dict.fromkeys(roles.values()))}
        self._texts = {role: TextColumn() for role in roles if role not in ("time", "weight")}
        self._numbers: dict[Role, list[npt.NDArray[Any]]] = {role: [] for role in roles if role in ("time", "weight")}
        place = source.columns.index(roles["time"]) if "time" in roles else None
        self.compact_dates = place is not None and are_compact_dates([row[place] for row in head])
        self.rows = 0

    def add(self, batch: Batch) -> None:
        """Take the rows of a batch."""
        import pyarrow as pa

        self.rows += len(batch.places) + batch.n_malformed
        self._tally.add(
            "malformed_row", batch.n_malformed, (f"{self._unit} {at}: {what}" for at, what in batch.malformed)
        )
        alive = np.ones(len(batch.places), np.bool_)
        texts = {role: encode(self._column(batch, role), self._roles[role]) for role in self._texts}
        numbers: dict[Role, npt.NDArray[Any]] = {}
        for role, reason in _MISSING.items():
            if role in texts:
                self._drop(batch, alive, np.asarray(texts[role].is_null()), reason)
        if "time" in self._numbers:
            column = self._column(batch, "time")
            numbers["time"], readable = read_times(column, compact=self.compact_dates)
            self._drop(batch, alive, ~readable, "unreadable_time", column)
        if "weight" in self._numbers:
            column = self._column(batch, "weight")
            numbers["weight"] = read_weights(column)
            self._drop(batch, alive, ~np.isfinite(numbers["weight"]), "non_finite_weight", column)
            self._drop(batch, alive, ~(numbers["weight"] > 0), "non_positive_weight", column)
        everything = bool(alive.all())
        kept = None if everything else pa.array(alive)
        for role, encoded in texts.items():
            self._texts[role].add(encoded if kept is None else encoded.filter(kept))
        for role, values in numbers.items():
            self._numbers[role].append(values if everything else values[alive])

    def finish(self) -> _Rows:
        """The rows that are left, with the ids of all batches encoded alike."""
        items, item_ids = self._texts["item"].finish()
        sessions, session_ids = self._texts["session"].finish() if "session" in self._texts else (None, [])
        if "user" in self._texts:
            users, user_ids = self._texts["user"].finish()
        else:
            assert sessions is not None  # a log has users or sessions
            users, user_ids = sessions, session_ids
        numbers = {role: np.concatenate(parts) for role, parts in self._numbers.items()}
        texts = {role: self._texts[role].finish() for role in _ITEM_ROLES if role in self._texts}
        return _Rows(users, items, user_ids, item_ids, sessions, numbers.get("time"), numbers.get("weight"), texts)

    def _column(self, batch: Batch, role: Role) -> Any:
        return batch.arrays[self._place[self._roles[role]]]

    def _drop(
        self,
        batch: Batch,
        alive: npt.NDArray[np.bool_],
        bad: npt.NDArray[np.bool_],
        reason: Reason,
        column: Any = None,
    ) -> None:
        taken = np.flatnonzero(alive & bad)
        alive[taken] = False
        self._tally.add(
            reason,
            len(taken),
            (
                f"{self._unit} {batch.places[row]}{'' if column is None else ': ' + _shown(column[int(row)].as_py())}"
                for row in taken[:3]
            ),
        )


_MISSING: dict[Role, Reason] = {"user": "missing_user", "item": "missing_item", "session": "missing_session"}


def _apply_floors(rows: _Rows, rules: CleaningRules, tally: Tally) -> _Rows:
    """Leave out items with too few users, then users with too few of the items that are left."""
    if rules.min_users_per_item > 1:
        bad = items_below_floor(rows.users, rows.items, len(rows.item_ids), rules.min_users_per_item)
        taken = np.flatnonzero(bad)
        ids = dict.fromkeys(rows.item_ids[code] for code in rows.items[taken[:100]])
        tally.add("item_with_too_few_users", len(taken), (f"item {name}" for name in ids))
        rows = rows.keep(~bad)
    if rules.min_items_per_user > 1:
        bad = users_below_floor(rows.users, rows.items, len(rows.user_ids), rules.min_items_per_user)
        taken = np.flatnonzero(bad)
        ids = dict.fromkeys(rows.user_ids[code] for code in rows.users[taken[:100]])
        tally.add("user_with_too_few_items", len(taken), (f"user {name}" for name in ids))
        rows = rows.keep(~bad)
    return rows


def _refuse_too_little(name: str, rows: _Rows, tally: Tally) -> None:
    """Raise LogError where nothing is left, or nothing that could be compared."""
    left_out = f" after cleaning ({_in_words(tally)})" if tally.total else ""
    if not len(rows.items):
        raise LogError(f"No row of {name} is left{left_out}: lower the floors.")
    if len(rows.item_ids) == 1:
        raise LogError(
            f"{name} has only one item, {rows.item_ids[0]!r}{left_out}, and a comparison needs at least two: "
            "check which column holds the items."
        )
    if len(rows.user_ids) == 1:
        raise LogError(
            f"{name} has only one user, {rows.user_ids[0]!r}{left_out}, and a comparison needs at least two: "
            "check which column holds the users."
        )


def _in_words(tally: Tally) -> str:
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in tally.dropped().items())


def _by_user_and_time(users: Codes, times: npt.NDArray[np.int64] | None) -> npt.NDArray[np.intp]:
    """The order by user, time and place in the file."""
    if times is None:
        return np.argsort(users, kind="stable")
    first = int(times.min())
    bits = (int(times.max()) - first).bit_length()
    if bits + int(users.max()).bit_length() < 63:
        # One sort of one number is three times as fast as lexsort of two.
        return np.argsort((users.astype(np.int64) << bits) | (times - first), kind="stable")
    return np.lexsort((times, users))


def _first_values(column: tuple[Codes, list[str]] | None, items: Codes, n_items: int) -> pd.Series[Any]:
    """The first value that each item has in the file, one row an item code."""
    if column is None:
        return text_column(None, n_items)
    codes, texts = column
    filled = np.flatnonzero(codes >= 0)[::-1]
    first = np.full(n_items, -1, np.int32)
    first[items[filled]] = codes[filled]  # written from the last row to the first, so the first one stays
    return text_column([texts[code] if code >= 0 else None for code in first], n_items)


def _with_facts(items: pd.DataFrame, joined: JoinedTable, facts: Mapping[Role, str]) -> pd.DataFrame:
    """Titles and categories of the item table, filled up from the log's own, and the table's further columns."""
    import pandas as pd

    for role, name in facts.items():
        items[role] = text_column(joined.frame[name].astype("str"), len(items)).fillna(items[role])
    rest = further_columns(joined.frame, list(facts.values()))
    return pd.concat([items, rest], axis=1)


def _notes(source: Source, roles: Mapping[Role, str], rows: _Rows) -> list[str]:
    notes = []
    if "user" not in roles:
        notes.append(f"There are no users: each {roles['session']!r} counts as a basket and stands for one.")
    if "time" not in roles:
        notes.append("There is no time column: nothing can be split or ordered in time.")
    return notes


def _closed_up(codes: Codes, ids: list[str] | None) -> tuple[Codes, list[str]]:
    """Codes without gaps, in the same order, and the ids that are left."""
    used = np.zeros(int(codes.max(initial=-1)) + 1, np.bool_)
    used[codes] = True
    left = np.flatnonzero(used)
    return (np.cumsum(used, dtype=np.int32) - 1)[codes], [] if ids is None else [ids[code] for code in left]


def _digest(
    paths: list[str | os.PathLike[str] | None], roles: Mapping[Role, str], rules: CleaningRules, options: ReadOptions
) -> str:
    """sha256 of all that the log was made from: the files' bytes, not their names or places."""
    files: list[str | None] = []
    for path in paths:
        if path is None:
            files.append(None)
            continue
        with Path(path).open("rb") as file:
            files.append(hashlib.file_digest(file, "sha256").hexdigest())
    made_from = [files, dict(roles), rules.model_dump(), options.model_dump(), READER_VERSION]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def _shown(value: object) -> str:
    """A cell for an example, quoted and cut short."""
    text = "" if value is None else str(value)
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _tell_nobody(stage: str, done: float, total: float, loss: float | None = None) -> None:
    """No one is told."""
