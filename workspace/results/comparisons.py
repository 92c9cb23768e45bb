"""The comparison of two runs of one log, kept: asked again, after a restart as well, it is read and not worked out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.agreement import DepthCurve, jaccard_by_depth
from analysis.arrays import Similarity
from analysis.compare import Comparison, Geometry, compare
from workspace.results.keeping import keep, read, result_path
from workspace.results.neighbours import Neighbours
from workspace.results.records import as_arrays, of_arrays
from workspace.runs import Run
from workspace.sides import side_of

Codes = npt.NDArray[np.int32]


def kept_comparison(
    a: Run, b: Run, similarities: tuple[Similarity, Similarity], k: int,
    near: tuple[Neighbours, Neighbours], inside: tuple[Codes, Codes], geometry: Geometry | None = None,
) -> Comparison:  # fmt: skip
    """The comparison of two runs of one log, from disk, or worked out from their lists and kept.

    near      neighbours of A and of B over the whole catalogue, at least k wide
    inside    int32 (n_items, at least k): neighbours among the items that have a vector in both
    geometry  of the two, where it is known from another k
    """
    path = _path(a, b, similarities, k)
    arrays = read(path)
    if arrays is None:
        sides = [
            side_of(run, similarity, over_all.indices, among)
            for run, similarity, over_all, among in zip((a, b), similarities, near, inside, strict=True)
        ]
        arrays = as_arrays(compare(sides[0], sides[1], k, geometry=geometry))
        keep(path, arrays, {"a": a.entry.key, "b": b.entry.key, "similarities": similarities, "k": k})
    return of_arrays(Comparison, arrays)


def kept_depth_curve(
    a: Run, b: Run, similarities: tuple[Similarity, Similarity], inside: tuple[Codes, Codes]
) -> DepthCurve:
    """Agreement by the length of the lists up to a hundred, from disk, or worked out and kept."""
    path = result_path(a.entry, "depth", [b.entry.key, *similarities])
    arrays = read(path)
    if arrays is None:
        arrays = as_arrays(jaccard_by_depth(*inside))
        keep(path, arrays, {"a": a.entry.key, "b": b.entry.key, "similarities": similarities})
    return of_arrays(DepthCurve, arrays)


def _path(a: Run, b: Run, similarities: tuple[Similarity, Similarity], k: int) -> Path:
    return result_path(a.entry, "comparison", [b.entry.key, *similarities, k])
