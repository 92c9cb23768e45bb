"""The open log in pictures: users, categories, top items; each a Plotly chart, and all numbers to take away."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import streamlit as st

from widgets.charts import CONFIG
from widgets.log_charts import category_shares, class_histogram, hours_of_week, most_popular
from widgets.log_words import whose
from widgets.text import count, file_name, percent
from workspace.logs import LogEntry
from workspace.summary_tables import write_tables


def explore(entry: LogEntry) -> None:
    """Users' activity, categories, and the items that most of them touched."""
    summary = entry.summary
    left, right = st.columns(2)
    with left:
        st.markdown(f"**The {len(summary['top_items'])} most popular items**")
        st.plotly_chart(
            most_popular(summary["top_items"], whose(entry)), config=CONFIG, key="top-items",
            alt="The most popular items",
        )  # fmt: skip
    with right:
        st.markdown("**The largest categories**")
        if summary["categories"] is None:
            st.info("No category is known: an item table with categories would show here what people touch most.")
        else:
            st.plotly_chart(
                category_shares(summary["categories"]), config=CONFIG, key="categories",
                alt="Share of interactions and of items by category",
            )  # fmt: skip
            st.caption(_beside(summary["categories"], entry))
    left, right = st.columns(2)
    with left:
        st.markdown(f"**How active {whose(entry)} are**")
        st.plotly_chart(
            class_histogram(summary["activity"], whose(entry), "interactions"), config=CONFIG, key="activity",
            alt="Users by number of interactions",
        )  # fmt: skip
    if summary["hours"] is not None:
        with right:
            st.markdown("**When it happens**")
            st.plotly_chart(
                hours_of_week(summary["hours"]), config=CONFIG, key="hours",
                alt="Interactions by weekday and hour of the day",
            )  # fmt: skip
    st.download_button(
        "Download these numbers as CSV",
        lambda: _packed(entry),
        f"{file_name(entry.name)}-numbers.zip",
        "application/zip",
        icon=":material/download:",
        on_click="ignore",
        help="A file for each picture of this page; the camera above a picture saves it as an image.",
    )


def _beside(categories: Mapping[str, Any], entry: LogEntry) -> str:
    """What the picture of the largest categories leaves out."""
    parts = []
    for name, words in (("others", f"{count(categories['others']['categories'])} more"), ("without", "no category")):
        part = categories[name]
        if part["items"]:
            share = percent(part["interactions"] / max(entry.interactions, 1), 1)
            parts.append(f"{words}: {count(part['items'])} items, {share} of the interactions")
    return f"Not shown: {'; '.join(parts)}." if parts else "These are all of them."


def _packed(entry: LogEntry) -> bytes:
    file = io.BytesIO()
    write_tables(entry.summary, file)
    return file.getvalue()
