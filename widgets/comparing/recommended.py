"""User to item: what the runs recommend to users, as far as it is known."""

from __future__ import annotations

import streamlit as st

from figures.charts import Chart
from figures.recommended import Recommended, coloured
from figures.text import count, plain
from widgets.comparing.evidence import Evidence
from widgets.comparing.popularity_tables import recommendation_numbers
from widgets.logs.words import whose
from widgets.measures import explain
from widgets.pictures import picture
from workspace.results import PopularityBias, Recommendations, Unavailable


def recommended(evidence: Evidence, known: PopularityBias) -> None:
    """How popular the lists of users are, pictures first, then the numbers."""
    choice = evidence.choice
    found = []
    for run, colour in coloured(choice.a, choice.b):
        answer = known.recommendations.get(run.key)
        if isinstance(answer, Unavailable):
            st.info(plain(answer.reason))
        elif isinstance(answer, Recommendations):
            found.append((run, colour, answer))
    if not found:
        if known.job is not None:
            st.caption("This is shown as soon as the work above is done.")
        return
    shown, whom = Recommended.of(found, choice.k), whose(evidence.log)
    _how(shown, whom)
    *row, last = shown.charts()
    for column, chart in zip(st.columns(len(row)), row, strict=True):
        with column:
            _draw(chart)
    _draw(last)
    recommendation_numbers(shown, whom)


def _how(shown: Recommended, whom: str) -> None:
    """Whose lists these are and how they are made."""
    served = f"all {count(shown.in_log)} {whom}"
    if shown.served < shown.in_log:
        served = f"{count(shown.served)} of {count(shown.in_log)} {whom}, drawn at random"
    means = [plain(name) for name in shown.by_histories]
    by_mean = ""
    if means:
        know = "know" if len(means) > 1 else "knows"
        by_mean = f" {' and '.join(means)} {know} no {whom}: theirs is the mean vector of what they touched."
    st.caption(
        f"For {served}: the {shown.k} items with the highest dot product with the user's vector that the user has not "
        f"touched yet.{by_mean} Random and most popular: of the untouched items that have a vector in "
        f"{plain(shown.runs[0].name)}."
    )


def _draw(chart: Chart) -> None:
    st.markdown(f"**{chart.question}**")
    picture(chart.figure, chart.question)
    if chart.said is not None:
        st.markdown(chart.said)
    explain(*chart.measures)
