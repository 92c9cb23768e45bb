"""What this browser tab is working on: the open log, kept in the address so that a reload finds it again."""

from __future__ import annotations

import streamlit as st

from errors import InputError
from figures.text import plain
from workspace.logs import LogEntry, find_log, list_logs
from workspace.runs import list_runs

_LOG = "_log_digest"
_OPENED = "_logs_opened"
_OFFERED = 5  # kept logs, the newest first
_ADDRESS_LENGTH = 16


def restore() -> None:
    """Take the log from the address where this tab has none yet, and keep the address in step."""
    if _LOG not in st.session_state:
        st.session_state[_LOG] = None
        try:
            st.session_state[_LOG] = _asked()
        except InputError:
            st.toast("The log in this address is no longer kept here.", icon=":material/info:")
    digest = st.session_state[_LOG]
    wanted = digest[:_ADDRESS_LENGTH] if digest else None
    if st.query_params.get("log") != wanted:
        if wanted:
            st.query_params["log"] = wanted
        else:
            st.query_params.pop("log", None)


def _asked() -> str | None:
    """The digest of the log that the address names, or else of the log of the run that it names."""
    if log := st.query_params.get("log"):
        return find_log(log).digest
    if run := st.query_params.get("a"):
        return next((find_log(kept.log_digest).digest for kept in list_runs() if kept.key.startswith(run)), None)
    return None


def current_log() -> LogEntry | None:
    """The log at work, or None where none is open."""
    digest = st.session_state.get(_LOG)
    if digest is None:
        return None
    try:
        return find_log(digest)
    except InputError:
        st.session_state[_LOG] = None
        st.toast("The log that was open here was deleted elsewhere.", icon=":material/info:")
        return None


def open_log(digest: str | None) -> None:
    """Make this the log at work (None closes it); what is shown next begins at its top."""
    st.session_state[_LOG] = digest
    st.session_state[_OPENED] = opened() + 1


def opened() -> int:
    """How often another log was taken to work in this tab."""
    return int(st.session_state.get(_OPENED, 0))


def close_log(digest: str) -> None:
    """No longer work on this log, if it is the one at work."""
    if st.session_state.get(_LOG) == digest:
        open_log(None)


def need_log() -> LogEntry:
    """The log at work; where there is none, offer those that are kept, say what else to do, and stop the page."""
    entry = current_log()
    if entry is None:
        kept = list_logs()
        first = (
            "Go on with a log that is kept here, or open another."
            if kept
            else ("Open the grocery sample or your own log first.")
        )
        st.info(f"No log is open yet. {first}", icon=":material/database:")
        with st.container(horizontal=True):
            for log in kept[:_OFFERED]:
                st.button(plain(log.name), key=f"go-on-{log.digest}", on_click=open_log, args=(log.digest,))
        st.page_link("pages/data.py", label="**Go to Data**", icon=":material/arrow_forward:")
        st.stop()
    return entry
