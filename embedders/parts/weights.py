"""What the entries of a user-item matrix say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

WeightForm = Literal["counts", "log counts", "binary"]

WEIGHTS_HELP = (
    "What a user's entry for an item is: counts = its weights summed (how often, where each row weighs 1), "
    "log counts = log(1 + counts), which softens heavy users, binary = 1 for any interaction."
)


def weighted(matrix: sparse.csr_matrix, form: WeightForm) -> sparse.csr_matrix:
    """The matrix of summed weights in the chosen form, without stored zeros, as a new CSR of the same dtype."""
    result = matrix.copy()
    result.eliminate_zeros()
    if form == "log counts":
        np.log1p(result.data, out=result.data)
    elif form == "binary":
        result.data[:] = 1
    return result
