"""Lists that no model made, for models to be seen beside: drawn at random, and the most popular items for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.arrays import Counts, Mask, Neighbours

if TYPE_CHECKING:
    from scipy import sparse

Places = npt.NDArray[np.int64]


def random_neighbours(trained: Mask, k: int, seed: int = 0) -> Neighbours:
    """k distinct other items for each item, every set of k as likely as another, int32 (n, k).

    Only items where `trained` is True get a list and stand in lists; -1 where there are fewer than k others.

    >>> lists = random_neighbours(np.array([True, True, False, True]), 3)
    >>> np.sort(lists, axis=1).tolist()  # with two others each, chance has no choice
    [[-1, 1, 3], [-1, 0, 3], [-1, -1, -1], [-1, 0, 1]]
    """
    items = np.flatnonzero(trained)
    drawn = distinct_draws(np.full(len(items), max(len(items) - 1, 0)), k, seed)
    drawn += drawn >= np.arange(len(items))[:, None]  # steps over the item itself; -1 stays
    return _lists(len(trained), items, items, drawn)


def popular_neighbours(p: Counts, trained: Mask, k: int) -> Neighbours:
    """The k most popular other items for each item, ties by item code, int32 (n, k).

    Only items where `trained` is True get a list and stand in lists; -1 where there are fewer than k others.

    >>> popular_neighbours(np.array([5, 9, 7, 99]), np.array([True, True, True, False]), 2).tolist()
    [[1, 2], [2, 0], [1, 0], [-1, -1]]
    """
    items = np.flatnonzero(trained)
    ranked = items[np.argsort(-p[items], kind="stable")]
    place = np.empty(len(trained), dtype=np.int64)
    place[ranked] = np.arange(len(ranked))
    wanted = np.tile(np.arange(k), (len(items), 1))
    wanted += wanted >= place[items, None]
    return _lists(len(trained), items, ranked, np.where(wanted < len(ranked), wanted, -1))


def random_items(seen: sparse.csr_matrix, candidates: Mask, k: int, seed: int = 0) -> Neighbours:
    """k distinct items for each user that it has not seen, every set of k as likely as another, int32 (n_users, k).

    seen        CSR (n_users, n_items), a stored entry = seen
    candidates  bool (n_items,): what may be recommended; -1 where a user has fewer than k of them left

    >>> from scipy import sparse
    >>> seen = sparse.csr_matrix(np.array([[1, 0, 0, 0], [1, 1, 0, 1]]))
    >>> np.sort(random_items(seen, np.array([True, True, True, False]), 2), axis=1).tolist()
    [[1, 2], [-1, 2]]
    """
    ranked = np.flatnonzero(candidates)
    return _unseen(seen, ranked, k, lambda sizes: distinct_draws(sizes, k, seed))


def popular_items(seen: sparse.csr_matrix, p: Counts, candidates: Mask, k: int) -> Neighbours:
    """The k most popular items for each user that it has not seen, ties by item code, int32 (n_users, k).

    seen        CSR (n_users, n_items), a stored entry = seen
    candidates  bool (n_items,): what may be recommended; -1 where a user has fewer than k of them left

    >>> from scipy import sparse
    >>> seen = sparse.csr_matrix(np.array([[1, 0, 0, 0], [1, 1, 0, 1]]))
    >>> popular_items(seen, np.array([4, 3, 3, 9]), np.array([True, True, True, False]), 2).tolist()
    [[1, 2], [2, -1]]
    """
    items = np.flatnonzero(candidates)
    ranked = items[np.argsort(-p[items], kind="stable")]

    def first(sizes: Places) -> Places:
        return np.where(np.arange(k) < sizes[:, None], np.arange(k), -1)

    return _unseen(seen, ranked, k, first)


def distinct_draws(sizes: Places, k: int, seed: int = 0) -> Places:
    """k distinct numbers from 0 to size - 1 for each size, in random order, int64 (n, k); -1 where size < k.

    Every set is as likely as another.

    >>> np.sort(distinct_draws(np.array([3, 1, 0]), 3), axis=1).tolist()
    [[0, 1, 2], [-1, -1, 0], [-1, -1, -1]]
    """
    random = np.random.default_rng(seed)
    drawn = np.full((len(sizes), k), -1, dtype=np.int64)
    wide = sizes >= k * k  # in which fewer than half of the draws repeat a number
    rows = np.flatnonzero(wide)
    while rows.size:
        drawn[rows] = random.integers(0, sizes[rows, None], (len(rows), k))
        ordered = np.sort(drawn[rows], axis=1)
        rows = rows[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
    rows = np.flatnonzero(~wide)
    drawn[rows] = _narrow_draws(sizes[rows], k, random)
    return drawn


def _narrow_draws(sizes: Places, k: int, random: np.random.Generator) -> Places:
    """The same without a draw thrown away (algorithm F2 of Bentley and Floyd 1987)."""
    drawn = np.full((len(sizes), k), -1, dtype=np.int64)
    for column in range(k):
        # The last k numbers one after the other: one up to it is drawn, and where that is there already, it itself.
        last = sizes - k + column
        rows = np.flatnonzero(last >= 0)
        fresh = random.integers(0, last[rows] + 1)
        there = (drawn[rows, :column] == fresh[:, None]).any(axis=1)
        drawn[rows, column] = np.where(there, last[rows], fresh)
    drawn = random.permuted(drawn, axis=1)
    return np.asarray(np.take_along_axis(drawn, np.argsort(drawn < 0, axis=1, kind="stable"), axis=1))


def _unseen(seen: sparse.csr_matrix, ranked: Places, k: int, wanted: Callable[[Places], Places]) -> Neighbours:
    """For each user those of the ranked items whose numbers, counted over what the user has not seen, are wanted."""
    place = np.full(seen.shape[1], -1, dtype=np.int64)
    place[ranked] = np.arange(len(ranked))
    taken = [np.sort(place[row][place[row] >= 0]) for row in np.split(seen.indices, seen.indptr[1:-1])]
    numbers = wanted(len(ranked) - np.array([len(row) for row in taken], dtype=np.int64))
    for row, own in enumerate(taken):
        free_before = own - np.arange(len(own))  # how many unseen items stand before each seen one
        numbers[row] += np.searchsorted(free_before, numbers[row], side="right")
    return _lists(len(taken), np.arange(len(taken)), ranked, numbers)


def _lists(n: int, rows: Places, ranked: Places, numbers: Places) -> Neighbours:
    lists = np.full((n, numbers.shape[1]), -1, dtype=np.int32)
    if len(ranked):
        lists[rows] = np.where(numbers >= 0, ranked[numbers], -1)
    return lists
