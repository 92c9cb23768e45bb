"""What the entries of a user-item matrix say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from errors import ParameterError
from interactions.log import InteractionLog

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


def observed_ratings(log: InteractionLog, title: str) -> sparse.csr_matrix:
    """Mean weight of each observed pair as its rating, CSR float32 (n_users, n_items).

    Raises ParameterError, in the name of what needs them, where all ratings are equal: then there is nothing to learn.
    """
    ratings = log.user_item_means()
    if ratings.data.min() == ratings.data.max():
        raise ParameterError(
            f"{title} learns from ratings that differ, and all weights of this log are {ratings.data[0]:g}: give a "
            "column of ratings the weight role, or take what needs none, such as ALS or SVD of counts."
        )
    return ratings


def centred(ratings: sparse.csr_matrix) -> sparse.csr_matrix:
    """Ratings minus their mean and the offsets of their user and item, CSR float64; cells without a rating stay 0.

    The offsets are those with the least squared error together, so that what is left of each user's and each item's
    ratings has mean 0. A user or an item with a single rating keeps nothing of it.
    """
    left = ratings.astype(np.float64).tocoo()
    rest = left.data - left.data.mean()
    spread = float(np.abs(rest).max(initial=0.0))
    for _ in range(_MOST_ROUNDS):
        moved = 0.0
        for codes, number in ((left.row, left.shape[0]), (left.col, left.shape[1])):
            offsets = _means(codes, rest, number)
            rest = rest - offsets[codes]
            moved = max(moved, float(np.abs(offsets).max()))
        if moved <= spread * _SETTLED:
            break
    left.data = np.where(np.abs(rest) > spread * _ROUNDING, rest, 0.0)
    result = left.tocsr()
    result.eliminate_zeros()
    result.sort_indices()
    return result


_MOST_ROUNDS = 200  # where users and items hang together loosely the last digits take long
_SETTLED = 1e-9  # offsets that move by less than this share of the ratings' spread have settled
_ROUNDING = 1e-6  # what is left of a rating below this share of the spread is what had not settled


def _means(codes: npt.NDArray[np.int32], values: npt.NDArray[np.float64], number: int) -> npt.NDArray[np.float64]:
    """Mean value of each code, 0 where it has none."""
    counts = np.bincount(codes, minlength=number)
    return np.asarray(np.bincount(codes, weights=values, minlength=number) / np.maximum(counts, 1))
