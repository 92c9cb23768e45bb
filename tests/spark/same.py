"""One log, read by both engines: all that is told of it must be the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import interactions
from errors import LogError
from interactions import CleaningReport, CleaningRules, InteractionLog
from interactions.options import ReadOptions
from spark.log import SparkLog, read_log
from spark.rows import PLACE

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Row = tuple[str, str, float, int | None]  # user, item, weight, seconds UTC
_MANY = "look like several in one cell"  # what can be done about it differs
KEPT_RULES, KEPT_OPTIONS = CleaningRules(), ReadOptions()


class Both(NamedTuple):
    """What the reader of this machine made of a log."""

    log: InteractionLog
    report: CleaningReport


def same(
    session: SparkSession,
    path: Path,
    columns: Mapping[str, str] | None = None,
    rules: CleaningRules = KEPT_RULES,
    *,
    place: Path | None = None,
    items_path: Path | None = None,
    options: ReadOptions = KEPT_OPTIONS,
    items_options: ReadOptions = KEPT_OPTIONS,
) -> Both:
    """Read a file with both engines and hold everything against each other.

    place  what Spark is to read instead: the same rows in another form, such as a folder of several files
    """
    given: dict[str, Any] = {"items_path": items_path, "options": options, "items_options": items_options}
    here, said_here = interactions.read_log(path, columns, rules, **given)
    there, said_there = read_log(session, str(place or path), columns, rules, **given)
    try:
        _same_reports(said_here, said_there)
        assert _notes(said_there, there.name) == _notes(said_here, path.name)
        _same_logs(here, there)
    finally:
        session.catalog.clearCache()
    return Both(here, said_here)


def refused(session: SparkSession, place: Path, columns: Mapping[str, str] | None = None, **given: Any) -> str:
    """The one sentence with which Spark refuses a log."""
    with pytest.raises(LogError) as caught:
        read_log(session, str(place), columns, **given)
    said = str(caught.value)
    assert said.endswith((".", "?"))
    assert "\n" not in said
    return said


def both_refuse(session: SparkSession, path: Path, columns: Mapping[str, str] | None = None, **given: Any) -> str:
    """The sentence with which both engines refuse a log, the same but for what they call a row."""
    with pytest.raises(LogError) as caught:
        interactions.read_log(path, columns, **given)
    assert refused(session, path, columns, **given).partition("(")[0] == str(caught.value).partition("(")[0]
    return str(caught.value)


def _same_reports(here: CleaningReport, there: CleaningReport) -> None:
    assert there.dropped == here.dropped
    assert list(there.dropped) == list(here.dropped), "the reasons stand in another order"
    assert there.rows == here.rows
    assert there.interactions == here.interactions
    assert there.steps == here.steps
    assert there.columns == here.columns
    assert there.items_known == here.items_known
    assert set(there.examples) == set(here.examples)
    assert all(1 <= len(examples) <= 3 for examples in there.examples.values())


def _notes(report: CleaningReport, name: str) -> list[str]:
    """The notes without the log's name, which may be a folder's."""
    return [note.partition(_MANY)[0].replace(name, "the log") for note in report.notes]


def _same_logs(here: InteractionLog, there: SparkLog) -> None:
    assert there.item_ids.tolist() == here.item_ids.tolist()
    codes = {row["code"]: row["user"] for row in there.user_codes.collect()}
    assert [codes[code] for code in range(len(codes))] == here.user_ids.tolist()
    assert there.n_users == here.n_users
    assert there.n_interactions == here.n_interactions
    assert there.n_sessions == here.n_sessions
    assert there.users_are_sessions == here.users_are_sessions
    assert there.columns == here.columns
    np.testing.assert_array_equal(there.users_per_item, here.users_per_item)
    np.testing.assert_array_equal(there.events_per_item, np.bincount(here.item_codes, minlength=here.n_items))
    times = here.timestamps
    assert there.has_times == (times is not None)
    assert (there.first, there.last) == ((None, None) if times is None else (int(times.min()), int(times.max())))
    pd.testing.assert_frame_equal(there.items, here.items)

    order = ["user", *(["time"] if times is not None else []), *PLACE]
    rows = sorted(there.rows.collect(), key=lambda row: [row[name] for name in order])
    assert [row["user"] for row in rows] == here.user_codes.tolist()
    assert [row["item"] for row in rows] == here.item_codes.tolist()
    np.testing.assert_array_equal(np.array([row["weight"] for row in rows], np.float32), here.weights)
    assert ("time" in there.rows.columns) == (times is not None)
    if times is not None:
        assert [row["time"] for row in rows] == times.tolist()
    if here.session_codes is not None and not here.users_are_sessions:
        keys = [tuple(row[name] for name in there.session_key) for row in rows]
        assert together(keys) == together(here.session_codes.tolist())


def together(keys: Sequence[Any]) -> set[tuple[int, ...]]:
    """Which rows have a key in common."""
    found = defaultdict(list)
    for row, key in enumerate(keys):
        found[key].append(row)
    return set(map(tuple, found.values()))
