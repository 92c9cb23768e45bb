"""Words for what is known of a log: whose popularity is counted, how long it lasts, what was left out of it."""

from __future__ import annotations

from datetime import date

from figures.text import count, plain
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


def rows_are_on_spark(entry: LogEntry, what: str, instead: str) -> str:
    """Why something cannot be had of a log without rows here, and what to do: a sentence in Markdown.

    what     what needs them: "Evaluating models"
    instead  what to do with an extract: "evaluate on that"
    """
    return (
        f"{what} needs the rows on this machine, and those of {plain(entry.name)} are on Spark: bring an extract, such "
        f"as all rows of some users, as a log of its own, and {instead}."
    )


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
