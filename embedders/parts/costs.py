"""What the estimates of several methods are made of; every constant is fitted to trainings on two processors."""

from __future__ import annotations

import math

import numpy as np

_SECOND_PROCESSOR = 0.8  # what a second thread adds to the first: they share memory and cache
_CACHED_ROWS = 1e5  # a vector with so many entries is half in the cache
_CACHED_NUMBERS = 2e6  # and so are vectors of so many numbers together
_SKEW = 0.7


def pace(threads: int) -> float:
    """How many times as fast as one thread so many are on two processors."""
    return 1.0 if threads == 1 else 1.0 + _SECOND_PROCESSOR


def shared_pace(threads: int, n_items: int) -> float:
    """The same for threads that write to the same vectors: the fewer there are, the more they wait for each other."""
    return 1.0 if threads == 1 else 1.0 + 0.7 * n_items / (n_items + 3000)


def decomposition_seconds(filled: float, rows: int, columns: int, dimensions: int) -> float:
    """A truncated SVD: products with the matrix, its basis kept orthogonal, and at last the longer side.

    How many products it takes depends on the matrix: on noise without structure twice as many.
    """
    products = 40 + 3.0 * dimensions
    short, long = sorted((rows, columns))
    far = (rows + columns) / (rows + columns + _CACHED_ROWS)
    a_product = filled * (1.3e-9 + 7e-9 * far) + 2.2e-9 * short * dimensions
    return products * a_product + 4e-10 * long * dimensions**2


def decomposition_memory(rows: int, columns: int, dimensions: int) -> float:
    """The basis of the search and both sides, with their copies."""
    short, long = sorted((rows, columns))
    return 8.0 * dimensions * (2 * short + 4 * long)


def share_kept(ratio: float) -> float:
    """About which share of the events subsampling leaves, for a threshold of so many average shares of an item.

    As if the item of rank r had a share of r ** -0.7, as in most logs. 0 = no subsampling.
    """
    if ratio == 0:
        return 1.0
    events = (np.arange(200) + 0.5) / 200  # evenly over all of them, those of popular items first
    shares = (1 - _SKEW) * events ** (-_SKEW / (1 - _SKEW))  # of their items, the average item's = 1
    return float(np.minimum(np.sqrt(ratio / shares) + ratio / shares, 1.0).mean())


def skip_gram_seconds(pairs: float, negatives: int, n_items: int, dimensions: int) -> float:
    """How long a thread of the compiled skip-gram takes for an event with so many neighbours."""
    far = n_items * dimensions / (n_items * dimensions + _CACHED_NUMBERS)
    outputs = 1 + negatives
    return (1 + far) * outputs * (3e-8 * far + pairs * (5e-9 + 1.8e-10 * dimensions))


def word2vec_seconds(pairs: float, negatives: int | None, n_items: int, dimensions: int, *, skip_gram: bool) -> float:
    """The same for a thread of gensim, skip-gram or CBOW; negatives=None is hierarchical softmax."""
    outputs = math.log2(max(n_items, 2)) if negatives is None else 1 + negatives
    inputs = pairs if skip_gram else 1.0
    return pairs * 1e-9 * dimensions + inputs * outputs * (7e-8 + 5e-10 * dimensions)
