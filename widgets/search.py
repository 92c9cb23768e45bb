"""Find an item by typing: the search itself, and the box."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis import BUCKETS
from figures.text import plain, shorten
from workspace.catalogue import Catalogue

_SHOWN = 8
_FROM_AFAR = "_chosen_from_afar"
ITEM = "item"  # the chosen item's id, the same for the whole tab


def find_items(
    haystack: pd.Series, popularity: npt.NDArray[np.int64], words: str, most: int,
    among: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.intp]:  # fmt: skip
    """Item codes whose text holds every word, those that begin with the first word first, then by popularity.

    haystack  lower-case text of each item (n_items,), its title and its id
    among     bool (n_items,): the items that are looked at; None = all
    """
    wanted = words.lower().split()
    if not wanted:
        return np.empty(0, dtype=np.intp)
    found = np.ones(len(haystack), dtype=bool) if among is None else among.copy()
    for word in wanted:
        found &= haystack.str.contains(word, regex=False).to_numpy(dtype=bool)
    codes = np.flatnonzero(found)
    begins = haystack.iloc[codes].str.startswith(wanted[0]).to_numpy(dtype=bool)
    return codes[np.lexsort((codes, -popularity[codes], ~begins))][:most]


def search_box(items: Catalogue, among: npt.NDArray[np.bool_] | None = None) -> None:
    """A box that searches as one types, `among` some items or all; a click on a match makes it the chosen item."""
    words = st.text_input(
        "Find an item",
        key="search",
        placeholder="Type part of a title or an id",
        icon=":material/search:",
        live=True,
        persist_state="session",
    )
    if not words or not words.strip():
        return
    matches = find_items(items.haystack, items.p, words, _SHOWN + 1, among)
    if len(matches) == 0:
        what = "item" if among is None or among.all() else "item that is shown"
        st.caption(f"No {what} has “{plain(words)}” in its title or id.")
        return
    shown = {
        items.ids[code]: plain(shorten(f"{items.titles[code]} · {items.ids[code]}", 70)) for code in matches[:_SHOWN]
    }
    st.pills(
        "Matches",
        list(shown),
        format_func=shown.__getitem__,
        key="matches",
        on_change=_choose_match,
        label_visibility="collapsed",
    )
    if len(matches) > _SHOWN:
        st.caption(f"The {_SHOWN} best matches; type more to narrow them.")


def chosen_item(items: Catalogue) -> int:
    """The code of the chosen item; until one is chosen, the most popular of the mid items."""
    chosen = str(st.session_state.get(ITEM))
    if chosen in items.code_of:
        return items.code_of[chosen]
    mid = np.flatnonzero(items.buckets == BUCKETS.index("mid"))
    among = mid if len(mid) else np.arange(len(items.ids))
    return int(among[np.argmax(items.p[among])])


def choose(item_id: str) -> None:
    """Make this the chosen item."""
    st.session_state[ITEM] = item_id


def choose_from_afar(item_id: str) -> None:
    """Make this the chosen item from a part of the page that is drawn apart from what shows it: see `follow`."""
    choose(item_id)
    st.session_state[_FROM_AFAR] = True


def follow(items: Catalogue) -> None:
    """Draw the whole page anew where an item was chosen from afar, and say which; the last thing such a part does."""
    if st.session_state.pop(_FROM_AFAR, False):
        st.toast(f"Chosen: {plain(shorten(items.titles[chosen_item(items)]))}", icon=":material/star:")
        st.rerun()


def _choose_match() -> None:
    picked = st.session_state["matches"]
    if picked is not None:
        choose(picked)
        st.session_state["search"] = ""
