"""The log that is being opened: how far it is, why it failed, and the log itself once it is there."""

from __future__ import annotations

import streamlit as st

from errors import RunError
from figures.text import count, plain
from widgets import jobs_panel, session
from workspace import jobs
from workspace.logs import LogEntry

_JOB = "_import_job"
_FAILED = "_import_error"
_KNOWN = "_import_was_known"
_DONE = "_import_is_done"
_SHOWN = "_import_is_shown"  # in this run of the page


def follow(job: jobs.Job) -> None:
    """Show this job from now on, and open the log that it answers with."""
    for told in (_FAILED, _KNOWN):
        st.session_state.pop(told, None)
    st.session_state[_JOB] = job.id
    st.rerun()


def finish() -> None:
    """Open the log of an import that is done, or remember why it failed; before anything of the page is drawn."""
    st.session_state[_SHOWN] = False
    job = _job()
    if job is None or job.active:
        return
    del st.session_state[_JOB]
    if job.status == "done" and job.result is not None:
        session.open_log(str(job.result["digest"]))
        is_new = job.result.get("new", True)
        st.session_state[_DONE if is_new else _KNOWN] = job.result["digest"]
        jobs.dismiss(job.id)
        st.rerun()
    if job.status == "failed":
        st.session_state[_FAILED] = (job.title, job.error)
        jobs.dismiss(job.id)


def show() -> None:
    """How far the import is, or why the last one failed: beside the button that began it, else where it is called last.

    Only the first call of a run draws anything.
    """
    if st.session_state.get(_SHOWN):
        return
    st.session_state[_SHOWN] = True
    job = _job()
    if job is not None and job.active:
        jobs_panel.watch(job)
    elif _FAILED in st.session_state:
        title, error = st.session_state[_FAILED]
        st.error(plain(error), title=f"{plain(title)} failed")
        if st.button("Dismiss", key="dismiss-import"):
            del st.session_state[_FAILED]
            st.rerun()
    if job is None:
        for other in jobs.list_jobs(active_only=True):  # begun before the page was loaded anew, or in another tab
            if other.kind == "import":
                jobs_panel.watch(other)
    jobs_panel.failures(("import", "known"))  # of tabs that were closed or loaded anew meanwhile


def forget_failure() -> None:
    """Say no more why the last import failed: it was of another file than the page is about now."""
    st.session_state.pop(_FAILED, None)


def known(entry: LogEntry) -> None:
    """Say what the last import came to: a new log, or one that was kept before."""
    if st.session_state.pop(_DONE, None) == entry.digest:
        st.toast(f"{plain(entry.name)}: {count(entry.interactions)} of {count(entry.rows)} rows are kept.")
    if st.session_state.get(_KNOWN) == entry.digest:
        st.info(f"This file is kept already as “{plain(entry.name)}”, read and cleaned in the same way: here it is.")


def _job() -> jobs.Job | None:
    if _JOB not in st.session_state:
        return None
    try:
        return jobs.get_job(st.session_state[_JOB])
    except RunError:  # dismissed in another tab
        del st.session_state[_JOB]
        return None
