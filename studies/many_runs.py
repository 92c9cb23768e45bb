"""All runs of a log at once: who agrees with whom, and a map on which those that agree lie near each other."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class RunMap(NamedTuple):
    """A map of runs.

    places  float64 (m, 2), in units of 1 - Jaccard; the widest direction lies level, the first run to the left
    stress  Kruskal's stress-1: how far the distances in the picture are off, 0 = not at all; NaN where all are 0
    """

    places: Floats
    stress: float


def distances_of(jaccard: Floats) -> Floats:
    """1 - Jaccard of every two runs, float64 (m, m); 1 where two runs have no items in common.

    >>> distances_of(np.array([[1.0, 0.25], [0.25, np.nan]])).tolist()
    [[0.0, 0.75], [0.75, 0.0]]
    """
    distances = 1.0 - np.where(np.isnan(jaccard), 0.0, jaccard)
    np.fill_diagonal(distances, 0.0)
    return distances


def run_map(jaccard: Floats) -> RunMap:
    """Multidimensional scaling of 1 - Jaccard into the plane (SMACOF, De Leeuw 1977, begun at the classical solution).

    jaccard  float64 (m, m), symmetric

    >>> places, stress = run_map(np.array([[1.0, 0.25], [0.25, 1.0]]))
    >>> places.tolist(), stress
    ([[-0.375, 0.0], [0.375, 0.0]], 0.0)
    """
    distances = distances_of(jaccard)
    m = len(distances)
    if m < 3 or not distances.any():
        places = np.zeros((m, 2))
        if m == 2:
            places[:, 0] = np.array([-0.5, 0.5]) * distances[0, 1]
    else:
        from sklearn.manifold import MDS

        scaling = MDS(2, metric="precomputed", init="classical_mds", n_init=1, max_iter=1000, eps=1e-9, random_state=0)
        places = _turned(scaling.fit_transform(distances))
    apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2))
    total = float((distances**2).sum())
    return RunMap(places, math.sqrt(float(((apart - distances) ** 2).sum()) / total) if total else math.nan)


def similar_beside(jaccard: Floats) -> list[int]:
    """An order of the runs in which those that agree stand side by side (average linkage, leaves in the best order).

    >>> similar_beside(np.array([[1, 0.1, 0.9], [0.1, 1, 0.2], [0.9, 0.2, 1]]))
    [1, 2, 0]
    """
    if len(jaccard) < 3:
        return list(range(len(jaccard)))
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    near = squareform(distances_of(jaccard), checks=False)
    return [int(run) for run in leaves_list(linkage(near, "average", optimal_ordering=True))]


def _turned(places: Floats) -> Floats:
    """The same map, turned and mirrored into the one way round that is always taken."""
    centred = places - places.mean(axis=0)
    turned = centred @ np.linalg.svd(centred, full_matrices=False)[2].T
    for axis, sign in ((0, -1.0), (1, 1.0)):
        told = np.flatnonzero(np.abs(turned[:, axis]) > 1e-9)  # the first run that does not lie in the middle
        if told.size:
            turned[:, axis] *= sign * np.sign(turned[told[0], axis])
    return np.asarray(turned)
