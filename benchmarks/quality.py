"""How good item vectors are on the grocery sample: trained on the first 90 % in time, asked about the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.arrays import Similarity, Vectors, trained_rows
from analysis.neighbours import top_neighbours
from analysis.popularity import (
    neighbour_popularity,
    popularity_buckets,
    popularity_quantiles,
    same_category_share,
)
from benchmarks import grocery

if TYPE_CHECKING:
    from interactions import InteractionLog

K = 10
CASES = 60_000
_BLOCK = 2048


class Quality(NamedTuple):
    """hit_rate and same_category: all, head, mid, tail; shares of 1."""

    hit_rate: tuple[float, float, float, float]
    same_category: tuple[float, float, float, float]
    neighbour_popularity: float


@dataclass(frozen=True)
class Questions:
    """The training part, and next-item pairs of the test part of which both items are known in training."""

    train: InteractionLog
    queries: npt.NDArray[np.int32]
    targets: npt.NDArray[np.int32]

    def ask(self, vectors: Vectors, similarity: Similarity = "cosine") -> Quality:
        """Grade the vectors; a query or target without a vector is a miss."""
        p = self.train.users_per_item
        buckets = popularity_buckets(p)
        hits = self._hits(vectors, similarity)
        near, _ = top_neighbours(vectors, K, similarity)
        near[p == 0] = -1
        categories = self.train.items["category"].to_numpy(dtype=object)
        same = same_category_share(near, categories)
        popularity = neighbour_popularity(near, popularity_quantiles(p))

        def by_bucket(values: npt.NDArray[np.float64], bucket: npt.NDArray[np.int8]) -> tuple[float, ...]:
            parts = [values, *(values[bucket == number] for number in range(3))]
            return tuple(_mean(part) for part in parts)

        return Quality(
            by_bucket(hits, buckets[self.targets]),  # type: ignore[arg-type]
            by_bucket(same, buckets),  # type: ignore[arg-type]
            _mean(popularity),
        )

    def _hits(self, vectors: Vectors, similarity: Similarity) -> npt.NDArray[np.float64]:
        """Whether each target stands among the K items nearest to its query: 1, 0, or a chance where scores tie."""
        rows = vectors
        if similarity == "cosine":
            rows = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
        trained = trained_rows(vectors)
        hits = np.zeros(len(self.queries))
        for start in range(0, len(hits), _BLOCK):
            query, target = self.queries[start : start + _BLOCK], self.targets[start : start + _BLOCK]
            scores: npt.NDArray[np.float32] = rows[query] @ rows.T
            scores[:, ~trained] = -np.inf
            scores[np.arange(len(query)), query] = -np.inf
            own = scores[np.arange(len(query)), target].reshape(-1, 1)
            greater = np.count_nonzero(scores > own, axis=1)
            equal = np.count_nonzero(scores == own, axis=1) - 1
            chance = np.clip((K - greater) / (equal + 1), 0, 1)
            hits[start : start + _BLOCK] = np.where(trained[query] & trained[target], chance, 0)
        return hits


def questions(share: float = 0.9, seed: int = 0) -> Questions:
    """Cut the sample in time; pairs are consecutive events of a test basket, whose order is drawn from the seed."""
    log = grocery.read()
    train, test = log.split(log.time_at(share))
    sequences = test.sequences("session", seed=seed)
    within = np.ones(len(sequences.items) - 1, dtype=bool)
    within[sequences.offsets[1:-1] - 1] = False
    query, target = sequences.items[:-1][within], sequences.items[1:][within]
    known = train.users_per_item > 0
    usable = np.flatnonzero(known[query] & known[target] & (query != target))
    chosen = np.random.default_rng(seed).choice(usable, min(CASES, len(usable)), replace=False)
    return Questions(train, query[chosen], target[chosen])


def _mean(values: npt.NDArray[np.float64]) -> float:
    """The mean of those that are known, NaN where none is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
