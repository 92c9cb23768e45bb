"""The chosen item and its neighbours in both runs."""

from __future__ import annotations

import math

import streamlit as st

from analysis import BUCKETS
from figures.text import count, decimal, plain
from widgets.comparing.evidence import Evidence
from widgets.comparing.neighbour_table import neighbour_table
from widgets.logs.words import whose


def neighbours(evidence: Evidence, item: int) -> None:
    """The chosen item, and its neighbours in both runs."""
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
    for column, letter, side in zip(st.columns(2), "AB", evidence.pair.of_item(item), strict=True):
        with column:
            st.markdown(f"**{letter}: {plain(side.name)}** · {side.similarity}")
            neighbour_table(side, items, key=f"neighbours-{letter}")
