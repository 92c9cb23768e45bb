"""Two runs of one catalogue beside each other: their neighbours, their comparison, and what is read off these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Similarity
from analysis.compare import Comparison
from analysis.popularity import BUCKETS, Curve, bucket_shares, norm_curve, popularity_curve
from workspace.catalogue import Catalogue
from workspace.results import Neighbours
from workspace.runs import Run


@dataclass(frozen=True)
class SideOfItem:
    """The chosen item's neighbours in one run: item codes, scores and whether the other run has them too, (k,) each."""

    name: str
    similarity: Similarity
    neighbours: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    shared: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pair:
    """Two runs side by side; every array has one row an item code.

    names           of A and of B, told apart where they are one run by two similarities
    near_a, near_b      neighbours over the whole catalogue, by the run's similarity, at least k wide
    inside_a, inside_b  int32 (n_items, at least k): neighbours among the items that have a vector in both runs
    """

    names: tuple[str, str]
    a: Run
    b: Run
    similarity_a: Similarity
    similarity_b: Similarity
    k: int
    near_a: Neighbours
    near_b: Neighbours
    inside_a: npt.NDArray[np.int32]
    inside_b: npt.NDArray[np.int32]
    comparison: Comparison
    catalogue: Catalogue

    @property
    def made_from(self) -> tuple[str, str, Similarity, Similarity, int]:
        """What the comparison depends on."""
        return self.a.entry.key, self.b.entry.key, self.similarity_a, self.similarity_b, self.k

    @cached_property
    def report(self) -> dict[str, Any]:
        """The comparison as plain values, as the command line prints it."""
        return self.comparison.as_json("same" if self.a.entry.log_digest == self.b.entry.log_digest else "different")

    def of_item(self, item: int) -> tuple[SideOfItem, SideOfItem]:
        """The neighbours of an item in A and in B."""
        k = self.k
        a, b = self.near_a.indices[item, :k], self.near_b.indices[item, :k]
        sides = []
        for name, similarity, own, other, near in (
            (self.names[0], self.similarity_a, a, b, self.near_a),
            (self.names[1], self.similarity_b, b, a, self.near_b),
        ):
            sides.append(SideOfItem(name, similarity, own, near.scores[item, :k], np.isin(own, other[other >= 0])))
        return sides[0], sides[1]

    def popularity_curves(self) -> tuple[Curve, Curve]:
        """Neighbour popularity against own popularity, of A and of B."""
        q, measured = self.catalogue.quantiles, self.comparison
        a, b = measured.a.neighbour_popularity_by_item, measured.b.neighbour_popularity_by_item
        return popularity_curve(q, a), popularity_curve(q, b)

    def norm_curves(self) -> tuple[Curve, Curve]:
        """Vector length, in units of the run's mean length, against own popularity, of A and of B."""
        q = self.catalogue.quantiles
        return norm_curve(self.a.embedding.item_vectors, q), norm_curve(self.b.embedding.item_vectors, q)

    def bucket_shares(self) -> tuple[list[float], list[float], list[float]]:
        """Head, mid and tail: their shares of A's neighbour places, of B's, and of the catalogue."""
        k, buckets = self.k, self.a.buckets
        a, b = (bucket_shares(near.indices[:, :k], buckets) for near in (self.near_a, self.near_b))
        return list(a), list(b), list(np.bincount(buckets, minlength=len(BUCKETS)) / len(buckets))
