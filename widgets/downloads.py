"""Taking a run away: what, in which format, the first lines, and the button."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TypeVar

import streamlit as st

from errors import ExportError
from figures.text import count, file_name, plain
from widgets.catalogue import opened
from widgets.jobs_panel import outcome
from widgets.pickers import USUAL_NEIGHBOURS
from workspace import export
from workspace.results import MOST_NEIGHBOURS, Pending, Ready, map_or_job, neighbours_or_job
from workspace.runs import Run, RunEntry

Value = TypeVar("Value")


@dataclass(frozen=True)
class _Kind:
    label: str
    format: export.Format
    suffix: str
    mime: str
    about: str


_KINDS = (
    _Kind(
        "Vectors, CSV", "csv", "csv", "text/csv",
        "item_id, title, popularity, v0, v1, …: UTF-8 that Excel opens; numbers read back to exactly the same float32.",
    ),
    _Kind(
        "Vectors, Parquet", "parquet", "parquet", "application/octet-stream", "The same columns, typed and small."
    ),
    _Kind(
        "Vectors, word2vec text", "word2vec", "txt", "text/plain", "For gensim and other tools that read word2vec."
    ),
    _Kind("Neighbours, CSV", "neighbours", "csv", "text/csv", "The nearest items of each item, by rank, with scores."),
    _Kind("Map coordinates, CSV", "coordinates", "csv", "text/csv", "Where each item stands on the run's own map."),
    _Kind(
        "Settings, JSON", "settings", "json", "application/json",
        "Everything the run was made from, and the ids of items without a vector.",
    ),
)  # fmt: skip


def export_form(entry: RunEntry) -> None:
    """Choose what to take, look at its first lines, download it."""
    kinds = {kind.label: kind for kind in _KINDS}
    picked = st.pills(
        "What", list(kinds), default=_KINDS[0].label, required=True, key="export-what", persist_state="session"
    )
    kind = kinds[str(picked)]
    st.caption(kind.about)
    run = opened(entry.key, entry.path)
    try:
        writer, preview = _writer(run, kind.format)
    except ExportError as error:
        st.error(plain(error), title="This run cannot be written in this format")
        return
    st.code(preview, language=None, height=190)
    if run.entry.n_missing and kind.format != "settings":
        st.caption(f"Items without a vector are left out: {count(run.entry.n_missing)}.")
    st.download_button(
        f"Download {kind.label[0].lower()}{kind.label[1:].replace(', ', ' as ')}",
        data=lambda: _bytes(writer),
        file_name=f"{file_name(entry.name)}-{kind.format}.{kind.suffix}",
        mime=kind.mime,
        type="primary",
        icon=":material/download:",
        on_click="ignore",
    )
    if kind.format in ("csv", "neighbours", "coordinates"):
        _warn_of_formulas(run)


def _writer(run: Run, what: export.Format) -> tuple[Callable[[IO[bytes]], None], str]:
    """(what writes the file, its first lines); shows progress and stops the page where something is computed first."""
    if what == "neighbours":
        row = st.container(horizontal=True, vertical_alignment="bottom")
        similarity = row.segmented_control(
            "Similarity", ("cosine", "dot"), default="cosine", required=True, key="export-similarity"
        )
        k = row.number_input("Neighbours (k)", 1, MOST_NEIGHBOURS, USUAL_NEIGHBOURS, key="export-k")
        near = _ready(neighbours_or_job(run.entry, "dot" if similarity == "dot" else "cosine"))
        return (
            lambda file: export.write_neighbours_csv(run, file, near, int(k)),
            export.preview(run, what, neighbours=near),
        )
    if what == "coordinates":
        layout = _ready(map_or_job(run.entry, run.entry)).a
        return lambda file: export.write_coordinates_csv(run, file, layout), export.preview(run, what, layout=layout)
    writers = {
        "csv": export.write_vectors_csv,
        "parquet": export.write_vectors_parquet,
        "word2vec": export.write_word2vec,
        "settings": export.write_settings_json,
    }
    if what == "word2vec":
        export.check_word2vec(run)
    return lambda file: writers[what](run, file), export.preview(run, what)


def _ready(answer: Ready[Value] | Pending) -> Value:
    if isinstance(answer, Pending):
        outcome(answer.job)
        st.stop()
    return answer.value


def _bytes(writer: Callable[[IO[bytes]], None]) -> bytes:
    file = io.BytesIO()
    writer(file)
    return file.getvalue()


def _warn_of_formulas(run: Run) -> None:
    risky = [str(item) for item in run.embedding.item_ids if str(item).startswith(export.FORMULA_STARTS)]
    if risky:
        st.warning(
            f"{count(len(risky))} ids, such as {plain(risky[0])}, begin like a formula. They are written unchanged: "
            "when you open the file in a spreadsheet, import that column as text."
        )
