"""Two models of the same items beside each other: how far they agree, and how each leans towards popular items."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.agreement import expected_overlap, jaccard_overlap_rbo, linear_cka, procrustes, rbo_weight_inside
from analysis.arrays import (
    Floats,
    Mask,
    Neighbours,
    Progress,
    no_progress,
)
from analysis.intervals import Interval, difference_of_lists, mean_difference
from analysis.measures import ByBucket, Measure, Side, SideMeasures, by_bucket, side_measures, with_neighbours
from analysis.neighbours import common_items, neighbours_within
from analysis.popularity import (
    BUCKETS,
    popularity_quantiles,
)
from errors import ParameterError

Logs = Literal["same", "different"]


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
    a, b = with_neighbours(a, k, progress), with_neighbours(b, k, progress)
    common = common_items(a.vectors, b.vectors)
    in_a, in_b = _inside(a, k, common, progress), _inside(b, k, common, progress)
    n_common = int(common.sum())
    by_jaccard, by_overlap, by_rbo = jaccard_overlap_rbo(in_a, in_b)
    return Comparison(
        k=k,
        common_items=n_common,
        left_out=len(common) - n_common,
        jaccard=by_bucket(by_jaccard, a.buckets),
        overlap=by_bucket(by_overlap, a.buckets),
        rbo=by_bucket(by_rbo, a.buckets),
        expected_overlap=Measure.of(expected_overlap(k, n_common), n_common),
        rbo_weight_inside=rbo_weight_inside(k),
        geometry=geometry or Geometry.of(a, b),
        a=side_measures(a, k),
        b=side_measures(b, k),
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
