"""What the Compare page stands on: two runs, their neighbours, their comparison; loaded once, shared by all tabs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from analysis.agreement import DepthCurve
from analysis.compare import Comparison, Geometry
from figures.comparison_charts import ComparisonCharts
from widgets.catalogue import catalogue, opened
from widgets.jobs_panel import outcome
from widgets.pickers import Choice, Similarity
from workspace.catalogue import Catalogue
from workspace.logs import LogEntry
from workspace.pairs import Pair
from workspace.results import Neighbours, Pending, neighbours_or_job
from workspace.results.comparisons import kept_comparison, kept_depth_curve
from workspace.runs import Run, RunEntry

_KEPT_RUNS = 8
_KEPT_COMPARISONS = 32


@dataclass(frozen=True)
class Evidence:
    """Two runs of one log side by side, as they were chosen."""

    log: LogEntry
    choice: Choice
    pair: Pair

    @property
    def catalogue(self) -> Catalogue:
        return self.pair.catalogue


def load(log: LogEntry, choice: Choice) -> Evidence:
    """The evidence for a choice; while neighbours are being computed, shows how far that is and stops the page."""
    sides = ((choice.a, choice.similarity_a, choice.b), (choice.b, choice.similarity_b, choice.a))
    found = [kept_lists(run, similarity, within) for run, similarity, other in sides for within in (None, other)]
    waiting = {one.job.id: one.job for one in found if isinstance(one, Pending)}  # one, for a run beside itself
    for job in waiting.values():
        outcome(job)
    if waiting:
        st.stop()
    near_a, inside_a, near_b, inside_b = (one for one in found if isinstance(one, Neighbours))
    a, b = opened(choice.a.key, choice.a.path), opened(choice.b.key, choice.b.path)
    return Evidence(
        log,
        choice,
        Pair(
            names=choice.names,
            a=a,
            b=b,
            similarity_a=choice.similarity_a,
            similarity_b=choice.similarity_b,
            k=choice.k,
            near_a=near_a,
            near_b=near_b,
            inside_a=inside_a.indices,
            inside_b=inside_b.indices,
            comparison=_comparison(choice.made_from, a, b, (near_a, near_b), (inside_a.indices, inside_b.indices)),
            catalogue=catalogue(choice.a.key, choice.a.path),
        ),
    )


def charts(evidence: Evidence) -> ComparisonCharts:
    """The pictures of this comparison, from memory where it was looked at before."""
    return _charts((*evidence.choice.made_from, *evidence.choice.names), evidence.pair)


@st.cache_resource(max_entries=_KEPT_COMPARISONS, show_spinner=False)
def _charts(made_from: tuple[str | int, ...], _pair: Pair) -> ComparisonCharts:
    return ComparisonCharts(_pair)


def depth_curve(evidence: Evidence) -> DepthCurve:
    """Agreement of the pair by the length of the lists."""
    return _depth_curve(evidence.choice.made_from[:4], evidence.pair)


def kept_lists(run: RunEntry, similarity: Similarity, within: RunEntry | None = None) -> Neighbours | Pending:
    """The neighbours of a run, among the items that another run has as well where one is named."""
    kept = _lists_in_memory(run.key, similarity, None if within is None else within.key)
    if "found" not in kept:
        answer = neighbours_or_job(run, similarity, within=within)
        if isinstance(answer, Pending):
            return answer
        kept["found"] = answer.value
    return kept["found"]


@st.cache_resource(max_entries=4 * _KEPT_RUNS, show_spinner=False)
def _lists_in_memory(key: str, similarity: str, within: str | None) -> dict[str, Neighbours]:
    """A place for the neighbours of a run once they are there; what is pending must not be kept."""
    return {}


@st.cache_resource(max_entries=_KEPT_COMPARISONS, show_spinner=False)
def _comparison(
    made_from: tuple[str, str, Similarity, Similarity, int],
    _a: Run,
    _b: Run,
    _near: tuple[Neighbours, Neighbours],
    _inside: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]],
) -> Comparison:
    shape = _geometry_in_memory(*made_from[:2])  # that of the vectors is the same for every k and similarity
    found = kept_comparison(_a, _b, made_from[2:4], made_from[4], _near, _inside, shape.get("found"))
    shape["found"] = found.geometry
    return found


@st.cache_resource(max_entries=_KEPT_COMPARISONS, show_spinner=False)
def _geometry_in_memory(key_a: str, key_b: str) -> dict[str, Geometry]:
    """A place for how far the sets of vectors of a pair have one shape."""
    return {}


@st.cache_resource(max_entries=_KEPT_COMPARISONS, show_spinner=False)
def _depth_curve(made_from: tuple[str, str, Similarity, Similarity], _pair: Pair) -> DepthCurve:
    return kept_depth_curve(_pair.a, _pair.b, made_from[2:4], (_pair.inside_a, _pair.inside_b))
