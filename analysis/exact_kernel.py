"""Compiled: the exact dot product, of which every similarity of two vectors is made."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(inline="always")
def exact_product(a, row, b, other):  # type: ignore[no-untyped-def]
    """The dot product of two float32 rows in double precision, summed in the order of the axes.

    The products are exact, and the same two rows have the same sum wherever they are compared, so that equals tie.
    """
    total = 0.0
    for axis in range(a.shape[1]):
        total += np.float64(a[row, axis]) * np.float64(b[other, axis])
    return total
