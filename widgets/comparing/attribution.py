"""The tab on why matrix factorisation and item2vec differ: the ladder between them, a change a step."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from figures.ladder import accuracy_columns, ladder, ladder_note, ladder_rows, ladder_sentence, measured, noise_sentence
from figures.studies import CHANCE, MEASURES
from figures.text import plain
from studies.attribution import Rung, Step
from studies.provider import RunNeeded
from widgets.comparing.evidence import Evidence
from widgets.jobs_panel import failure, outcome, watch
from widgets.logs.words import rows_are_on_spark
from widgets.measures import explain
from widgets.pictures import picture
from workspace import estimates, jobs
from workspace.evaluations import kept_hits
from workspace.jobs import Job
from workspace.ladders import USUAL_DIMENSIONS, Climb, climb_or_jobs, steps_of, train_steps, usual_steps
from workspace.logs import LogEntry
from workspace.runs import RunEntry
from workspace.studies import expected, train_second_seed, trained_as

_PLACE = "ladder-"  # a second seed may be under way above, too
_STEP_DIMENSIONS, _STEPS = "ladder-dimensions", "ladder-steps-"  # in the session; the second with the log's digest
_ALONG = ("neighbour_popularity", "head_share")


def why_they_differ(evidence: Evidence) -> None:
    """Which of the changes between matrix factorisation and item2vec makes the neighbours differ?"""
    log, k = evidence.log, evidence.choice.k
    st.markdown("**Which change makes the neighbours differ?**")
    st.caption(
        "Matrix factorisation and item2vec differ in many things at once. The ladder goes from one to the other on "
        "this log and changes one thing a step; steps that are trained already are used as they are."
    )
    if not log.has_rows:
        st.info(rows_are_on_spark(log, "The ladder", "climb it there"), icon=":material/cloud:")
        return
    steps = _chosen(log)
    if len(steps) < 2:
        st.info("Choose at least two steps: a change needs something before it.")
        return
    found = climb_or_jobs(log, steps, k)
    _trainings(log, found)
    there = measured(found.rungs)
    if len(there) > 1:
        _picture(found.rungs, k, evidence.pair.report["a"]["head_share_of_catalogue"])
        _table(log, found.rungs)
    elif there:
        (only, _), missing = there[0], len(steps) - 1
        st.info(
            f"Only “{plain(only.step.label)}” is there so far: the ladder is drawn from the second step on, and whole "
            f"with the {missing} that {'is' if missing == 1 else 'are'} missing."
        )
    with st.expander("What does each step change?", icon=":material/stairs_2:"):
        st.markdown("\n".join(f"1. **{plain(step.label)}**: {plain(step.change)}" for step in steps))
    explain("ladder", "noise_floor", "neighbour_popularity", "head_share", "hubness", "coverage", "agreement")


def chosen_steps(log: LogEntry) -> tuple[Step, ...]:
    """The steps as they were chosen last in this tab of the browser, else the usual ones."""
    dimensions = int(st.session_state.get(_STEP_DIMENSIONS, USUAL_DIMENSIONS))
    picked = st.session_state.get(f"{_STEPS}{log.digest}")
    if picked is None:
        return usual_steps(log, dimensions)
    return tuple(step for step in steps_of(log, dimensions) if step.label in picked)


def _chosen(log: LogEntry) -> tuple[Step, ...]:
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    dimensions = right.number_input(
        "Dimensions", 2, 1024, USUAL_DIMENSIONS, key=_STEP_DIMENSIONS, persist_state="session",
        help="Length of the vectors in every step.",
    )  # fmt: skip
    steps = {step.label: step for step in steps_of(log, int(dimensions))}
    labels = list(steps)
    usual = [step.label for step in steps.values() if step.chosen]
    picked = left.multiselect(
        "Steps", labels, default=usual, key=f"{_STEPS}{log.digest}", persist_state="session",
        help="The first is where the ladder begins, the last where it ends.",
    )  # fmt: skip
    return tuple(step for label, step in steps.items() if label in picked)


def _trainings(log: LogEntry, found: Climb) -> None:
    """How many steps are there, what is under way, and the button for what is missing."""
    total = len(found.rungs)
    for job in found.failed:
        failure(job, _PLACE)
    if found.trainings:
        first, rest = found.trainings[0], found.trainings[1:]
        st.markdown(
            f"**{found.trained} of {total} steps are trained**; trainings on their way: {len(found.trainings)}."
        )
        watch(first, cancel_label="Cancel this step", place=_PLACE)
        if rest:
            st.button(
                f"Cancel all {len(found.trainings)} trainings", key="cancel-ladder", icon=":material/stop_circle:",
                on_click=_cancel, args=(found.trainings,),
            )  # fmt: skip
    elif found.comparing is not None:
        outcome(found.comparing, _PLACE)
    if found.missing:
        row = st.container(horizontal=True, vertical_alignment="center")
        many = len(found.missing)
        row.button(
            "Train the one missing step" if many == 1 else f"Train the {many} missing steps", type="primary",
            icon=":material/stairs_2:", key="train-ladder", on_click=_train, args=(log, found.missing),
        )  # fmt: skip
        takes = estimates.sentence(expected(log, [step.needed for step in found.missing]))
        row.caption(f"{found.trained} of {total} are there. {takes}.", width="content")
    elif found.unfloored and not found.trainings:
        row = st.container(horizontal=True, vertical_alignment="center")
        many = len(found.unfloored)
        row.button(
            f"Train a second seed of {'one step' if many == 1 else f'{many} steps'}", icon=":material/casino:",
            key="train-ladder-seeds", on_click=_train_seeds, args=(found.unfloored,),
        )  # fmt: skip
        again = [needed for run in found.unfloored if isinstance(needed := trained_as(run), RunNeeded)]
        row.caption(
            f"{estimates.sentence(expected(log, again))}. It tells what changes by chance alone.", width="content"
        )


def _picture(rungs: Sequence[Rung], k: int, head_of_catalogue: float | None) -> None:
    sentence = ladder_sentence(rungs)
    if sentence is not None:
        st.markdown(sentence)
    chance_alone = noise_sentence(rungs)
    if chance_alone is not None:
        st.markdown(chance_alone)
    labels = {one.name: one.label for one in MEASURES}
    along = st.segmented_control(
        "Along the ladder", _ALONG, required=True, default=_ALONG[0], key="ladder-along", persist_state="session",
        format_func=labels.__getitem__, label_visibility="collapsed",
    )  # fmt: skip
    chance = CHANCE.get(str(along), head_of_catalogue)
    picture(ladder(rungs, str(along), chance), f"Ladder by {labels[str(along)].lower()}")
    line = "chance" if str(along) == "neighbour_popularity" else "the head's share of the catalogue"
    st.caption(ladder_note(rungs, k, line))


def _table(log: LogEntry, rungs: Sequence[Rung]) -> None:
    heads, rows = ladder_rows(rungs)
    alt = "The steps of the ladder with their measures"
    hits = accuracy_columns(kept_hits(log.digest, [rung.step.needed for rung in rungs]))
    table = pd.DataFrame(rows, columns=heads).assign(**hits)
    st.dataframe(table, hide_index=True, key="ladder-table", alt=alt)
    st.caption(
        "Hits: how often a step, trained on the earlier part of the log, has the next item among its k nearest."
        if hits
        else "How often each step finds the next item stands here too, once it was asked on the Evaluate page, where "
        "the steps of the ladder are among the models."
    )


def _train(log: LogEntry, steps: Sequence[Step]) -> None:
    train_steps(log, steps)


def _train_seeds(runs: Sequence[RunEntry]) -> None:
    for run in runs:
        train_second_seed(run)


def _cancel(trainings: Sequence[Job]) -> None:
    for job in reversed(trainings):  # the last first, so that none begins meanwhile
        jobs.cancel(job.id)
