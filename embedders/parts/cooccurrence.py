"""How often items stand together, and what a count says beyond how frequent the two are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from embedders.base import Progress
from interactions.sequences import Sequences

if TYPE_CHECKING:
    from scipy import sparse

Association = Literal["counts", "normalised counts", "pmi", "ppmi", "shifted ppmi"]

_PAIRS_AT_ONCE = 4_000_000  # pairs that are held before they are added up


def cooccurrences(
    sequences: Sequences, n_items: int, window: int | None, longest_pause: int | None, progress: Progress
) -> sparse.csr_matrix:
    """Symmetric counts of the pairs in the window, CSR float64 (n_items, n_items), each pair counted from both sides.

    window         events apart at most: a pair d apart counts (window - d + 1) / window, as often as a window drawn
                   from 1 to `window` would hold it; None = all pairs of a sequence, each counting 1
    longest_pause  seconds apart at most, None = any

    An item beside itself says nothing and is left out.
    """
    from scipy import sparse

    longest = int(sequences.lengths().max(initial=0))
    furthest = min(longest - 1, longest if window is None else window)
    number = np.repeat(np.arange(len(sequences)), sequences.lengths())
    total = sparse.csr_matrix((n_items, n_items), dtype=np.float64)
    waiting: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]] = []
    held = 0
    for apart in range(1, furthest + 1):
        progress("Counting pairs", apart - 1, furthest)
        first, second = sequences.items[:-apart], sequences.items[apart:]
        pair = (number[:-apart] == number[apart:]) & (first != second)
        if longest_pause is not None:
            assert sequences.timestamps is not None
            pair &= sequences.timestamps[apart:] - sequences.timestamps[:-apart] <= longest_pause
        weight = 1.0 if window is None else (window - apart + 1) / window
        waiting.append((first[pair], second[pair], np.full(int(pair.sum()), weight)))
        held += len(waiting[-1][0])
        if held > _PAIRS_AT_ONCE:
            total, waiting, held = total + _added_up(waiting, n_items), [], 0
    if waiting:
        total = total + _added_up(waiting, n_items)
    both_ways = sparse.csr_matrix(total + total.T)
    both_ways.sort_indices()
    return both_ways


def association(counts: sparse.csr_matrix, kind: Association, smoothing: float, shift: float) -> sparse.csr_matrix:
    """The counts as a measure of how much more often two items meet than chance has it, CSR float64.

    normalised counts  C_ij / √(C_i C_j), the matrix that the item2vec paper calls SVD (Barkan & Koenigstein, 2016)
    pmi                log of the share of the pair over the shares of its two; unseen pairs stay 0
    ppmi               pmi where it is above 0 (Levy & Goldberg, 2014)
    shifted ppmi       pmi - log(shift) where that is above 0: what skip-gram with so many negatives factorises

    The share of the column's item is C_j^smoothing / Σ C^smoothing (Levy, Goldberg & Dagan, 2015): below 1 rare items
    count as more frequent than they are.
    """
    sums = np.asarray(counts.sum(axis=1)).ravel()
    known = np.where(sums > 0, sums, 1.0)
    result = counts.astype(np.float64).tocoo()
    rows, columns = result.row, result.col
    if kind == "normalised counts":
        result.data = result.data / np.sqrt(known[rows] * known[columns])
    elif kind != "counts" and result.nnz:
        smoothed = np.where(sums > 0, known**smoothing, 0.0)
        expected = known[rows] * (smoothed / smoothed.sum())[columns]
        result.data = np.log(result.data / expected)
        if kind == "shifted ppmi":
            result.data -= np.log(shift)
        if kind != "pmi":
            result.data = np.maximum(result.data, 0.0)
    matrix = result.tocsr()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


def _added_up(
    pairs: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]], n_items: int
) -> sparse.csr_matrix:
    from scipy import sparse

    rows, columns, weights = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    return sparse.coo_matrix((weights, (rows, columns)), shape=(n_items, n_items)).tocsr()
