"""From a file to an InteractionLog, and a report of every row that was left out."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from interactions.batches import read_rows
from interactions.cleaning import CleaningReport, CleaningRules, Tally, refuse_too_little
from interactions.column_names import FACTS, Role
from interactions.columns import resolve_columns
from interactions.formats.opening import open_source
from interactions.formats.source import Source
from interactions.local_times import Order
from interactions.log import Codes, InteractionLog
from interactions.notes import (
    notes_of_columns,
    notes_of_lost_rows,
    notes_of_rows,
    notes_of_several_items,
    notes_of_shared_sessions,
)
from interactions.options import READER_VERSION, ReadOptions
from interactions.progress import Progress, no_progress
from interactions.sessions import of_one_user_each
from interactions.steps import clean
from interactions.tables import (
    further_columns,
    item_facts,
    join_table,
    no_columns,
    open_table,
    text_column,
    with_facts,
)

if TYPE_CHECKING:
    import pandas as pd

_HEAD_ROWS = 1000  # rows that columns are guessed from


def read_log(
    path: str | os.PathLike[str],
    columns: Mapping[str, str] | None = None,
    rules: CleaningRules = CleaningRules(),  # noqa: B008 - frozen
    *,
    items_path: str | os.PathLike[str] | None = None,
    users_path: str | os.PathLike[str] | None = None,
    options: ReadOptions = ReadOptions(),  # noqa: B008 - frozen
    items_options: ReadOptions = ReadOptions(),  # noqa: B008
    users_options: ReadOptions = ReadOptions(),  # noqa: B008
    progress: Progress | None = None,
) -> tuple[InteractionLog, CleaningReport]:
    """Read an interaction log; ids stay text exactly as they stand in the file, spaces included.

    columns     role -> column name; None = guessed; a role left out of a given mapping is not used, except that
                title and category are looked for in the item table where there is one
    items_path  a table of items, joined by id as text, or as its options say: titles, categories and what else it has
    users_path  a table of users, in the same way
    options     how the log is written; items_options and users_options: how the tables are

    Raises LogError, with one sentence, where the files cannot be read or nothing to compare is left.
    """
    import pandas as pd

    tell = progress or no_progress
    tell("Looking at the file", 0, 100)
    source = open_source(Path(path), options)
    item_table = None if items_path is None else open_table(Path(items_path), items_options, options)
    user_table = None if users_path is None else open_table(Path(users_path), users_options, options)
    head = source.head(_HEAD_ROWS)
    roles = resolve_columns(
        source.columns,
        head,
        columns,
        [] if item_table is None else item_table.columns,
        source.path.name,
        rules.columns_needed,
    )
    facts = {} if item_table is None else item_facts(item_table, columns, roles)
    tally = Tally()
    rows, day_order = read_rows(source, roles, head, options, tally, tell, rules=rules != CleaningRules())
    tell("Cleaning", 68, 100)
    rows, n_shared = of_one_user_each(rows)
    rows, steps = clean(rows, rules, tally)
    refuse_too_little(source.path.name, len(rows.items), rows.item_ids, rows.user_ids, tally)
    tell("Sorting by user and time", 70, 100)
    n_users, n_items = len(rows.user_ids), len(rows.item_ids)
    order = rows.by_user_and_time()

    items = pd.DataFrame({name: _first_values(rows.texts.get(name), rows.items, n_items) for name in FACTS})
    users = no_columns(n_users)
    notes = source.notes + notes_of_rows(roles, rows, rules, day_order)
    notes += notes_of_shared_sessions(roles, n_shared)
    notes += notes_of_columns(source.columns, head, roles, rules, guessed=columns is None)
    notes += notes_of_lost_rows(roles, tally, len(rows.items))
    if options.several_items is None:
        remedy = "say what stands between them where the file is opened, and each becomes a row of its own."
        notes += notes_of_several_items(rows.item_ids, remedy)
    items_known, users_known = None, None
    if item_table is not None:
        tell("Joining the item table", 86, 100)
        joined = join_table(item_table, rows.item_ids, "item", roles["item"], items_options.match_ids)
        facts = {role: name for role, name in facts.items() if name in joined.frame}  # not the column of the ids
        items = with_facts(items, joined, facts)
        items_known = int(joined.known.sum())
        notes += joined.notes
    if user_table is not None:
        tell("Joining the user table", 89, 100)
        joined = join_table(
            user_table, rows.user_ids, "user", roles.get("user") or roles["session"], users_options.match_ids
        )
        users = further_columns(joined.frame, [])
        users_known = int(joined.known.sum())
        notes += joined.notes

    tell("Taking the fingerprint", 92, 100)
    named = {**roles, **facts}
    choices = [items_options.match_ids, users_options.match_ids, options.several_items]
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
        digest=_digest([source, item_table, user_table], named, rules, day_order, choices),
        users_are_sessions=rows.users_are_sessions,
        columns={str(role): name for role, name in named.items()},
    )
    report = CleaningReport(
        rows=log.n_interactions + tally.total,
        interactions=log.n_interactions,
        dropped=tally.dropped(),
        columns=dict(log.columns),
        examples=tally.examples(),
        items_known=items_known,
        users_known=users_known,
        notes=notes,
        steps=steps,
    )
    tell("Done", 100, 100)
    return log, report


def _first_values(column: tuple[Codes, list[str]] | None, items: Codes, n_items: int) -> pd.Series[Any]:
    """The first value that each item has in the file, one row an item code."""
    if column is None:
        return text_column(None, n_items)
    codes, texts = column
    filled = np.flatnonzero(codes >= 0)[::-1]
    first = np.full(n_items, -1, np.int32)
    first[items[filled]] = codes[filled]  # written from the last row to the first, so the first one stays
    return text_column([texts[code] if code >= 0 else None for code in first], n_items)


def _digest(
    sources: Sequence[Source | None],
    roles: Mapping[Role, str],
    rules: CleaningRules,
    order: Order | None,
    choices: Sequence[str | None],
) -> str:
    """sha256 of all that the log was made from: the files' bytes and how they were read, not their names or places."""
    files: list[Any] = []
    for source in sources:
        if source is None:
            files.append(None)
            continue
        with source.path.open("rb") as file:
            files.append([hashlib.file_digest(file, "sha256").hexdigest(), source.options.model_dump()])
    made_from = [files, dict(roles), rules.model_dump(mode="json"), order, list(choices), READER_VERSION]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
