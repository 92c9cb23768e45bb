"""The open log on the Data page: tiles, pictures, and its columns."""

from __future__ import annotations

import streamlit as st

from figures.log_charts import events_over_time, popularity_curve
from figures.log_words import rules_in_words
from figures.text import count, day, percent, plain
from interactions import Preview
from interactions.column_names import FACTS
from interactions.columns import in_item_table
from widgets.logs.cleaning import file_of
from widgets.logs.words import span, whose
from widgets.pictures import show
from workspace.logs import LogEntry


def tiles(entry: LogEntry) -> None:
    """The log in six numbers."""
    rules = rules_in_words(entry.rules)
    if entry.description:
        st.markdown(plain(entry.description))
    if rules:
        st.caption(f"Cleaned: {plain(' · '.join(rules))}")
    with st.grid(3, min_column_width=150):  # of six, no row is ever left with one
        st.metric("Interactions", count(entry.interactions), border=True)
        st.metric(whose(entry).capitalize(), count(entry.users), border=True)
        st.metric("Items", count(entry.items), border=True)
        if not entry.users_are_sessions:
            st.metric("Sessions", "–" if entry.sessions is None else count(entry.sessions), border=True)
        st.metric("Span", span(entry), border=True, help=f"{day(entry.first)} to {day(entry.last)}")
        st.metric(
            "Density", f"{100 * entry.summary['density']:.2g} %", border=True,
            help="Share of all user-item pairs that occur in the log.",
        )  # fmt: skip


def notes(entry: LogEntry) -> None:
    """What a person should know of the log before using it."""
    if entry.notes:
        st.info("  \n".join(plain(note) for note in entry.notes))


def pictures(entry: LogEntry) -> None:
    """Popularity curve and activity over time, side by side."""
    with st.grid(2, min_column_width=420):
        with st.container():
            st.markdown("**How popularity is spread**")
            curve = popularity_curve(entry.summary["popularity"], whose(entry))
            show(curve, "popularity", "Popularity of items by rank, on log axes")
            st.caption(_buckets(entry))
        with st.container():
            time = entry.summary["time"]
            st.markdown("**Activity over time**" if time is None else f"**Activity by {time['unit']}**")
            if time is None:
                st.info("This log has no times: order inside a sequence is drawn at random, and splits go by session.")
            else:
                show(events_over_time(time), "activity-over-time", "Interactions over time")


def columns(entry: LogEntry) -> None:
    """Which column has which role and why, and what the item and user tables hold."""
    seen = file_of(entry)
    named = [(role, name, _why(entry, seen, role, name)) for role, name in entry.columns.items()]
    if seen is not None:
        for role, guess in seen.for_cleaning.items():
            if role not in entry.columns:
                named.append((role, guess.name, f"{plain(guess.reason)} Only rules of cleaning look at it."))
    st.table(
        {
            "Role": [role.capitalize() for role, _, _ in named],
            "Column": [plain(name) for _, name, _ in named],
            "Why": [why for _, _, why in named],
        },
        hide_index=True, width="content", alt="Role of each column",
    )  # fmt: skip
    for table, known, of in (("items", entry.items_known, entry.items), ("users", entry.users_known, entry.users)):
        found = entry.summary["tables"][table]
        if known is None and not found:
            continue
        st.markdown(f"**What is known of the {whose(entry) if table == 'users' else table}**")
        if known is not None:
            missing = f"; not there: {count(of - known)}" if known < of else ""
            st.caption(f"{count(known)} of {count(of)} stand in the {table[:-1]} table{missing}.")
        if found:
            _filled(found, of)


def _why(entry: LogEntry, seen: Preview | None, role: str, name: str) -> str:
    may_be_there = role in FACTS and entry.items_known is not None
    if seen is not None and may_be_there and in_item_table(name, seen.columns, [name]):
        return "It stands in the item table."
    guess = None if seen is None else {**seen.for_cleaning, **seen.guesses}.get(role)  # type: ignore[call-overload]
    if guess is not None and guess.name == name:
        return plain(guess.reason)
    is_given = role in (entry.origin.get("columns") or {})
    return "It was chosen." if seen is not None or is_given else "It was guessed from the first rows."


def _filled(table: list[dict[str, object]], rows: int) -> None:
    """Each column of an item or user table: how much of it is filled, and with what."""
    st.dataframe(
        [
            {
                "Column": column["name"],
                "Filled": float(str(column["filled"])) / max(rows, 1),
                "Different values": column["different"],
                "For example": column["example"],
            }
            for column in table
        ],
        hide_index=True,
        alt="How much of each column is filled",
        column_config={
            "Filled": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
            "Different values": st.column_config.NumberColumn(format="localized"),
        },
    )


def _buckets(entry: LogEntry) -> str:
    """How many items make up each bucket, and what a bucket is."""
    parts = entry.summary["popularity"]["buckets"]
    sizes = [parts[name]["items"] for name in ("head", "mid", "tail")]
    head, mid, tail = (f"{count(size)} ({percent(size / max(sum(sizes), 1))})" for size in sizes)
    pairs = "basket-item" if entry.users_are_sessions else "user-item"
    return (
        f"Half of all {pairs} pairs are of the head, {head} of the items; the next {percent(0.3)} are of the mid, "
        f"{mid}; the rest are of the tail, {tail}."
    )
