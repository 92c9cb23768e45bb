"""How the neighbour lists of two runs lean towards popular items, beside lists that no model made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Neighbours, Similarity
from analysis.baselines import popular_neighbours, random_neighbours
from analysis.compare import SideMeasures, measure_lists
from analysis.hubs import concentration_curve, top_share
from analysis.neighbours import common_items
from analysis.popularity import bucket_shares
from workspace.comparing import side_of
from workspace.pairs import Pair
from workspace.runs import Run

Origin = Literal["a", "b", "random", "popularity"]  # where lists come from
ORIGINS: tuple[Origin, ...] = ("a", "b", "random", "popularity")


@dataclass(frozen=True)
class Lists:
    """What neighbour lists of one origin say.

    measures       as in a comparison; of the baselines over the items that have a vector in both runs
    shares         of head, mid and tail in all places
    concentration  (share of items, share of places), float64 each, see `concentration_curve`
    top_hundredth  share of all places that the most listed hundredth of the items takes
    """

    measures: SideMeasures
    shares: tuple[float, ...]
    concentration: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
    top_hundredth: float

    @classmethod
    def of(cls, measures: SideMeasures, lists: Neighbours, run: Run, inside: npt.NDArray[np.bool_]) -> Lists:
        counts = measures.list_counts[inside]
        return cls(measures, tuple(bucket_shares(lists, run.buckets)), concentration_curve(counts), top_share(counts))


@dataclass(frozen=True)
class NeighbourBias:
    """The neighbour lists of two runs, drawn at random, and of the most popular items."""

    a: Lists
    b: Lists
    random: Lists
    popularity: Lists

    @classmethod
    def of(cls, pair: Pair) -> NeighbourBias:
        """Measure the baselines of a pair; those of its runs are known."""
        measured, k = pair.comparison, pair.k
        both = common_items(pair.a.embedding.item_vectors, pair.b.embedding.item_vectors)
        baselines = {
            "random": random_neighbours(both, k),
            "popularity": popular_neighbours(pair.a.p, both, k),
        }
        side = side_of(pair.a, pair.similarity_a)
        return cls(
            a=Lists.of(measured.a, pair.near_a.indices[:, :k], pair.a, pair.a.embedding.trained),
            b=Lists.of(measured.b, pair.near_b.indices[:, :k], pair.b, pair.b.embedding.trained),
            **{
                name: Lists.of(measure_lists(side, lists, name, both), lists, pair.a, both)
                for name, lists in baselines.items()
            },
        )

    def __iter__(self) -> Iterator[tuple[Origin, Lists]]:
        return ((origin, getattr(self, origin)) for origin in ORIGINS)


def measures_by(run: Run, similarity: Similarity, lists: Neighbours) -> SideMeasures:
    """What the neighbour lists of a run by another similarity than the one it is compared by say."""
    return measure_lists(side_of(run, similarity), lists, run.entry.method)
