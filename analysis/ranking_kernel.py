"""Compiled: how many scores of a row lie above one of them."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from analysis.exact_kernel import exact_product

Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]  # of sparse matrices: int32, or int64 where they are large
Scores = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

_CHUNK = 512  # scores counted at once, then looked at one by one where some of them are in doubt
_TILE = 64  # items whose vectors stay near while all queries are multiplied with them


@numba.njit(inline="always")
def _above_and_from(scores, high, low):  # type: ignore[no-untyped-def]
    """How many are above `high`, and how many at least `low`.

    Without a branch, counted in 32 bits and by place, many are compared at once; `for score in scores` takes ten times
    as long.
    """
    above, reached = np.int32(0), np.int32(0)
    for place in range(len(scores)):
        above = np.int32(above + np.int32(scores[place] > high))
        reached = np.int32(reached + np.int32(scores[place] >= low))
    return above, reached


@numba.njit(nogil=True, cache=True)
def count_in_rows(scores: Scores, ends: Rows, targets: Rows) -> tuple[Rows, Rows]:
    """Of each case the scores above its target's and the others equal to it, from all, float32 (q, n_candidates).

    scores   NaN = left out
    ends     int64 (q + 1,): the cases ends[i] : ends[i + 1] are of row i
    targets  int64 (n,) columns
    """
    above, equal = np.empty(len(targets), np.int64), np.empty(len(targets), np.int64)
    for row in range(len(ends) - 1):
        for case in range(ends[row], ends[row + 1]):
            own = scores[row, targets[case]]
            more, reached = _above_and_from(scores[row], own, own)
            above[case], equal[case] = more, reached - more - 1
    return above, equal


@numba.njit(nogil=True, cache=True)
def count_by_bounds(
    rough: Scores,
    high: Scores,
    low: Scores,
    own: Scores,
    queries: Scores,
    items: Scores,
    bias: Scores,
    ends: Rows,
    most: int,
) -> tuple[Rows, Rows]:
    """The same from scores of which only those between two bounds are made exactly.

    rough      float32 (q, n_candidates), NaN = left out: above `high` (n,) a score is surely above the target's, below
               `low` (n,) surely under it
    own        float32 (n,) the exact score of each target
    most       exact scores made for one query; from the case on that would take more, `above` is -1
    """
    above, equal = np.full(len(own), -1, np.int64), np.zeros(len(own), np.int64)
    for row in range(len(ends) - 1):
        left = most
        for case in range(ends[row], ends[row + 1]):
            more, same = 0, -1  # itself is not another
            for start in range(0, rough.shape[1], _CHUNK):
                chunk = rough[row, start : start + _CHUNK]
                sure, reached = _above_and_from(chunk, high[case], low[case])
                more += sure
                left -= reached - sure
                if left < 0:
                    break
                if reached > sure:
                    for place in range(len(chunk)):
                        if low[case] <= chunk[place] <= high[case]:
                            item = start + place
                            score = np.float32(exact_product(queries, row, items, item) + np.float64(bias[item]))
                            more += score > own[case]
                            same += score == own[case]
            if left < 0:
                break
            above[case], equal[case] = more, same
    return above, equal


@numba.njit(nogil=True, cache=True)
def exact_scores(queries: Scores, items: Scores, bias: Scores, rows: Rows, columns: Rows, found: Scores) -> None:
    """Fill found (n,) with the exact score of the item in each column for the query in each row."""
    for case in range(len(rows)):
        exact = exact_product(queries, rows[case], items, columns[case]) + np.float64(bias[columns[case]])
        found[case] = np.float32(exact)


@numba.njit(nogil=True, cache=True)
def exact_rows(queries: Scores, items: Scores, bias: Scores, found: Scores) -> None:
    """Fill found (q, n_candidates) with all exact scores, summed as `exact_product` does."""
    width = items.shape[1]
    padded = -(-width // 4) * 4  # four axes a step, in their order: each total is loaded and stored a quarter as often
    tile, query, total = np.zeros((padded, _TILE)), np.zeros(padded), np.empty(_TILE)
    for start in range(0, len(items), _TILE):
        held = min(_TILE, len(items) - start)
        for item in range(held):
            for axis in range(width):
                tile[axis, item] = items[start + item, axis]
        for row in range(len(queries)):
            query[:width] = queries[row]
            total[:] = 0.0
            for axis in range(0, padded, 4):
                a, b, c, d = query[axis], query[axis + 1], query[axis + 2], query[axis + 3]
                for item in range(_TILE):
                    sum_of_two = (total[item] + a * tile[axis, item]) + b * tile[axis + 1, item]
                    total[item] = (sum_of_two + c * tile[axis + 2, item]) + d * tile[axis + 3, item]
            for item in range(held):
                found[row, start + item] = total[item] + np.float64(bias[start + item])


@numba.njit(nogil=True, cache=True)
def sparse_rows(
    rows: Rows,
    a_ends: Codes,
    a_columns: Codes,
    a_values: Floats,
    b_ends: Codes,
    b_columns: Codes,
    b_values: Floats,
    scale: Floats,
) -> tuple[Rows, npt.NDArray[np.int32], Scores]:
    """Some rows of the product of two CSR matrices, times the scale of each column: (ends, columns, scores).

    Summed in the order in which entries are stored, so that the last bits are those of scipy's product.
    """
    n = len(scale)
    most = 0
    for row in rows:
        met = 0
        for first in range(a_ends[row], a_ends[row + 1]):
            met += b_ends[a_columns[first] + 1] - b_ends[a_columns[first]]
        most += min(met, n)
    ends = np.zeros(len(rows) + 1, np.int64)
    columns, scores = np.empty(most, np.int32), np.empty(most, np.float32)
    line, is_met = np.zeros(n), np.zeros(n, np.bool_)
    count = 0
    for place, row in enumerate(rows):
        begin = count
        for first in range(a_ends[row], a_ends[row + 1]):
            weight = a_values[first]
            for second in range(b_ends[a_columns[first]], b_ends[a_columns[first] + 1]):
                column = b_columns[second]
                line[column] += weight * b_values[second]
                if not is_met[column]:
                    is_met[column] = True
                    columns[count] = column
                    count += 1
        for entry in range(begin, count):
            column = columns[entry]
            scores[entry] = line[column] * scale[column]
            line[column] = 0.0
            is_met[column] = False
        ends[place + 1] = count
    return ends, columns[:count], scores[:count]


@numba.njit(nogil=True, cache=True)
def count_sparse(
    score_ends: Codes,
    columns: Codes,
    scores: Scores,
    out_ends: Codes,
    out_columns: Codes,
    n: int,
    ends: Rows,
    targets: Rows,
) -> tuple[Rows, Rows]:
    """The same from rows of which only some scores are stored, and all others are 0.

    score_ends, columns, scores  CSR (q, n)
    out_ends, out_columns        CSR (q, n), a stored entry = left out, each once
    """
    above, equal = np.empty(len(targets), np.int64), np.empty(len(targets), np.int64)
    line = np.zeros(n, np.float32)
    held = np.empty(n, np.float32)
    for row in range(len(ends) - 1):
        stored = range(score_ends[row], score_ends[row + 1])
        left_out = range(out_ends[row], out_ends[row + 1])
        for place in stored:
            line[columns[place]] = scores[place]
        for place in left_out:
            line[out_columns[place]] = np.nan
        count = 0
        for place in stored:
            score = line[columns[place]]
            if score < 0 or score > 0:
                held[count] = score
                count += 1
        zeros = n - len(left_out) - count
        for case in range(ends[row], ends[row + 1]):
            own = line[targets[case]]
            more, reached = _above_and_from(held[:count], own, own)
            above[case] = more + (zeros if own < 0 else 0)
            equal[case] = reached - more + (zeros if own == 0 else 0) - 1
        for place in stored:
            line[columns[place]] = 0
        for place in left_out:
            line[out_columns[place]] = 0
    return above, equal


@numba.njit(nogil=True, cache=True)
def count_listed(list_ends: Codes, listed: Scores, own: Scores, ends: Rows) -> tuple[Rows, Rows]:
    """Of each case the scores listed for its row that lie above its own, and those equal to it.

    list_ends  int64 (q + 1,): where the scores of each row begin in `listed`
    """
    above, equal = np.empty(len(own), np.int64), np.empty(len(own), np.int64)
    for row in range(len(ends) - 1):
        scores = listed[list_ends[row] : list_ends[row + 1]]
        for case in range(ends[row], ends[row + 1]):
            more, reached = _above_and_from(scores, own[case], own[case])
            above[case], equal[case] = more, reached - more
    return above, equal
