"""The rules of cleaning as a form: what is seldom needed is folded, what the file shows a need for is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import streamlit as st

from errors import InputError
from figures.text import count, plain
from interactions import CleaningRules, Preview
from widgets.logs.words import SESSIONS
from workspace.settings import checked

_SESSIONS_HELP = (
    "Where a longer pause lies between two interactions of a user, or a midnight (UTC), a new session begins."
)
_DUPLICATES = {"keep": "keep all", "first": "keep the first", "sum": "keep the first, with the sum of the weights"}


def rules_form(
    key: str, rules: CleaningRules, seen: Preview | None, columns: Mapping[str, str], *, sessions: bool = True
) -> CleaningRules | None:
    """The rules as they stand in the form, or None where they are at fault, which is then said.

    seen      the head of the file, which tells kinds of event and returns
    columns   role -> column, as chosen
    sessions  ask how sessions are cut as well; else that stays as `rules` has it
    """
    values: dict[str, Any] = rules.model_dump(include={"sessions", "session_gap_minutes", "longest_session"})
    with st.grid(3):
        values["min_users_per_item"] = st.number_input(
            "Minimum users per item", 1, None, rules.min_users_per_item, key=f"{key}-items", persist_state="session",
            help="Items that fewer users touched are left out first.",
        )  # fmt: skip
        values["min_items_per_user"] = st.number_input(
            "Minimum items per user", 1, None, rules.min_items_per_user, key=f"{key}-users", persist_state="session",
            help="Then users who touched fewer of the remaining items are left out.",
        )  # fmt: skip
        values["core"] = st.toggle(
            "Again until both hold (k-core)", rules.core, key=f"{key}-core", persist_state="session",
            help="Leaving out users may bring an item below its least again: this repeats both until nothing changes.",
        )  # fmt: skip
    values |= _events(key, rules, seen, columns)
    values |= _returns(key, rules, seen, columns)
    with st.expander("More rules: duplicates, scores, dates, busy users", icon=":material/tune:"):
        values |= _more(key, rules, columns)
    if sessions:
        with st.expander("Sessions", icon=":material/schedule:"):
            values |= session_rules(key, rules, columns)
            if "time" in columns:
                st.caption("Once the log is open, its Sessions tab shows the pauses between events to choose one by.")
    return checked_rules(values)


def checked_rules(values: Mapping[str, Any]) -> CleaningRules | None:
    """Rules from the values of a form, or None where they are at fault, which is then said."""
    try:
        return checked(CleaningRules, values)
    except InputError as error:
        st.error(plain(error))
        return None


def take_rules_along(rules: CleaningRules, key: str) -> None:
    """Rules as a file, to be applied to another log."""
    st.download_button(
        "Download these rules",
        json.dumps(rules.model_dump(mode="json", exclude_none=True), indent=1, ensure_ascii=False),
        "cleaning.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
        help="Apply them to another file here, or with --rules on the command line.",
        key=f"take-{key}",
    )


def uploaded_rules(key: str, default: CleaningRules) -> CleaningRules | None:
    """Rules from a file that somebody saved before, `default` without one, None where it is at fault, which is said."""
    file = st.file_uploader("Rules from a file (optional)", type=["json"], key=f"{key}-rules")
    if file is None:
        return default
    try:
        given = json.loads(file.getvalue().decode("utf-8-sig"))
        if not isinstance(given, dict):
            raise ValueError("it is no object")
        return checked(CleaningRules, given)
    except (ValueError, RecursionError) as error:
        st.error(f"{plain(file.name)} holds no rules ({plain(error)}): choose a file that was downloaded here.")
    except InputError as error:
        st.error(plain(error), title=f"{plain(file.name)} holds no rules")
    return None


def _events(key: str, rules: CleaningRules, seen: Preview | None, columns: Mapping[str, str]) -> dict[str, Any]:
    """What each kind of event weighs, where a column holds the kinds; nothing is asked for while all weigh 1."""
    name = columns.get("event")
    if name is None or seen is None or name not in seen.columns:
        return {"event_weights": rules.event_weights} if "event" in columns else {}
    known = {} if rules.event_weights is None else dict(rules.event_weights)
    found = {cell for cell in seen.sample[name] if cell.strip()}
    st.markdown("**What each kind of event weighs** :small[(0 = it is left out)]")
    further = st.multiselect(
        "Kinds that the first rows do not show", sorted(known.keys() - found), sorted(known.keys() - found),
        key=f"{key}-kinds", persist_state="session", accept_new_options=True, placeholder="Type one, such as purchase",
        help=f"The first {count(len(seen.sample))} rows show the kinds below. Once one of them weighs other than 1, "
        "kinds that have no weight here are left out.",
    )  # fmt: skip
    weights = {}
    with st.grid(6, min_column_width=120):
        for kind in sorted(found | set(further)):
            start = known.get(kind, 1.0 if rules.event_weights is None else 0.0)
            weights[kind] = st.number_input(
                plain(kind), 0.0, None, start, step=1.0, key=f"{key}-event-{kind}", persist_state="session"
            )
    asked = rules.event_weights is not None or any(weight != 1 for weight in weights.values())
    return {"event_weights": weights if asked else None}


def _returns(key: str, rules: CleaningRules, seen: Preview | None, columns: Mapping[str, str]) -> dict[str, Any]:
    """Whether rows that take something back are left out: asked where there may be some."""
    found = _rows_taken_back(seen, columns)
    if not found and "quantity" not in columns and rules.returns == "keep":
        return {}
    said = f" {count(found)} of the first {count(len(seen.sample))} rows are." if found and seen is not None else ""
    leave_out = st.toggle(
        f"Leave out returns and cancellations.{said}", rules.returns == "leave out", key=f"{key}-returns",
        persist_state="session",
        help="Rows with a negative quantity, and those whose receipt's number is a C and digits.",
    )  # fmt: skip
    return {"returns": "leave out" if leave_out else "keep"}


def _rows_taken_back(seen: Preview | None, columns: Mapping[str, str]) -> int:
    """Rows of the head with a negative quantity, or on a receipt that takes another back."""
    if seen is None:
        return 0
    rows = np.zeros(len(seen.sample), np.bool_)
    for role, pattern in (("quantity", r"\s*-\d"), ("session", r"[cC]\d")):
        if columns.get(role) in seen.columns:
            rows |= seen.sample[columns[role]].str.match(pattern).to_numpy(bool)
    return int(rows.sum())


def _more(key: str, rules: CleaningRules, columns: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    with st.grid(3):
        values["duplicates"] = st.selectbox(
            "Rows alike in user, item, time and session", list(_DUPLICATES), key=f"{key}-duplicates",
            persist_state="session",
            index=list(_DUPLICATES).index(rules.duplicates), format_func=_DUPLICATES.__getitem__,
        )  # fmt: skip
        once = st.toggle(
            "Leave out an item that follows itself", rules.repeats == "first", key=f"{key}-repeats",
            persist_state="session",
            help="Of rows in a row with the same user, session and item the first stays.",
        )  # fmt: skip
        values["repeats"] = "first" if once else "keep"
        left_out = st.multiselect(
            "Users to leave out, by id", list(rules.users_left_out), list(rules.users_left_out),
            key=f"{key}-left-out",
            persist_state="session", accept_new_options=True, placeholder="Type an id, such as 0 for guests",
        )  # fmt: skip
        values["users_left_out"] = tuple(left_out)
        values["least_weight"] = st.number_input(
            "Least weight of a row", value=rules.least_weight, key=f"{key}-least", persist_state="session",
            placeholder="any", disabled="weight" not in columns and "event" not in columns,
            help="For ratings as implicit feedback: 4 keeps what was liked.",
        )  # fmt: skip
        values["equal_weights"] = st.toggle(
            "Then every row weighs 1", rules.equal_weights, key=f"{key}-equal", persist_state="session",
            disabled="weight" not in columns and "event" not in columns,
        )  # fmt: skip
        values["most_rows_per_user"] = st.number_input(
            "Most rows a user may have", 1, None, rules.most_rows_per_user, key=f"{key}-busy",
            persist_state="session", placeholder="any",
            help="Users with more, such as bots and the id that all guests share, are left out.",
        )  # fmt: skip
        values["first_day"] = _day("First day", rules.first_day, f"{key}-first", columns)
        values["last_day"] = _day("Last day", rules.last_day, f"{key}-last", columns)
    return values


def _day(label: str, value: date | None, key: str, columns: Mapping[str, str]) -> date | None:
    return st.date_input(
        label, value, date.min, date.max, key=key, persist_state="session", disabled="time" not in columns,
        help="In UTC.",
    )  # fmt: skip


def session_rules(key: str, rules: CleaningRules, columns: Mapping[str, str]) -> dict[str, Any]:
    """How sessions are cut, as chosen; only what the columns allow is offered."""
    ways = ["column"]
    if "user" in columns:
        ways += ["gap", "day", "user"] if "time" in columns else ["user"]
    names = SESSIONS | ({} if "session" in columns else {"column": "as they are: there are none"})
    values: dict[str, Any] = {}
    with st.grid(3):
        present = rules.sessions if rules.sessions in ways else "column"
        by = st.selectbox(
            "Sessions", ways, index=ways.index(present), help=_SESSIONS_HELP,
            key=f"{key}-sessions", persist_state="session", format_func=names.__getitem__,
        )  # fmt: skip
        values["sessions"] = None if by == "column" else by
        values["session_gap_minutes"] = st.number_input(
            "Pause in minutes", min(0.1, rules.session_gap_minutes), 525_600.0, rules.session_gap_minutes,
            key=f"{key}-gap", persist_state="session", disabled=by != "gap",
        )  # fmt: skip
        values["longest_session"] = st.number_input(
            "Longest session", 1, None, rules.longest_session, key=f"{key}-longest",
            persist_state="session", placeholder="any",
            help="Interactions of a session beyond so many are left out, and counted.",
            disabled=by == "column" and "session" not in columns,
        )  # fmt: skip
    return values
