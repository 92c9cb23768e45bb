"""Work in the background, as a person sees it: stage, bar, time left, cancel, and why something failed."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from errors import RunError
from figures.text import plain, seconds
from workspace import jobs
from workspace.jobs import Job

_WATCH_SECONDS = 1.0  # each look takes a little of the processor that the training needs
_LOSSES_SECONDS = 5.0  # drawing a chart costs thirty times as much as drawing a bar


def sidebar_jobs() -> None:
    """All unfinished work, small, on every page; runs the page again when one of them ends."""
    active = jobs.list_jobs(active_only=True)
    if active:
        jobs.ensure_workers()
        st.fragment(_sidebar_jobs, run_every=_WATCH_SECONDS)([job.id for job in active])


def _sidebar_jobs(known: Collection[str]) -> None:
    jobs.ensure_workers()
    active = jobs.list_jobs(active_only=True)
    if {job.id for job in active} != set(known):
        st.rerun()
    st.caption("Working on")
    for job in reversed(active):  # in the order in which they are done
        st.progress(job.share, text=f"{plain(job.title)} · {_state(job)}")


def watch(job: Job, *, cancel_label: str = "Cancel", place: str = "") -> None:
    """One unfinished job, drawn live with a way to cancel it; `place` tells apart two places that show the same job."""
    st.fragment(_watch, run_every=_WATCH_SECONDS)(job.id, cancel_label, place)
    if job.kind == "train":
        st.fragment(_losses, run_every=_LOSSES_SECONDS)(job.id)


def _watch(job_id: str, cancel_label: str, place: str) -> None:
    try:
        job = jobs.get_job(job_id)
    except RunError:  # dismissed in another tab
        st.rerun()
    if not job.active:
        st.rerun()
    with st.container(border=True):
        row = st.container(horizontal=True, vertical_alignment="center")
        row.progress(job.share, text=f"**{plain(job.title)}** · {_state(job)}")
        if row.button(cancel_label, key=f"cancel-{place}{job.id}", icon=":material/stop_circle:"):
            jobs.cancel(job.id)


def _losses(job_id: str) -> None:
    try:
        losses = jobs.get_job(job_id).losses
    except RunError:  # dismissed in another tab
        return
    if len(losses) > 1:
        st.line_chart({"loss": losses}, height=140, x_label="step", y_label="loss", alt="Training loss so far")


def outcome(job: Job, place: str = "") -> None:
    """How far a job is that a page waits for, or why it did not come to its end; `place` as in `watch`."""
    if job.active:
        watch(job, place=place)
    else:
        failure(job, place)


def failures(kinds: Collection[str], log_digest: str | None = None) -> None:
    """The jobs of these kinds that failed, on one log where it is named, each with its reason until it is dismissed."""
    for job in jobs.list_jobs():
        if job.status == "failed" and job.kind in kinds and log_digest in (None, job.spec.get("log_digest")):
            failure(job)


def failure(job: Job, place: str = "") -> None:
    """Why a job did not come to its end, with its log folded below; dismissing it allows another try."""
    with st.container(border=True):
        if job.status == "cancelled":
            st.info(f"{plain(job.title)} was cancelled. Dismiss this to start it again.")
        else:
            st.error(plain(job.error or "The work stopped without saying why."), title=f"{plain(job.title)} failed")
        row = st.container(horizontal=True)
        if row.button("Dismiss", key=f"dismiss-{place}{job.id}"):
            jobs.dismiss(job.id)
            st.rerun()
        if job.log_tail:
            with st.expander("What it wrote"):
                st.code(job.log_tail, language=None, wrap_lines=True)


def _state(job: Job) -> str:
    if job.status == "queued":
        return "waiting"
    return f"{plain(job.stage or 'starting')}{_left(job.seconds_left)}"


def _left(duration: float | None) -> str:
    if duration is None:
        return ""
    if duration < 1:
        return " · nearly done"
    return f" · {round(duration)} s left" if duration < 60 else f" · {seconds(duration)} left"
