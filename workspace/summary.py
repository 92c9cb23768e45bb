"""What a log holds, in numbers small enough to draw without loading it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.popularity import BUCKETS, popularity_buckets
from embedders.base import LogSize
from interactions import CleaningReport, InteractionLog

CURVE_POINTS = 500
TOP_ITEMS = 10
_WEEK, _MONDAY = 7 * 86_400, 4 * 86_400  # seconds; day 0 of the clock was a Thursday, four days before a Monday


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
    """What the Data page draws, as plain JSON values.

    popularity  rank (1 = most popular) and p of at most 500 items, spaced evenly on a log axis, and for each of head,
                mid and tail: its number of items, its last rank, and its share of the distinct user-item pairs
    weeks       start (Monday, ISO date) and interactions of each week that has some; empty without times
    density     distinct user-item pairs / (users * items)
    activity    interactions a user: users by class, each class twice as wide as the one before
    lengths     interactions a session, in the same classes; null where the log has no sessions
    top_items   id, title and p of the most popular items
    """
    p = log.users_per_item
    return {
        "popularity": _popularity(p),
        "weeks": _weeks(log.timestamps),
        "density": float(p.sum() / max(log.n_users * log.n_items, 1)),
        "activity": _classes(np.bincount(log.user_codes, minlength=log.n_users)),
        "lengths": None if log.session_codes is None else _classes(log.sequences("session").lengths()),
        "top_items": _top_items(log, p),
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


def _weeks(timestamps: npt.NDArray[np.int64] | None) -> dict[str, list[Any]]:
    if timestamps is None:
        return {"start": [], "interactions": []}
    weeks, counts = np.unique((timestamps - _MONDAY) // _WEEK, return_counts=True)
    starts = (weeks * _WEEK + _MONDAY).astype("datetime64[s]").astype("datetime64[D]")
    return {"start": starts.astype(str).tolist(), "interactions": counts.tolist()}


def _classes(counts: npt.NDArray[np.integer[Any]]) -> dict[str, list[int]]:
    """How many counts fall into 1, 2-3, 4-7, 8-15 ...: lowest and highest value of each class, and its size."""
    largest = int(counts.max(initial=0))
    low = 2 ** np.arange(max(largest.bit_length(), 1))
    sizes = np.histogram(counts, bins=np.append(low, 2 * low[-1]))[0]
    return {"low": low.tolist(), "high": (2 * low - 1).tolist(), "size": sizes.tolist()}


def _top_items(log: InteractionLog, p: npt.NDArray[np.int64]) -> list[Mapping[str, Any]]:
    top = np.argsort(-p, kind="stable")[:TOP_ITEMS]
    titles = log.items.get("title")
    rows: list[Mapping[str, Any]] = []
    for code in top:
        title = None if titles is None else titles.iloc[code]
        known = isinstance(title, str) and title != ""
        rows.append({"id": str(log.item_ids[code]), "title": title if known else None, "p": int(p[code])})
    return rows
