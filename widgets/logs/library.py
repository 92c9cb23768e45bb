"""The logs that are kept: open, rename, describe, delete."""

from __future__ import annotations

import streamlit as st

from errors import InputError
from figures.log_words import rules_in_words
from figures.text import count, plain
from widgets import session
from workspace.logs import LONGEST_DESCRIPTION, LONGEST_NAME, LogEntry, delete_log, list_logs, rename_log
from workspace.runs import list_runs


def kept_logs() -> None:
    """The logs that are kept, each a click away."""
    entries = list_logs()
    if not entries:
        return
    st.subheader("Logs kept here")
    for entry in entries:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(_facts(entry), width="stretch")
            with st.container(horizontal=True, width="content"):
                if st.button("Open", key=f"open-{entry.digest}"):
                    session.open_log(entry.digest)
                    st.rerun()
                actions(entry)


def actions(entry: LogEntry) -> None:
    """Buttons to rename and to delete a log."""
    if st.button("Rename", key=f"rename-{entry.digest}", icon=":material/edit:"):
        _rename(entry)
    if st.button("Delete", key=f"delete-{entry.digest}", icon=":material/delete:"):
        _delete(entry)


def _facts(entry: LogEntry) -> str:
    runs = len(list_runs(entry.digest))
    facts = [
        f"{count(entry.interactions)} interactions",
        f"{count(entry.items)} items",
        f"{runs} {'run' if runs == 1 else 'runs'}",
        f"from {plain(entry.source_name)}",
        f"kept {entry.created[:16].replace('T', ' ')} UTC",
        f"digest {entry.digest[:8]}",
    ]
    if not entry.has_rows:
        facts.insert(0, "rows on Spark")
    lines = [f"**{plain(entry.name)}**", f":small[{' · '.join(facts)}]"]
    rules = rules_in_words(entry.rules)
    if rules:
        lines.append(f":small[Cleaned: {plain(' · '.join(rules))}]")
    if entry.description:
        lines.append(f":small[{plain(entry.description)}]")
    return "  \n".join(lines)


@st.dialog("Name and description")
def _rename(entry: LogEntry) -> None:
    name = st.text_input("Name", entry.name, max_chars=LONGEST_NAME)
    description = st.text_area(
        "Description", entry.description, max_chars=LONGEST_DESCRIPTION,
        placeholder="Where it comes from, what it is for, what to mind.",
    )  # fmt: skip
    if st.button("Save", type="primary", icon=":material/check:"):
        try:
            rename_log(entry.digest, name, description)
        except InputError as error:
            st.error(plain(error))
            return
        st.rerun()


@st.dialog("Delete this log?")
def _delete(entry: LogEntry) -> None:
    runs = len(list_runs(entry.digest))
    with_it = f", its {runs} {'run' if runs == 1 else 'runs'}" if runs else ""
    st.markdown(_facts(entry))
    if entry.has_rows:
        st.markdown(
            f"The log{with_it} and the copy of its file that is kept here are deleted; the copy stays where another "
            "log came from it. Your own file is not touched."
        )
    else:
        st.markdown(f"What is kept here of the log{with_it} is deleted. The files that Spark read are not touched.")
    buttons = st.container(horizontal=True)
    if buttons.button("Keep it"):
        st.rerun()
    if buttons.button("Delete the log", type="primary", icon=":material/delete:"):
        try:
            delete_log(entry.digest, with_runs=True)
        except InputError as error:
            st.error(plain(error))
            return
        session.close_log(entry.digest)
        st.rerun()
