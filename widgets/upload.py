"""Bring a log: upload a file, check what each column is, open it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.typing import UploadedFile

from errors import InputError, RunError
from interactions import CleaningRules, Preview, preview
from interactions.columns import ROLES
from interactions.sample import sample_columns, sample_files
from widgets import jobs_panel, session
from widgets.text import plain
from workspace import jobs, logs

_JOB = "_import_job"
_NOT_USED = "(not used)"
_TYPES = ["csv", "tsv", "txt", "parquet"]
_SAMPLE_FLOOR = (
    20  # leaves about 10,000 of 68,509 products: the ones with enough evidence, trained and mapped in a minute
)
_MEANING = {
    "user": "Who: a customer, a visitor, a household.",
    "item": "What was touched: a product, a film, a song.",
    "weight": "How much: a rating, a play count. Without one, every row weighs 1.",
    "time": "When: a date, or seconds since 1970. Needed for order and for splits in time.",
    "session": "Which visit or basket. Without one, a user's whole history is one sequence.",
    "title": "The item's name as a person reads it.",
    "category": "The item's kind, used for colours and for same-category shares.",
}
_TABLES = {"items_path": "The item table", "users_path": "The user table"}


class _Uploaded(NamedTuple):
    """What was uploaded, kept on disk: the log, its name as it came, and the tables that belong to it."""

    path: Path
    name: str
    tables: Mapping[str, Path]


def open_sample(label: str) -> None:
    """The button that opens the grocery sample."""
    if st.button(label, type="primary", icon=":material/shopping_basket:", width="stretch"):
        log, items = sample_files()
        _start(
            log,
            "Grocery sample",
            {
                "columns": sample_columns(),
                "rules": CleaningRules(min_users_per_item=_SAMPLE_FLOOR).model_dump(),
                "items_path": str(items),
            },
        )
    st.caption(
        f"Opens the products bought by at least {_SAMPLE_FLOOR} households, about 10,000 of 68,509; "
        "change that later under Cleaning."
    )


def clean_again(entry: logs.LogEntry, rules: CleaningRules) -> None:
    """Make a new version of a kept log under other rules; the present one stays."""
    _submit({**entry.source, "name": entry.name, "rules": rules.model_dump()}, entry.name)


def upload_log() -> None:
    """The upload box; after a file has come, the form that says what its columns are."""
    file = st.file_uploader("Your interaction log", type=_TYPES, key="upload-log", help="CSV, TSV or Parquet.")
    items, users = (
        st.file_uploader(label, type=_TYPES, key=key, help=help)
        for label, key, help in (
            ("Item table with titles or categories (optional)", "upload-items", "Joined by item id."),
            (
                "User table (optional)",
                "upload-users",
                "Ages, regions and the like, joined by user id: for the methods that know users by their features.",
            ),
        )
    )
    if file is not None:
        tables = {key: kept_on_disk(table) for key, table in (("items_path", items), ("users_path", users)) if table}
        st.session_state["_uploaded"] = _Uploaded(kept_on_disk(file), file.name, tables)
    else:
        st.session_state.pop("_uploaded", None)


def kept_on_disk(file: UploadedFile) -> Path:
    """The uploaded bytes on disk, written once for each upload."""
    kept = st.session_state.setdefault("_kept_uploads", {})
    if file.file_id not in kept:
        kept[file.file_id] = logs.keep_original(file, file.name)
    return Path(kept[file.file_id])


def columns_form() -> None:
    """What each column of the uploaded log is: guessed, correctable, with the head of the file beside it."""
    uploaded: _Uploaded | None = st.session_state.get("_uploaded")
    if uploaded is None:
        return
    path, name, tables = uploaded
    head = _head(path, name)
    heads = {key: _head(table, _TABLES[key]) for key, table in tables.items()}
    if head is None or None in heads.values():
        return
    st.subheader("What is in each column?")
    columns = _columns(head, heads.get("items_path"), name)
    with st.expander("The first rows, as they stand in the file", expanded=True):
        st.dataframe(head.sample, hide_index=True, height=220, alt="The first rows of the uploaded file")
    row = st.container(horizontal=True, vertical_alignment="bottom")
    floor_items = row.number_input("Least users an item needs", 1, None, 1, key="new-floor-items")
    floor_users = row.number_input("Least items a user needs", 1, None, 1, key="new-floor-users")
    title = row.text_input("Name of this log", value=Path(name).stem, key=f"new-name-{name}")
    if st.button("Open this log", type="primary", icon=":material/check:"):
        rules = CleaningRules(min_users_per_item=int(floor_items), min_items_per_user=int(floor_users))
        _start(
            path,
            title or Path(name).stem,
            {"columns": columns, "rules": rules.model_dump(), **{key: str(table) for key, table in tables.items()}},
        )


def import_progress() -> None:
    """The import under way, if there is one; opens the log when it is done and says why when it is not."""
    if _JOB not in st.session_state:
        return
    try:
        job = jobs.get_job(st.session_state[_JOB])
    except RunError:  # dismissed in another tab
        del st.session_state[_JOB]
        return
    if job.active:
        jobs_panel.watch(job)
        return
    del st.session_state[_JOB]
    if job.status == "done" and job.result is not None:
        session.open_log(str(job.result["digest"]))
        jobs.dismiss(job.id)
        st.rerun()
    if job.status == "failed":
        st.session_state["_import_error"] = (job.title, job.error)
        jobs.dismiss(job.id)


def import_error() -> None:
    """Why the last import failed, until the next one is started."""
    failed = st.session_state.get("_import_error")
    if failed is not None:
        title, error = failed
        st.error(plain(error), title=f"{plain(title)} failed")


def _head(path: Path, name: str) -> Preview | None:
    """The first rows of a file, or None where it cannot be read, which is then said."""
    try:
        return preview(path)
    except InputError as error:
        st.error(plain(error), title=f"{plain(name)} cannot be opened")
        return None


def _columns(head: Preview, table: Preview | None, name: str) -> dict[str, str]:
    """The picked column of each role; title and category may stand in the item table as well."""
    chosen: dict[str, str] = {}
    with st.grid(4):
        for role in ROLES:
            files = [head] if table is None or role not in ("title", "category") else [head, table]
            names = dict.fromkeys(column for file in files for column in file.columns)
            guess = next((file.guesses[role] for file in files if role in file.guesses), None)
            reason = f" Guessed: {guess.reason}" if guess else ""
            options = [_NOT_USED, *names]
            picked = st.selectbox(
                role.capitalize(),
                options,
                index=options.index(guess.name) if guess else 0,
                key=f"role-{name}-{role}-{len(files)}",
                help=_MEANING[role] + plain(reason),
            )
            if picked != _NOT_USED:
                chosen[role] = picked
    return chosen


def _start(path: Path, name: str, spec: dict[str, Any]) -> None:
    _submit({"original": str(path), "name": name, **spec}, name)


def _submit(spec: dict[str, Any], name: str) -> None:
    st.session_state.pop("_import_error", None)
    st.session_state[_JOB] = jobs.submit("import", spec, f"Opening {name}").id
    st.rerun()
