"""Each run by cosine and by dot product, for the sentence on what the similarity does."""

from __future__ import annotations

import streamlit as st

from figures.findings import Turned
from widgets.comparing.evidence import Evidence, kept_lists
from workspace.jobs import Job
from workspace.pairs import Pair
from workspace.results import Neighbours, Pending
from workspace.runs import Run

_KEPT = 64


def turned(evidence: Evidence) -> tuple[tuple[Turned | None, Turned | None], list[Job]]:
    """A and B by both similarities, None where lists are being made, and the jobs that make them."""
    sides: list[Turned | None] = []
    jobs: dict[str, Job] = {}
    for entry, run in ((evidence.choice.a, evidence.pair.a), (evidence.choice.b, evidence.pair.b)):
        by = [kept_lists(entry, similarity) for similarity in ("cosine", "dot")]
        jobs |= {one.job.id: one.job for one in by if isinstance(one, Pending)}
        lists = [one for one in by if isinstance(one, Neighbours)]
        known = len(lists) == len(by)
        sides.append(_turned(run.entry.key, evidence.choice.k, run, evidence.pair, lists) if known else None)
    return (sides[0], sides[1]), list(jobs.values())


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _turned(key: str, k: int, _run: Run, _pair: Pair, _lists: list[Neighbours]) -> Turned:
    q = _pair.catalogue.quantiles
    cosine, dot = (lists.indices[:, :k] for lists in _lists)
    return Turned.of(q, cosine, dot)
