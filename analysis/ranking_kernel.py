"""Compiled: how many scores of a row lie above one of them."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt


@numba.njit(nogil=True, cache=True)
def count_above(
    scores: npt.NDArray[np.float32], rows: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Scores above that of each target in its row, and others equal to it; -1 and 0 where its own is -inf."""
    above = np.full(len(rows), -1, np.int64)
    equal = np.zeros(len(rows), np.int64)
    for case in range(len(rows)):
        row = scores[rows[case]]
        own = row[targets[case]]
        if own == -np.inf:
            continue
        more, same = 0, -1  # itself is not another
        for place in range(len(row)):
            more += row[place] > own
            same += row[place] == own
        above[case] = more
        equal[case] = same
    return above, equal
