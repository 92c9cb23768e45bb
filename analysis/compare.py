"""Two models of the same items beside each other: how far they agree, and how each leans towards popular items."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.agreement import expected_overlap, jaccard_overlap_rbo, linear_cka, procrustes, rbo_weight_inside
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
from analysis.intervals import Interval, difference_of_lists, mean_difference
from analysis.neighbours import common_items, neighbours_within, top_neighbours
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
from errors import ParameterError

Logs = Literal["same", "different"]


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


@dataclass(frozen=True)
class Geometry:
    """How alike the two clouds of vectors are, over the items that have a vector in both; it does not depend on k."""

    cka: Measure
    procrustes: Measure

    @classmethod
    def of(cls, a: Side, b: Side) -> Geometry:
        common = common_items(a.vectors, b.vectors)
        matched_a, matched_b, n = a.vectors[common], b.vectors[common], int(common.sum())
        return cls(Measure.of(linear_cka(matched_a, matched_b), n), Measure.of(procrustes(matched_a, matched_b), n))


@dataclass(frozen=True)
class Differences:
    """What is said of A less what is said of B, over the items that have neighbours in both, with 95 % intervals.

    head_tail_jaccard  the agreement on head items less that on tail items
    """

    neighbour_popularity: Interval
    head_share: Interval
    same_category: Interval
    head_tail_jaccard: Interval

    def as_json(self) -> dict[str, Any]:
        """Value, low, high and n of each; null where there is none."""
        return {one.name: getattr(self, one.name).as_json() for one in fields(self)}


@dataclass(frozen=True)
class Comparison:
    """Agreement over the items that have a vector in both models, and the measures of each model by itself.

    left_out             items of the catalogue that lack a vector in one model or in both
    rbo_weight_inside    share of the weight of RBO that the first k ranks carry
    jaccard_by_item ...  float64 (n,), NaN where an item was left out
    """

    k: int
    common_items: int
    left_out: int
    jaccard: ByBucket
    overlap: ByBucket
    rbo: ByBucket
    expected_overlap: Measure
    rbo_weight_inside: float
    geometry: Geometry
    a: SideMeasures
    b: SideMeasures
    differences: Differences
    jaccard_by_item: Floats = field(repr=False)
    overlap_by_item: Floats = field(repr=False)
    rbo_by_item: Floats = field(repr=False)

    def as_json(self, logs: Logs = "same") -> dict[str, Any]:
        """The comparison as plain JSON values; null with n 0 where a number cannot be had, never NaN.

        logs  "different" where the two runs come from two logs: popularity and buckets are then those of A's
        """
        return {
            "k": self.k,
            "logs": logs,
            "common_items": self.common_items,
            "jaccard": {bucket: measure.json for bucket, measure in self.jaccard.items()},
            "overlap": {bucket: measure.json for bucket, measure in self.overlap.items()},
            "expected_overlap": self.expected_overlap.json,
            "rbo": self.rbo["all"].json,
            "cka": self.geometry.cka.json,
            "procrustes": self.geometry.procrustes.json,
            "a": self.a.as_json(),
            "b": self.b.as_json(),
            "differences": self.differences.as_json(),
            "n": {
                "left_out": self.left_out,
                **{bucket: measure.n for bucket, measure in self.jaccard.items()},
                "cka": self.geometry.cka.n,
                "procrustes": self.geometry.procrustes.n,
            },
            "details": {
                "rbo": {bucket: measure.json for bucket, measure in self.rbo.items()},
                "rbo_weight_inside": self.rbo_weight_inside,
            },
        }


def compare(
    a: Side, b: Side, k: int, *, geometry: Geometry | None = None, progress: Progress = no_progress
) -> Comparison:
    """Compare two models of the same items by their k >= 1 nearest neighbours.

    Agreement is taken over the items that have a vector in both, with both lists taken again inside that common set;
    the bias of each model over all items that have a vector in it. `geometry` saves taking that of the same two
    again, as for another k. Raises ParameterError where k < 1,
    ValueError where the rows do not match.
    """
    if k < 1:
        raise ParameterError(f"k = {k} cannot be used: a comparison needs at least one neighbour.")
    if not len(a.vectors) == len(b.vectors) == len(a.p) == len(b.p) == len(a.buckets) == len(b.buckets):
        raise ValueError("both sides need the same items in the same order: see `matched`")
    a, b = _with_neighbours(a, k, progress), _with_neighbours(b, k, progress)
    common = common_items(a.vectors, b.vectors)
    in_a, in_b = _inside(a, k, common, progress), _inside(b, k, common, progress)
    n_common = int(common.sum())
    by_jaccard, by_overlap, by_rbo = jaccard_overlap_rbo(in_a, in_b)
    return Comparison(
        k=k,
        common_items=n_common,
        left_out=len(common) - n_common,
        jaccard=_by_bucket(by_jaccard, a.buckets),
        overlap=_by_bucket(by_overlap, a.buckets),
        rbo=_by_bucket(by_rbo, a.buckets),
        expected_overlap=Measure.of(expected_overlap(k, n_common), n_common),
        rbo_weight_inside=rbo_weight_inside(k),
        geometry=geometry or Geometry.of(a, b),
        a=_side_measures(a, k),
        b=_side_measures(b, k),
        differences=_differences(a, b, k, by_jaccard),
        jaccard_by_item=by_jaccard,
        overlap_by_item=by_overlap,
        rbo_by_item=by_rbo,
    )


def matched(
    a: Side, ids_a: npt.NDArray[np.object_], b: Side, ids_b: npt.NDArray[np.object_]
) -> tuple[Side, Side, npt.NDArray[np.object_]]:
    """Both sides over the union of their items, in byte order of the ids: (a, b, ids).

    Popularity and buckets are A's on both sides: an item that only B knows has p = 0 there and is tail. Each side
    keeps its own vectors (zero where it does not know an item) and categories. Each ids array must be in byte order
    without repeats, as item codes are, so that known neighbour lists keep their order.
    """
    if np.array_equal(ids_a, ids_b):
        return a, replace(b, p=a.p, buckets=a.buckets), ids_a
    union = sorted({*ids_a, *ids_b}, key=str.encode)
    place = {item: row for row, item in enumerate(union)}
    a = _spread(a, np.array([place[item] for item in ids_a], dtype=np.int32), len(union))
    b = _spread(b, np.array([place[item] for item in ids_b], dtype=np.int32), len(union))
    return a, replace(b, p=a.p, buckets=a.buckets), np.array(union, dtype=object)


def measure_side(side: Side, k: int) -> SideMeasures:
    """What one model's own lists of k >= 1 neighbours say."""
    return _side_measures(_with_neighbours(side, k, no_progress), k)


def _spread(side: Side, rows: npt.NDArray[np.int32], n_items: int) -> Side:
    """The side with its item i at rows[i] of a catalogue of n_items."""

    def at(values: npt.NDArray[Any], elsewhere: Any) -> npt.NDArray[Any]:
        wider = np.full((n_items, *values.shape[1:]), elsewhere, dtype=values.dtype)
        wider[rows] = values
        return wider

    known = side.neighbours
    return replace(
        side,
        vectors=at(side.vectors, 0),
        p=at(side.p, 0),
        buckets=at(side.buckets, BUCKETS.index("tail")),
        categories=None if side.categories is None else at(side.categories, None),
        neighbours=None if known is None else at(np.where(known >= 0, rows[known], -1).astype(np.int32), -1),
        inside=None,
    )


def _with_neighbours(side: Side, k: int, progress: Progress) -> Side:
    if side.neighbours is not None and side.neighbours.shape[1] >= k:
        return side
    return replace(side, neighbours=top_neighbours(side.vectors, k, side.similarity, progress=progress)[0])


def _inside(side: Side, k: int, common: Mask, progress: Progress) -> Neighbours:
    if side.inside is not None and side.inside.shape[1] >= k:
        return side.inside[:, :k]
    return neighbours_within(side.vectors, k, side.similarity, common, side.neighbours, progress=progress)


def _differences(a: Side, b: Side, k: int, jaccard: Floats) -> Differences:
    assert a.neighbours is not None
    assert b.neighbours is not None
    lists_a, lists_b = a.neighbours[:, :k], b.neighbours[:, :k]
    q, in_head = popularity_quantiles(a.p), (a.buckets == BUCKETS.index("head")).astype(np.float64)
    same_a, same_b = _same_category(lists_a, a.categories), _same_category(lists_b, b.categories)
    head, tail = (jaccard[a.buckets == BUCKETS.index(bucket)] for bucket in ("head", "tail"))
    return Differences(
        neighbour_popularity=difference_of_lists(lists_a, q[lists_a], lists_b, q[lists_b]),
        head_share=difference_of_lists(lists_a, in_head[lists_a], lists_b, in_head[lists_b]),
        same_category=difference_of_lists(lists_a, same_a, lists_b, same_b),
        head_tail_jaccard=mean_difference(head, tail),
    )


def _same_category(lists: Neighbours, categories: npt.NDArray[np.object_] | None) -> Floats:
    """1 where a neighbour has the item's category, else 0, float64 (n, k); NaN rows of items without a category."""
    import pandas as pd

    group = np.full(len(lists), -1) if categories is None else pd.factorize(categories)[0]
    same = (group[lists] == group[:, None]).astype(np.float64)
    return np.where(group[:, None] >= 0, same, np.nan)


def _by_bucket(values: Floats, buckets: Buckets) -> ByBucket:
    """The mean of per-item values over all items, and over those of each bucket."""
    means = {"all": Measure.mean(values)}
    return means | {name: Measure.mean(values[buckets == code]) for code, name in enumerate(BUCKETS)}


def _side_measures(side: Side, k: int) -> SideMeasures:
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
        neighbour_popularity=_by_bucket(near, side.buckets),
        popularity_lift=_by_bucket(lift, side.buckets),
        head_share=_head_shares(lists, side.buckets),
        same_category=_by_bucket(same_category_share(lists, categories), side.buckets),
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
    return _side_measures(replace(side, method=name, vectors=stand_ins, neighbours=lists), lists.shape[1])


def _head_shares(lists: Neighbours, buckets: Buckets) -> ByBucket:
    """Head share of all slots, and of the slots of each bucket's items."""

    def share(rows: Mask | slice) -> Measure:
        return Measure.of(head_share(lists[rows], buckets), (lists[rows] >= 0).sum())

    return {"all": share(slice(None))} | {name: share(buckets == code) for code, name in enumerate(BUCKETS)}
