"""The open log on the Data page: tiles, pictures, columns, cleaning; and the logs that are kept."""

from __future__ import annotations

from datetime import date

import streamlit as st

from interactions import CleaningRules
from widgets import session
from widgets.charts import CONFIG, class_histogram, popularity_curve, weekly_activity
from widgets.text import count, day, percent, plain
from widgets.upload import clean_again
from workspace.logs import LogEntry, delete_log, list_logs
from workspace.runs import list_runs

_REASONS = {
    "malformed_row": "another number of fields than the header, or broken quotes",
    "missing_user": "no user",
    "missing_item": "no item",
    "missing_session": "no session",
    "unreadable_time": "a time that cannot be read",
    "non_finite_weight": "a weight that is empty or no finite number",
    "non_positive_weight": "a weight of zero or less",
    "item_with_too_few_users": "item touched by too few users",
    "user_with_too_few_items": "user with too few items",
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
    columns, cleaning, activity, top = st.tabs(["Columns", "Cleaning", "Activity", "Top items"])
    with columns:
        st.table(
            {"Role": [role.capitalize() for role in entry.columns], "Column": list(entry.columns.values())},
            hide_index=True, width="content", alt="Role of each column",
        )  # fmt: skip
        for note in entry.notes:
            st.caption(plain(note))
    with cleaning:
        _cleaning(entry)
    with activity:
        _activity(entry)
    with top:
        st.dataframe(
            [{"Title": row["title"] or row["id"], "Id": row["id"], whose(entry).capitalize(): row["p"]}
             for row in entry.summary["top_items"]],
            hide_index=True, alt="The most popular items",
        )  # fmt: skip
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


def _cleaning(entry: LogEntry) -> None:
    st.markdown(f"{count(entry.rows)} rows in the file, {count(entry.interactions)} kept.")
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
    row = st.container(horizontal=True, vertical_alignment="bottom")
    floor_items = row.number_input(
        "Least users an item needs", 1, None, rules.min_users_per_item, key=f"floor-items-{entry.digest}",
        help="Items that fewer users touched are left out first.",
    )  # fmt: skip
    floor_users = row.number_input(
        "Least items a user needs", 1, None, rules.min_items_per_user, key=f"floor-users-{entry.digest}",
        help="Then users who touched fewer of the remaining items are left out.",
    )  # fmt: skip
    if row.button("Clean again with these", icon=":material/filter_alt:"):
        clean_again(entry, CleaningRules(min_users_per_item=int(floor_items), min_items_per_user=int(floor_users)))
    st.caption("This makes a new version of the log beside this one; runs stay with the version they were trained on.")


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
