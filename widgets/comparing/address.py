"""The Compare page in the address: `?a=...&b=...&item=...&k=...` opens it as it was, and stays in step with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import streamlit as st

from figures.text import plain
from widgets.pickers import Choice, choose_pair
from widgets.search import ITEM
from workspace.catalogue import Catalogue
from workspace.logs import LogEntry
from workspace.results import MOST_NEIGHBOURS
from workspace.runs import KEY_LENGTH, RunEntry

_TAKEN = "_compare_address_taken"  # in the session: the address that was chosen from last
_WRITTEN = "_compare_addresses_written"  # in the session: what this page wrote into the address, the newest last
_REMEMBERED = 100
_NAMES = ("a", "b", "sa", "sb", "k", "item")
_SIMILARITIES = ("cosine", "dot")


def take(log: LogEntry, runs: Sequence[RunEntry]) -> None:
    """Choose what an address asks for that was not written by this page; what it cannot have is said in a word.

    A browser that is asked for something while an answer is on its way still names the address before: one that this
    page wrote at any time says nothing new, and taking it would undo what was chosen since.
    """
    asked = {name: st.query_params[name] for name in _NAMES if name in st.query_params}
    state = st.session_state
    if not asked or asked == state.get(_TAKEN) or asked in state.get(_WRITTEN, ()):
        return
    state[_TAKEN] = asked
    found = {name: _run(runs, asked[name]) for name in ("a", "b") if name in asked}
    if found.get("a") and found.get("b"):
        choose_pair(log, str(found["a"]), str(found["b"]))
        for name, key in (("sa", "similarity-a"), ("sb", "similarity-b")):
            state[key] = asked.get(name) if asked.get(name) in _SIMILARITIES else "cosine"
    elif found:
        _say("A run that this address names is not kept here: others stand in its place.")
    if "k" in asked:
        k = asked["k"]
        if k.isascii() and k.isdecimal() and 1 <= int(k) <= MOST_NEIGHBOURS:
            state["k"] = int(k)
        else:
            _say(f"k in this address is {plain(k)}: it must be a number from 1 to {MOST_NEIGHBOURS}.")
    if "item" in asked:
        state[ITEM] = asked["item"]


def check_item(items: Catalogue) -> None:
    """Say so where the address names an item that the log does not have."""
    asked = st.query_params.get("item")
    if asked is not None and asked not in items.code_of:
        _say(f"The item {plain(asked)} of this address is not in this log.")


def keep(choice: Choice, item_id: str) -> None:
    """Put what is shown into the address."""
    shown = {"a": choice.a.key[:KEY_LENGTH], "b": choice.b.key[:KEY_LENGTH], "k": str(choice.k), "item": item_id}
    for name, similarity in (("sa", choice.similarity_a), ("sb", choice.similarity_b)):
        if similarity != "cosine":
            shown[name] = similarity
    written: deque[dict[str, str]] = st.session_state.setdefault(_WRITTEN, deque(maxlen=_REMEMBERED))
    if shown not in written:
        written.append(shown)
    before = st.query_params.to_dict()
    after = {name: value for name, value in before.items() if name not in _NAMES} | shown
    if after != before:
        st.query_params.from_dict(after)  # all at once: no address in between is ever seen


def _run(runs: Sequence[RunEntry], beginning: str) -> str | None:
    return next((run.key for run in runs if beginning and run.key.startswith(beginning)), None)


def _say(what: str) -> None:
    st.toast(what, icon=":material/info:")
