"""What the neighbour lists of one model say about it: how it leans towards popular items, how it spreads its places."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import (
    Buckets,
    Counts,
    Floats,
    Mask,
    Neighbours,
    Progress,
    Similarity,
    Vectors,
    no_progress,
    trained_rows,
)
from analysis.hubs import coverage, gini, hubness
from analysis.neighbours import top_neighbours
from analysis.popularity import (
    BUCKETS,
    head_share,
    neighbour_popularity,
    norm_popularity,
    popularity_assortativity,
    popularity_lift,
    popularity_quantiles,
    same_category_share,
)


@dataclass(frozen=True)
class Side:
    """One model, row i = item i of the catalogue that both sides share.

    method      its name, for people and for the JSON
    similarity  how its neighbours are taken
    vectors     float32 (n, dimensions); a zero row = not trained
    p           integer (n,): distinct users of each item in the log it was trained on
    buckets     int8 (n,), see `popularity_buckets`
    categories  object (n,), None or NaN = none; or None where the log has none
    neighbours  lists over the whole catalogue that are known already, used where they are at least k wide
    inside      lists among the items that have a vector in both models, where those are known already
    """

    method: str
    similarity: Similarity
    vectors: Vectors
    p: Counts
    buckets: Buckets
    categories: npt.NDArray[np.object_] | None = None
    neighbours: Neighbours | None = None
    inside: Neighbours | None = None


@dataclass(frozen=True)
class Measure:
    """A value and the number of items (or pairs, or list slots) it was taken over; NaN and 0 where it cannot be had."""

    value: float
    n: int

    @classmethod
    def of(cls, value: float, n: int) -> Measure:
        return cls(float("nan"), 0) if math.isnan(value) else cls(float(value), int(n))

    @classmethod
    def mean(cls, values: Floats) -> Measure:
        """The mean of the values that are known."""
        known = values[~np.isnan(values)]
        return cls(float(known.mean()), len(known)) if known.size else cls(float("nan"), 0)

    @property
    def json(self) -> float | None:
        return None if math.isnan(self.value) else self.value


ByBucket = dict[str, Measure]  # "all", "head", "mid", "tail": the bucket of the item whose list it is


@dataclass(frozen=True)
class SideMeasures:
    """What one model's own neighbour lists say, over the items that have a vector in it.

    left_out  items without a vector; unpopular = items with a vector that nobody touched, left out of the lift
    by item   neighbour popularity float64 (n,), and in how many lists each item stands int64 (n,)
    """

    method: str
    similarity: Similarity
    n: int
    left_out: int
    unpopular: int
    neighbour_popularity: ByBucket
    popularity_lift: ByBucket
    head_share: ByBucket
    same_category: ByBucket
    assortativity: Measure
    hubness_skewness: Measure
    anti_hubs: Measure
    largest_hub: Measure
    robin_hood: Measure
    hub_popularity: Measure
    coverage: Measure
    gini: Measure
    norm_popularity: Measure
    head_share_of_catalogue: Measure
    neighbour_popularity_by_item: Floats = field(repr=False)
    list_counts: npt.NDArray[np.int64] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """One number a measure, null where it cannot be had; the counts and the buckets under "details"."""
        by_bucket = ("neighbour_popularity", "popularity_lift", "head_share", "same_category")
        single = (
            "assortativity",
            "hubness_skewness",
            "anti_hubs",
            "largest_hub",
            "robin_hood",
            "hub_popularity",
            "coverage",
            "gini",
            "norm_popularity",
            "head_share_of_catalogue",
        )
        measures = {name: getattr(self, name)["all"] for name in by_bucket} | {
            name: getattr(self, name) for name in single
        }
        return {
            "method": self.method,
            "similarity": self.similarity,
            "n": self.n,
            **{name: measure.json for name, measure in measures.items()},
            "details": {
                "left_out": self.left_out,
                "unpopular": self.unpopular,
                "n": {name: measure.n for name, measure in measures.items()},
                "by_bucket": {
                    name: {bucket: {"value": of.json, "n": of.n} for bucket, of in getattr(self, name).items()}
                    for name in by_bucket
                },
            },
        }


def measure_side(side: Side, k: int) -> SideMeasures:
    """What one model's own lists of k >= 1 neighbours say."""
    return side_measures(with_neighbours(side, k, no_progress), k)


def with_neighbours(side: Side, k: int, progress: Progress) -> Side:
    """The side with lists that are at least k wide, its own where it has them."""
    if side.neighbours is not None and side.neighbours.shape[1] >= k:
        return side
    return replace(side, neighbours=top_neighbours(side.vectors, k, side.similarity, progress=progress)[0])


def by_bucket(values: Floats, buckets: Buckets) -> ByBucket:
    """The mean of per-item values over all items, and over those of each bucket."""
    means = {"all": Measure.mean(values)}
    return means | {name: Measure.mean(values[buckets == code]) for code, name in enumerate(BUCKETS)}


def side_measures(side: Side, k: int) -> SideMeasures:
    """The measures of a side whose lists are known and at least k wide."""
    assert side.neighbours is not None
    lists = side.neighbours[:, :k]
    trained = trained_rows(side.vectors)
    n, n_popular = int(trained.sum()), int((trained & (side.p > 0)).sum())
    q = popularity_quantiles(side.p)
    near = neighbour_popularity(lists, q)
    lift = popularity_lift(lists, side.p)
    hubs = hubness(lists, side.p, trained)
    categories = np.full(len(lists), None, dtype=object) if side.categories is None else side.categories
    in_head = trained & (side.buckets == BUCKETS.index("head"))
    return SideMeasures(
        method=side.method,
        similarity=side.similarity,
        n=n,
        left_out=len(lists) - n,
        unpopular=n - n_popular,
        neighbour_popularity=by_bucket(near, side.buckets),
        popularity_lift=by_bucket(lift, side.buckets),
        head_share=_head_shares(lists, side.buckets),
        same_category=by_bucket(same_category_share(lists, categories), side.buckets),
        assortativity=Measure.of(popularity_assortativity(q, near), (~np.isnan(q + near)).sum()),
        hubness_skewness=Measure.of(hubs.skewness, n),
        anti_hubs=Measure.of(hubs.anti_hubs, n),
        largest_hub=Measure.of(hubs.largest, n),
        robin_hood=Measure.of(hubs.robin_hood, n),
        hub_popularity=Measure.of(hubs.popularity_correlation, n),
        coverage=Measure.of(coverage(lists, trained), n),
        gini=Measure.of(gini(hubs.counts[trained]), n),
        norm_popularity=Measure.of(norm_popularity(side.vectors, side.p), n),
        head_share_of_catalogue=Measure.of(in_head.sum() / n if n else np.nan, n),
        neighbour_popularity_by_item=near,
        list_counts=hubs.counts,
    )


def measure_lists(side: Side, lists: Neighbours, name: str, inside: Mask | None = None) -> SideMeasures:
    """What other lists than the side's own say of its items, such as those of a baseline.

    lists   int32 (n, k), -1 = none; vectors have no part in them, so that there is no norm and popularity
    inside  bool (n,): the items that could stand in a list, by default those that have a vector in the side
    """
    items = trained_rows(side.vectors) if inside is None else inside
    stand_ins = items[:, None].astype(np.float32)  # all of one length, with which nothing correlates
    return side_measures(replace(side, method=name, vectors=stand_ins, neighbours=lists), lists.shape[1])


def _head_shares(lists: Neighbours, buckets: Buckets) -> ByBucket:
    """Head share of all slots, and of the slots of each bucket's items."""

    def share(rows: Mask | slice) -> Measure:
        return Measure.of(head_share(lists[rows], buckets), (lists[rows] >= 0).sum())

    return {"all": share(slice(None))} | {name: share(buckets == code) for code, name in enumerate(BUCKETS)}
