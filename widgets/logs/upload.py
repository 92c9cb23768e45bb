"""Bring a log: upload a file, check what each column is, open it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

import streamlit as st
from streamlit.typing import UploadedFile

from errors import LogError
from figures.text import plain
from interactions import CleaningRules, Preview
from interactions.column_names import CLEANING_ROLES, FACTS, ROLES
from interactions.columns import guess_item_facts, in_item_table, resolve_columns
from interactions.guessing import Guess
from interactions.sample import sample_columns, sample_files
from widgets.logs import importing
from widgets.logs.reading_options import read_as
from widgets.logs.rules_form import rules_form, uploaded_rules
from workspace import jobs, logs

_NOT_USED = "(not used)"
# Packed files too: .csv.gz ends in .gz.
_TYPES = [
    "csv", "tsv", "txt", "dat", "data", "inter", "item", "user", "jsonl", "ndjson", "json", "parquet", "pq", "arrow",
    "feather", "xlsx", "sqlite", "sqlite3", "db", "duckdb", "gz", "zst", "zip", "bz2", "xz",
]  # fmt: skip
_SAMPLE_FLOOR = (
    20  # leaves about 10,000 of 68,509 products: the ones with enough evidence, trained and mapped in a minute
)
_MEANING = {
    "user": "Who: a customer, a visitor, a household.",
    "item": "What was touched: a product, a film, a song.",
    "weight": "How much: a rating, a play count. Without one, every row weighs 1.",
    "time": "When: a date, or seconds since 1970. Needed for order and for splits in time.",
    "clock": "The time of the day, where it stands beside the date in a column of its own.",
    "session": "Which visit or basket. Without one, a user's whole history is one sequence.",
    "event": "What kind of event: view, cart, buy. Each kind can weigh something else.",
    "quantity": "How many. No weight: only for leaving out returns, whose quantity is negative.",
    "title": "The item's name as a person reads it.",
    "category": "The item's kind, used for colours and for same-category shares.",
}
_FORMATS = (
    "CSV and its kin, JSON lines, Parquet, Arrow, Excel (.xlsx), SQLite, DuckDB, RecBole, baskets a line; also packed, "
    "as .gz, .zst or .zip."
)
_WAYS = ("Upload", "Path on this machine")
_ASKED = {
    "original": ("Your interaction log", _FORMATS),
    "items_path": ("Item table with titles or categories (optional)", "Joined by item id."),
    "users_path": (
        "User table (optional)",
        "Ages, regions and the like, joined by user id: for the methods that know users by their features.",
    ),
}
_PLACES = {"original": "/data/events.csv.gz", "items_path": "/data/products.csv", "users_path": "/data/people.csv"}


class _Uploaded(NamedTuple):
    """What was uploaded, kept on disk: the log, its name as it came, and the tables that belong to it."""

    path: Path
    name: str
    tables: Mapping[str, Path]


def open_sample(label: str) -> None:
    """The button that opens the grocery sample."""
    kind: Literal["primary", "secondary"] = "secondary" if "_uploaded" in st.session_state else "primary"
    if st.button(label, type=kind, icon=":material/shopping_basket:", width="stretch"):
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


def clean_again(entry: logs.LogEntry, rules: CleaningRules, columns: Mapping[str, str]) -> None:
    """Make a new version of a kept log under other rules; the present one stays."""
    none_has = {str(role): "" for role in FACTS if role not in columns}  # else it would be looked for in the item table
    spec = {
        **entry.source,
        "name": entry.name,
        "columns": {**columns, **none_has},
        "rules": rules.model_dump(mode="json"),
    }
    _submit(spec, f"Cleaning {entry.name}")


def upload_log() -> None:
    """The boxes for a log and its tables, by upload or by path; `columns_form` then says what their columns are."""
    limit = int(st.get_option("server.maxUploadSize"))  # megabytes
    by = st.segmented_control(
        "How the files come",
        _WAYS,
        default=_WAYS[0],
        required=True,
        key="bring-by",
        label_visibility="collapsed",
        persist_state="session",
    )
    if by == _WAYS[0]:
        st.caption(f"Up to {limit:,} MB a file. A larger one is better named by its path.")
    else:
        st.caption("Of any size: a file is read where it lies, and need not go through the browser.")
    files = {key: _by_upload(key) if by == _WAYS[0] else _by_path(key) for key in _ASKED}
    log = files.pop("original")
    if log is None:
        st.session_state.pop("_uploaded", None)
        return
    tables = {key: table[0] for key, table in files.items() if table is not None}
    uploaded = _Uploaded(*log, tables)
    if st.session_state.get("_uploaded") != uploaded:
        importing.forget_failure()
    st.session_state["_uploaded"] = uploaded


def _by_upload(key: str) -> tuple[Path, str] | None:
    """An uploaded file, kept on disk, and its name as it came."""
    label, explained = _ASKED[key]
    file = st.file_uploader(label, type=_TYPES, key=f"upload-{key}", help=explained)
    return None if file is None else (kept_on_disk(file), file.name)


def _by_path(key: str) -> tuple[Path, str] | None:
    """A file of this machine, and its name."""
    label, explained = _ASKED[key]
    typed = st.text_input(label, key=f"path-{key}", placeholder=_PLACES[key], help=explained, persist_state="session")
    if not typed.strip():
        return None
    path = typed_path(typed)
    return path, path.name


def typed_path(typed: str) -> Path:
    """The file that a person typed or pasted: in quotes, as Windows copies paths, as a file:// address, or with a ~."""
    bare = typed.strip().strip("\"'")
    if bare.startswith("file://"):
        bare = url2pathname(urlsplit(bare).path)
    try:
        return Path(bare).expanduser()
    except RuntimeError:  # ~ and the name of nobody
        return Path(bare)


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
    # What was chosen for one file must not be taken for the next.
    options, head = read_as(path, name, f"reading-log-{path}", log=True)
    read = {key: read_as(table, table.name, f"reading-{key}-{table}", log=False) for key, table in tables.items()}
    heads = {key: found for key, (_, found) in read.items()}
    if head is None or None in heads.values():
        return
    st.subheader("What is in each column?")
    columns = _columns(head, heads.get("items_path"), name)
    with st.expander("The first rows, as they stand in the file", expanded=True):
        _first_rows(head, name)
        for key, found in heads.items():
            if found is not None:
                _first_rows(found, tables[key].name)
    with st.expander("Cleaning: what is to be left out", icon=":material/filter_alt:"):
        start = uploaded_rules("new", CleaningRules())
        key = "" if start is None else f"new-{name}-{hash(start.model_dump_json())}"
        rules = None if start is None else rules_form(key, start, head, columns)
    title = st.text_input("Name of this log", value=_bare(name), key=f"new-name-{name}")
    missing = _what_is_missing(head, heads.get("items_path"), columns, name)
    if missing is not None:
        st.warning(plain(missing))
    usable = rules is not None and missing is None
    pressed = st.button("Open this log", type="primary", icon=":material/check:", disabled=not usable)
    importing.show()
    if pressed and rules is not None:
        unused = set(CLEANING_ROLES) - set(rules.columns_needed)
        spec = {
            "columns": {role: column for role, column in columns.items() if role not in unused},
            "rules": rules.model_dump(mode="json"),
            "options": options.model_dump(exclude_none=True),
            **{key: str(table) for key, table in tables.items()},
            **{key.replace("path", "options"): how.model_dump(exclude_none=True) for key, (how, _) in read.items()},
        }
        _start(path, title or _bare(name), spec)


def _what_is_missing(head: Preview, table: Preview | None, columns: Mapping[str, str], name: str) -> str | None:
    """Why the chosen columns make no log, or None where they do."""
    try:
        resolve_columns(head.columns, [], columns, [] if table is None else table.columns, name)
    except LogError as error:
        return str(error)
    return None


def _first_rows(head: Preview, name: str) -> None:
    st.caption(plain(name))
    st.dataframe(head.sample, hide_index=True, height=220, alt=f"The first rows of {name}")


def _columns(head: Preview, table: Preview | None, name: str) -> dict[str, str]:
    """The picked column of each role; title and category may stand in the item table as well."""
    chosen: dict[str, str] = {}
    with st.grid(4):
        for role in (*ROLES, *CLEANING_ROLES):
            files = [head] if table is None or role not in FACTS else [head, table]
            names = dict.fromkeys(column for file in files for column in file.columns)
            guesses = [file.guesses | file.for_cleaning for file in files]
            guess = next((found[role] for found in guesses if role in found), None)
            if guess is None and len(files) > 1 and role in (facts := guess_item_facts(files[1].columns)):
                guess = Guess(facts[role], "The item table has no header, and this is where it stands by custom.")
            with st.container(gap="xsmall"):
                picked = st.selectbox(
                    role.capitalize(),
                    [_NOT_USED, *names],
                    index=1 + list(names).index(guess.name) if guess else 0,
                    key=f"role-{name}-{role}-{hash(tuple(tuple(file.columns) for file in files))}",
                    help=_MEANING[role],
                    format_func=functools.partial(_said, files=files),
                )
                if guess is not None and picked == guess.name:
                    st.caption(f":small[{plain(guess.reason)}]")
            if picked != _NOT_USED:
                chosen[role] = picked
            elif role in FACTS:
                chosen[role] = ""  # else it would be looked for in the item table
    return chosen


def _bare(name: str) -> str:
    """A file's name without what tells its format: "events.csv.gz" -> "events"."""
    path = Path(name)
    is_packed = path.suffix.lower() in (".gz", ".zst", ".bz2", ".xz", ".zip")
    return Path(path.stem).stem if is_packed else path.stem


def _said(name: str, files: Sequence[Preview]) -> str:
    """A column as the list of columns names it."""
    elsewhere = files[1].columns if len(files) > 1 else []
    return f"{name} (item table)" if in_item_table(name, files[0].columns, elsewhere) else name


def _start(path: Path, name: str, spec: dict[str, Any]) -> None:
    _submit({"original": str(path), "name": name, **spec}, f"Opening {name}")


def _submit(spec: dict[str, Any], title: str) -> None:
    importing.follow(jobs.submit("import", spec, title))
