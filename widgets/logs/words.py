"""Words for what is known of a log: whose popularity is counted, what was left out, and by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from figures.text import count
from workspace.logs import LogEntry

REASONS = {
    "malformed_row": "another number of fields than the header, or broken quotes",
    "missing_user": "no user",
    "missing_item": "no item",
    "missing_session": "no session",
    "unreadable_time": "a time that cannot be read",
    "non_finite_weight": "a weight that is empty or no finite number",
    "non_positive_weight": "a weight of zero or less",
    "event_not_counted": "a kind of event that does not count",
    "returned": "a return or a cancelled receipt",
    "weight_below_threshold": "a weight below the least one",
    "out_of_date_range": "outside the range of days",
    "user_left_out": "a user who is left out by id",
    "user_with_too_many_rows": "a user with too many rows",
    "duplicate": "the same as a row before it",
    "beyond_session_length": "beyond the longest session",
    "consecutive_repeat": "an item that follows itself",
    "item_with_too_few_users": "item touched by too few users",
    "user_with_too_few_items": "user with too few items",
}
STEPS = {
    "readable": "could be read",
    "event_not_counted": "kinds of event",
    "returned": "returns left out",
    "weight_below_threshold": "weights",
    "out_of_date_range": "range of days",
    "user_left_out": "users left out by id",
    "user_with_too_many_rows": "busy users left out",
    "duplicate": "duplicates",
    "beyond_session_length": "sessions",
    "consecutive_repeat": "repeats",
    "item_with_too_few_users": "least users an item",
    "user_with_too_few_items": "least items a user",
    "core": "again, until both hold",
}
SESSIONS = {
    "column": "as the file has them",
    "gap": "cut at long pauses",
    "day": "a calendar day each",
    "user": "a user's whole history",
}


def whose(entry: LogEntry) -> str:
    """What popularity counts in this log."""
    return "baskets" if entry.users_are_sessions else "users"


def span(entry: LogEntry) -> str:
    """How long the log lasts, in days, or a dash without times."""
    if entry.first is None or entry.last is None:
        return "–"
    try:
        days = (date.fromisoformat(entry.last[:10]) - date.fromisoformat(entry.first[:10])).days + 1
    except ValueError:  # Python's calendar ends with the year 9999
        return "over 8,000 years"
    return f"{count(days)} {'day' if days == 1 else 'days'}"


def minutes(number: float) -> str:
    """30.0 -> "30 minutes"."""
    return f"{number:g} {'minute' if number == 1 else 'minutes'}"


def rules_in_words(rules: Mapping[str, Any]) -> list[str]:
    """What rules of cleaning ask for, a few words each, in the order they are applied; empty where they ask nothing."""
    words = []
    if rules.get("event_weights") is not None:
        words.append("events " + ", ".join(f"{name} = {weight:g}" for name, weight in rules["event_weights"].items()))
    if rules.get("returns") == "leave out":
        words.append("without returns")
    if rules.get("least_weight") is not None:
        words.append(f"weight from {rules['least_weight']:g}")
    if rules.get("equal_weights"):
        words.append("all weights 1")
    if rules.get("first_day"):
        words.append(f"from {rules['first_day']}")
    if rules.get("last_day"):
        words.append(f"to {rules['last_day']}")
    if rules.get("users_left_out"):
        left_out = rules["users_left_out"]
        words.append(f"without user {left_out[0]}" if len(left_out) == 1 else f"without {len(left_out)} users")
    if rules.get("most_rows_per_user"):
        words.append(f"users of at most {count(rules['most_rows_per_user'])} rows")
    if rules.get("duplicates", "keep") != "keep":
        words.append("duplicates once" if rules["duplicates"] == "first" else "duplicates summed")
    if rules.get("sessions"):
        by = {"gap": f"by pauses of {minutes(rules['session_gap_minutes'])}", "day": "by day", "user": "by user"}
        words.append(f"sessions {by[rules['sessions']]}")
    if rules.get("longest_session"):
        words.append(f"sessions of at most {count(rules['longest_session'])}")
    if rules.get("repeats", "keep") != "keep":
        words.append("repeats once")
    floors = [
        f"{name} ≥ {count(rules[key])} {of}"
        for name, of, key in (("items", "users", "min_users_per_item"), ("users", "items", "min_items_per_user"))
        if rules.get(key, 1) > 1
    ]
    return words + floors + (["k-core"] if floors and rules.get("core") else [])
