"""What the Compare page stands on: two runs, their neighbours, their comparison; loaded once, shared by all tabs."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from analysis import Comparison
from analysis.compare import Geometry, Side, compare
from figures import maps
from figures.comparison_charts import ComparisonCharts
from widgets.catalogue import catalogue, opened
from widgets.jobs_panel import outcome
from widgets.pickers import Choice, Similarity
from workspace.catalogue import Catalogue
from workspace.comparing import side_of
from workspace.logs import LogEntry
from workspace.pairs import Pair
from workspace.results import Neighbours, Pending, neighbours_or_job
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

    def highlight(self, item: int) -> maps.Highlight:
        """The item and its neighbours, told apart for the maps."""
        a, b = self.pair.of_item(item)
        return maps.Highlight(
            query=item,
            only_a=a.neighbours[~a.shared & (a.neighbours >= 0)],
            only_b=b.neighbours[~b.shared & (b.neighbours >= 0)],
            both=a.neighbours[a.shared],
        )


def load(log: LogEntry, choice: Choice) -> Evidence:
    """The evidence for a choice; while neighbours are being computed, shows how far that is and stops the page."""
    sides = ((choice.a, choice.similarity_a), (choice.b, choice.similarity_b))
    near = [_neighbours(run, similarity) for run, similarity in sides]
    waiting = {found.job.id: found.job for found in near if isinstance(found, Pending)}  # one, for a run beside itself
    for job in waiting.values():
        outcome(job)
    if waiting:
        st.stop()
    a, b = opened(choice.a.key, choice.a.path), opened(choice.b.key, choice.b.path)
    near_a, near_b = (found for found in near if isinstance(found, Neighbours))
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
            comparison=_comparison(choice.made_from, a, b, near_a, near_b),
            catalogue=catalogue(choice.a.key, choice.a.path),
        ),
    )


def charts(evidence: Evidence) -> ComparisonCharts:
    """The pictures of this comparison, from memory where it was looked at before."""
    return _charts((*evidence.choice.made_from, *evidence.choice.names), evidence.pair)


@st.cache_resource(max_entries=_KEPT_COMPARISONS, show_spinner=False)
def _charts(made_from: tuple[str | int, ...], _pair: Pair) -> ComparisonCharts:
    return ComparisonCharts(_pair)


@st.cache_resource(max_entries=2 * _KEPT_RUNS, show_spinner=False)
def _neighbours_in_memory(key: str, similarity: str) -> dict[str, Neighbours]:
    """A place for the neighbours of a run once they are there; what is pending must not be kept."""
    return {}


def _neighbours(run: RunEntry, similarity: Similarity) -> Neighbours | Pending:
    kept = _neighbours_in_memory(run.key, similarity)
    if "found" not in kept:
        answer = neighbours_or_job(run, similarity)
        if isinstance(answer, Pending):
            return answer
        kept["found"] = answer.value
    return kept["found"]


@st.cache_resource(max_entries=_KEPT_COMPARISONS, show_spinner=False)
def _comparison(
    made_from: tuple[str, str, Similarity, Similarity, int], _a: Run, _b: Run, _near_a: Neighbours, _near_b: Neighbours
) -> Comparison:
    key_a, key_b, similarity_a, similarity_b, k = made_from
    a, b = side_of(_a, similarity_a, _near_a), side_of(_b, similarity_b, _near_b)
    return compare(a, b, k, geometry=_geometry(key_a, key_b, a, b))


@st.cache_resource(max_entries=_KEPT_COMPARISONS, show_spinner=False)
def _geometry(key_a: str, key_b: str, _a: Side, _b: Side) -> Geometry:
    return Geometry.of(_a, _b)
