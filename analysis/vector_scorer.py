"""Places by vectors: scores in single precision first, and exactly where these leave doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Mask, Scores, Similarity, Vectors, product_error, row_norms
from analysis.ranking import Cases, Rows
from errors import InputError

_MOST_EXACT = 1 / 64  # of all candidates: where more are in doubt, all exact scores are made at once


@dataclass(frozen=True, eq=False)
class VectorScorer:
    """Scores that are the exact dot product of query and item plus the item's bias, rounded to float32.

    queries  float32 (n_queries, dimensions)
    items    float32 (n_candidates, dimensions)
    bias     float32 (n_candidates,)
    rough    the same in single precision
    """

    candidates: Mask
    queries: Vectors
    items: Vectors
    bias: npt.NDArray[np.float32]
    rough: RoughProducts

    def count(self, cases: Cases) -> tuple[Rows, Rows]:
        """How many candidates score above each target, and as much."""
        from analysis.ranking_kernel import count_by_bounds, exact_scores

        queries = self.queries[cases.queries]
        own = np.empty(len(cases.targets), np.float32)
        exact_scores(queries, self.items, self.bias, cases.row, cases.targets, own)
        rough, error = self.rough.scores(queries)
        cases.leave_out(rough)
        low, high = self.rough.bounds(own, error[cases.row])
        most = int(len(self.items) * _MOST_EXACT)
        above, equal = count_by_bounds(rough, high, low, own, queries, self.items, self.bias, cases.ends, most)
        undecided = np.unique(cases.row[above < 0])
        if undecided.size:
            self._count_in_rows(cases, undecided, above, equal)
        return above, equal

    def scores(self, queries: Rows) -> Scores:
        """All scores of some queries, float32 (q, n_candidates)."""
        from analysis.ranking_kernel import exact_rows

        found = np.empty((len(queries), len(self.items)), np.float32)
        exact_rows(self.queries[queries], self.items, self.bias, found)
        return found

    def _count_in_rows(self, cases: Cases, rows: Rows, above: Rows, equal: Rows) -> None:
        """Fill in the cases of some rows from all their scores."""
        from analysis.ranking_kernel import count_in_rows

        some, which = cases.of(rows)
        scores = self.scores(some.queries)
        some.leave_out(scores)
        above[which], equal[which] = count_in_rows(scores, some.ends, some.targets)


@dataclass(frozen=True, eq=False)
class RoughProducts:
    """Scores times 2 ** -exponent in single precision, and how far from that the exact ones can be.

    Both sides are multiplied by powers of two, which rounds nothing: none is longer than 1, and none overflows.

    items  float32 (dimensions + 1, n_candidates): vectors, and the bias in the last row
    """

    items: npt.NDArray[np.float32]
    query_exponent: int
    exponent: int
    longest: float
    largest_bias: float

    @classmethod
    def of(cls, queries: Vectors, items: Vectors, bias: npt.NDArray[np.float32]) -> RoughProducts:
        longest_query = row_norms(queries).max(initial=0)
        longest, largest = row_norms(items).max(initial=0), float(np.abs(bias).max(initial=0))
        query_exponent = _exponent(longest_query)
        item_exponent = _exponent(max(longest, np.ldexp(largest, -query_exponent)))
        exponent = query_exponent + item_exponent
        scaled = np.empty((items.shape[1] + 1, len(items)), np.float32)
        np.multiply(items.T, np.ldexp(1.0, -item_exponent), out=scaled[:-1])
        np.multiply(bias, np.ldexp(1.0, -exponent), out=scaled[-1])
        return cls(
            scaled,
            query_exponent,
            exponent,
            float(np.ldexp(longest, -item_exponent)),
            float(np.ldexp(largest, -exponent)),
        )

    def scores(self, queries: Vectors) -> tuple[Scores, Floats]:
        """(float32 (q, n_candidates), float64 (q,) how far they are from the exact ones at most)."""
        ones = np.ones((len(queries), 1), np.float32)
        scaled = np.hstack([(queries * np.ldexp(1.0, -self.query_exponent)).astype(np.float32), ones])
        magnitude = row_norms(scaled[:, :-1]) * self.longest + self.largest_bias
        return scaled @ self.items, product_error(scaled.shape[1], magnitude)

    def bounds(self, own: Scores, error: Floats) -> tuple[Scores, Scores]:
        """Below the first, float32 (n,), an exact score is surely less than `own`, above the second surely more.

        The exact product is rounded before it is compared: where it is next to nothing, by more than its error tells.
        """
        wide = own.astype(np.float64)
        room = error + np.ldexp(2.0**-149, -self.exponent)
        middle = np.ldexp(wide, -self.exponent)
        up, down = np.float32(np.inf), np.float32(-np.inf)
        return (
            np.nextafter((middle - room).astype(np.float32), down),
            np.nextafter((middle + room).astype(np.float32), up),
        )


def by_vectors(
    query_vectors: Vectors,
    item_vectors: Vectors,
    candidates: Mask,
    similarity: Similarity = "dot",
    item_bias: npt.NDArray[np.float32] | None = None,
) -> VectorScorer:
    """Exact dot products, or those of rows at length 1, rounded to float32, as neighbours are compared.

    candidates  bool (n_items,): what is ranked
    item_bias   float32 (n_items,), added to each score

    Raises InputError where a value is not finite or a score could overflow.

    >>> items, everything = np.array([[1, 0], [3, 4]], dtype=np.float32), np.ones(2, dtype=bool)
    >>> by_vectors(items, items, everything, "cosine").scores(np.array([0])).tolist()
    [[1.0, 0.6000000238418579]]
    >>> by_vectors(items, items, everything).scores(np.array([0])).tolist()
    [[1.0, 3.0]]
    """
    bias = np.zeros(len(item_vectors), np.float32) if item_bias is None else item_bias
    if not all(np.isfinite(values).all() for values in (query_vectors, item_vectors, bias)):
        raise InputError(
            "A value of the vectors of this run is not finite: the training diverged, train again with smaller steps "
            "or stronger regularisation."
        )
    if similarity == "cosine":
        query_vectors, item_vectors = _unit(query_vectors), _unit(item_vectors)
    longest = row_norms(query_vectors).max(initial=0) * row_norms(item_vectors).max(initial=0)
    if longest + np.abs(bias).max(initial=0) > np.finfo(np.float32).max:
        raise InputError("The vectors of this run are so long that their dot products overflow: ask it by cosine.")
    items, bias = item_vectors[candidates], bias[candidates]
    return VectorScorer(candidates, query_vectors, items, bias, RoughProducts.of(query_vectors, items, bias))


def _exponent(value: float) -> int:
    """The least e with |value| < 2 ** e; 0 of 0."""
    return int(np.frexp(value)[1])


def _unit(vectors: Vectors) -> Vectors:
    norms = row_norms(vectors)[:, None]
    return np.divide(vectors, norms, out=np.zeros(vectors.shape), where=norms > 0).astype(np.float32)
