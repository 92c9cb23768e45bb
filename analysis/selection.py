"""Some items picked out on a map: which they are, and how they lie in the vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.arrays import Layout, Mask, Vectors, row_norms, trained_rows


def inside_polygon(layout: Layout, x: npt.ArrayLike, y: npt.ArrayLike) -> Mask:
    """True for each item whose place lies inside the polygon with these corners, by the even-odd rule, bool (n,).

    >>> square = ([0, 2, 2, 0], [0, 0, 2, 2])
    >>> inside_polygon(np.array([[1, 1], [3, 1], [np.nan, np.nan]], dtype=np.float32), *square).tolist()
    [True, False, False]
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    inside = np.zeros(len(layout), dtype=bool)
    px, py = layout[:, 0].astype(np.float64), layout[:, 1].astype(np.float64)
    for one in range(len(xs)):
        last = one - 1
        if ys[one] == ys[last]:
            continue
        crosses = (ys[one] > py) != (ys[last] > py)
        inside ^= crosses & (px < (xs[last] - xs[one]) * (py - ys[one]) / (ys[last] - ys[one]) + xs[one])
    return inside


def angular_spread(vectors: Vectors, items: Mask) -> float:
    """How far the directions of some items scatter, 0 = all alike .. 1 = they cancel out; NaN without a vector.

    One less the length of the mean of their vectors at length 1, the circular variance of directional statistics
    (Mardia and Jupp 2000). Items without a vector are left out.

    >>> vectors = np.array([[1, 0], [0, 2], [0, 0], [-3, 0]], dtype=np.float32)
    >>> round(angular_spread(vectors, np.array([True, True, True, False])), 4)  # mean (½, ½), length √½
    0.2929
    >>> angular_spread(vectors, np.array([True, False, False, True]))
    1.0
    """
    own = vectors[items & trained_rows(vectors)]
    if not len(own):
        return float("nan")
    mean = (own / row_norms(own)[:, None]).mean(axis=0)
    return float(1 - np.sqrt(mean @ mean))
