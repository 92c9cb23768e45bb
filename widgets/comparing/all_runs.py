"""The tab on all runs of the log: who agrees with whom, a map of the runs, and the measures of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from figures.many_runs import ManyRuns
from figures.studies import CHANCE, MEASURES, agreement_matrix, bars_of_runs, runs_on_a_map
from figures.text import file_name, plain
from widgets.comparing.evidence import Evidence
from widgets.jobs_panel import outcome
from widgets.measures import explain
from widgets.pickers import choose_pair
from widgets.pictures import CONFIG, picture
from workspace.logs import LogEntry
from workspace.results import Pending
from workspace.results.agreements import View, agreements_or_job
from workspace.runs import list_runs
from workspace.studies import made_for_a_study

_SMALL = ("neighbour_popularity", "head_share", "same_category", "hubness_skewness", "coverage", "gini")
_CHOSEN = "_pair_chosen_among_all"  # in the session: the pair was chosen here, and the page is to follow
_FIRST = "_first_of_pair"  # in the session: place of the run on the map that was clicked first


def all_runs(evidence: Evidence) -> None:
    """Every run of the log beside every other."""
    if st.session_state.pop(_CHOSEN, False):
        st.rerun()  # this tab is a fragment, and what was chosen changes the whole page
    log, k = evidence.log, evidence.choice.k
    views = _views(log)
    if len(views) < 2:
        st.info("There is only one run to show here. Train another method to see which runs agree.")
        st.page_link("pages/train.py", label="**Go to Train**", icon=":material/arrow_forward:")
        return
    found = agreements_or_job(views, k)
    if isinstance(found, Pending):
        outcome(found.job, "all-runs-")
        return
    runs = ManyRuns.of(views, found.value)
    st.markdown("**Which runs find the same neighbours?**")
    _matrix(log, runs, k)
    st.markdown("**Which runs are alike?**")
    _map(evidence, runs)
    st.markdown("**How does every run lean?**")
    _dashboard(log, runs, k)


def _views(log: LogEntry) -> list[View]:
    """Every run by cosine, and those that are asked for by dot product too."""
    runs = sorted(list_runs(log.digest), key=lambda run: (run.created, run.key))
    own = [run for run in runs if not made_for_a_study(run)]
    if len(own) < len(runs) and not st.toggle(
        "With the runs that ladders and noise floors had trained", value=True, key="runs-of-studies",
        persist_state="session",
    ):  # fmt: skip
        runs = own
    by_key = {run.key: run for run in runs}
    also = st.multiselect(
        "Also by dot product", list(by_key), format_func=lambda key: by_key[key].name, key=f"also-dot-{log.digest}",
        persist_state="session", placeholder="Choose runs",
        help="Runs are compared by cosine; those chosen here also stand there by the dot product of their vectors.",
    )  # fmt: skip
    return [View(run) for run in runs] + [View(by_key[key], "dot") for key in by_key if key in also]


def _matrix(log: LogEntry, runs: ManyRuns, k: int) -> None:
    st.plotly_chart(
        agreement_matrix(runs.names, runs.jaccard, runs.counts),
        key="agreement-matrix",
        on_select=lambda: _cell_clicked(log, runs.views),
        selection_mode="points",
        config=CONFIG,
        alt="Mean Jaccard of every two runs",
    )
    st.caption(f"{runs.matrix_note(k)} Click a cell to compare its two runs.")
    explain("agreement", "noise_floor")


def _map(evidence: Evidence, runs: ManyRuns) -> None:
    places, stress = runs.map()
    choice = evidence.choice
    chosen = {"A": (choice.a.key, choice.similarity_a), "B": (choice.b.key, choice.similarity_b)}
    marked: dict[int, str] = {}
    for place, view in enumerate(runs.views):
        letters = [letter for letter, key in chosen.items() if key == view.key]
        if letters:
            marked[place] = " and ".join(letters)
    st.plotly_chart(
        runs_on_a_map(runs.names, runs.families, places, marked),
        key="map-of-runs",
        on_select=lambda: _points_clicked(evidence.log, runs.views),
        selection_mode="points",
        config=CONFIG,
        alt="Map of the runs",
    )
    first = st.session_state.get(_FIRST)
    known = {view.key: name for view, name in zip(runs.views, runs.names, strict=True)}
    told = (
        f"**{plain(known[first])}** is chosen: click a second run to compare the two."
        if first in known
        else "Click two runs, one after the other, to compare them."
    )
    st.caption(f"{runs.map_note(stress)} {told}")
    explain("map_of_runs")


def _dashboard(log: LogEntry, runs: ManyRuns, k: int) -> None:
    small = [one for one in MEASURES if one.name in _SMALL]
    with st.grid(3, min_column_width=300):
        for one in small:
            with st.container():
                st.markdown(f"**{one.label}**")
                values = [of_run[one.name].json for of_run in runs.measures]
                drawn = bars_of_runs(runs.names, runs.families, values, one, CHANCE.get(one.name))
                picture(drawn, f"{one.label} of every run")
    table = pd.DataFrame(
        {
            "Run": runs.names,
            "Method": [view.run.title for view in runs.views],
            "Dimensions": [view.run.dimensions for view in runs.views],
            "Similarity": [view.similarity for view in runs.views],
            **{one.label: np.array([of_run[one.name].value for of_run in runs.measures]) for one in MEASURES},
            "Items": [of_run.n for of_run in runs.measures],
        }
    )
    shares = [one.label for one in MEASURES if one.is_share]
    st.dataframe(
        table.assign(**{name: 100 * table[name] for name in shares}),
        hide_index=True,
        key="dashboard",
        placeholder="–",
        alt="All measures of every run",
        column_config={
            one.label: st.column_config.NumberColumn(format="%.1f %%" if one.label in shares else "%.2f")
            for one in MEASURES
        },
    )
    st.download_button(
        "Download the table as CSV", table.assign(k=k).to_csv(index=False).encode("utf-8-sig"),
        f"{file_name(log.name)}-runs.csv", "text/csv", icon=":material/download:", key="dashboard-csv",
    )  # fmt: skip
    st.caption(f"k = {k}; each over the items that have a vector in that run. Click a heading to sort by it.")
    explain(
        "neighbour_popularity", "head_share", "same_category", "hubness", "coverage", "gini", "popularity_lift",
        "assortativity", "norm_popularity",
    )  # fmt: skip


def _cell_clicked(log: LogEntry, views: Sequence[View]) -> None:
    points = st.session_state["agreement-matrix"]["selection"]["points"]
    if points:
        row, column = (int(place) for place in points[0]["customdata"])
        _choose(log, views[row], views[column])


def _points_clicked(log: LogEntry, views: Sequence[View]) -> None:
    points = st.session_state["map-of-runs"]["selection"]["points"]
    by_key = {view.key: view for view in views}
    clicked = [views[int(_only(point["customdata"]))].key for point in points]
    first = st.session_state.pop(_FIRST, None)
    different = list(dict.fromkeys([first, *clicked] if first in by_key else clicked))
    if len(different) > 1:
        _choose(log, by_key[different[0]], by_key[different[1]])
    elif clicked:
        st.session_state[_FIRST] = clicked[0]


def _choose(log: LogEntry, a: View, b: View) -> None:
    choose_pair(log, a.run.key, b.run.key, (a.similarity, b.similarity))
    st.session_state[_CHOSEN] = True


def _only(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value
