"""What the Compare page stands on: two runs, their neighbours, their comparison; loaded once, shared by all tabs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from analysis import BUCKETS, Comparison, Curve, bucket_shares, norm_curve, popularity_curve
from analysis.compare import Geometry, Side, compare
from figures import maps
from widgets.catalogue import catalogue, opened
from widgets.item_filter import ItemFilter, Mask
from widgets.jobs_panel import outcome
from widgets.pickers import Choice, Similarity
from workspace.catalogue import Catalogue
from workspace.comparing import side_of
from workspace.jobs import Job
from workspace.logs import LogEntry
from workspace.results import MapPair, Neighbours, Pending, map_or_job, neighbours_or_job
from workspace.runs import Run, RunEntry

COLUMN = "column "  # before the name of a column that colours the maps
_KEPT_RUNS = 8
_KEPT_COMPARISONS = 32


@dataclass(frozen=True)
class SideOfItem:
    """The chosen item's neighbours in one run: item codes, scores and whether the other run has them too, (k,) each."""

    name: str
    similarity: Similarity
    neighbours: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    shared: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """Two runs of one log side by side; every array has one row an item code."""

    log: LogEntry
    choice: Choice
    a: Run
    b: Run
    near_a: Neighbours
    near_b: Neighbours
    comparison: Comparison
    catalogue: Catalogue

    @cached_property
    def report(self) -> dict[str, Any]:
        """The comparison as plain values, as the command line prints it."""
        return self.comparison.as_json()

    def of_item(self, item: int) -> tuple[SideOfItem, SideOfItem]:
        """The neighbours of an item in A and in B."""
        k = self.choice.k
        a, b = self.near_a.indices[item, :k], self.near_b.indices[item, :k]
        sides = []
        for name, similarity, own, other, near in (
            (self.choice.names[0], self.choice.similarity_a, a, b, self.near_a),
            (self.choice.names[1], self.choice.similarity_b, b, a, self.near_b),
        ):
            sides.append(SideOfItem(name, similarity, own, near.scores[item, :k], np.isin(own, other[other >= 0])))
        return sides[0], sides[1]

    def highlight(self, item: int) -> maps.Highlight:
        """The item and its neighbours, told apart for the maps."""
        a, b = self.of_item(item)
        return maps.Highlight(
            query=item,
            only_a=a.neighbours[~a.shared & (a.neighbours >= 0)],
            only_b=b.neighbours[~b.shared & (b.neighbours >= 0)],
            both=a.neighbours[a.shared],
        )

    def popularity_curves(self) -> tuple[Curve, Curve]:
        """Neighbour popularity against own popularity, of A and of B."""
        q, measured = self.catalogue.quantiles, self.comparison
        a, b = measured.a.neighbour_popularity_by_item, measured.b.neighbour_popularity_by_item
        return popularity_curve(q, a), popularity_curve(q, b)

    def norm_curves(self) -> tuple[Curve, Curve]:
        """Vector length, in units of the run's mean length, against own popularity, of A and of B."""
        q = self.catalogue.quantiles
        return norm_curve(self.a.embedding.item_vectors, q), norm_curve(self.b.embedding.item_vectors, q)

    def bucket_shares(self) -> tuple[list[float], list[float], list[float]]:
        """Head, mid and tail: their shares of A's neighbour places, of B's, and of the catalogue."""
        k, buckets = self.choice.k, self.a.buckets
        a, b = (bucket_shares(near.indices[:, :k], buckets) for near in (self.near_a, self.near_b))
        return list(a), list(b), list(np.bincount(buckets, minlength=len(BUCKETS)) / len(buckets))


@dataclass(frozen=True)
class PairMap:
    """The two maps, or the job that draws them."""

    pair: MapPair | None
    job: Job | None


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
        a,
        b,
        near_a,
        near_b,
        _comparison(choice.made_from, a, b, near_a, near_b),
        catalogue(choice.a.key, choice.a.path),
    )


def pair_map(choice: Choice) -> PairMap:
    """The maps of the two runs, from disk or from a job."""
    found = _map_in_memory(choice.a.key, choice.b.key)
    if found.get("pair") is None:
        answer = map_or_job(choice.a, choice.b)
        if isinstance(answer, Pending):
            return PairMap(None, answer.job)
        found["pair"] = answer.value
    return PairMap(found["pair"], None)


@st.cache_resource(max_entries=_KEPT_COMPARISONS, show_spinner=False)
def base_figure(
    made_from: tuple[str, str, tuple[str, str], str, ItemFilter], _evidence: Evidence, _pair: MapPair, _mask: Mask
) -> dict[str, Any]:
    """The maps without the chosen item, kept for each pair of runs, colouring and filter."""
    items = _evidence.catalogue
    colouring: maps.Scale | maps.Groups
    if made_from[3].startswith(COLUMN):
        name = made_from[3].removeprefix(COLUMN)
        colouring = maps.by_column(name, _evidence.log.item_column(name).reindex(list(items.ids)))
    elif made_from[3] == "bucket":
        colouring = maps.by_bucket(items.buckets)
    elif made_from[3] == "category":
        colouring = maps.by_category(items.categories)
    else:
        colouring = maps.by_quantile(items.quantiles)
    return maps.base_figure((_pair.a, _pair.b), _evidence.choice.names, items.titles, colouring, _mask)


@st.cache_resource(max_entries=_KEPT_RUNS, show_spinner=False)
def _map_in_memory(key_a: str, key_b: str) -> dict[str, MapPair]:
    """A place for the maps of a pair once they are there; what is pending must not be kept."""
    return {}


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
