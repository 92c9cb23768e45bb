"""The pictures of a comparison that do not change with the chosen item, made once for each choice."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from analysis import BUCKETS
from widgets.charts import paired_bars, popularity_lines
from widgets.evidence import Evidence
from widgets.pickers import Choice

_KEPT = 32
_HUBNESS = {"coverage": "coverage", "anti-hubs": "anti_hubs", "Gini": "gini", "Robin Hood": "robin_hood"}


@dataclass(frozen=True)
class ComparisonCharts:
    """One figure a question."""

    neighbour_popularity: go.Figure
    bucket_shares: go.Figure
    norms: go.Figure
    hubness: go.Figure
    agreement: go.Figure


def comparison_charts(evidence: Evidence) -> ComparisonCharts:
    """The pictures of this comparison, from memory where it was looked at before."""
    return _charts((*evidence.choice.made_from, *evidence.choice.names), evidence)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _charts(made_from: tuple[str | int, ...], _evidence: Evidence) -> ComparisonCharts:
    choice = _evidence.choice
    return ComparisonCharts(
        neighbour_popularity=popularity_lines(
            list(zip(choice.names, _evidence.popularity_curves(), strict=True)),
            "mean popularity quantile of the neighbours",
            0.5,
        ),
        bucket_shares=_bucket_shares(_evidence),
        norms=popularity_lines(
            list(zip(choice.names, _evidence.norm_curves(), strict=True)), "vector length / mean length", None
        ),
        hubness=paired_bars(
            list(_HUBNESS),
            [_evidence.report["a"][name] for name in _HUBNESS.values()],
            [_evidence.report["b"][name] for name in _HUBNESS.values()],
            choice.names,
            "share or index, 0..1",
        ),
        agreement=_agreement(choice, _evidence),
    )


def _bucket_shares(evidence: Evidence) -> go.Figure:
    in_a, in_b, of_catalogue = evidence.bucket_shares()
    return paired_bars(
        BUCKETS,
        in_a,
        in_b,
        evidence.choice.names,
        "share of all neighbour places",
        of_catalogue,
        "share of the catalogue",
    )


def _agreement(choice: Choice, evidence: Evidence) -> go.Figure:
    groups, report = ["all", *BUCKETS], evidence.report
    return paired_bars(
        groups,
        [report["jaccard"][group] for group in groups],
        [report["overlap"][group] for group in groups],
        ("Jaccard", "overlap"),
        f"agreement of the {choice.k} neighbours",
        [report["expected_overlap"]] * len(groups),
        "overlap by chance",
    )
