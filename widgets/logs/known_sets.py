"""Fetch a well-known set from its publisher, when somebody asks for it."""

from __future__ import annotations

import streamlit as st

from figures.text import count, plain
from widgets.logs import importing
from workspace import jobs
from workspace.known_sets import KNOWN_SETS, KnownSet


def fetch_known() -> None:
    """The folded list of well-known sets: what each holds, under which terms, and the button that fetches it."""
    with st.expander("Or fetch a well-known set", icon=":material/cloud_download:"):
        name = st.selectbox(
            "Which set",
            list(KNOWN_SETS),
            format_func=lambda name: KNOWN_SETS[name].title,
            key="known-set",
            help="Nothing is asked of any other machine until you press the button below.",
        )
        known = KNOWN_SETS[name]
        st.markdown(f"{plain(known.about)}  \n{_counts(known)} · [where it comes from]({known.page})")
        st.caption(f"{plain(known.terms)} [Its terms]({known.terms_page})")
        if st.button("Fetch and open", key="fetch-known", icon=":material/download:"):
            importing.follow(jobs.submit("known", {"name": name}, f"Fetching {known.title}"))


def _counts(known: KnownSet) -> str:
    counts = {"rows": known.rows, "users": known.users, "items": known.items}
    told = [f"{count(number)} {what}" for what, number in counts.items() if number is not None]
    return " · ".join([*told, f"{known.size / 1e6:,.1f} MB to download"])
