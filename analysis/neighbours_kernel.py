"""Compiled: the exact scores of candidates, and the best of them in order."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from analysis.exact_kernel import exact_product


@numba.njit(inline="always")
def _insert(vectors, query, candidate, found, scores, row, held):  # type: ignore[no-untyped-def]
    """Put a candidate at its place in a row of the best, where it is among them; answers how many are held then.

    A score is the dot product in double precision, rounded to float32; equal scores stand by place.
    """
    score = np.float32(exact_product(vectors, query, vectors, candidate))
    place = held
    if held == found.shape[1]:
        place -= 1
        if score < scores[row, place] or (score == scores[row, place] and candidate > found[row, place]):
            return held
    while place > 0:
        before, ahead = found[row, place - 1], scores[row, place - 1]
        if ahead > score or (ahead == score and before < candidate):
            break
        scores[row, place] = ahead
        found[row, place] = before
        place -= 1
    scores[row, place] = score
    found[row, place] = candidate
    return min(held + 1, found.shape[1])


@numba.njit(nogil=True, cache=True)
def best_of_groups(
    vectors: npt.NDArray[np.float32],
    queries: npt.NDArray[np.int64],
    asked: npt.NDArray[np.int64],
    room: npt.NDArray[np.float64],
    groups: npt.NDArray[np.int64],
    index_scores: npt.NDArray[np.float32],
    starts: npt.NDArray[np.int64],
    members: npt.NDArray[np.int64],
    found: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float32],
) -> None:
    """Fill found and scores (q, width) with the best members of the groups that the index found, the query left out.

    asked         int64 (q,) the row of `groups` and `index_scores` that answers each query
    room          float64 (q,) how far the score of a group's member may lie from the index's score of the group
    groups        int64 (rows, fetched), best first
    starts        int64 (groups + 1,) where each group begins in `members`

    Groups come nearly in order, so that each member is put at its place in a few steps.
    """
    width = found.shape[1]
    for row in range(len(queries)):
        held = 0
        for rank in range(groups.shape[1]):
            if held == width and scores[row, width - 1] > index_scores[asked[row], rank] + room[row]:
                break  # nothing from here on can enter
            group = groups[asked[row], rank]
            for place in range(starts[group], starts[group + 1]):
                if members[place] != queries[row]:
                    held = _insert(vectors, queries[row], members[place], found, scores, row, held)


@numba.njit(nogil=True, cache=True)
def best_of_all(
    vectors: npt.NDArray[np.float32],
    queries: npt.NDArray[np.int64],
    products: npt.NDArray[np.float32],
    least: npt.NDArray[np.float32],
    found: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float32],
) -> None:
    """Fill them with the best of all items whose product with the query, float32 (q, n), is at least `least` (q,)."""
    for row in range(len(queries)):
        held = 0
        threshold = least[row]
        for candidate in range(products.shape[1]):
            if products[row, candidate] >= threshold and candidate != queries[row]:
                held = _insert(vectors, queries[row], candidate, found, scores, row, held)
