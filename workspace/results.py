"""What is computed from runs and kept beside them, once: neighbours and maps, by the digest of what they are made from.

A page asks with `..._or_job` and gets either the value, read from disk, or the job that is making it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pydantic

from analysis.arrays import Layout, Similarity, Vectors
from embedders.base import Embedding, Progress, no_progress, part_of
from workspace.files import written_aside
from workspace.jobs import Job, find_job, submit
from workspace.runs import RunEntry

# Raised whenever the same run and settings would give other results than before.
RESULTS_VERSION = 1
MOST_NEIGHBOURS = 100
_messages = logging.getLogger(__name__)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Ready(Generic[Value]):
    """The value is there."""

    value: Value


@dataclass(frozen=True)
class Pending:
    """The value is being made, or could not be: then the job says why, and dismissing it allows another try."""

    job: Job


@dataclass(frozen=True)
class Neighbours:
    """indices int32 (n, k) item codes of the run, -1 = none; scores float32 (n, k), NaN = none; nearest first."""

    indices: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]


@dataclass(frozen=True)
class MapPair:
    """Two maps to be seen side by side, in the order of the runs that were asked for.

    a, b        float32 (n, 2), rows as in each run; the younger one's started from the older's and was turned onto it
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


def neighbours_or_job(
    run: RunEntry, similarity: Similarity = "cosine", k: int = MOST_NEIGHBOURS, *, within: RunEntry | None = None
) -> Ready[Neighbours] | Pending:
    """The k nearest items of each item of a kept run, at most 100; `within` leaves only what that run has as well."""
    arrays = _read(_neighbours_path(run, similarity, within))
    if arrays is not None:
        return Ready(Neighbours(arrays["indices"][:, :k], arrays["scores"][:, :k]))
    spec: dict[str, Any] = {"run": run.key, "similarity": similarity}
    if _restricts(run, within):
        assert within is not None
        spec["within"] = within.key
    return _pending("neighbours", spec, f"Neighbours of {run.name}")


def map_or_job(run_a: RunEntry, run_b: RunEntry, params: MapParams | None = None) -> Ready[MapPair] | Pending:
    """The maps of two kept runs; swapping them computes nothing, since the older one is the anchor on either side."""
    params = MapParams() if params is None else params
    anchor, other = _by_age(run_a, run_b)
    own = _read(_map_path(anchor, None, params))
    if own is not None and anchor.key == other.key:
        return Ready(MapPair(own["layout"], own["layout"], None, True))
    turned = None if own is None else _read(_map_path(other, anchor, params))
    if own is not None and turned is not None:
        layouts = {anchor.key: own["layout"], other.key: turned["layout"]}
        residual = float(turned["residual"])
        fits = None if np.isnan(residual) else residual
        return Ready(MapPair(layouts[run_a.key], layouts[run_b.key], fits, run_a.key == anchor.key))
    spec = {"run": other.key, "anchor": anchor.key, "params": params.model_dump()}
    title = f"Map of {other.name}" if anchor.key == other.key else f"Maps of {anchor.name} and {other.name}"
    return _pending("map", spec, title)


def make_neighbours(
    run: RunEntry, similarity: Similarity, within: RunEntry | None = None, progress: Progress = no_progress
) -> Neighbours:
    """Compute and keep what `neighbours_or_job` asks for, or read it where it is there."""
    path = _neighbours_path(run, similarity, within)
    arrays = _read(path)
    if arrays is None:
        vectors = Embedding.load(run.path).item_vectors
        if _restricts(run, within):
            assert within is not None
            vectors = np.where(_known_to(run, within)[:, None], vectors, np.float32(0))
        found = nearest(vectors, similarity, MOST_NEIGHBOURS, progress)
        arrays = {"indices": found.indices, "scores": found.scores}
        _keep(path, arrays, {"run": run.key, "similarity": similarity, "within": within and within.key})
    return Neighbours(arrays["indices"], arrays["scores"])


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
    arrays = _read(path)
    if arrays is None:
        arrays = {"layout": _layout(run, params, None, progress)}
        _keep(path, arrays, {"run": run.key, "anchor": None, **params.model_dump()})
    return arrays["layout"]


def _turned_map(run: RunEntry, anchor: RunEntry, onto: Layout, params: MapParams, progress: Progress) -> None:
    path = _map_path(run, anchor, params)
    if _read(path) is not None:
        return
    from analysis.projection import register

    mine, theirs = _matched(run, anchor)
    start = np.full((run.n_items, 2), np.nan, dtype=np.float32)
    start[mine] = onto[theirs]
    layout = _layout(run, params, start, progress)
    target = np.full_like(start, np.nan)
    target[mine] = onto[theirs]
    turned, residual = register(layout, target, np.asarray(np.isfinite(target).all(axis=1)))
    arrays = {"layout": turned, "residual": np.float64(residual)}
    _keep(path, arrays, {"run": run.key, "anchor": anchor.key, **params.model_dump()})


def nearest(vectors: Vectors, similarity: Similarity, k: int, progress: Progress = no_progress) -> Neighbours:
    """The k nearest items of each item, computed here and now; at most as many as there are."""
    from analysis.neighbours import top_neighbours

    progress("Finding neighbours", 0.0, 1.0)
    width = max(min(k, len(vectors) - 1), 1)
    return Neighbours(*top_neighbours(vectors, width, similarity, progress=progress))


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
        progress=progress,
    )


def _layout(run: RunEntry, params: MapParams, start: Layout | None, progress: Progress) -> Layout:
    near = make_neighbours(run, "cosine", progress=part_of(progress, 0.0, 0.1))
    return drawn(Embedding.load(run.path).item_vectors, near, params, start, part_of(progress, 0.1, 1.0))


def _by_age(run_a: RunEntry, run_b: RunEntry) -> tuple[RunEntry, RunEntry]:
    older, younger = sorted((run_a, run_b), key=lambda run: (run.created, run.key))
    return older, younger


@functools.lru_cache(maxsize=16)
def _trained_ids(key: str, path: Path) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    embedding = Embedding.load(path)
    return embedding.item_ids, embedding.trained


def _matched(run: RunEntry, other: RunEntry) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Codes of the items that both runs know: in the one, in the other."""
    (mine, _), (theirs, _) = _trained_ids(run.key, run.path), _trained_ids(other.key, other.path)
    if run.log_digest == other.log_digest:
        return np.arange(len(mine)), np.arange(len(mine))
    place = {item: code for code, item in enumerate(theirs)}
    pairs = [(code, place[item]) for code, item in enumerate(mine) if item in place]
    matched = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return matched[:, 0], matched[:, 1]


def _known_to(run: RunEntry, other: RunEntry) -> npt.NDArray[np.bool_]:
    """True for each item of the run that the other has a vector for, bool (n_items,)."""
    mine, theirs = _matched(run, other)
    known = np.zeros(run.n_items, dtype=bool)
    known[mine] = _trained_ids(other.key, other.path)[1][theirs]
    return known


def _restricts(run: RunEntry, within: RunEntry | None) -> bool:
    """Whether leaving only what `within` has takes any trained item of the run away."""
    if within is None or within.key == run.key or (within.log_digest == run.log_digest and not within.n_missing):
        return False
    trained = _trained_ids(run.key, run.path)[1]
    return bool((trained & ~_known_to(run, within)).any())


def _neighbours_path(run: RunEntry, similarity: Similarity, within: RunEntry | None) -> Path:
    other = within.key if within is not None and _restricts(run, within) else None
    return _path(run, "neighbours", [similarity, other])


def _map_path(run: RunEntry, anchor: RunEntry | None, params: MapParams) -> Path:
    return _path(run, "map", [anchor and anchor.key, params.model_dump()])


def _path(run: RunEntry, kind: str, settings: list[Any]) -> Path:
    made_from = json.dumps([RESULTS_VERSION, run.key, kind, settings])
    return run.path / "results" / f"{kind}-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.npz"


def _keep(path: Path, arrays: Mapping[str, Any], made_from: Mapping[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    note = np.frombuffer(json.dumps(made_from).encode(), dtype=np.uint8)
    with written_aside(path) as file:
        np.savez(file, allow_pickle=False, made_from=note, **arrays)


def _read(path: Path) -> dict[str, npt.NDArray[Any]] | None:
    """The arrays of a result, or None where there is none or it is damaged: then it is computed again."""
    if not path.exists():
        return None
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        _messages.warning("%s is damaged and computed again (%s)", path, error)
        return None


def _pending(kind: str, spec: Mapping[str, Any], title: str) -> Pending:
    known = find_job(kind, spec)
    if known is not None and (known.active or known.status in ("failed", "cancelled")):
        return Pending(known)
    return Pending(submit(kind, spec, title))
