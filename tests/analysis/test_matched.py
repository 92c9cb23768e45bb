"""Two models of two logs, matched by the ids of their items."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.compare import compare, matched
from analysis.neighbours import top_neighbours
from tests.analysis.sides import N, P, side, two_sides


def test_two_logs_are_matched_by_id_and_weighed_by_as_popularity() -> None:
    ids_a = np.array(["01", "a", "b", "d", "é"], dtype=object)
    ids_b = np.array(["a", "c", "d", "é", "中"], dtype=object)
    shared = {"a": [1, 0], "d": [1, 1], "é": [0, 1]}
    own = {"01": [2, 1], "b": [-1, 1], "c": [-1, -1], "中": [1, -1]}
    places = shared | own
    a = side(np.array([places[item] for item in ids_a], dtype=np.float32), neighbours=None)
    b = side(np.array([places[item] for item in ids_b], dtype=np.float32), p=np.array([9, 9, 9, 9, 9]))
    b = replace(b, neighbours=top_neighbours(b.vectors, 4)[0], categories=np.array(list("xxyyy"), dtype=object))
    wide_a, wide_b, ids = matched(a, ids_a, b, ids_b)
    assert ids.tolist() == ["01", "a", "b", "c", "d", "é", "中"]
    assert wide_a.p.tolist() == wide_b.p.tolist() == [*P[:3], 0, *P[3:5], 0]
    assert wide_b.buckets.tolist() == wide_a.buckets.tolist()
    assert wide_a.buckets[[3, 6]].tolist() == [2, 2]
    assert wide_b.categories is not None
    assert wide_b.categories.tolist() == [None, "x", None, "x", "y", "y", "y"]
    assert wide_b.neighbours is not None
    np.testing.assert_array_equal(wide_b.neighbours, top_neighbours(wide_b.vectors, 4)[0])
    report = compare(wide_a, wide_b, 2).as_json("different")
    assert report["common_items"] == 3
    assert report["jaccard"]["all"] == 1  # among a, d and é both models say the same
    assert report["b"]["details"]["unpopular"] == 2


def test_items_are_matched_in_byte_order_and_places_of_lists_without_a_neighbour_stay_so() -> None:
    vectors = np.array([[1, 0], [1, 1]], dtype=np.float32)
    a, b = (side(vectors, neighbours=top_neighbours(vectors, 2)[0], inside=np.zeros((2, 2), np.int32)) for _ in "ab")
    wide_a, wide_b, ids = matched(a, np.array(["Z", "a"], dtype=object), b, np.array(["a", "b"], dtype=object))
    assert ids.tolist() == ["Z", "a", "b"]
    assert wide_a.neighbours is not None
    assert wide_b.neighbours is not None
    assert wide_a.neighbours.tolist() == [[1, -1], [0, -1], [-1, -1]]
    assert wide_b.neighbours.tolist() == [[-1, -1], [2, -1], [1, -1]]
    assert wide_a.inside is wide_b.inside is None  # others are common now


def test_the_same_ids_are_left_as_they_are() -> None:
    a, b = two_sides()
    ids = np.array([f"{row:03}" for row in range(N)], dtype=object)
    same_a, same_b, union = matched(a, ids, replace(b, p=np.ones(N, dtype=np.int64)), ids.copy())
    assert same_a is a
    assert same_b.vectors is b.vectors
    assert same_b.p.tolist() == P.tolist()
    assert union.tolist() == ids.tolist()
