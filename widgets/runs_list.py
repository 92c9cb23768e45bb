"""The runs of a log: those under way, those that failed, those that are done."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from embedders import METHODS
from errors import InputError
from figures.charts import loss_curve
from figures.text import count, day, plain, seconds
from widgets import jobs_panel, on_spark
from widgets.forms import describe
from workspace import jobs
from workspace.jobs import Job
from workspace.logs import LogEntry
from workspace.run_kinds import IMPORTED
from workspace.runs import RunEntry, copy_run_in, delete_run, list_runs, machine_of, rename_run

# Families whose loss is added up pair by pair while the vectors move.
_MEASURED_BY_THE_WAY = ("sequences", "graph")
_KINDS = ("train", "spark")  # of jobs


def _trainings(log: LogEntry) -> list[Job]:
    """The unfinished trainings of this log, in the order in which they are done."""
    active = reversed(jobs.list_jobs(active_only=True))
    return [job for job in active if job.kind in _KINDS and job.spec.get("log_digest") == log.digest]


def runs_of(log: LogEntry) -> int:
    """The runs of this log: those under way, those that failed, those that are done; returns how many are done."""
    runs, active = list_runs(log.digest), _trainings(log)
    st.subheader("Runs of this log")
    for job in active:
        jobs_panel.watch(job)
    jobs_panel.failures(_KINDS, log.digest)
    on_spark.trained_elsewhere(log)
    if not runs and not active:
        st.info("Nothing is trained on this log yet. The button at the top trains a pair worth comparing.")
    for run in runs:
        _row(run)
    return len(runs)


def open_run_folder(log: LogEntry) -> None:
    """Take a run in that the command line made, from its folder on this machine."""
    with st.expander("Open a run folder"):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        folder = row.text_input("Folder of a run that was trained with cli.py", placeholder="/path/to/run")
        if not row.button("Open it", disabled=not folder.strip()):
            return
        try:
            run = copy_run_in(Path(folder.strip()).expanduser())
        except InputError as error:
            st.error(plain(error))
            return
        if run.log_digest == log.digest:
            st.rerun()
        st.warning(
            f"{plain(run.name)} is kept, but it was trained on another log or other cleaning rules "
            f"({plain(run.log_name)}): it is listed when that log is open."
        )


def settings(run: RunEntry) -> str:
    """A run's parameters where they differ from the defaults, in one line; of imported vectors, where they are from."""
    if run.method == IMPORTED:
        return f"from {run.params.get('file')} ({run.params.get('format')})"
    method = METHODS.get(run.method)
    return describe(dict(run.params), None if method is None else method.Params)


def _row(run: RunEntry) -> None:
    with st.container(border=True):
        row = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
        trained = "" if run.method == IMPORTED else f"seed {run.seed} · {seconds(run.seconds)} · "
        if run.engine != "local":
            trained = f"on Spark · {trained}"
        row.markdown(
            f"**{plain(run.name)}**  \n"
            f":small[{plain(run.title)} · {run.dimensions} dimensions · {count(run.n_items - run.n_missing)} items · "
            f"{plain(settings(run))} · {trained}{day(run.created)}]"
        )
        actions = row.container(horizontal=True, width="content")
        with actions.popover("Details", icon=":material/info:", key=f"details-{run.key}"):
            _details(run)
        if actions.button("Rename", key=f"rename-{run.key}", icon=":material/edit:"):
            _rename(run)
        if actions.button("Delete", key=f"delete-{run.key}", icon=":material/delete:"):
            _delete(run)


def _details(run: RunEntry) -> None:
    if run.engine != "local":
        st.caption(f"Trained on {plain(machine_of(run))}")
    st.caption(f"Settings: {plain(settings(run))}")
    for note in run.notes:
        st.caption(plain(note))
    if run.n_missing:
        st.caption(plain(_without_vector(run)))
    if len(run.losses) > 1:
        st.plotly_chart(loss_curve(run.losses), key=f"losses-{run.key}", alt="Training loss of this run")
        if run.family in _MEASURED_BY_THE_WAY:
            st.caption(
                "The sum of the losses of an event's pairs, each measured just before its step: a large step has just "
                "fitted the pair before it, in the same window. So the curve may rise while steps get smaller, and it "
                "tells little of how good the vectors are: that is what the Compare page is for."
            )
    st.json(dict(run.params), expanded=False)


def _without_vector(run: RunEntry) -> str:
    """How many items have no vector, and the first of them."""
    told = f"Items without a vector: {count(run.n_missing)}"
    if not run.missing_first:
        return f"{told}."
    more = run.n_missing - len(run.missing_first)
    rest = f" and {count(more)} more; the settings on the Export page have the ids of all" if more else ""
    return f"{told}: {'; '.join(run.missing_first)}{rest}."


@st.dialog("Rename this run")
def _rename(run: RunEntry) -> None:
    name = st.text_input("New name", value=run.name, max_chars=80)
    if st.button("Rename", type="primary", disabled=not name.strip()):
        rename_run(run.key, name.strip())
        st.rerun()


@st.dialog("Delete this run?")
def _delete(run: RunEntry) -> None:
    st.markdown(f"**{plain(run.name)}** goes with its vectors, neighbours and maps. The log stays.")
    if st.button("Delete the run", type="primary", icon=":material/delete:"):
        delete_run(run.key)
        st.rerun()
