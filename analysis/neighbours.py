"""The k nearest neighbours of items in the original space, exact, equal scores ordered by item code."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import (
    Floats,
    Mask,
    Neighbours,
    Progress,
    Scores,
    Similarity,
    Vectors,
    no_progress,
    row_norms,
    trained_rows,
)
from errors import InputError, ParameterError

Found = tuple[npt.NDArray[np.int64], Scores]  # rows of the searched vectors, and their scores

_QUERY_BLOCK = 4096  # one thread's matrix product is fastest at this height, and progress comes often enough
_EXTRA = (8, 256)  # candidates beyond k that the index is asked for: first, and again where the first did not do
_RESCORE_BLOCK = 128  # rows whose gathered candidates stay in the cache
_EXACT_BLOCK_VALUES = 1 << 23  # scores held at once where rows are taken exactly: 64 MB as float64


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

    # faiss spends half its time on threads that wait for each other inside one product; one thread a block does not.
    threads = faiss.omp_get_max_threads()
    n_blocks = -(-len(queries) // _QUERY_BLOCK)
    n_blocks = -(-n_blocks // threads) * threads
    wide = vectors.astype(np.float64)
    norms = row_norms(vectors)
    # An index score is at most this far from the exact one (Higham 2002, eq. 3.5), and so is its rounding.
    tolerance = (vectors.shape[1] + 2) * 2.0**-23 * norms * norms.max()

    def block_lists(block: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Found, Mask]:
        found = np.empty((len(block), width), dtype=np.int64)
        scores = np.empty((len(block), width), dtype=np.float32)
        open_rows = np.arange(len(block))
        for extra in _EXTRA:
            asked = queries[block[open_rows]]
            fetched = min(width + 1 + extra, len(vectors))
            index_scores, candidates = faiss.knn(vectors[asked], vectors, fetched, faiss.METRIC_INNER_PRODUCT)
            found[open_rows], scores[open_rows] = _best(wide, asked, candidates, width)
            beaten = scores[open_rows, -1] > index_scores[:, -1] + tolerance[asked]
            if fetched == len(vectors) or beaten.all():
                return block, (found, scores), np.zeros(len(block), dtype=bool)
            open_rows = open_rows[~beaten]
        unsure = np.zeros(len(block), dtype=bool)
        unsure[open_rows] = True
        return block, (found, scores), unsure

    done, undecided = 0, []
    with ThreadPoolExecutor(threads, initializer=faiss.omp_set_num_threads, initargs=(1,)) as pool:
        futures: list[Future[tuple[npt.NDArray[np.int64], Found, Mask]]] = [
            pool.submit(block_lists, block) for block in np.array_split(np.arange(len(queries)), n_blocks) if block.size
        ]
        try:
            for future in as_completed(futures):
                block, (found, scores), unsure = future.result()
                undecided.append(block[unsure])
                done += int((~unsure).sum())
                yield done, block[~unsure], (found[~unsure], scores[~unsure])
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    for block in _split(np.concatenate(undecided), _EXACT_BLOCK_VALUES // len(vectors)):
        done += len(block)
        yield done, block, _exact(wide, queries[block], width)


def _best(wide: Floats, queries: npt.NDArray[np.int64], candidates: npt.NDArray[np.int64], width: int) -> Found:
    """The best `width` of each query's candidates by exact score, then by place; the query itself left out."""
    scores = np.empty(candidates.shape, dtype=np.float32)
    for start in range(0, len(queries), _RESCORE_BLOCK):
        rows = slice(start, start + _RESCORE_BLOCK)
        scores[rows] = np.vecdot(wide[queries[rows], None], wide[candidates[rows]])
    scores[candidates == queries[:, None]] = -np.inf
    order = np.lexsort((candidates, -scores), axis=1)[:, :width]
    return np.take_along_axis(candidates, order, axis=1), np.take_along_axis(scores, order, axis=1)


def _exact(wide: Floats, queries: npt.NDArray[np.int64], width: int) -> Found:
    """The same from all scores: for rows in which more items tie than an index can be asked for."""
    scores = (wide[queries] @ wide.T).astype(np.float32)
    scores[np.arange(len(queries)), queries] = -np.inf
    least = np.partition(scores, -width, axis=1)[:, -width]
    found = np.empty((len(queries), width), dtype=np.int64)
    for row, row_scores in enumerate(scores):
        candidates = np.flatnonzero(row_scores >= least[row])
        found[row] = candidates[np.argsort(-row_scores[candidates], kind="stable")[:width]]
    return found, np.take_along_axis(scores, found, axis=1)


def _split(rows: npt.NDArray[Any], size: int) -> Iterator[npt.NDArray[Any]]:
    step = max(size, 1)
    for start in range(0, len(rows), step):
        yield rows[start : start + step]
