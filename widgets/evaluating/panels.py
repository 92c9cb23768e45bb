"""The Evaluate page from top to bottom."""

from __future__ import annotations

from typing import Any

import streamlit as st

from widgets.evaluating import choice, leaderboard, results, tuning
from widgets.jobs_panel import outcome
from workspace.evaluations import evaluation_spec, kept_evaluation
from workspace.jobs import find_job
from workspace.logs import LogEntry


def ask(log: LogEntry) -> tuple[choice.Plan, dict[str, Any] | None]:
    """Choose what is asked; with the answer where it is kept, else the button that asks, or how far the work is."""
    top = st.container()  # the next step stands above what it is made of, which is folded
    plan = choice.choose_plan(log)
    kept = kept_evaluation(log.digest, plan.asked, plan.contestants, plan.k) if plan.contestants else None
    if kept is not None:
        return plan, kept
    job = find_job("evaluate", evaluation_spec(log.digest, plan.asked, plan.contestants, plan.k))
    if job is not None and (job.active or job.status in ("failed", "cancelled")):
        with top:
            outcome(job)
    else:
        with top:
            choice.start_button(log, plan)
    return plan, None


def found(log: LogEntry, report: dict[str, Any]) -> None:
    """The claims, then how often models are right."""
    results.claims(report)
    results.accuracy(log, report)


def details(log: LogEntry, plan: choice.Plan, report: dict[str, Any] | None) -> None:
    """What goes further, a tab each; tuning needs no evaluation before it."""
    names = ["Tuning"] if report is None else ["Leaderboard", "Tuning"]
    tabs = dict(zip(names, st.tabs(names), strict=True))
    if report is not None:
        with tabs["Leaderboard"]:
            leaderboard.leaderboard(log, report)
    with tabs["Tuning"]:
        tuning.tuning(log, plan)
