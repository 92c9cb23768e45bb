"""What the estimates of several methods are made of."""

from __future__ import annotations

SECOND_PROCESSOR = 0.8  # what a second thread adds to the first: they share memory and cache


def pace(threads: int) -> float:
    """How many times as fast as one thread so many are on the laptop's two processors."""
    return 1.0 if threads == 1 else 1.0 + SECOND_PROCESSOR


def decomposition_seconds(filled: float, rows: int, columns: int, dimensions: int) -> float:
    """A truncated SVD: products with the matrix, keeping the basis orthogonal, and the last, dense one."""
    products = 40 + 2.5 * dimensions  # on real logs; a slowly falling spectrum takes more
    short, long = sorted((rows, columns))
    return products * (4e-9 * filled + 5e-10 * short * dimensions) + 2e-9 * long * dimensions**2


def decomposition_memory(rows: int, columns: int, dimensions: int) -> float:
    """The basis of the search and both sides with their copies, float64."""
    short, long = sorted((rows, columns))
    return 8.0 * dimensions * (5 * short + 3 * long)
