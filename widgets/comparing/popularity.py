"""The tab on popularity bias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from figures.text import count, decimal, percent, plain
from widgets.comparing.evidence import Evidence, charts
from widgets.measures import explain
from widgets.pickers import Choice
from widgets.pictures import picture


def popularity_bias(evidence: Evidence) -> None:
    """Does a run lean towards popular items: pictures, then the numbers under them."""
    drawn = charts(evidence)
    left, right = st.columns(2)
    with left:
        st.markdown("**How popular are an item's neighbours?**")
        picture(drawn.neighbour_popularity, "Neighbour popularity against own popularity")
        explain("neighbour_popularity")
    with right:
        st.markdown("**Who fills the neighbour lists?**")
        picture(drawn.bucket_shares, "Share of neighbour places by bucket")
        explain("head_share")
    left, right = st.columns(2)
    with left:
        st.markdown("**Are popular items longer vectors?**")
        picture(drawn.norms, "Vector length against popularity")
        explain("norm_popularity")
    with right:
        st.markdown("**Do a few items stand in many lists?**")
        picture(drawn.hubness, "Coverage and hubness")
        explain("hubness", "coverage", "gini")
    _numbers(evidence.choice, evidence.pair.report)


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
