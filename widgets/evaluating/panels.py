"""The Evaluate page from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from widgets.evaluating import choice, leaderboard, results, sweep, tuning
from widgets.evaluating.choice import Plan
from widgets.jobs_panel import outcome
from widgets.logs.words import rows_are_on_spark
from workspace.evaluations import evaluation_spec, kept_evaluation
from workspace.jobs import find_job, list_jobs
from workspace.logs import LogEntry


def need_rows(log: LogEntry) -> None:
    """Where the log has no rows here, say what to do, and stop the page."""
    if log.has_rows:
        return
    st.info(rows_are_on_spark(log, "Evaluating models", "evaluate on that"), icon=":material/cloud:")
    st.page_link("pages/data.py", label="**Go to Data**", icon=":material/arrow_forward:")
    st.stop()


def ask(log: LogEntry) -> tuple[Plan, dict[str, Any] | None]:
    """What is asked, and the answer where it is kept, else the button that asks, or how far the work is."""
    top = st.container()  # the next step stands above what it is made of, which is folded
    plan = choice.choose_plan(log)
    kept = kept_evaluation(log.digest, plan.asked, plan.contestants, plan.k) if plan.contestants else None
    if kept is not None:
        return plan, kept
    job = find_job("evaluate", evaluation_spec(log.digest, plan.asked, plan.contestants, plan.k))
    if job is not None and (job.active or job.status in ("failed", "cancelled")):
        with top:
            outcome(job)
            if not job.active:
                st.caption("What was finished is kept: it goes on where it was.")
    else:
        with top:
            choice.start_button(log, plan)
    return plan, None


def found(log: LogEntry, report: dict[str, Any]) -> None:
    """The claims, then how often models are right."""
    results.claims(report)
    results.accuracy(log, report)


def details(log: LogEntry, plan: Plan, report: dict[str, Any] | None) -> None:
    """What goes further, a tab each, of which only the open one is drawn; `report` where the plan is evaluated."""
    tabs: dict[str, Callable[[], None]] = {}
    if report is not None:
        tabs["Leaderboard"] = lambda: leaderboard.leaderboard(log, report)
        tabs["Two models"] = lambda: results.two_models(report)
        tabs["Categories"] = lambda: results.categories(report)
    tabs["Window sweep"] = lambda: sweep.window_sweep(log, plan)
    tabs["Tuning"] = lambda: tuning.tuning(log, plan)
    # Remembered, so that a tab does not close when its work ends.
    busy = st.session_state.setdefault(f"busy-tab-{log.digest}", _busy_tab(log))
    drawn = st.tabs(list(tabs), key="evaluate-details", on_change="rerun", default=busy or next(iter(tabs)))
    for tab, draw in zip(drawn, tabs.values(), strict=True):
        with tab:
            if tab.open:
                draw()


def _busy_tab(log: LogEntry) -> str | None:
    """The tab in which something is under way on a log, so that a page that is opened anew shows it."""
    by_kind = {"sweep": "Window sweep", "tune": "Tuning"}
    return next(
        (by_kind[job.kind] for job in list_jobs()
         if job.kind in by_kind and job.active and job.spec["log_digest"] == log.digest), None,
    )  # fmt: skip
