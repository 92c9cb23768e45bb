"""Compiled: the exact scores of candidates, and the best of them in order."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt


@numba.njit(nogil=True, cache=True)
def best(
    vectors: npt.NDArray[np.float32],
    queries: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int64],
    candidates: npt.NDArray[np.int64],
    found: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float32],
) -> None:
    """Fill found and scores (q, width) with the best of each query's candidates, itself left out.

    Those of query number i are candidates[offsets[i] : offsets[i + 1]], at least width without itself. A score is the
    dot product in double precision, rounded to float32; equal scores stand by place. Candidates come nearly in order,
    so that inserting one at its place takes few steps.
    """
    width = found.shape[1]
    for row in range(len(queries)):
        query = queries[row]
        held = 0
        for number in range(offsets[row], offsets[row + 1]):
            candidate = candidates[number]
            if candidate == query:
                continue
            exact = 0.0
            for axis in range(vectors.shape[1]):
                exact += np.float64(vectors[query, axis]) * np.float64(vectors[candidate, axis])
            score = np.float32(exact)
            place = held
            if held == width:
                last, worst = found[row, width - 1], scores[row, width - 1]
                if score < worst or (score == worst and candidate > last):
                    continue
                place = width - 1
            else:
                held += 1
            while place > 0 and (
                scores[row, place - 1] < score
                or (scores[row, place - 1] == score and found[row, place - 1] > candidate)
            ):
                scores[row, place] = scores[row, place - 1]
                found[row, place] = found[row, place - 1]
                place -= 1
            scores[row, place] = score
            found[row, place] = candidate
