"""The parts of the Compare page in their order: findings, all that changes with the chosen item, and the tabs."""

from __future__ import annotations

import streamlit as st

from figures.findings import findings as sentences
from widgets.comparing.agreement import agreement
from widgets.comparing.evidence import Evidence
from widgets.comparing.maps import colouring, pair_of_maps
from widgets.comparing.neighbours import neighbours
from widgets.comparing.popularity import popularity_bias
from widgets.comparing.report import report_button
from widgets.item_filter import choose_filter
from widgets.measures import explain
from widgets.search import chosen_item, search_box


def findings(evidence: Evidence) -> None:
    """What the numbers say, in plain sentences."""
    with st.container(border=True):
        for sentence in sentences(evidence.pair.report, evidence.choice.names):
            st.markdown(sentence)
        explain("agreement", "neighbour_popularity", "head_share", "same_category")


@st.fragment
def around_item(evidence: Evidence) -> None:
    """All that changes with the chosen item; choosing another one draws nothing else anew."""
    item = chosen_item(evidence.catalogue)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        coloured = colouring(evidence.log)
        only, mask = choose_filter(evidence.log, evidence.catalogue)
    pair_of_maps(evidence, item, coloured, only, mask)
    search_box(evidence.catalogue, mask)
    neighbours(evidence, item)
    report_button(evidence, item)


@st.fragment
def details(evidence: Evidence) -> None:
    """What lies behind the findings, a tab a question; only the open tab is drawn."""
    tabs = {"Popularity bias": popularity_bias, "Agreement": agreement}
    for tab, draw in zip(st.tabs(list(tabs), key="details", on_change="rerun"), tabs.values(), strict=True):
        with tab:
            if tab.open:
                draw(evidence)
