"""Random models to compare, and the slow way to sum up by bucket."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from analysis.arrays import Similarity, Vectors
from analysis.measures import Side
from analysis.popularity import popularity_buckets
from tests.analysis import slow

N = 80
P = np.random.default_rng(0).zipf(1.5, N).clip(max=500)
CATEGORIES = np.random.default_rng(1).choice(np.array(["tea", "milk", "salt", None], dtype=object), N)


def side(vectors: Vectors, similarity: Similarity = "cosine", **changes: Any) -> Side:
    made = Side("planted", similarity, vectors, P[: len(vectors)], popularity_buckets(P[: len(vectors)]), None)
    return replace(made, **changes)


def random_vectors(seed: int, n: int = N, dimensions: int = 5) -> Vectors:
    return np.random.default_rng(seed).standard_normal((n, dimensions)).astype(np.float32)


def two_sides() -> tuple[Side, Side]:
    """Half alike, different widths and similarities, some items missing in either, A with ties."""
    a, b = random_vectors(1), random_vectors(2, dimensions=7)
    a[40:60] = np.sign(a[40:60])
    b[:, :5] += a
    a[[3, 4, 5]], b[[5, 50]] = 0, 0
    return side(a, "dot", categories=CATEGORIES), side(b, categories=CATEGORIES)


def by_bucket(values: list[float], buckets: list[int]) -> dict[str, float]:
    groups = {"all": values}
    for code, name in enumerate(("head", "mid", "tail")):
        groups[name] = [value for value, bucket in zip(values, buckets, strict=True) if bucket == code]
    return {name: slow.mean(group) for name, group in groups.items()}
