"""The tab on why matrix factorisation and item2vec differ: the ladder between them, a change a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from figures.ladder import OF_LADDER, ladder, ladder_sentence, noise_sentence
from figures.studies import CHANCE, MEASURES
from figures.text import count, decimal, plain
from studies.attribution import Rung, Step
from studies.provider import RunNeeded
from widgets.comparing.evidence import Evidence
from widgets.jobs_panel import failure, outcome, watch
from widgets.measures import explain
from widgets.pictures import picture
from workspace import estimates, jobs
from workspace.jobs import Job
from workspace.ladders import Climb, climb_or_jobs, steps_of, train_steps
from workspace.logs import LogEntry
from workspace.runs import RunEntry
from workspace.studies import expected, train_second_seed, trained_as

_PLACE = "ladder-"  # a second seed may be under way above, too
_DIMENSIONS = 64
_ALONG = ("neighbour_popularity", "head_share")


def why_they_differ(evidence: Evidence) -> None:
    """Which of the changes between matrix factorisation and item2vec makes the neighbours differ?"""
    log, k = evidence.log, evidence.choice.k
    st.markdown("**Which change makes the neighbours differ?**")
    st.caption(
        "Matrix factorisation and item2vec differ in many things at once. The ladder goes from one to the other on "
        "this log and changes one thing a step; steps that are trained already are used as they are."
    )
    steps = _chosen(log)
    if len(steps) < 2:
        st.info("Choose at least two steps: a change needs something before it.")
        return
    found = climb_or_jobs(log, steps, k)
    _trainings(log, found)
    if any(rung.measures is not None for rung in found.rungs):
        _picture(found.rungs, k, evidence.pair.report["a"]["head_share_of_catalogue"])
        _table(found.rungs)
    with st.expander("What does each step change?", icon=":material/stairs_2:"):
        st.markdown("\n".join(f"1. **{plain(step.label)}**: {plain(step.change)}" for step in steps))
    explain("ladder", "noise_floor", "neighbour_popularity", "head_share", "hubness", "coverage", "agreement")


def _chosen(log: LogEntry) -> tuple[Step, ...]:
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    dimensions = right.number_input(
        "Dimensions", 2, 1024, _DIMENSIONS, key="ladder-dimensions", persist_state="session",
        help="Length of the vectors in every step.",
    )  # fmt: skip
    steps = {step.label: step for step in steps_of(log, int(dimensions))}
    labels = list(steps)
    usual = [step.label for step in steps.values() if step.chosen]
    picked = left.multiselect(
        "Steps", labels, default=usual, key=f"ladder-steps-{log.digest}", persist_state="session",
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
    counts = [rung.measures.n for rung in rungs if rung.measures is not None]
    least, most = min(counts), max(counts)
    over = count(most) if least == most else f"{count(least)} to {count(most)}"
    line = "chance" if str(along) == "neighbour_popularity" else "the head's share of the catalogue"
    st.caption(
        f"k = {k}, cosine, over {over} items with a vector. The wider an arrow, the more neighbours change: to "
        f"the right stands 1 \N{MINUS SIGN} J, where J is the Jaccard to the step before, below it what another seed "
        f"alone makes of it, where that is known. The dashed line is {line}."
    )


def _table(rungs: Sequence[Rung]) -> None:
    shown = [one for one in MEASURES if one.name in OF_LADDER]
    rows: list[dict[str, Any]] = []
    for place, rung in enumerate(rungs, start=1):
        row: dict[str, Any] = {"#": place, "Step": rung.step.label}
        row |= {one.label: "–" if rung.measures is None else one.write(rung.measures[one.name].json) for one in shown}
        for name, agreement in (("step before", rung.before), ("first", rung.first), ("last", rung.last)):
            itself = name != "step before" and place == (1 if name == "first" else len(rungs))
            row[f"Jaccard to {name}"] = "–" if agreement is None or itself else decimal(agreement.jaccard.json)
        row["Own noise floor"] = "–" if rung.floor is None else decimal(rung.floor.agreement.jaccard.json)
        row["Items"] = "–" if rung.measures is None else count(rung.measures.n)
        rows.append(row)
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key="ladder-table", alt="The steps of the ladder with their measures"
    )


def _train(log: LogEntry, steps: Sequence[Step]) -> None:
    train_steps(log, steps)


def _train_seeds(runs: Sequence[RunEntry]) -> None:
    for run in runs:
        train_second_seed(run)


def _cancel(trainings: Sequence[Job]) -> None:
    for job in reversed(trainings):  # the last first, so that none begins meanwhile
        jobs.cancel(job.id)
