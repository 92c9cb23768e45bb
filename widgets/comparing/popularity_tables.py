"""The numbers behind the pictures of popularity bias, with the number that each was taken over."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis import BUCKETS
from figures.recommended import Recommended
from figures.side_measures import SIDE_ROWS, Show
from figures.text import count, plain
from widgets.comparing.evidence import Evidence
from widgets.measures import explain
from workspace.results import Baselines


def neighbour_numbers(evidence: Evidence, baselines: Baselines | None) -> None:
    """A, B and the baselines side by side; by the bucket of the item whose list it is, where somebody asks for it."""
    report = evidence.pair.report
    reports, names = [report["a"], report["b"]], [f"A: {evidence.pair.names[0]}", f"B: {evidence.pair.names[1]}"]
    if baselines is not None:
        reports += [baselines.random.measures, baselines.popularity.measures]
        names += ["random", "most popular"]
    by_bucket = st.toggle("By bucket of the item", key="popularity-by-bucket", persist_state="session")
    rows = []
    for label, name, show, _ in SIDE_ROWS:
        cells = [report["details"]["by_bucket"].get(name) for report in reports]
        if not by_bucket:
            shown = [_cell(show, report[name], report["details"]["n"][name]) for report in reports]
            rows.append((label, shown))
        elif cells[0] is not None:
            for bucket in ("all", *BUCKETS):
                shown = [_cell(show, cell[bucket]["value"], cell[bucket]["n"]) for cell in cells]
                rows.append((f"{label}, {bucket}", shown))
    _table(names, rows, "Measures of popularity bias of the neighbours")
    st.caption(
        f"k = {evidence.choice.k}; A by {evidence.choice.similarity_a}, B by {evidence.choice.similarity_b}. In "
        "brackets: how many items, or places in lists, a number is taken over. Head items are the most popular ones, "
        "which hold half of all user-item pairs."
    )
    explain("same_category", "popularity_lift", "assortativity", "baselines")


def recommendation_numbers(recommended: Recommended, whom: str) -> None:
    """The runs, the baselines and what users chose themselves side by side."""
    _table(recommended.columns(), recommended.rows(), "Measures of popularity bias of the recommendations")
    st.caption(recommended.note(whom))
    explain("coverage", "gini", "recommendations")


def _cell(show: Show, value: float | None, n: int) -> str:
    """A number with what it was taken over in brackets, or a dash."""
    return "–" if value is None else f"{show(value)} ({count(n)})"


def _table(names: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], alt: str) -> None:
    columns = {"": [label for label, _ in rows]}
    for place, name in enumerate(names):
        columns[plain(name)] = [cells[place] for _, cells in rows]
    st.table(columns, hide_index=True, alt=alt)
