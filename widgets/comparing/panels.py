"""The parts of the Compare page in their order: findings, all that changes with the chosen item, and the tabs."""

from __future__ import annotations

import streamlit as st

from figures.findings import findings as sentences
from widgets.comparing import address
from widgets.comparing.agreement import agreement
from widgets.comparing.all_runs import all_runs
from widgets.comparing.attribution import why_they_differ
from widgets.comparing.evidence import Evidence
from widgets.comparing.map_settings import choose_view
from widgets.comparing.maps import pair_of_maps
from widgets.comparing.neighbours import neighbours
from widgets.comparing.noise import noise_button, noise_floors
from widgets.comparing.popularity import popularity_bias
from widgets.comparing.reasons import index_of
from widgets.comparing.report import report_button
from widgets.comparing.selection import selected_items
from widgets.comparing.turned import turned
from widgets.item_filter import choose_filter
from widgets.jobs_panel import outcome
from widgets.measures import explain
from widgets.search import chosen_item, follow, search_box


@st.fragment
def findings(evidence: Evidence) -> None:
    """What the numbers say, in plain sentences; a button where a sentence needs another training."""
    sides, jobs = turned(evidence)
    floors = noise_floors(evidence)
    of_a, of_b = (None if floor is None else floor.agreement.overlap for floor in floors)
    with st.container(border=True):
        for sentence in sentences(evidence.pair.report, evidence.choice.names, (of_a, of_b), sides):
            st.markdown(sentence)
        for job in jobs:
            outcome(job)
        noise_button(evidence)
        explain("agreement", "noise_floor", "neighbour_popularity", "head_share", "similarity")


@st.fragment
def around_item(evidence: Evidence) -> None:
    """All that changes with the chosen item; choosing another one draws nothing else anew."""
    item = chosen_item(evidence.catalogue)
    address.keep(evidence.choice, evidence.catalogue.ids[item])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = choose_view(evidence.log)
        only, mask = choose_filter(evidence.log, evidence.catalogue)
    index_of(evidence)  # its job takes a moment, and is not to stand in line behind the maps
    drawn = pair_of_maps(evidence, item, view, only, mask)
    selected_items(evidence, drawn, mask)
    search_box(evidence.catalogue, mask)
    neighbours(evidence, item, mask)
    report_button(evidence, item, drawn)


@st.fragment
def details(evidence: Evidence) -> None:
    """What lies behind the findings, a tab a question; only the open tab is drawn."""
    tabs = {
        "Popularity bias": popularity_bias,
        "Agreement": agreement,
        "Why they differ": why_they_differ,
        "All runs": all_runs,
    }
    for tab, draw in zip(st.tabs(list(tabs), key="details", on_change="rerun"), tabs.values(), strict=True):
        with tab:
            if tab.open:
                draw(evidence)
    follow(evidence.catalogue)
