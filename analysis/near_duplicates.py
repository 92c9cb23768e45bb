"""Rows that are the same but for rounding: they have the same neighbours, so they are searched for once.

Many rare items are such rows: matrix factorisation gives all items that only one and the same user touched one
direction, since nothing else is known of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Vectors, row_norms

Places = npt.NDArray[np.int64]

_CELL = 1e-5  # of the longest row: the width of the grid on which rows are looked for that may be the same
_RADIUS = 1e-6  # of its own length: how far a row may stand from its leader; float32 rounds at 6e-8
_BLOCK = 1 << 16  # rows that are held in double precision at once


@dataclass(frozen=True)
class NearDuplicates:
    """Rows in groups, each with its first row as the leader.

    leaders   int64 (groups,) ascending places of the leaders
    group     int64 (n,) the group of each row
    starts    int64 (groups + 1,) where each group begins in `members`
    members   int64 (n,) places by group, ascending within it
    distance  float64 (n,) Euclidean distance of each row from its leader, at most a millionth of the row's length
    """

    leaders: Places
    group: Places
    starts: Places
    members: Places
    distance: Floats


def near_duplicates(vectors: Vectors) -> NearDuplicates:
    """The rows of `vectors`, float32 (n, dimensions), in groups of equals; a row without an equal is its own leader.

    Rows are put on a grid, and those of one cell are compared with the first of them: two equal rows on either side
    of a line stay apart, which costs time and nothing else.

    >>> near_duplicates(np.array([[1, 0], [0, 2], [1, 0], [1, 0.1]], dtype=np.float32)).group.tolist()
    [0, 1, 0, 2]
    """
    lengths = row_norms(vectors)
    cells = _cells(vectors, _CELL * float(lengths.max(initial=0.0)) or 1.0)
    _, first, cell = np.unique(cells, return_index=True, return_inverse=True)
    leader = first[cell]
    distance = np.empty(len(vectors))
    for part in _blocks(len(vectors)):
        distance[part] = row_norms(vectors[part].astype(np.float64) - vectors[leader[part]])
    apart = distance > _RADIUS * lengths
    leader[apart] = np.flatnonzero(apart)
    distance[apart] = 0.0
    leaders, group = np.unique(leader, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(leaders)))])
    return NearDuplicates(leaders, group, starts, np.argsort(group, kind="stable"), distance)


def alone(n: int) -> NearDuplicates:
    """Each of n rows as its own leader, for where looking for equals would take longer than it saves."""
    each = np.arange(n)
    return NearDuplicates(each, each, np.arange(n + 1), each, np.zeros(n))


def _cells(vectors: Vectors, width: float) -> npt.NDArray[np.int64]:
    """A number for the cell of each row, int64 (n,); two cells may share one, their rows are compared anyhow."""
    weights = np.random.default_rng(0).integers(1 << 62, size=vectors.shape[1]) | 1
    numbers = np.empty(len(vectors), dtype=np.int64)
    for part in _blocks(len(vectors)):
        numbers[part] = np.rint(vectors[part].astype(np.float64) / width).astype(np.int64) @ weights  # wraps around
    return numbers


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, n, _BLOCK))
