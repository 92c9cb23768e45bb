"""Bring vectors that were trained elsewhere: upload a file, have it matched to the log, get a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from errors import RunError
from figures.text import count, plain
from widgets import jobs_panel
from widgets.logs.upload import kept_on_disk
from widgets.measures import explain_formats
from workspace import jobs
from workspace.logs import LogEntry
from workspace.runs import find_run

_JOB = "_vectors_job"  # in the session: the last import of vectors


def bring_vectors(log: LogEntry) -> None:
    """The folded section with the upload boxes and the button, and under it what becomes of the file."""
    # Its state is kept on the server: what appears above it, such as a bar of progress, would else fold it again.
    section = st.expander("Bring vectors trained elsewhere", key="bring-vectors", on_change="rerun")
    if section.open:
        with section:
            _form(log)
    _imports(log)


def _form(log: LogEntry) -> None:
    st.markdown(
        "A file of vectors becomes a run, matched to this log by item id: compare it, draw its map and export it like "
        "one that was trained here."
    )
    explain_formats()
    left, right = st.columns(2)
    file = left.file_uploader(
        "Vectors", key="upload-vectors", help="CSV, TSV, Parquet, .npy, or word2vec, text or binary."
    )
    ids = right.file_uploader(
        "Ids of the rows, for .npy only", key="upload-vector-ids", help="One id a line, or a table with a header."
    )
    row = st.container(horizontal=True, vertical_alignment="bottom")
    name = row.text_input("Name of the run (optional)", key="vectors-name", max_chars=80)
    column = row.text_input(
        "Column with the ids (optional)", key="vectors-id-column", help="Left empty, it is guessed from the names."
    )
    asked = row.button("Import vectors", type="primary", icon=":material/upload:", disabled=file is None)
    if asked and file is not None:
        spec = {
            "log_digest": log.digest,
            "vectors": str(kept_on_disk(file)),
            "ids": None if ids is None else str(kept_on_disk(ids)),
            "id_column": column.strip() or None,
            "file": file.name,
            "name": name.strip() or Path(file.name).stem,
        }
        st.session_state[_JOB] = jobs.submit("vectors", spec, f"Importing {file.name}").id
        st.rerun()
    elif asked:
        st.toast("The file was still on its way here: press the button again.", icon=":material/info:")


def _imports(log: LogEntry) -> None:
    """Imports into this log that are under way, those that failed, and what the last one of this tab found."""
    for job in jobs.list_jobs(active_only=True):
        if job.kind == "vectors" and job.spec["log_digest"] == log.digest:
            jobs_panel.watch(job)
    jobs_panel.failures(["vectors"], log.digest)
    if _JOB not in st.session_state:
        return
    try:
        job = jobs.get_job(st.session_state[_JOB])
        if job.status == "done" and job.result is not None and job.spec["log_digest"] == log.digest:
            st.success(_told(job.result), icon=":material/check:")
    except RunError:  # the job was dismissed, or its run deleted
        del st.session_state[_JOB]


def _told(answer: Mapping[str, Any]) -> str:
    """The counts of a finished import, in Markdown."""
    run = find_run(str(answer["key"]))
    told = [f"{count(answer['matched'])} of the {count(answer['vectors'])} vectors are of items of this log"]
    if answer["left_out"]:
        told.append(f"of no item, and left out: {count(answer['left_out'])}")
    if answer["missing"]:
        told.append(f"items without a vector: {count(answer['missing'])}")
    kept = "The run is" if answer["new"] else "These very vectors were kept already, as"
    return f"{'; '.join(told)}. {kept} **{plain(run.name)}**, and its details name examples."
