"""The noise floors of the two runs: what they are, and the button that has a second seed of both trained."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from figures.text import plain
from studies.noise import NoiseFloor
from studies.provider import RunNeeded
from widgets.comparing.evidence import Evidence
from widgets.jobs_panel import outcome
from workspace import estimates
from workspace.logs import LogEntry
from workspace.results import Pending, Ready
from workspace.runs import RunEntry
from workspace.studies import NoFloor, NotTrained, expected, floor_or_job, train_second_seed

_State = Ready[NoiseFloor] | Pending | NotTrained | NoFloor


def noise_floors(evidence: Evidence) -> tuple[NoiseFloor | None, NoiseFloor | None]:
    """The noise floors of A and of B, each by its own similarity; None where one is not known (yet)."""
    of_a, of_b = (state.value if isinstance(state, Ready) else None for state in _states(evidence))
    return of_a, of_b


def noise_button(evidence: Evidence) -> None:
    """One button that has the missing second seeds trained, their jobs while they run, nothing once all is known.

    To be drawn once on a page.
    """
    states = _states(evidence)
    jobs = {state.job.id: state.job for state in states if isinstance(state, Pending)}
    for job in sorted(jobs.values(), key=lambda job: job.created):
        outcome(job)
    sides = {run.key: (run, state) for run, state in zip((evidence.choice.a, evidence.choice.b), states, strict=True)}
    missing = [(run, state.needed) for run, state in sides.values() if isinstance(state, NotTrained)]
    if missing:
        row = st.container(horizontal=True, vertical_alignment="center")
        row.button(
            f"Train a second seed of {'both' if len(missing) == 2 else plain(missing[0][0].name)}",
            icon=":material/casino:",
            key="train-second-seeds",
            on_click=_train,
            args=([run for run, _ in missing],),
        )
        row.caption(_takes(evidence.log, [one for _, needed in missing for one in needed]), width="content")
    for run, state in sides.values():
        if isinstance(state, NoFloor):
            st.caption(f"{plain(run.name)} has no noise floor: {state.reason}.")


def _states(evidence: Evidence) -> tuple[_State, _State]:
    choice = evidence.choice
    return (
        floor_or_job(choice.a, choice.similarity_a, choice.k),
        floor_or_job(choice.b, choice.similarity_b, choice.k),
    )


def _takes(log: LogEntry, needed: Sequence[RunNeeded]) -> str:
    time = estimates.duration(expected(log, needed).seconds)
    return f"{time.capitalize()}. How far does a method agree with itself when only the seed is another?"


def _train(runs: Sequence[RunEntry]) -> None:
    for run in runs:
        train_second_seed(run)
