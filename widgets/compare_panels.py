"""The parts of the Compare page: findings, maps, neighbours, popularity bias, agreement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from analysis import BUCKETS
from figures import maps
from figures.comparison_charts import comparison_charts
from figures.findings import findings as sentences
from figures.text import count, decimal, percent, plain
from widgets.evidence import COLUMN, Evidence, PairMap, base_figure, pair_map
from widgets.item_filter import ItemFilter, Mask, choose_filter
from widgets.jobs_panel import outcome
from widgets.logs.words import whose
from widgets.measures import explain
from widgets.pickers import Choice
from widgets.pictures import CONFIG
from widgets.search import choose, chosen_item, search_box
from widgets.tables import neighbour_table
from workspace.logs import LogEntry

_COLOURINGS = ("popularity", "bucket", "category")
_FEW = 8  # buttons side by side; more are a list


def findings(evidence: Evidence) -> None:
    """What the numbers say, in plain sentences."""
    with st.container(border=True):
        for sentence in sentences(evidence.report, evidence.choice.names):
            st.markdown(sentence)
        explain("agreement", "neighbour_popularity", "head_share", "same_category")


@st.fragment
def around_item(evidence: Evidence) -> None:
    """All that changes with the chosen item; choosing another one draws nothing else anew."""
    item = chosen_item(evidence.catalogue)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        colouring = _colouring(evidence.log)
        only, mask = choose_filter(evidence.log, evidence.catalogue)
    pair_of_maps(evidence, item, colouring, only, mask)
    search_box(evidence.catalogue, mask)
    neighbours(evidence, item)


def pair_of_maps(evidence: Evidence, item: int, colouring: str, only: ItemFilter, mask: Mask) -> None:
    """The two maps side by side, of the items that `mask` shows; a click on a point makes it the chosen item."""
    choice, items = evidence.choice, evidence.catalogue
    found = pair_map(choice)
    if found.pair is None:
        _drawing(found)
        return
    layouts = (found.pair.a, found.pair.b)
    base = base_figure((choice.a.key, choice.b.key, choice.names, colouring, only), evidence, found.pair, mask)
    figure = maps.marked(base, layouts, choice.names, items.titles, evidence.highlight(item))
    st.plotly_chart(
        figure,
        key="maps",
        on_select=lambda: _choose_clicked(items.ids),
        selection_mode="points",
        config={**CONFIG, "scrollZoom": True, "plotGlPixelRatio": 1},
        alt=f"Maps of {choice.names[0]} and {choice.names[1]} side by side",
    )
    fit = "" if found.pair.residual is None else f" (map residual {decimal(found.pair.residual, 3)} of 1)"
    st.caption(
        "Each map is a UMAP of that run's vectors; the younger run's was started from the older one's and turned onto "
        f"it{fit}. Neighbours are taken in the full vectors, never in the picture. Drag to move, scroll to zoom, "
        "click a point to choose it."
        + (f" Shown are the {count(int(mask.sum()))} of {count(len(mask))} items with {plain(only.in_words)}, "
           "and the chosen item's neighbours." if only.values else "")
    )  # fmt: skip
    explain("map_residual", "popularity_quantile", "buckets")


def _colouring(log: LogEntry) -> str:
    """What colours the maps: always offered are three, beside them every column of the log's item table."""
    own = [f"{COLUMN}{name}" for name in log.columns_in("items") if name not in ("title", "category")]
    options = [*_COLOURINGS, *own]
    if st.session_state.get("colour") not in options:
        st.session_state["colour"] = _COLOURINGS[0]
    if len(options) <= _FEW:
        picked = st.segmented_control(
            "Colour by", options, required=True, key="colour", persist_state="session", format_func=_coloured_by
        )
    else:
        picked = st.selectbox(
            "Colour by", options, key="colour", persist_state="session", format_func=_coloured_by, width=300
        )
    return str(picked)


def _coloured_by(option: str) -> str:
    return plain(option.removeprefix(COLUMN))


def neighbours(evidence: Evidence, item: int) -> None:
    """The chosen item, and its neighbours in both runs."""
    choice, items, comparison = evidence.choice, evidence.catalogue, evidence.comparison
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
            f"{decimal(comparison.jaccard_by_item[item])} for this item, {decimal(evidence.report['jaccard']['all'])} "
            "over all items."
        )
    for column, letter, side in zip(st.columns(2), "AB", evidence.of_item(item), strict=True):
        with column:
            st.markdown(f"**{letter}: {plain(side.name)}** · {side.similarity}")
            neighbour_table(side, items, key=f"neighbours-{letter}")


@st.fragment
def details(evidence: Evidence) -> None:
    """What lies behind the findings, a tab a question; only the open tab is drawn."""
    bias, agreed = st.tabs(["Popularity bias", "Agreement"], key="details", on_change="rerun")
    with bias:
        if bias.open:
            popularity_bias(evidence)
    with agreed:
        if agreed.open:
            agreement(evidence)


def popularity_bias(evidence: Evidence) -> None:
    """Does a run lean towards popular items: pictures, then the numbers under them."""
    charts = comparison_charts(evidence)
    left, right = st.columns(2)
    with left:
        st.markdown("**How popular are an item's neighbours?**")
        _picture(charts.neighbour_popularity, "Neighbour popularity against own popularity")
        explain("neighbour_popularity")
    with right:
        st.markdown("**Who fills the neighbour lists?**")
        _picture(charts.bucket_shares, "Share of neighbour places by bucket")
        explain("head_share")
    left, right = st.columns(2)
    with left:
        st.markdown("**Are popular items longer vectors?**")
        _picture(charts.norms, "Vector length against popularity")
        explain("norm_popularity")
    with right:
        st.markdown("**Do a few items stand in many lists?**")
        _picture(charts.hubness, "Coverage and hubness")
        explain("hubness", "coverage", "gini")
    _numbers(evidence.choice, evidence.report)


def agreement(evidence: Evidence) -> None:
    """How far the two runs agree, by bucket."""
    report = evidence.report
    _picture(comparison_charts(evidence).agreement, "Agreement by bucket")
    with st.grid(4, min_column_width=150):
        st.metric("Items in both", count(report["common_items"]), border=True)
        st.metric("RBO", decimal(report["rbo"], 3), border=True)
        st.metric("Linear CKA", decimal(report["cka"], 3), border=True)
        st.metric("Procrustes residual", decimal(report["procrustes"], 3), border=True)
    explain("agreement", "rbo", "cka", "procrustes")


def _picture(figure: go.Figure, alt: str) -> None:
    st.plotly_chart(figure, config=CONFIG, key=alt, alt=alt)


def _numbers(choice: Choice, report: Mapping[str, Any]) -> None:
    rows = [
        ("Neighbour popularity (chance 0.50)", "neighbour_popularity", decimal),
        ("Head share of neighbour places", "head_share", percent),
        ("Same-category share", "same_category", percent),
        ("Popularity lift (log10)", "popularity_lift", decimal),
        ("Popularity assortativity", "assortativity", decimal),
        ("Hubness skewness", "hubness_skewness", decimal),
        ("Items in no list (anti-hubs)", "anti_hubs", percent),
        ("Coverage", "coverage", percent),
        ("Gini of list counts", "gini", decimal),
        ("Vector length and popularity (Spearman)", "norm_popularity", decimal),
    ]
    a, b = choice.names
    st.table(
        {
            "": [label for label, _, _ in rows],
            f"A: {plain(a)}": [show(report["a"][name]) for _, name, show in rows],
            f"B: {plain(b)}": [show(report["b"][name]) for _, name, show in rows],
        },
        hide_index=True, alt="Measures of popularity bias of both runs",
    )  # fmt: skip
    st.caption(
        f"k = {choice.k}; A by {choice.similarity_a}, B by {choice.similarity_b}; over {count(report['a']['n'])} and "
        f"{count(report['b']['n'])} items with a vector; head items are the most popular ones, which hold half of all "
        "user-item pairs."
    )
    explain("same_category", "popularity_lift", "assortativity")


def _drawing(found: PairMap) -> None:
    """The place of the maps while they are drawn, or why they could not be."""
    if found.job is not None:
        outcome(found.job)
        if found.job.active:
            st.skeleton(height=560)


def _choose_clicked(ids: Sequence[str]) -> None:
    points = st.session_state["maps"]["selection"]["points"]
    if points:
        choose(ids[int(points[0]["customdata"])])
