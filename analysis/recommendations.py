"""What a model recommends to users: the items with the highest dot products that a user has not seen, exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.arrays import Neighbours, Progress, Scores, Vectors, no_progress, row_norms, trained_rows
from errors import InputError, ParameterError

if TYPE_CHECKING:
    from scipy import sparse

_BLOCK_VALUES = 1 << 23  # scores held at once: 64 MB as float64, and half of it again as float32
_LEAST_ROWS = 32  # users at a time in a catalogue however large: fewer would read all of it for next to nothing
_CHUNK = 64  # items whose best score is looked at before the items themselves


def top_items(
    user_vectors: Vectors,
    item_vectors: Vectors,
    seen: sparse.csr_matrix,
    k: int,
    item_bias: npt.NDArray[np.float32] | None = None,
    users: npt.ArrayLike | None = None,
    progress: Progress = no_progress,
) -> Neighbours:
    """The k items for each user with the highest dot product that it has not seen, int32 (users, k), best first.

    user_vectors  float32 (n_users, dimensions); a user with a zero row gets no list
    item_vectors  float32 (n_items, dimensions); an item with a zero row is never recommended
    seen          CSR (n_users, n_items), a stored entry = seen
    item_bias     float32 (n_items,), added to the dot product
    users         rows of `user_vectors` and `seen` to answer for, by default all

    A score is the exact one rounded to float32; equal scores stand in the order of item code, so that the first k of
    a longer list are the list of k. -1 where fewer are left. Raises ParameterError where k < 0, InputError where a
    vector is not finite or scores overflow.

    >>> from scipy import sparse
    >>> users, items = np.array([[1, 0], [0, 0]], np.float32), np.array([[1, 9], [3, 0], [0, 0], [3, 1]], np.float32)
    >>> seen = sparse.csr_matrix(np.array([[0, 1, 0, 0], [0, 0, 0, 1]]))
    >>> top_items(users, items, seen, 3).tolist()  # item 1 is seen, item 2 not trained, user 1 neither
    [[3, 0, -1], [-1, -1, -1]]
    """
    if k < 0:
        raise ParameterError(f"k = {k} cannot be used: it is the length of a list.")
    asked = np.arange(len(user_vectors)) if users is None else np.asarray(users, dtype=np.int64)
    bias = np.zeros(len(item_vectors), np.float32) if item_bias is None else item_bias
    _refuse_useless(user_vectors, item_vectors, bias)
    items = np.flatnonzero(trained_rows(item_vectors))  # ascending, so ties by place are ties by code
    place = np.full(len(item_vectors), -1, dtype=np.int64)
    place[items] = np.arange(len(items))
    wide, wide_bias = item_vectors[items].astype(np.float64), bias[items].astype(np.float64)
    lists = np.full((len(asked), k), -1, dtype=np.int32)
    rows = np.flatnonzero(trained_rows(user_vectors[asked]))
    width = min(k, len(items))
    if width == 0 or not rows.size:
        return lists
    chunk = max(min(_CHUNK, len(items) // width), 1)  # at least as many chunks as items are wanted
    padded = -(-len(items) // chunk) * chunk
    step = max(_BLOCK_VALUES // padded, _LEAST_ROWS)
    scores = np.empty((min(step, len(rows)), padded), dtype=np.float32)
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        found = scores[: len(block)]
        found[:, len(items) :] = -np.inf
        products = user_vectors[asked[block]].astype(np.float64) @ wide.T
        products += wide_bias
        found[:, : len(items)] = products
        for row, user in zip(found, asked[block], strict=True):
            own = place[seen.indices[seen.indptr[user] : seen.indptr[user + 1]]]
            row[own[own >= 0]] = -np.inf
        for row, best in zip(block, _best(found, width, chunk), strict=True):
            lists[row, : len(best)] = items[best]
        progress("finding recommendations", min(start + step, len(rows)), len(rows))
    return lists


def history_vectors(seen: sparse.csr_matrix, item_vectors: Vectors) -> Vectors:
    """The mean vector of the items that each user has seen, float32 (n_users, dimensions).

    For methods without users. Each item counts once, those without a vector not at all; zero where none is left.

    >>> from scipy import sparse
    >>> seen = sparse.csr_matrix(np.array([[5, 0, 1], [0, 1, 0]]))
    >>> history_vectors(seen, np.array([[1, 0], [0, 0], [3, 4]], dtype=np.float32)).tolist()
    [[2.0, 2.0], [0.0, 0.0]]
    """
    from scipy import sparse

    once = sparse.csr_matrix((np.ones(len(seen.indices)), seen.indices, seen.indptr), shape=seen.shape)
    known = np.maximum(once @ trained_rows(item_vectors).astype(np.float64), 1)
    return np.asarray(once @ item_vectors.astype(np.float64) / known[:, None], dtype=np.float32)


def _best(scores: Scores, width: int, chunk: int) -> list[npt.NDArray[np.int64]]:
    """Places of the best `width` finite scores of each row, then by place.

    The best score of each chunk comes first: what lies below the width-th best of those cannot be among the best
    `width`, so that few items are left to sort. Three times as fast as a partition of all scores.
    """
    chunked = scores.reshape(len(scores), -1, chunk)
    tops = chunked.max(axis=2)
    least = np.partition(tops, -width, axis=1)[:, -width]
    best = []
    for row, top, threshold in zip(chunked, tops, least, strict=True):
        open_chunks = np.flatnonzero(top >= threshold)
        inside = row[open_chunks]
        at, offset = np.nonzero((inside >= threshold) & (inside > -np.inf))
        order = np.argsort(-inside[at, offset], kind="stable")[:width]
        best.append((open_chunks[at] * chunk + offset)[order])
    return best


def _refuse_useless(user_vectors: Vectors, item_vectors: Vectors, bias: npt.NDArray[np.float32]) -> None:
    for what, values in (("user", user_vectors), ("item", item_vectors), ("bias", bias)):
        if not np.isfinite(values).all():
            raise InputError(
                f"A value of the {what} vectors is not finite: the training diverged, train again with smaller steps "
                "or stronger regularisation."
            )
    longest = row_norms(user_vectors).max(initial=0) * row_norms(item_vectors).max(initial=0)
    if longest + np.abs(bias).max(initial=0) > np.finfo(np.float32).max:
        raise InputError("The vectors of this run are so long that their dot products overflow.")
