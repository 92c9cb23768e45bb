"""The maps of two runs, kept: the younger one's started from the older one's, and turned onto it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pydantic

from analysis.arrays import Layout, Vectors
from embedders.base import Embedding, Progress, no_progress, part_of
from workspace.results.keeping import Pending, Ready, keep, pending, read, result_path
from workspace.results.neighbours import MOST_NEIGHBOURS, Neighbours, make_neighbours, matched_items
from workspace.runs import RunEntry


@dataclass(frozen=True)
class MapPair:
    """Two maps to be seen side by side, in the order of the runs that were asked for.

    a, b        float32 (n, components), rows as in each run; the younger one's started from the older's, turned onto it
    residual    how badly they fit on the items that both have, 0 = the same; None where that cannot be said
    anchored_a  True where a is the one that b was turned onto
    """

    a: Layout
    b: Layout
    residual: float | None
    anchored_a: bool


class MapParams(pydantic.BaseModel):
    """How a map is drawn; similarity is always cosine, since UMAP needs distances.

    seed  None = not repeatable, and about twice as fast
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    n_neighbours: int = pydantic.Field(default=15, ge=2, le=MOST_NEIGHBOURS)
    min_distance: float = pydantic.Field(default=0.1, ge=0.0, le=1.0)
    seed: int | None = pydantic.Field(default=0, ge=0, lt=2**32)
    components: Literal[2, 3] = 2


def map_or_job(run_a: RunEntry, run_b: RunEntry, params: MapParams | None = None) -> Ready[MapPair] | Pending:
    """The maps of two kept runs; swapping them computes nothing, since the older one is the anchor on either side."""
    params = MapParams() if params is None else params
    anchor, other = _by_age(run_a, run_b)
    own = read(_map_path(anchor, None, params))
    if own is not None and anchor.key == other.key:
        return Ready(MapPair(own["layout"], own["layout"], None, True))
    turned = None if own is None else read(_map_path(other, anchor, params))
    if own is not None and turned is not None:
        layouts = {anchor.key: own["layout"], other.key: turned["layout"]}
        residual = float(turned["residual"])
        fits = None if np.isnan(residual) else residual
        return Ready(MapPair(layouts[run_a.key], layouts[run_b.key], fits, run_a.key == anchor.key))
    spec = {"run": other.key, "anchor": anchor.key, "params": params.model_dump()}
    title = f"Map of {other.name}" if anchor.key == other.key else f"Maps of {anchor.name} and {other.name}"
    return pending("map", spec, title)


def make_maps(run_a: RunEntry, run_b: RunEntry, params: MapParams, progress: Progress = no_progress) -> MapPair:
    """Compute and keep what `map_or_job` asks for; what is there already is not computed again."""
    anchor, other = _by_age(run_a, run_b)
    alone = anchor.key == other.key
    own = _own_map(anchor, params, progress if alone else part_of(progress, 0.0, 0.5))
    if not alone:
        _turned_map(other, anchor, own, params, part_of(progress, 0.5, 1.0))
    maps = map_or_job(run_a, run_b, params)
    assert isinstance(maps, Ready)
    return maps.value


def _own_map(run: RunEntry, params: MapParams, progress: Progress) -> Layout:
    path = _map_path(run, None, params)
    arrays = read(path)
    if arrays is None:
        arrays = {"layout": _layout(run, params, None, progress)}
        keep(path, arrays, {"run": run.key, "anchor": None, **params.model_dump()})
    return arrays["layout"]


def _turned_map(run: RunEntry, anchor: RunEntry, onto: Layout, params: MapParams, progress: Progress) -> None:
    path = _map_path(run, anchor, params)
    if read(path) is not None:
        return
    from analysis.projection import register

    mine, theirs = matched_items(run, anchor)
    start = np.full((run.n_items, params.components), np.nan, dtype=np.float32)
    start[mine] = onto[theirs]
    layout = _layout(run, params, start, progress)
    target = np.full_like(start, np.nan)
    target[mine] = onto[theirs]
    turned, residual = register(layout, target, np.asarray(np.isfinite(target).all(axis=1)))
    arrays = {"layout": turned, "residual": np.float64(residual)}
    keep(path, arrays, {"run": run.key, "anchor": anchor.key, **params.model_dump()})


def drawn(
    vectors: Vectors,
    near: Neighbours,
    params: MapParams,
    start: Layout | None = None,
    progress: Progress = no_progress,
) -> Layout:
    """The map of some vectors, computed here and now from their neighbours by cosine."""
    progress("Preparing the map", 0.0, 1.0)  # the first map of a process waits here for compiled code
    from analysis.projection import umap_layout

    return umap_layout(
        vectors,
        near.indices,
        near.scores,
        n_neighbours=params.n_neighbours,
        min_distance=params.min_distance,
        seed=params.seed,
        init=start,
        components=params.components,
        progress=progress,
    )


def _layout(run: RunEntry, params: MapParams, start: Layout | None, progress: Progress) -> Layout:
    near = make_neighbours(run, "cosine", progress=part_of(progress, 0.0, 0.1))
    return drawn(Embedding.load(run.path).item_vectors, near, params, start, part_of(progress, 0.1, 1.0))


def _by_age(run_a: RunEntry, run_b: RunEntry) -> tuple[RunEntry, RunEntry]:
    older, younger = sorted((run_a, run_b), key=lambda run: (run.created, run.key))
    return older, younger


def _map_path(run: RunEntry, anchor: RunEntry | None, params: MapParams) -> Path:
    return result_path(run, "map", [anchor and anchor.key, params.model_dump()])
