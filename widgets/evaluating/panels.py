"""The Evaluate page from top to bottom."""

from __future__ import annotations

from typing import Any

import streamlit as st

from widgets.evaluating import choice, leaderboard, results
from widgets.jobs_panel import outcome
from workspace.evaluations import evaluation_spec, kept_evaluation
from workspace.jobs import find_job
from workspace.logs import LogEntry


def ask(log: LogEntry) -> dict[str, Any] | None:
    """Choose what is asked; the answer where it is kept, else the button that asks, or how far the work is."""
    top = st.container()  # the next step stands above what it is made of, which is folded
    plan = choice.choose_plan(log)
    kept = kept_evaluation(log.digest, plan.asked, plan.contestants, plan.k) if plan.contestants else None
    if kept is not None:
        return kept
    job = find_job("evaluate", evaluation_spec(log.digest, plan.asked, plan.contestants, plan.k))
    if job is not None and (job.active or job.status in ("failed", "cancelled")):
        with top:
            outcome(job)
    else:
        with top:
            choice.start_button(log, plan)
    return None


def found(log: LogEntry, report: dict[str, Any]) -> None:
    """The claims, then how often models are right."""
    results.claims(report)
    results.accuracy(log, report)


def details(log: LogEntry, report: dict[str, Any]) -> None:
    """What goes further, a tab each."""
    board, two, categories = st.tabs(["Leaderboard", "Two models", "Categories"])
    with board:
        leaderboard.leaderboard(log, report)
    with two:
        results.two_models(report)
    with categories:
        results.categories(report)
