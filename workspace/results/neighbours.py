"""Neighbours of a run, kept: over its whole catalogue, or among the items that another run has as well."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Similarity, Vectors
from embedders.base import Embedding, Progress, no_progress
from workspace.results.keeping import Pending, Ready, keep, pending, read, result_path
from workspace.runs import RunEntry

MOST_NEIGHBOURS = 100


@dataclass(frozen=True)
class Neighbours:
    """indices int32 (n, k) item codes of the run, -1 = none; scores float32 (n, k), NaN = none; nearest first."""

    indices: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]


def neighbours_or_job(
    run: RunEntry, similarity: Similarity = "cosine", k: int = MOST_NEIGHBOURS, *, within: RunEntry | None = None
) -> Ready[Neighbours] | Pending:
    """The k nearest items of each item of a kept run, at most 100; `within` leaves only what that run has as well."""
    arrays = read(_neighbours_path(run, similarity, within))
    if arrays is not None:
        return Ready(Neighbours(arrays["indices"][:, :k], arrays["scores"][:, :k]))
    spec: dict[str, Any] = {"run": run.key, "similarity": similarity}
    if _restricts(run, within):
        assert within is not None
        spec["within"] = within.key
    return pending("neighbours", spec, f"Neighbours of {run.name}")


def make_neighbours(
    run: RunEntry, similarity: Similarity, within: RunEntry | None = None, progress: Progress = no_progress
) -> Neighbours:
    """Compute and keep what `neighbours_or_job` asks for, or read it where it is there."""
    path = _neighbours_path(run, similarity, within)
    arrays = read(path)
    if arrays is None:
        vectors = Embedding.load(run.path).item_vectors
        if _restricts(run, within):
            assert within is not None
            vectors = np.where(_known_to(run, within)[:, None], vectors, np.float32(0))
        found = nearest(vectors, similarity, MOST_NEIGHBOURS, progress)
        arrays = {"indices": found.indices, "scores": found.scores}
        keep(path, arrays, {"run": run.key, "similarity": similarity, "within": within and within.key})
    return Neighbours(arrays["indices"], arrays["scores"])


def nearest(vectors: Vectors, similarity: Similarity, k: int, progress: Progress = no_progress) -> Neighbours:
    """The k nearest items of each item, computed here and now; at most as many as there are."""
    from analysis.neighbours import top_neighbours

    progress("Finding neighbours", 0.0, 1.0)
    width = max(min(k, len(vectors) - 1), 1)
    return Neighbours(*top_neighbours(vectors, width, similarity, progress=progress))


@functools.lru_cache(maxsize=16)
def _trained_ids(key: str, path: Path) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    embedding = Embedding.load(path)
    return embedding.item_ids, embedding.trained


def matched_items(run: RunEntry, other: RunEntry) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
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
    mine, theirs = matched_items(run, other)
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
    return result_path(run, "neighbours", [similarity, other])
