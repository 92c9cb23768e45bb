"""Rules of cleaning in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from figures.text import count


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
