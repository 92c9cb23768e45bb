"""Tuning: the same number of trials for each method, as they come, and what is done with the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

import pandas as pd
import streamlit as st

from analysis.arrays import Similarity
from embedders import METHODS
from figures.text import count, file_name, plain, seconds
from figures.tuning import (
    caution_in_words,
    compared_in_words,
    failures_in_words,
    objective_in_words,
    settings_in_words,
    trials_picture,
    value_columns,
    values_in_words,
)
from studies.trials import MEASURES, Objective, Trial, best_trials
from widgets import frame, training
from widgets.evaluating import choice
from widgets.forms import describe
from widgets.jobs_panel import failure, watch
from widgets.measures import explain
from widgets.pictures import picture
from workspace import estimates, jobs
from workspace.contestants import tuned_contestant
from workspace.logs import LogEntry
from workspace.tunings import Sought, Tuning, expected_tuning, kept_tuning, tuned_params, tuning_spec

Searched = Similarity | Literal["searched"]
_LOOK_SECONDS = 2.0  # between two drawings of the trials while they come
_WHY = "Why it failed"
_SIMILARITIES: Final[dict[Searched, str]] = {"cosine": "Cosine", "dot": "Dot product", "searched": "Both are tried"}


def tuning(log: LogEntry, plan: choice.Plan) -> None:
    """Choose what is tuned; its trials so far, live while they come, then what is best."""
    st.markdown("**What can each method do at its best?**")
    st.caption(
        "Each method gets the same number of trials, the first with its defaults. They are trained and asked inside "
        "the training part alone: what the evaluation asks about stays unseen."
    )
    methods, sought = _choose(log, plan)
    if not methods:
        st.caption("Choose at least one method above.")
        return
    spec = tuning_spec(log.digest, plan.asked, methods, sought)
    job = jobs.find_job("tune", spec)
    if job is not None and job.active:
        watch(job, cancel_label="Stop", place="tuning-")
        st.fragment(_trials, run_every=_LOOK_SECONDS)(log, plan, methods, sought)
        return
    if job is not None and job.status == "failed":
        failure(job, "tuning-")
    tunings = _kept(log, plan, methods, sought)
    _start_button(log, spec, tunings)
    _trials(log, plan, methods, sought)
    _best(log, plan, tunings)
    _all_trials(log, tunings)
    explain("tuning", "accuracy", "neighbour_popularity")


def _choose(log: LogEntry, plan: choice.Plan) -> tuple[list[str], Sought]:
    """What is asked for, at first as it was asked for last on this log, else the methods of the models above."""
    last = next((one.spec for one in jobs.list_jobs() if _is_tuning_of(one, log)), None)
    before = Sought() if last is None else Sought(**last["sought"])
    usual = dict.fromkeys(one.needed.method for one in plan.contestants) if last is None else last["methods"]
    methods = st.multiselect(
        "Methods", list(METHODS), [name for name in usual if name in METHODS], key=f"tuned-methods-{log.digest}",
        persist_state="session", format_func=lambda name: METHODS[name].title, placeholder="Choose methods",
    )  # fmt: skip
    objectives = get_args(Objective)
    left, middle, right = st.columns([3, 2, 1])
    objective = left.selectbox(
        "What is looked for", objectives, objectives.index(before.objective), key=f"objective-{log.digest}",
        persist_state="session", format_func=lambda one: objective_in_words(one, plan.k),
    )  # fmt: skip
    similarity = middle.segmented_control(
        "Neighbours by", list(_SIMILARITIES), required=True, default=before.similarity,
        key=f"tuned-similarity-{log.digest}", persist_state="session", format_func=_SIMILARITIES.__getitem__,
        help="Cosine or dot product changes how popular neighbours are, often more than the method does.",
    )  # fmt: skip
    trials = right.number_input(
        "Trials of each", 2, 500, before.trials, 5, key=f"trials-{log.digest}", persist_state="session",
        help="The same number for every method. With a larger one, what is there already goes on.",
    )  # fmt: skip
    return list(methods), Sought(objective=objective, trials=int(trials), k=plan.k, similarity=similarity)


def _is_tuning_of(job: jobs.Job, log: LogEntry) -> bool:
    return job.kind == "tune" and job.spec["log_digest"] == log.digest


def _kept(log: LogEntry, plan: choice.Plan, methods: Sequence[str], sought: Sought) -> list[Tuning]:
    return [kept_tuning(log.digest, plan.asked, method, sought) for method in methods]


def _start_button(log: LogEntry, spec: Mapping[str, Any], tunings: Sequence[Tuning]) -> None:
    """The button that begins or goes on; nothing where all is done."""
    done, budget = sum(len(one.trials) for one in tunings), sum(one.sought.trials for one in tunings)
    if all(one.complete for one in tunings):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.button(
            "Go on" if done else "Tune", icon=":material/tune:", key="tune",
            on_click=_start, args=(log, spec),
        )  # fmt: skip
        so_far = f"{count(done)} of {count(budget)} trials are there. " if done else f"{count(budget)} trials. "
        st.caption(
            f"{so_far}{estimates.sentence(expected_tuning(log.size, tunings))}, more where what is tried trains longer "
            "than the defaults. It can be stopped at any time, and goes on where it was.",
            width="stretch",
        )


def _start(log: LogEntry, spec: Mapping[str, Any]) -> None:
    jobs.submit("tune", spec, f"Tuning on {log.name}")


def _trials(log: LogEntry, plan: choice.Plan, methods: Sequence[str], sought: Sought) -> None:
    """The picture of what is there, and in words what went wrong."""
    tunings = _kept(log, plan, methods, sought)
    if not any(one.trials for one in tunings):
        return
    picture(trials_picture(tunings), "Trials so far")
    drawn = (
        "The further up and to the left, the better. A line joins the trials of a method that no other of its trials "
        "beats in both; a diamond is the defaults."
        if len(MEASURES[sought.objective]) > 1
        else "A point is a trial, the line the best so far."
    )
    begun = next(one for one in tunings if one.trials)
    st.caption(f"{drawn} {settings_in_words(begun)}")
    if failed := failures_in_words(tunings):
        st.caption(plain(failed))


def _best(log: LogEntry, plan: choice.Plan, tunings: Sequence[Tuning]) -> None:
    """The best trials of each method, the best method first, with what can be done with them."""
    best = [(one, trial) for one in tunings for trial in best_trials(one.trials, one.sought.objective)]
    if not best:
        return
    measure = MEASURES[best[0][0].sought.objective][0]
    best.sort(key=lambda pair: pair[1].values[measure], reverse=True)
    row = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    row.markdown("**Best parameters**", width="content")
    st.caption(plain(caution_in_words(tunings)))
    if len(MEASURES[best[0][0].sought.objective]) > 1:
        best = [_chosen_of_fronts(best)]
    for one, trial in best:
        _row(log, plan, one, trial)
    if len(best) > 1:
        row.button(
            "Evaluate all beside their defaults", icon=":material/fact_check:", key="evaluate-tuned",
            on_click=choice.evaluate_with,
            args=(log, plan, [contestant for one, trial in best for contestant in _both(one, trial)]),
        )  # fmt: skip


def _chosen_of_fronts(best: Sequence[tuple[Tuning, Trial]]) -> tuple[Tuning, Trial]:
    """One of the trials of all fronts: which is best is for a person to say."""
    by_name = {
        f"{METHODS[one.method].short}, trial {trial.number + 1}: {values_in_words(trial, one.sought.k)}": (one, trial)
        for one, trial in best
    }
    return by_name[str(st.selectbox("Which of the fronts", list(by_name), key="tuned-of-fronts"))]


def _row(log: LogEntry, plan: choice.Plan, one: Tuning, trial: Trial) -> None:
    method = METHODS[one.method]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(method.short)}**: {plain(compared_in_words(trial, one.trials[0], one.sought.k))}  \n"
            f":small[{plain(_settings(one, trial))} · {plain(_effort(one, trial))}]",
            width="stretch",
        )
        actions = st.container(horizontal=True, width="content")
        place = f"{one.method}-{trial.number}"
        if actions.button("Use on the Train page", icon=":material/model_training:", key=f"use-{place}"):
            training.fill_in(method, tuned_params(one.method, trial))
            frame.open_screen("train")
        actions.button(
            "Evaluate beside the defaults", icon=":material/fact_check:", key=f"evaluate-{place}",
            on_click=choice.evaluate_with, args=(log, plan, _both(one, trial)),
        )  # fmt: skip


def _both(one: Tuning, trial: Trial) -> list[Any]:
    """The defaults, and what was found."""
    return [tuned_contestant(one, one.trials[0]), tuned_contestant(one, trial)]


def _settings(one: Tuning, trial: Trial) -> str:
    """Only what is not as by default, and the similarity where it was searched."""
    said = _parameters(one, trial)
    return f"{said}, by {_SIMILARITIES[trial.similarity].lower()}" if one.sought.similarity == "searched" else said


def _parameters(one: Tuning, trial: Trial) -> str:
    params = tuned_params(one.method, trial).model_dump(mode="json")
    return describe({name: _rounded(value) for name, value in params.items()}, METHODS[one.method].Params)


def _rounded(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _effort(one: Tuning, trial: Trial) -> str:
    there_are = ", all that can be tried" if one.used_up else ""
    took = f"{seconds(trial.seconds)}, {seconds(sum(trial.seconds for trial in one.trials))} for all"
    return f"trial {trial.number + 1} of {len(one.trials)}{there_are} · {took}"


def _all_trials(log: LogEntry, tunings: Sequence[Tuning]) -> None:
    rows = [_facts(one, trial) for one in tunings for trial in one.trials]
    if not rows:
        return
    table = pd.DataFrame(rows)
    with st.expander("All trials"):
        shown = table if any(table[_WHY]) else table.drop(columns=_WHY)
        st.dataframe(
            shown, hide_index=True, key="all-trials", placeholder="–", alt="All trials of all methods",
            column_config={
                str(name): st.column_config.NumberColumn(format="%.3f")
                for name in table if table[name].dtype.kind == "f"
            },
        )  # fmt: skip
        st.download_button(
            "Download all trials as CSV", table.to_csv(index=False).encode("utf-8-sig"),
            f"{file_name(log.name)}-tuning.csv", "text/csv", icon=":material/download:", key="tuning-csv",
        )  # fmt: skip


def _facts(one: Tuning, trial: Trial) -> dict[str, Any]:
    return {
        "Method": METHODS[one.method].short,
        "Trial": trial.number + 1,
        **value_columns(trial, one.sought),
        "Parameters": _parameters(one, trial),
        "Similarity": trial.similarity,
        "Seconds": trial.seconds,
        _WHY: trial.failure or None,
    }
