"""Cosine against dot product: the same run by both, as one picture a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from analysis.compare import SideMeasures
from figures import popularity as pictures
from figures import popularity_words as words
from figures.colours import BASELINE, POPULAR, A, B
from figures.popularity import Dumbbell
from widgets.catalogue import opened
from widgets.comparing.evidence import Evidence
from widgets.jobs_panel import outcome
from widgets.measures import explain
from widgets.pickers import Similarity
from widgets.pictures import picture
from workspace.jobs import Job
from workspace.popularity_bias import NeighbourBias, measures_by
from workspace.results import Neighbours, Pending, neighbours_or_job
from workspace.runs import Run, RunEntry

_KEPT = 32
_BOTH: tuple[Similarity, Similarity] = ("cosine", "dot")
Value = Callable[[SideMeasures], float | None]


@dataclass(frozen=True)
class _Row:
    """One run with what is known of it by either similarity."""

    run: RunEntry
    colour: str
    known: dict[Similarity, SideMeasures]

    def dumbbell(self, value: Value) -> Dumbbell:
        cosine, dot = (value(self.known[one]) if one in self.known else None for one in _BOTH)
        return Dumbbell(self.run.name, self.colour, cosine, dot)


def similarities(evidence: Evidence, bias: NeighbourBias) -> None:
    """How far the choice of similarity moves both runs, once their neighbours by the other one are there."""
    rows = _rows(evidence)
    waiting = [job for row in rows if (job := _complete(row, evidence.choice.k)) is not None]
    for job in waiting:
        outcome(job)
    left, right = st.columns(2)
    with left:
        st.markdown("**Cosine or dot product: how popular are the neighbours?**")
        drawn = _draw(rows, bias, _neighbour_popularity, "mean popularity quantile of the neighbours")
        if not waiting:
            st.markdown(words.similarities([(one.name, one.dot, one.cosine) for one in drawn]))
        explain("similarity", "baselines")
    with right:
        st.markdown("**Cosine or dot product: how many places go to the head?**")
        drawn = _draw(rows, bias, _head_share, "share of the places that head items take")
        if not waiting:
            st.markdown(words.head_shares([(one.name, one.dot, one.cosine) for one in drawn]))
        explain("similarity", "head_share")


def _draw(rows: list[_Row], bias: NeighbourBias, value: Value, title: str) -> list[Dumbbell]:
    drawn = [row.dumbbell(value) for row in rows]
    marks = [
        ("random", value(bias.random.measures), BASELINE),
        ("most popular", value(bias.popularity.measures), POPULAR),
    ]
    picture(pictures.dumbbells(drawn, title, marks), f"By cosine and by dot product: {title}")
    return drawn


def _rows(evidence: Evidence) -> list[_Row]:
    """The two runs, or the one that stands beside itself."""
    choice, measured = evidence.choice, evidence.pair.comparison
    a = _Row(choice.a, A, {choice.similarity_a: measured.a})
    if choice.a.key == choice.b.key:
        a.known[choice.similarity_b] = measured.b
        return [a]
    return [a, _Row(choice.b, B, {choice.similarity_b: measured.b})]


def _complete(row: _Row, k: int) -> Job | None:
    """Add the measures by the similarity that is missing, or give the job that makes its neighbours."""
    for similarity in _BOTH:
        if similarity not in row.known:
            near = neighbours_or_job(row.run, similarity, k)
            if isinstance(near, Pending):
                return near.job
            run = opened(row.run.key, row.run.path)
            row.known[similarity] = _measures((row.run.key, similarity, k), run, near.value)
    return None


def _neighbour_popularity(side: SideMeasures) -> float | None:
    return side.neighbour_popularity["all"].json


def _head_share(side: SideMeasures) -> float | None:
    return side.head_share["all"].json


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _measures(made_from: tuple[str, Similarity, int], _run: Run, _near: Neighbours) -> SideMeasures:
    return measures_by(_run, made_from[1], _near.indices)
