"""How an uploaded file is written: encoding, separator, header, sheet; detected, and correctable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from errors import InputError
from figures.text import plain
from interactions import Preview, ReadOptions, preview
from interactions.formats.encoding import NAMES, name_of
from interactions.formats.opening import may_be_text, tables_in
from interactions.options import MATCHES

_SEPARATORS = {
    ",": "comma (,)", ";": "semicolon (;)", "\t": "tab", "|": "bar (|)", "::": "two colons (::)", " ": "space",
    "\x01": "Hive's (\\x01)",
}  # fmt: skip
_MARKS = {"|": "bar (|)", ",": "comma (,)", ";": "semicolon (;)", " ": "space"}
_LAYOUTS = {
    "table": "Table: an event a line",
    "baskets": "Baskets: a line is a basket of items",
    "user-items": "User and items: a line is a user, followed by items",
}
_TEXTS = ("csv", "json lines", "baskets", "user-items")


def read_as(path: Path, name: str, key: str, *, log: bool) -> tuple[ReadOptions, Preview | None]:
    """The options that a person chose for a file, and its head read with them, or None where that cannot be done.

    log  the file holds the events, so that layouts are offered; else it is a table of items or users
    """
    options = _chosen(key)
    try:
        tables = tables_in(path)
        if len(tables) > 1:
            table = st.selectbox(
                "Which table of the file?", tables, index=None, key=f"{key}-table", placeholder="Choose one"
            )
            if table is None:
                st.info(
                    f"{plain(name)} holds {len(tables)} tables. Choose the one with the {'log' if log else 'rows'}."
                )
                return options, None
            options = options.model_copy(update={"table": table})
        found, problem = head_of(path, options), None
    except InputError as error:
        found, problem = None, error
    if problem is not None:
        st.error(plain(problem), title=f"{plain(name)} cannot be opened")
    if found.kind in _TEXTS if found else may_be_text(path):
        with st.expander(
            f"How {plain(name)} is written: {_in_words(found)}" if found else f"How {plain(name)} is written",
            expanded=found is None,
            key=f"{key}-panel",  # else it would close when its label changes
        ):
            _panel(key, found, log=log)
    if not log:
        st.selectbox(
            f"How the ids of {plain(name)} are compared with the log's", MATCHES, index=None, key=f"{key}-match_ids",
            placeholder="Exactly", format_func=str.capitalize,
            help="As numbers, 0012, 12 and 12.0 are one. The log's ids stay as they stand in any case.",
        )  # fmt: skip
    return options, found


def head_of(path: Path, options: ReadOptions) -> Preview:
    """The head of a file; a workbook is not read anew at every click. Raises LogError as `preview` does."""
    return _cached_head(str(path), path.stat().st_mtime_ns, options.model_dump_json())


@st.cache_resource(max_entries=16, show_spinner="Looking at the file")
def _cached_head(path: str, modified: int, options: str) -> Preview:
    return preview(Path(path), ReadOptions.model_validate_json(options), rows=1000)


def _chosen(key: str) -> ReadOptions:
    """What was chosen when the page was drawn last."""
    stored = {
        name: st.session_state.get(f"{key}-{name}")
        for name in ("encoding", "separator", "comment", "layout", "match_ids", "several_items")
    }
    chosen: dict[str, Any] = {name: value for name, value in stored.items() if value is not None}
    for name in ("header", "quotes", "escapes", "day_first"):
        value = st.session_state.get(f"{key}-{name}")
        if value is not None:
            chosen[name] = value == "Yes"
    return ReadOptions(**chosen)


def _panel(key: str, found: Preview | None, *, log: bool) -> None:
    detected = found.options if found else ReadOptions()
    with st.grid(3):
        st.selectbox(
            "Encoding", list(NAMES), index=None, key=f"{key}-encoding", format_func=NAMES.__getitem__,
            placeholder=f"Detected: {name_of(detected.encoding)}",
            help="Choose another where letters look wrong in the rows below.",
        )  # fmt: skip
        st.selectbox(
            "Separator", list(_SEPARATORS), index=None, key=f"{key}-separator", accept_new_options=True,
            format_func=lambda mark: _SEPARATORS.get(mark, mark),
            placeholder=f"Detected: {_SEPARATORS.get(detected.separator or '', detected.separator or 'none')}",
            help="What stands between the fields; any one or two characters can be typed in.",
        )  # fmt: skip
        st.selectbox(
            "The first line names the columns", ["Yes", "No"], index=None, key=f"{key}-header",
            placeholder=f"Detected: {_yes(detected.header)}",
        )  # fmt: skip
        st.selectbox(
            "Double quotes hold a field together", ["Yes", "No"], index=None, key=f"{key}-quotes",
            placeholder=f"Detected: {_yes(detected.quotes)}",
            help="No takes every quote for a letter, as in files whose titles have stray quotes.",
        )  # fmt: skip
        st.selectbox(
            "A backslash before a quote makes it text", ["Yes", "No"], index=None, key=f"{key}-escapes",
            placeholder=f"Detected: {_yes(detected.escapes)}",
            help='As in "say \\"hi\\"", which MySQL and Spark write where others double the quote.',
        )  # fmt: skip
        st.selectbox(
            "Comments begin with", ["", "#", "%", ";"], index=None, key=f"{key}-comment", accept_new_options=True,
            format_func=lambda mark: mark or "(there are none)",
            placeholder=f"Detected: {detected.comment or 'there are none'}",
        )  # fmt: skip
        if log:
            st.selectbox(
                "In dates such as 1/2/2017 the day comes first", ["Yes", "No"], index=None, key=f"{key}-day_first",
                placeholder="As the file tells",
            )  # fmt: skip
            st.selectbox(
                "Several items in one cell, between them", list(_MARKS), index=None, key=f"{key}-several_items",
                format_func=lambda mark: _MARKS.get(mark, mark), placeholder="No: one item a cell",
                accept_new_options=True, help="For rows that hold a whole basket: each item becomes a row of its own.",
            )  # fmt: skip
            st.selectbox(
                "Layout", list(_LAYOUTS), index=None, key=f"{key}-layout", format_func=_LAYOUTS.__getitem__,
                placeholder=_LAYOUTS["table"],
            )  # fmt: skip


def _in_words(found: Preview) -> str:
    """What was detected, for the line that opens the panel."""
    options = found.options
    words = [name_of(options.encoding)]
    if found.kind == "csv":
        words.append(f"separator {_SEPARATORS.get(options.separator or '', options.separator or '')}")
        words.append("with a header" if options.header else "without a header")
    else:
        words.append(found.kind)
    return plain(", ".join(words))


def _yes(value: bool | None) -> str:
    return "–" if value is None else "yes" if value else "no"
