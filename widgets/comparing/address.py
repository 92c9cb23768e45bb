"""The Compare page in the address: `?a=...&b=...&item=...&k=...` opens it as it was, and stays in step with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from figures.text import plain
from widgets.pickers import MOST_NEIGHBOURS, Choice, choose_pair
from widgets.search import ITEM
from workspace.catalogue import Catalogue
from workspace.logs import LogEntry
from workspace.runs import KEY_LENGTH, RunEntry

_WRITTEN = "_compare_address"  # in the session: what this page wrote into the address last
_NAMES = ("a", "b", "sa", "sb", "k", "item")
_SIMILARITIES = ("cosine", "dot")


def take(log: LogEntry, runs: Sequence[RunEntry]) -> None:
    """Choose what an address asks for that was not written by this page; what it cannot have is said in a word."""
    asked = {name: st.query_params[name] for name in _NAMES if name in st.query_params}
    if not asked or asked == st.session_state.get(_WRITTEN):
        return
    st.session_state[_WRITTEN] = asked
    state = st.session_state
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
    st.session_state[_WRITTEN] = shown
    for name in _NAMES:
        if st.query_params.get(name) != shown.get(name):
            if name in shown:
                st.query_params[name] = shown[name]
            else:
                st.query_params.pop(name, None)


def _run(runs: Sequence[RunEntry], beginning: str) -> str | None:
    return next((run.key for run in runs if beginning and run.key.startswith(beginning)), None)


def _say(what: str) -> None:
    st.toast(what, icon=":material/info:")
