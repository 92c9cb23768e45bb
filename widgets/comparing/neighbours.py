"""The chosen item and its neighbours in both runs."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from analysis import BUCKETS
from figures.text import count, decimal, file_name, plain
from widgets.comparing.evidence import Evidence
from widgets.comparing.neighbour_table import neighbour_table
from widgets.comparing.reasons import held_by, index_of, why
from widgets.item_filter import Mask
from widgets.jobs_panel import outcome
from widgets.logs.words import whose
from workspace.neighbour_lists import NeighbourList, neighbour_lists, neighbour_lists_csv
from workspace.results import Pending, Ready

_ALL, _ONLY_A, _BOTH, _ONLY_B = _SHOWN = ("All", "Only in A", "In both", "Only in B")


def neighbours(evidence: Evidence, item: int, mask: Mask) -> None:
    """The chosen item, why its neighbours are that, and those neighbours in both runs that `mask` shows."""
    _heading(evidence, item)
    index = index_of(evidence)
    lists = neighbour_lists(evidence.pair, item, index.value if isinstance(index, Ready) else None)
    why(evidence, lists)
    shown = _which(lists)
    sides = {_ONLY_A: "A", _ONLY_B: "B"}.get(shown, "AB")
    for column, letter in zip(st.columns(len(sides)), sides, strict=True):
        with column:
            of_run = lists["AB".index(letter)]
            st.markdown(f"**{letter}: {plain(of_run.name)}** · {of_run.similarity}")
            wanted = np.ones(len(of_run), np.bool_) if shown == _ALL else of_run.shared == (shown == _BOTH)
            neighbour_table(
                of_run, wanted, mask[of_run.codes], evidence.catalogue,
                of_item=item, letter=letter, held_by=held_by(evidence.log), wide=len(sides) == 1,
            )  # fmt: skip
    if isinstance(index, Pending):
        outcome(index.job)
    elif isinstance(index, str):
        st.caption(index)
    if len(lists[0]) or len(lists[1]):
        further = " Scroll a table sideways for its further columns." if len(sides) > 1 else ""
        st.caption(f"Click a row to choose that item.{further}")
        st.download_button(
            "Both lists as CSV",
            data=lambda: neighbour_lists_csv(lists, item, evidence.catalogue),
            file_name=f"{file_name(evidence.catalogue.ids[item])}-neighbours.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _heading(evidence: Evidence, item: int) -> None:
    """The item's title, what is known of it, and how far its two lists agree."""
    choice, items, comparison = evidence.choice, evidence.catalogue, evidence.pair.comparison
    overall = evidence.pair.report["jaccard"]["all"]
    st.subheader(plain(items.titles[item]))
    facts = [
        f"id {plain(items.ids[item])}",
        f"touched by {count(items.p[item])} {whose(evidence.log)}",
        f"popularity quantile {decimal(items.quantiles[item])}",
        BUCKETS[items.buckets[item]],
    ]
    if items.categories[item] is not None:
        facts.append(plain(items.categories[item]))
    st.caption(" · ".join(facts))
    if not math.isnan(comparison.jaccard_by_item[item]):
        there = min(choice.k, comparison.common_items - 1)
        st.markdown(
            f"**{comparison.overlap_by_item[item] * choice.k:.0f} of {there} neighbours are the same**: Jaccard "
            f"{decimal(comparison.jaccard_by_item[item])} for this item, {decimal(overall)} over all items."
        )


def _which(lists: tuple[NeighbourList, NeighbourList]) -> str:
    """Which neighbours the tables show, with how many there are of each kind."""
    a, b = lists
    both = int(a.shared.sum())
    sizes = {_ALL: len(a) + len(b) - both, _ONLY_A: len(a) - both, _BOTH: both, _ONLY_B: len(b) - both}
    picked = st.segmented_control(
        "Neighbours", _SHOWN, default=_ALL, required=True, key="neighbours-shown", persist_state="session",
        format_func=lambda option: f"{option} ({sizes[option]})",
    )  # fmt: skip
    return str(picked)
