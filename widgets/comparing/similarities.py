"""Cosine against dot product: the same run by both, as one picture a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from figures import popularity as pictures
from figures import popularity_words as words
from figures.colours import BASELINE, POPULAR, A, B
from figures.popularity import Dumbbell
from widgets.comparing.evidence import Evidence
from widgets.measures import explain
from widgets.pickers import Choice, Similarity
from widgets.pictures import picture
from workspace.results import Baselines, PopularityBias
from workspace.runs import RunEntry

_BOTH: tuple[Similarity, Similarity] = ("cosine", "dot")


@dataclass(frozen=True)
class _Row:
    """One run with what is known of its neighbours by either similarity: the measures of a comparison."""

    run: RunEntry
    colour: str
    known: dict[Similarity, Mapping[str, Any]]

    def dumbbell(self, measure: str) -> Dumbbell:
        cosine, dot = (self.known.get(similarity, {}).get(measure) for similarity in _BOTH)
        return Dumbbell(self.run.name, self.colour, cosine, dot)


def others(choice: Choice) -> list[tuple[RunEntry, Similarity]]:
    """The runs of a choice by the similarities that its comparison does not know them by."""
    known = {(choice.a.key, choice.similarity_a), (choice.b.key, choice.similarity_b)}
    runs = {run.key: run for run in (choice.a, choice.b)}
    return [(run, similarity) for run in runs.values() for similarity in _BOTH if (run.key, similarity) not in known]


def similarities(evidence: Evidence, known: PopularityBias) -> None:
    """How far the choice of similarity moves both runs, once their neighbours by the other one are measured."""
    rows, baselines = _rows(evidence, known), known.baselines
    complete = all(len(row.known) == len(_BOTH) for row in rows)
    left, right = st.columns(2)
    with left:
        st.markdown("**Cosine or dot product: how popular are the neighbours?**")
        title = "mean popularity quantile of the neighbours"
        drawn = _draw(rows, baselines, "neighbour_popularity", title)
        if complete:
            st.markdown(words.similarities([(one.name, one.dot, one.cosine) for one in drawn]))
        explain("similarity", "baselines")
    with right:
        st.markdown("**Cosine or dot product: how many places go to the head?**")
        drawn = _draw(rows, baselines, "head_share", "share of the places that head items take")
        if complete:
            st.markdown(words.head_shares([(one.name, one.dot, one.cosine) for one in drawn]))
        explain("similarity", "head_share")


def _draw(rows: list[_Row], baselines: Baselines | None, measure: str, title: str) -> list[Dumbbell]:
    drawn = [row.dumbbell(measure) for row in rows]
    marks = []
    if baselines is not None:
        marks.append(("random", baselines.random.measures[measure], BASELINE))
        marks.append(("most popular", baselines.popularity.measures[measure], POPULAR))
    picture(pictures.dumbbells(drawn, title, marks), f"By cosine and by dot product: {title}")
    return drawn


def _rows(evidence: Evidence, known: PopularityBias) -> list[_Row]:
    """The two runs, or the one that stands beside itself."""
    choice, report = evidence.choice, evidence.pair.report
    a = _Row(choice.a, A, {choice.similarity_a: report["a"]})
    if choice.a.key == choice.b.key:
        a.known[choice.similarity_b] = report["b"]
        rows = [a]
    else:
        rows = [a, _Row(choice.b, B, {choice.similarity_b: report["b"]})]
    for row in rows:
        for (key, similarity), leaning in known.leanings.items():
            if key == row.run.key:
                row.known.setdefault(similarity, leaning.measures)
    return rows
