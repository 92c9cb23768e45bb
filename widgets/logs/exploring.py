"""The open log in pictures: users, categories, top items; each a Plotly chart, and all numbers to take away."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import streamlit as st

from figures.log_charts import category_shares, class_histogram, hours_of_week, most_popular
from figures.text import count, file_name, percent
from widgets.logs.words import whose
from widgets.pictures import show
from workspace.logs import LogEntry
from workspace.summary_tables import write_tables


def explore(entry: LogEntry) -> None:
    """Users' activity, categories, and the items that most of them touched."""
    summary = entry.summary
    with st.grid(2, min_column_width=420):
        with st.container():
            st.markdown(f"**The {len(summary['top_items'])} most popular items**")
            show(most_popular(summary["top_items"], whose(entry)), "top-items", "The most popular items")
        with st.container():
            st.markdown("**The largest categories**")
            if summary["categories"] is None:
                st.info("No category is known: an item table with categories would show here what people touch most.")
            else:
                shares = category_shares(summary["categories"], entry.interactions, entry.items)
                show(shares, "categories", "Share of interactions and of items by category")
                st.caption(_beside(summary["categories"], entry))
        with st.container():
            st.markdown("**How large baskets are**" if entry.users_are_sessions else "**How active users are**")
            activity = class_histogram(summary["activity"], whose(entry), f"interactions of a {whose(entry)[:-1]}")
            show(activity, "activity", "Users by number of interactions")
        if summary["hours"] is not None:
            with st.container():
                st.markdown("**When it happens**")
                show(hours_of_week(summary["hours"]), "hours", "Interactions by weekday and hour of the day")
    st.download_button(
        "Download these numbers, a zip of CSV files",
        lambda: _packed(entry),
        f"{file_name(entry.name)}-numbers.zip",
        "application/zip",
        icon=":material/download:",
        on_click="ignore",
        help="A file for each picture of this log; the camera above a picture saves it as an image.",
    )


def _beside(categories: Mapping[str, Any], entry: LogEntry) -> str:
    """What the picture of the largest categories does not show."""
    parts = ["An item of several categories counts in each."] if categories["several"] else []
    if categories["more"]:
        parts.append(f"{count(categories['more'])} smaller categories are not shown.")
    without = categories["without"]
    if without["items"]:
        share = percent(without["interactions"] / max(entry.interactions, 1), 1)
        parts.append(f"Items without a category: {count(without['items'])}, with {share} of the interactions.")
    return " ".join(parts) or "These are all categories."


def _packed(entry: LogEntry) -> bytes:
    file = io.BytesIO()
    write_tables(entry.summary, file)
    return file.getvalue()
