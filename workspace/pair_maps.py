"""The maps of a pair of runs from their folders alone: those that are kept, or drawn here and now."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.arrays import Layout
from embedders.base import Embedding, Progress, no_progress, part_of
from workspace.home import room
from workspace.pairs import Pair
from workspace.results import MapPair, MapParams, drawn, make_maps, nearest
from workspace.runs import Run


def maps_of(pair: Pair, progress: Progress = no_progress) -> MapPair:
    """The UMAPs of both runs, rows as in the pair; kept ones are kept beside their runs, others belong to nobody."""
    a, b = pair.a.entry, pair.b.entry
    if all(entry.path.resolve().is_relative_to(room("runs").resolve()) for entry in (a, b)):
        found = make_maps(a, b, MapParams(), progress)
        return replace(found, a=_spread(found.a, pair.a), b=_spread(found.b, pair.b))
    if a.path == b.path:
        alone = _drawn(pair.a, None, progress)
        return MapPair(alone, alone, None, True)
    from analysis.projection import register

    anchored_a = (a.created, a.key) <= (b.created, b.key)
    older, younger = (pair.a, pair.b) if anchored_a else (pair.b, pair.a)
    onto = _drawn(older, None, part_of(progress, 0.0, 0.5))
    layout = _drawn(younger, onto, part_of(progress, 0.5, 1.0))
    turned, residual = register(layout, onto, np.ones(len(onto), dtype=bool))
    in_order = (onto, turned) if anchored_a else (turned, onto)
    return MapPair(*in_order, None if np.isnan(residual) else residual, anchored_a)


def principal_maps_of(pair: Pair) -> MapPair:
    """The first two principal components of both runs, at once, B's turned onto A's."""
    from analysis.projection import pca_layout, register

    a, b = (pca_layout(run.embedding.item_vectors) for run in (pair.a, pair.b))
    turned, residual = register(b, a, np.ones(len(a), dtype=bool))
    return MapPair(a, turned, None if np.isnan(residual) else residual, True)


def _drawn(run: Run, start: Layout | None, progress: Progress) -> Layout:
    params, vectors = MapParams(), run.embedding.item_vectors
    near = nearest(vectors, "cosine", params.n_neighbours, part_of(progress, 0.0, 0.1))
    return drawn(vectors, near, params, start, part_of(progress, 0.1, 1.0))


def _spread(layout: Layout, run: Run) -> Layout:
    """A map whose rows are those of the run's own folder, over the catalogue that the run stands in."""
    if len(layout) == len(run.embedding.item_ids):
        return layout
    own = set(Embedding.load(run.entry.path).item_ids)
    wider = np.full((len(run.embedding.item_ids), 2), np.nan, dtype=np.float32)
    wider[[item in own for item in run.embedding.item_ids]] = layout  # both in byte order of the ids
    return wider
