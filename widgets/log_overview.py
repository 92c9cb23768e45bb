"""The open log on the Data page: tiles, pictures, columns, cleaning; and the logs that are kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from errors import InputError
from interactions import CleaningRules, Preview, ReadOptions
from widgets import session
from widgets.charts import CONFIG, class_histogram, cleaning_funnel, popularity_curve, weekly_activity
from widgets.cleaning_form import rules_form, take_rules_along
from widgets.reading_options import head_of
from widgets.text import count, day, percent, plain
from widgets.upload import clean_again
from workspace.logs import LogEntry, delete_log, list_logs
from workspace.runs import list_runs
from workspace.settings import checked

_REASONS = {
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
_STEPS = {
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


def whose(entry: LogEntry) -> str:
    """What popularity counts in this log."""
    return "baskets" if entry.users_are_sessions else "users"


def tiles(entry: LogEntry) -> None:
    """The log in six numbers."""
    with st.grid(6, min_column_width=130):
        st.metric("Interactions", count(entry.interactions), border=True)
        st.metric(whose(entry).capitalize(), count(entry.users), border=True)
        st.metric("Items", count(entry.items), border=True)
        st.metric("Sessions", "–" if entry.sessions is None else count(entry.sessions), border=True)
        st.metric("Span", _span(entry), border=True, help=f"{day(entry.first)} to {day(entry.last)}")
        st.metric(
            "Density", f"{100 * entry.summary['density']:.2g} %", border=True,
            help="Share of all user-item pairs that occur in the log.",
        )  # fmt: skip


def pictures(entry: LogEntry) -> None:
    """Popularity curve and activity over time, side by side."""
    left, right = st.columns(2)
    with left:
        st.markdown("**How popularity is spread**")
        st.plotly_chart(
            popularity_curve(entry.summary["popularity"], whose(entry)),
            config=CONFIG, key="popularity-curve", alt="Popularity of items by rank, on log axes",
        )  # fmt: skip
        st.caption(_buckets(entry))
    with right:
        st.markdown("**Activity by week**")
        if entry.summary["weeks"]["start"]:
            st.plotly_chart(
                weekly_activity(entry.summary["weeks"]), config=CONFIG, key="weeks", alt="Interactions by week"
            )
        else:
            st.info("This log has no times: order inside a sequence is drawn at random, and splits go by session.")


def _buckets(entry: LogEntry) -> str:
    """How many items make up each bucket, and what a bucket is."""
    parts = entry.summary["popularity"]["buckets"]
    head, mid, tail = (count(parts[name]["items"]) for name in ("head", "mid", "tail"))
    pairs = "basket-item" if entry.users_are_sessions else "user-item"
    return (
        f"Half of all {pairs} pairs are of the {head} head items, the next 30 % of the {mid} mid items, the rest of "
        f"the {tail} tail items."
    )


def details(entry: LogEntry) -> None:
    """Tabs: columns, cleaning, activity."""
    drawn = {"Columns": _columns, "Cleaning": _cleaning, "Activity": _activity, "Top items": _top_items}
    tabs = st.tabs(list(drawn), key="log-tabs", on_change="rerun")
    for tab, draw in zip(tabs, drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw(entry)
    if st.button("Open another log", icon=":material/folder_open:"):
        session.open_log(None)
        st.rerun()


def kept_logs() -> None:
    """The logs that are kept, each a click away."""
    entries = list_logs()
    if not entries:
        return
    st.subheader("Logs kept here")
    for entry in entries:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            runs = len(list_runs(entry.digest))
            st.markdown(
                f"**{plain(entry.name)}**  \n:small[{count(entry.interactions)} interactions · {count(entry.items)} "
                f"items · {runs} {'run' if runs == 1 else 'runs'} · opened {day(entry.created)}]"
            )
            if st.button("Open", key=f"open-{entry.digest}"):
                session.open_log(entry.digest)
                st.rerun()
            if st.button("Delete", key=f"delete-{entry.digest}", icon=":material/delete:"):
                _delete(entry, runs)


@st.dialog("Delete this log?")
def _delete(entry: LogEntry, runs: int) -> None:
    with_it = f" Its {runs} {'run goes' if runs == 1 else 'runs go'} with it." if runs else ""
    st.markdown(f"**{plain(entry.name)}** is removed from this machine's workspace.{with_it}")
    if st.button("Delete the log", type="primary", icon=":material/delete:"):
        delete_log(entry.digest, with_runs=True)
        st.rerun()


def _columns(entry: LogEntry) -> None:
    st.table(
        {"Role": [role.capitalize() for role in entry.columns], "Column": list(entry.columns.values())},
        hide_index=True, width="content", alt="Role of each column",
    )  # fmt: skip
    for note in entry.notes:
        st.caption(plain(note))


def _top_items(entry: LogEntry) -> None:
    st.dataframe(
        [{"Title": row["title"] or row["id"], "Id": row["id"], whose(entry).capitalize(): row["p"]}
         for row in entry.summary["top_items"]],
        hide_index=True, alt="The most popular items",
    )  # fmt: skip


def _cleaning(entry: LogEntry) -> None:
    st.markdown(f"{count(entry.rows)} rows in the file, {count(entry.interactions)} kept.")
    if len(entry.steps) > 1:
        st.plotly_chart(
            cleaning_funnel(entry.steps, _STEPS, whose(entry)), config=CONFIG, key="funnel",
            alt="Rows, users and items left after each step of cleaning",
        )  # fmt: skip
    lost = [(reason, number) for reason, number in entry.dropped.items() if number]
    if lost:
        st.table(
            {
                "Left out because of": [_REASONS.get(reason, reason) for reason, _ in lost],
                "Rows": [count(number) for _, number in lost],
                "Share": [percent(number / entry.rows, 1) for _, number in lost],
                "For example": [plain("; ".join(entry.examples.get(reason, []))) for reason, _ in lost],
            },
            hide_index=True, alt="Rows left out, by reason",
        )  # fmt: skip
    rules = CleaningRules(**entry.rules)
    columns, seen = _columns_to_clean_by(entry)
    st.markdown("**Clean it otherwise**")
    wanted = rules_form(f"again-{entry.digest}", rules, seen, columns)
    with st.container(horizontal=True):
        if st.button("Clean again with these", icon=":material/filter_alt:", disabled=wanted is None) and wanted:
            needed = set(wanted.columns_needed)
            clean_again(
                entry, wanted, {role: name for role, name in columns.items() if role in needed or role in entry.columns}
            )
        if wanted is not None:
            take_rules_along(wanted)
    st.caption("This makes a new version of the log beside this one; runs stay with the version they were trained on.")


def _columns_to_clean_by(entry: LogEntry) -> tuple[dict[str, str], Preview | None]:
    """The log's columns with those that more rules could look at, and the head of its file where that still is."""
    try:
        seen = head_of(Path(entry.source["original"]), checked(ReadOptions, entry.origin.get("options")))
    except (InputError, OSError):
        return dict(entry.columns), None
    more = {role: guess.name for role, guess in seen.for_cleaning.items() if guess.name not in entry.columns.values()}
    return more | dict(entry.columns), seen


def _activity(entry: LogEntry) -> None:
    left, right = st.columns(2)
    left.plotly_chart(
        class_histogram(entry.summary["activity"], whose(entry), "interactions"),
        config=CONFIG, key="activity", alt="Users by number of interactions",
    )  # fmt: skip
    if entry.summary["lengths"] is not None:
        right.plotly_chart(
            class_histogram(entry.summary["lengths"], "sessions", "interactions in a session"),
            config=CONFIG, key="lengths", alt="Sessions by length",
        )  # fmt: skip


def _span(entry: LogEntry) -> str:
    if entry.first is None or entry.last is None:
        return "–"
    days = (date.fromisoformat(entry.last[:10]) - date.fromisoformat(entry.first[:10])).days + 1
    return f"{count(days)} {'day' if days == 1 else 'days'}"
