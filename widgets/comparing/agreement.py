"""The tab on agreement."""

from __future__ import annotations

import streamlit as st

from figures.text import count, decimal
from widgets.comparing.evidence import Evidence, charts
from widgets.measures import explain
from widgets.pictures import picture


def agreement(evidence: Evidence) -> None:
    """How far the two runs agree, by bucket."""
    report = evidence.pair.report
    picture(charts(evidence).agreement, "Agreement by bucket")
    with st.grid(4, min_column_width=150):
        st.metric("Items in both", count(report["common_items"]), border=True)
        st.metric("RBO", decimal(report["rbo"], 3), border=True)
        st.metric("Linear CKA", decimal(report["cka"], 3), border=True)
        st.metric("Procrustes residual", decimal(report["procrustes"], 3), border=True)
    explain("agreement", "rbo", "cka", "procrustes")
