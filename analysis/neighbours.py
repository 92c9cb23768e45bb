"""The k nearest neighbours of items in the original space, exact, equal scores ordered by item code."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing

import numpy as np
import numpy.typing as npt

from analysis.arrays import (
    Mask,
    Neighbours,
    Progress,
    Scores,
    Similarity,
    Vectors,
    no_progress,
    product_error,
    row_norms,
    trained_rows,
)
from analysis.near_duplicates import alone, near_duplicates
from errors import InputError, ParameterError

Found = tuple[npt.NDArray[np.int64], Scores]  # rows of the searched vectors, and their scores

_QUERY_BLOCK = 8192  # one thread's matrix product is fastest at this height, and progress comes often enough
_EXTRA = 24  # candidates beyond k that the index is asked for
_LEAST_SHARE = 8  # one in so many rows must be asked for before it pays to look for equal rows
_PRODUCT_BLOCK_VALUES = 1 << 25  # scores held at once where rows are taken from all items: 128 MB as float32


def top_neighbours(
    vectors: Vectors,
    k: int,
    similarity: Similarity = "cosine",
    queries: npt.ArrayLike | None = None,
    *,
    progress: Progress = no_progress,
) -> tuple[Neighbours, Scores]:
    """The k nearest other items of each query: (int32 (q, k) codes, -1 = none; float32 (q, k) scores, NaN = none).

    queries  item codes, by default all; the answer for an item does not depend on what else is asked

    Cosine takes the dot product of the rows normalised in float32. A score is the exact dot product rounded to
    float32, descending; equal scores stand in the order of item code, also where the list is cut, so that the first
    k of a longer list are the list of k. Zero rows are not trained: nobody's neighbour, and without neighbours.

    Raises ParameterError where k < 0 or a query is no item code, InputError where a vector is not finite.

    >>> vectors = np.array([[1, 0], [3, 4], [2, 0], [0, 0], [0, 5]], dtype=np.float32)
    >>> top_neighbours(vectors, 2, "cosine", queries=[0])
    (array([[2, 1]], dtype=int32), array([[1. , 0.6]], dtype=float32))
    >>> top_neighbours(vectors, 2, "dot", queries=[0, 3])[0].tolist()
    [[1, 2], [-1, -1]]
    """
    if k < 0:
        raise ParameterError(f"k = {k} cannot be used: it is the length of a list.")
    n_items = len(vectors)
    asked = np.arange(n_items) if queries is None else np.atleast_1d(np.asarray(queries, dtype=np.int64))
    if asked.size and (asked.min() < 0 or asked.max() >= n_items):
        raise ParameterError(f"Item codes run from 0 to {n_items - 1}: neighbours of another code were asked for.")

    items = np.flatnonzero(trained_rows(vectors))  # ascending, so ties by place are ties by code
    place = np.full(n_items, -1)
    place[items] = np.arange(len(items))
    searched = np.ascontiguousarray(_comparable(vectors, items, similarity))

    codes = np.full((len(asked), k), -1, dtype=np.int32)
    scores = np.full((len(asked), k), np.nan, dtype=np.float32)
    rows = np.flatnonzero(place[asked] >= 0)
    width = min(k, len(items) - 1)
    if width < 1 or not rows.size:
        return codes, scores
    with closing(_search(searched, place[asked[rows]], width)) as blocks:
        for done, block, (found, found_scores) in blocks:
            codes[rows[block], :width] = items[found]
            scores[rows[block], :width] = found_scores
            progress("finding neighbours", done, len(rows))
    return codes, scores


def common_items(a: Vectors, b: Vectors) -> Mask:
    """True for each item that has a vector in both models, bool (n,)."""
    return trained_rows(a) & trained_rows(b)


def neighbours_within(
    vectors: Vectors,
    k: int,
    similarity: Similarity,
    inside: Mask,
    known: Neighbours | None = None,
    *,
    progress: Progress = no_progress,
) -> Neighbours:
    """Neighbour lists taken again among the items where `inside` is True, int32 (n, k); -1 rows for all others.

    known  lists over the whole catalogue, at least k wide: what they already answer is not searched again

    >>> line = np.array([[1, 0], [1, .1], [1, .2], [1, .3]], dtype=np.float32)
    >>> neighbours_within(line, 2, "cosine", np.array([True, False, True, True])).tolist()
    [[2, 3], [-1, -1], [3, 0], [2, 0]]
    """
    restricted = np.where(inside[:, None], vectors, np.float32(0))
    if known is None or known.shape[1] < k:
        return top_neighbours(restricted, k, similarity, progress=progress)[0]
    queries = trained_rows(restricted)
    lists = np.where(queries[:, None], known[:, :k], -1)
    fits = ((lists >= 0) & inside[lists]).all(axis=1)  # most lists, where nearly everything is inside
    rows = np.flatnonzero(queries & ~fits)
    usable = (known[rows] >= 0) & inside[known[rows]]
    first = np.argsort(~usable, axis=1, kind="stable")[:, :k]
    closed_up = np.take_along_axis(known[rows], first, axis=1)
    lists[rows] = np.where(np.take_along_axis(usable, first, axis=1), closed_up, -1)
    cut_short = rows[usable.sum(axis=1) < min(k, queries.sum() - 1)]
    if cut_short.size:
        lists[cut_short] = top_neighbours(restricted, k, similarity, cut_short, progress=progress)[0]
    return lists.astype(np.int32)


def _comparable(vectors: Vectors, items: npt.NDArray[np.int64], similarity: Similarity) -> Vectors:
    """The trained rows, so prepared that their dot product is the similarity."""
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise InputError(
            f"The vector of item code {row} holds a value that is not finite: the training diverged, "
            "train again with smaller steps or stronger regularisation."
        )
    trained = vectors[items]
    norms = row_norms(trained)
    if similarity == "cosine":
        return (trained / norms[:, None]).astype(np.float32)
    if norms.size and norms.max() ** 2 > np.finfo(np.float32).max:
        raise InputError(
            f"Vectors as long as {norms.max():.3g} overflow in the dot product: compare this run by cosine."
        )
    return trained


def _search(
    vectors: Vectors, queries: npt.NDArray[np.int64], width: int
) -> Generator[tuple[int, npt.NDArray[np.int64], Found]]:
    """Lists of `width` < n neighbours, block by block: (rows done, places in `queries`, what was found there)."""
    import faiss

    from analysis.neighbours_kernel import best_of_groups

    n, many = len(vectors), len(queries) * _LEAST_SHARE >= len(vectors)
    equals = near_duplicates(vectors) if many else alone(n)
    searched = vectors[equals.leaders]
    asked, row_of = np.unique(equals.group[queries], return_inverse=True)  # groups, each searched for once
    by_group = np.argsort(row_of, kind="stable")
    begins = np.searchsorted(row_of[by_group], np.arange(len(asked) + 1))
    norms = row_norms(vectors)
    longest = float(norms.max())
    # A product of the index is at most this far from the exact one,
    tolerance = product_error(vectors.shape[1], norms * longest)
    # and the product of two leaders this far from that of two rows of their groups (Cauchy and Schwarz).
    slack = equals.distance * longest + norms[equals.leaders][equals.group] * equals.distance.max()
    fetched = min(width + 1 + _EXTRA, len(searched))

    # faiss spends half its time on threads that wait for each other inside one product; one thread a block does not.
    threads = faiss.omp_get_max_threads()
    n_blocks = -(-len(asked) // _QUERY_BLOCK)
    n_blocks = -(-n_blocks // threads) * threads

    def block_lists(block: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Found, Mask]:
        index_scores, candidates = faiss.knn(searched[asked[block]], searched, fetched, faiss.METRIC_INNER_PRODUCT)
        places = by_group[begins[block[0]] : begins[block[-1] + 1]]
        rows = queries[places]
        room = tolerance[equals.leaders[equals.group[rows]]] + slack[rows]
        found, scores = _room(len(rows), width)
        best_of_groups(
            vectors, rows, row_of[places] - block[0], room, candidates, index_scores, equals.starts, equals.members,
            found, scores,
        )  # fmt: skip
        # What the index left out scores at most what it fetched last.
        beaten = scores[:, -1] > index_scores[row_of[places] - block[0], -1] + room
        return places, (found, scores), ~beaten & (fetched < len(searched))

    done, undecided, thresholds = 0, [], []
    with ThreadPoolExecutor(threads, initializer=faiss.omp_set_num_threads, initargs=(1,)) as pool:
        futures: list[Future[tuple[npt.NDArray[np.int64], Found, Mask]]] = [
            pool.submit(block_lists, block) for block in np.array_split(np.arange(len(asked)), n_blocks) if block.size
        ]
        try:
            for future in as_completed(futures):
                places, (found, scores), unsure = future.result()
                undecided.append(places[unsure])
                thresholds.append(scores[unsure, -1] - tolerance[queries[places[unsure]]])
                done += int((~unsure).sum())
                yield done, places[~unsure], (found[~unsure], scores[~unsure])
            rows = np.concatenate(undecided)
            least = np.nextafter(np.concatenate(thresholds).astype(np.float32), np.float32(-np.inf))
            step = max(_PRODUCT_BLOCK_VALUES // len(vectors), 1)
            for start in range(0, len(rows), step):
                block = rows[start : start + step]
                done += len(block)
                yield done, block, _tied(vectors, queries[block], least[start : start + step], width, pool, threads)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _tied(
    vectors: Vectors, queries: npt.NDArray[np.int64], least: Scores, width: int, pool: ThreadPoolExecutor, threads: int
) -> Found:
    """The same from all items: for rows in which more groups tie, or nearly do, than the index was asked for.

    least  float32 (q,) what nothing in the list can be below
    """
    from analysis.neighbours_kernel import best_of_all

    products = vectors[queries] @ vectors.T
    found, scores = _room(len(queries), width)

    def settle(part: slice) -> None:
        best_of_all(vectors, queries[part], products[part], least[part], found[part], scores[part])

    step = -(-len(queries) // threads)
    list(pool.map(settle, [slice(start, start + step) for start in range(0, len(queries), step)]))
    return found, scores


def _room(n: int, width: int) -> Found:
    return np.empty((n, width), dtype=np.int64), np.empty((n, width), dtype=np.float32)
