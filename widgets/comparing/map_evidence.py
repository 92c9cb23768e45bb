"""What the maps of the Compare page are drawn from, kept for all tabs: layouts, colours, and the message of points."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from analysis.arrays import Layout
from analysis.map_summaries import landmarks, map_density, stratified_sample
from figures import colourings, maps
from figures.map_payload import Density, MapItems, Word, packed
from widgets.comparing.evidence import Evidence
from widgets.comparing.map_settings import COLUMN, MapView
from widgets.item_filter import ItemFilter, Mask
from widgets.logs.words import whose
from workspace.catalogue import Catalogue
from workspace.jobs import Job
from workspace.results import MapPair, Pending, map_or_job

if TYPE_CHECKING:
    from scipy import sparse

BOARD = "compare"  # the one pair of maps of a page
MOST_POINTS = 20_000  # in each map: beyond, browsers stop following the hand
_DENSITY_CELLS = 160
_BY_LISTS = ("overlap", "hubness")  # what colours by the lists of k
_KEPT = 16
_SIZES = (3.0, 13.0)  # pixels of the least and the most popular item


@dataclass(frozen=True)
class DrawnMaps:
    """Two layouts that can be drawn now, and the job that makes better ones, where there is one.

    kind  "UMAP" or "PCA"
    made  what they are made from
    """

    a: Layout
    b: Layout
    residual: float | None
    kind: str
    made: str
    job: Job | None

    @property
    def layouts(self) -> tuple[Layout, Layout]:
        return self.a, self.b


def drawn_maps(evidence: Evidence, view: MapView) -> DrawnMaps:
    """The maps as they are wanted, or those by principal components until they are there."""
    job, pair = None, None
    if view.layout == "UMAP":
        found = _umap_in_memory(evidence.pair.a.entry.key, evidence.pair.b.entry.key, view.params.model_dump_json())
        if "pair" not in found:
            answer = map_or_job(evidence.choice.a, evidence.choice.b, view.params)
            if isinstance(answer, Pending):
                job = answer.job
            else:
                found["pair"] = answer.value
        pair = found.get("pair")
    kind = "PCA" if pair is None else "UMAP"
    if pair is None:
        pair = _pca(evidence.pair.a.entry.key, evidence.pair.b.entry.key, view.params.components, evidence)
    parts = (evidence.choice.a.key, evidence.choice.b.key, kind, view.params.model_dump_json())
    made = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return DrawnMaps(pair.a, pair.b, pair.residual, kind, made, job)


@dataclass(frozen=True)
class Points:
    """The message of the points of both maps, and how many of how many items it draws."""

    payload: bytes
    drawn: int
    shown: int


def points(evidence: Evidence, drawn: DrawnMaps, view: MapView, only: ItemFilter, mask: Mask) -> Points:
    """The points as the linked maps take them; for another k they are the same, unless what colours them is not."""
    *lists, k = evidence.choice.made_from
    made_from = (*lists, k if view.colour in _BY_LISTS else None, evidence.choice.names, drawn.made, view, only)
    return _points(made_from, evidence, drawn, view, mask)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def plain_base(
    made_from: tuple[Any, ...], _evidence: Evidence, _drawn: DrawnMaps, _view: MapView, _mask: Mask
) -> dict[str, Any]:
    """The maps of the plain chart without the chosen item."""
    return maps.base_figure(
        _drawn.layouts, _evidence.choice.names, _evidence.catalogue.titles, colouring(_evidence, _view.colour), _mask
    )


def colouring(evidence: Evidence, colour: str) -> colourings.Scale | colourings.Groups:
    """What gives each point its colour."""
    items, measured = evidence.catalogue, evidence.pair.comparison
    if colour.startswith(COLUMN):
        name = colour.removeprefix(COLUMN)
        return colourings.by_column(name, evidence.log.item_column(name).reindex(list(items.ids)))
    if colour == "bucket":
        return colourings.by_bucket(items.buckets)
    if colour == "category":
        return colourings.by_category(items.categories)
    if colour == "overlap":
        return colourings.by_overlap(measured.overlap_by_item)
    if colour == "hubness":
        return colourings.by_list_counts(measured.a.list_counts, measured.b.list_counts)
    if colour == "norm":
        return colourings.by_norm(evidence.pair.a.embedding.item_vectors, evidence.pair.b.embedding.item_vectors)
    return colourings.by_quantile(items.quantiles)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _points(made_from: tuple[Any, ...], _evidence: Evidence, _drawn: DrawnMaps, _view: MapView, _mask: Mask) -> Points:
    items, pair = _evidence.catalogue, _evidence.pair
    placed = np.isfinite(_drawn.a[:, 0]) | np.isfinite(_drawn.b[:, 0])
    sample = stratified_sample(items.p, placed & _mask, MOST_POINTS)
    shown = int((placed & _mask).sum())
    window = maps.window_of(_drawn.layouts)
    density = None
    if len(sample) < shown:
        (left, right), (bottom, top) = window
        dx, dy = (right - left) / _DENSITY_CELLS, (top - bottom) / _DENSITY_CELLS
        a, b = (
            map_density(np.where(_mask[:, None], layout, np.float32(np.nan)), window, _DENSITY_CELLS)
            for layout in _drawn.layouts
        )
        density = Density(a, b, left + dx / 2, dx, bottom + dy / 2, dy)
    sizes = None
    if _view.sized:
        least, most = _SIZES
        sizes = (least + (most - least) * np.nan_to_num(items.quantiles) ** 3).astype(np.float32)
    payload = packed(
        board=BOARD,
        view=_drawn.made,
        layouts=_drawn.layouts,
        names=_evidence.choice.names,
        items=MapItems(items.titles, items.categories, items.p, whose(_evidence.log)),
        colouring=colouring(_evidence, _view.colour),
        sample=sample,
        near=(pair.near_a.indices, pair.near_b.indices),
        sizes=sizes,
        density=density,
        words=_words(_evidence, _drawn) if _view.words else (),
    )
    return Points(payload, len(sample), shown)


def _words(evidence: Evidence, drawn: DrawnMaps) -> Sequence[Word]:
    terms, names = _terms(evidence.choice.a.key, evidence.catalogue)
    window = maps.window_of(drawn.layouts)
    return [
        Word(pane, mark.x, mark.y, names[mark.term])
        for pane, layout in enumerate(drawn.layouts)
        for mark in landmarks(layout, terms, window)
    ]


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _terms(run_key: str, _items: Catalogue) -> tuple[sparse.csr_matrix, list[str]]:
    """Which items have which term: their categories, or where there are none the words of their titles."""
    return colourings.terms_of(_items.categories, _items.titles)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _umap_in_memory(key_a: str, key_b: str, params: str) -> dict[str, MapPair]:
    """A place for the maps of a pair once they are there; what is pending must not be kept."""
    return {}


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _pca(key_a: str, key_b: str, components: int, _evidence: Evidence) -> MapPair:
    from analysis.projection import pca_layout, register

    a, b = (pca_layout(run.embedding.item_vectors, components) for run in (_evidence.pair.a, _evidence.pair.b))
    both = np.asarray(np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1))
    turned, residual = register(b, a, both)
    return MapPair(a, turned, None if np.isnan(residual) else residual, True)
