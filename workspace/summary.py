"""What a log holds, in numbers small enough to draw without loading it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.distributions import DAY, Pauses, category_sizes, hours_of_week, pauses, timeline
from analysis.popularity import BUCKETS, popularity_buckets
from analysis.row_counts import Counted, RowCounts
from embedders.base import LogSize
from interactions import CleaningReport, InteractionLog
from interactions.features import labels_of
from interactions.log import Texts

if TYPE_CHECKING:
    import pandas as pd

VERSION = 3
CURVE_POINTS = 500
TOP_ITEMS = 20
CATEGORIES = 20
EXAMPLE = 60  # letters


def describe(log: InteractionLog, report: CleaningReport) -> dict[str, Any]:
    """The counts of a log and of its cleaning, as the "describe" contract of the command line has them."""
    first, last = time_span(log)
    return {
        "rows": report.rows,
        "interactions": log.n_interactions,
        "users": log.n_users,
        "items": log.n_items,
        "sessions": n_sessions(log),
        "columns": dict(report.columns),
        "dropped": {reason: int(count) for reason, count in report.dropped.items()},
        "first": first,
        "last": last,
    }


def n_sessions(log: InteractionLog) -> int | None:
    """Sessions of the log, or None where no column has the role; in a log of baskets they stand for the users."""
    return log.n_users if log.users_are_sessions else log.n_sessions


def size_of(log: InteractionLog) -> LogSize:
    """What an estimate needs to know of a log."""
    pairs = int(log.users_per_item.sum())
    return LogSize(log.n_interactions, log.n_users, log.n_items, n_sessions(log), pairs)


def time_span(log: InteractionLog) -> tuple[str | None, str | None]:
    """First and last time in the log, ISO 8601 UTC, or (None, None)."""
    if log.timestamps is None or not log.n_interactions:
        return None, None
    return iso_time(int(log.timestamps.min())), iso_time(int(log.timestamps.max()))


def iso_time(seconds: int) -> str:
    """Seconds UTC as ISO 8601, "2017-01-01T08:30:00Z"; numpy's clock knows every year an int64 can hold."""
    return f"{np.datetime64(seconds, 's')}Z"


def summarise(log: InteractionLog) -> dict[str, Any]:
    """What the Data page draws, of a log whose rows are here."""
    events = np.bincount(log.item_codes, minlength=log.n_items)
    return summary_of(row_counts(log), log.item_ids, log.users_per_item, events, log.n_users, log.items, log.users)


def row_counts(log: InteractionLog) -> RowCounts:
    """What the rows of a log come to."""
    activity = np.bincount(log.user_codes, minlength=log.n_users)
    times = log.timestamps if log.n_interactions else None
    return RowCounts(
        activity=Counted.of(activity[activity > 0]),
        lengths=None if log.session_codes is None else Counted.of(log.session_lengths()),
        moments=None if times is None else Counted.of(times),
        pauses=None if log.timestamps is None or log.users_are_sessions else pauses(log.user_codes, log.timestamps),
    )


def summary_of(
    counts: RowCounts,
    item_ids: Texts,
    p: npt.NDArray[np.int64],
    events: npt.NDArray[np.integer[Any]],
    n_users: int,
    items: pd.DataFrame,
    users: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """What the Data page draws, as plain JSON values.

    p, events     distinct users and interactions of each item, int (n_items,)
    items, users  tables, one row a code

    version     of this list: where a kept summary has another, it is made anew
    popularity  rank (1 = most popular) and p of at most 500 items, spaced evenly on a log axis, and for each of head,
                mid and tail: its number of items, its last rank, and its share of the distinct user-item pairs
    time        unit ("day" ...), start (ISO date or hour) and interactions of each that has some; null without times
    density     distinct user-item pairs / (users * items)
    activity    interactions a user: value, and size = how many users have it
    lengths     interactions a session, in the same form; null where the log has no sessions
    pauses      edges and size of the bins; gaps (seconds), sessions and single; null without users or times
    hours       interactions by weekday (from Monday) and hour of the day, UTC; null where no time has a clock
    categories  names, items and interactions of the 20 with most interactions; how many more there are; items and
                interactions without one; whether an item can have several; null where no item has one
    top_items   id, title, category, p and interactions of the 20 most popular items
    tables      "items" and "users": for each of their columns the name, how many rows are filled, how many different
                values they have, and an example
    """
    return {
        "version": VERSION,
        "popularity": _popularity(p),
        "time": None if counts.moments is None else _time(counts.moments),
        "density": float(p.sum() / max(n_users * len(p), 1)),
        "activity": _as_json(counts.activity),
        "lengths": None if counts.lengths is None else _as_json(counts.lengths),
        "pauses": None if counts.pauses is None else _pauses(counts.pauses),
        "hours": None if counts.moments is None else _hours(counts.moments),
        "categories": _categories(items, events),
        "top_items": _top_items(item_ids, items, p, events),
        "tables": {"items": _columns(items), "users": [] if users is None else _columns(users)},
    }


def _popularity(p: npt.NDArray[np.int64]) -> dict[str, Any]:
    order = np.argsort(-p, kind="stable")
    ranks = np.unique(np.geomspace(1, max(len(p), 1), CURVE_POINTS).round().astype(np.int64))[: len(p)]
    buckets = popularity_buckets(p)
    parts: dict[str, Any] = {}
    for code, name in enumerate(BUCKETS):
        inside = buckets == code
        parts[name] = {
            "items": int(inside.sum()),
            "last_rank": int((buckets <= code).sum()),
            "share_of_pairs": float(p[inside].sum() / max(p.sum(), 1)),
        }
    return {"rank": ranks.tolist(), "p": p[order][ranks - 1].tolist(), "buckets": parts}


def _time(moments: Counted) -> dict[str, Any]:
    line = timeline(moments.values, moments.times)
    start = line.start if line.unit == "hour" else line.start.astype("datetime64[D]")
    return {"unit": line.unit, "start": start.astype(str).tolist(), "interactions": line.events.tolist()}


def _hours(moments: Counted) -> list[list[int]] | None:
    if not (moments.values % DAY).any():
        return None
    hours: list[list[int]] = hours_of_week(moments.values, moments.times).tolist()
    return hours


def _as_json(counted: Counted) -> dict[str, list[int]]:
    return {"value": counted.values.tolist(), "size": counted.times.tolist()}


def _pauses(found: Pauses) -> dict[str, list[int]]:
    return {field.name: getattr(found, field.name).tolist() for field in dataclasses.fields(found)}


def _categories(items: pd.DataFrame, events: npt.NDArray[np.integer[Any]]) -> dict[str, Any] | None:
    of_items = labels_of(items["category"])
    sizes = category_sizes(of_items, events)
    if not sizes.names:
        return None
    return {
        "names": sizes.names[:CATEGORIES],
        "items": sizes.items[:CATEGORIES].tolist(),
        "interactions": sizes.events[:CATEGORIES].tolist(),
        "more": len(sizes.names[CATEGORIES:]),
        "without": {"items": sizes.without[0], "interactions": sizes.without[1]},
        "several": any(len(own) > 1 for own in of_items),
    }


def _top_items(
    item_ids: Texts, items: pd.DataFrame, p: npt.NDArray[np.int64], events: npt.NDArray[np.integer[Any]]
) -> list[dict[str, Any]]:
    top = np.argsort(-p, kind="stable")[:TOP_ITEMS]
    facts = {name: [_text(value) for value in items[name].iloc[top]] for name in ("title", "category")}
    return [
        {
            "id": str(item_ids[code]),
            "title": facts["title"][place],
            "category": facts["category"][place],
            "p": int(p[code]),
            "interactions": int(events[code]),
        }
        for place, code in enumerate(top)
    ]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value != "" else None


def _columns(table: pd.DataFrame) -> list[dict[str, Any]]:
    """What is in each column of an item or user table that has something in it."""
    found = []
    for name in table.columns:
        filled = table[name].dropna()
        if len(filled):
            texts = filled.astype(str)
            example = texts.iloc[0]
            found.append(
                {
                    "name": str(name),
                    "filled": len(filled),
                    "different": int(texts.nunique()),
                    "example": example if len(example) <= EXAMPLE else example[:EXAMPLE] + "…",
                }
            )
    return found
