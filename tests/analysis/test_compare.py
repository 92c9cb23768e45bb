"""Comparing two models: the contract of the JSON, the numbers against the slow way, and two planted models."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import analysis.measures
from analysis.compare import Geometry, compare
from analysis.neighbours import common_items, neighbours_within, top_neighbours
from analysis.popularity import popularity_buckets
from errors import ParameterError
from tests.analysis import slow
from tests.analysis.sides import CATEGORIES, N, P, by_bucket, random_vectors, side, two_sides


@pytest.mark.parametrize("known", [False, True])
def test_every_number_equals_the_slow_way(known: bool) -> None:
    a, b = two_sides()
    k, buckets = 6, popularity_buckets(P).tolist()
    if known:
        a, b = (replace(one, neighbours=top_neighbours(one.vectors, 10, one.similarity)[0]) for one in (a, b))
    report = compare(a, b, k).as_json()

    common = [bool(x.any() and y.any()) for x, y in zip(a.vectors, b.vectors, strict=True)]
    inside = np.array(common)[:, None]
    in_a, in_b = (
        [[j for j in row if j >= 0] for row in slow.neighbours(np.where(inside, one.vectors, 0), k, one.similarity)[0]]
        for one in (a, b)
    )
    pairs = list(zip(in_a, in_b, strict=True))
    assert report["common_items"] == sum(common) == N - 4
    assert report["jaccard"] == pytest.approx(by_bucket([slow.jaccard(x, y) for x, y in pairs], buckets))
    assert report["overlap"] == pytest.approx(by_bucket([slow.overlap(x, y, k) for x, y in pairs], buckets))
    assert report["rbo"] == pytest.approx(slow.mean([slow.rbo(x, y, k, 0.9) for x, y in pairs]))
    assert report["cka"] == pytest.approx(slow.linear_cka(a.vectors[common], b.vectors[common]), abs=1e-6)
    assert report["expected_overlap"] == pytest.approx(6 / (N - 5))
    assert report["n"]["all"] == N - 4
    assert sum(report["n"][name] for name in ("head", "mid", "tail")) == N - 4

    q = slow.quantiles(P.tolist())
    for name, one in (("a", a), ("b", b)):
        rows = [[j for j in row if j >= 0] for row in slow.neighbours(one.vectors, k, one.similarity)[0]]
        trained = [bool(vector.any()) for vector in one.vectors]
        counts = [count for count, there in zip(slow.counts(rows, N), trained, strict=True) if there]
        mine = report[name]
        assert mine["neighbour_popularity"] == pytest.approx(slow.mean(slow.neighbour_popularity(rows, q)))
        assert mine["popularity_lift"] == pytest.approx(slow.mean(slow.popularity_lift(rows, P.tolist())))
        assert mine["head_share"] == pytest.approx(slow.head_share(rows, buckets))
        same = slow.same_category_share(rows, CATEGORIES.tolist())
        assert mine["same_category"] == pytest.approx(slow.mean(same))
        by = {name: cell["value"] for name, cell in mine["details"]["by_bucket"]["same_category"].items()}
        assert by == pytest.approx(by_bucket(same, buckets))
        assert mine["anti_hubs"] == pytest.approx(counts.count(0) / len(counts))
        assert mine["coverage"] == pytest.approx(1 - counts.count(0) / len(counts))
        assert mine["gini"] == pytest.approx(slow.gini(counts))
        assert mine["largest_hub"] == max(counts)
        head = [buckets[i] == 0 for i in range(N) if trained[i]]
        assert mine["head_share_of_catalogue"] == pytest.approx(sum(head) / len(head))
        assert mine["n"] == sum(trained)
        assert mine["details"]["left_out"] == N - sum(trained)


@pytest.mark.parametrize("known", [False, True])
def test_every_difference_equals_the_slow_way(known: bool) -> None:
    a, b = two_sides()
    b = replace(b, categories=np.roll(CATEGORIES, 7))
    k, bucket, q = 6, popularity_buckets(P).tolist(), slow.quantiles(P.tolist())
    if known:
        a, b = (replace(one, neighbours=top_neighbours(one.vectors, 10, one.similarity)[0]) for one in (a, b))
    found = compare(a, b, k)
    lists = [slow.as_lists(np.array(slow.neighbours(one.vectors, k, one.similarity)[0])) for one in (a, b)]
    for difference, values in (
        (found.differences.neighbour_popularity, q),
        (found.differences.head_share, [float(code == 0) for code in bucket]),
    ):
        value, error, n = slow.difference_of_lists(lists[0], lists[1], values)
        assert difference.value == pytest.approx(value)
        assert difference.n == n
        assert difference.high - difference.value == pytest.approx(1.959964 * error)
    same_a, same_b = (
        slow.same_category_share(rows, one.categories.tolist())
        for rows, one in zip(lists, (a, b), strict=True)
        if one.categories is not None
    )
    apart = [x - y for x, y in zip(same_a, same_b, strict=True) if not np.isnan(x + y)]
    same_category = found.differences.same_category
    assert same_category.value == pytest.approx(slow.mean(apart))
    assert same_category.n == len(apart)
    head, tail = ([x for x, at in zip(found.jaccard_by_item, bucket, strict=True) if at == code] for code in (0, 2))
    head_tail = found.differences.head_tail_jaccard
    assert head_tail.value == pytest.approx(slow.mean(head) - slow.mean(tail))
    assert head_tail.n == len([x for x in head + tail if not np.isnan(x)])


def test_every_measure_stands_with_the_number_that_it_was_taken_over() -> None:
    a, b = two_sides()
    p = P.copy()
    p[[3, 7, 9]] = 0  # two of them have a vector in A
    p[4] = 400  # and this one, of the head, has none
    a, b = (replace(one, p=p, buckets=popularity_buckets(p)) for one in (a, b))
    report = compare(a, b, 6).as_json()
    q = slow.quantiles(p.tolist())
    rows = slow.as_lists(np.array(slow.neighbours(a.vectors, 6, "dot")[0]))
    near = slow.neighbour_popularity(rows, q)
    n, details = N - 3, report["a"]["details"]
    assert (details["left_out"], details["unpopular"], report["n"]["left_out"]) == (3, 2, 4)
    assert details["n"]["neighbour_popularity"] == len([value for value in near if not np.isnan(value)])
    assert details["n"]["assortativity"] == len([x + y for x, y in zip(q, near, strict=True) if not np.isnan(x + y)])
    assert details["n"]["same_category"] == len(
        [row for row, category in zip(rows, CATEGORIES, strict=True) if row and category is not None]
    )
    assert details["n"]["popularity_lift"] == n - 2
    assert details["n"]["head_share"] == 6 * n
    head = [row for row, code in zip(rows, a.buckets, strict=True) if code == 0]
    cell = details["by_bucket"]["head_share"]["head"]
    assert (cell["value"], cell["n"]) == (pytest.approx(slow.head_share(head, a.buckets.tolist())), sum(map(len, head)))
    in_head = (a.buckets == 0) & a.vectors.any(axis=1)
    assert report["a"]["head_share_of_catalogue"] == pytest.approx(in_head.sum() / n)
    for name in ("hubness_skewness", "anti_hubs", "largest_hub", "robin_hood", "coverage", "gini", "norm_popularity"):
        assert details["n"][name] == n, name
    assert (report["n"]["cka"], report["n"]["procrustes"]) == (N - 4, N - 4)
    assert report["details"]["rbo_weight_inside"] == pytest.approx(slow.rbo_weight_inside(6, 0.9))


def test_agreement_by_bucket_is_that_of_the_first_models_buckets() -> None:
    a, b = two_sides()
    found = compare(a, replace(b, p=P[::-1].copy(), buckets=popularity_buckets(P[::-1])), 6)
    expected = by_bucket(found.rbo_by_item.tolist(), a.buckets.tolist())
    assert {name: measure.value for name, measure in found.rbo.items()} == pytest.approx(expected)
    expected = by_bucket(found.jaccard_by_item.tolist(), a.buckets.tolist())
    assert {name: measure.value for name, measure in found.jaccard.items()} == pytest.approx(expected)
    head, tail = (found.jaccard_by_item[a.buckets == code] for code in (0, 2))
    assert found.differences.head_tail_jaccard.value == pytest.approx(slow.mean(list(head)) - slow.mean(list(tail)))


def test_lists_inside_the_common_set_that_are_known_are_taken_as_far_as_they_are_wide_enough() -> None:
    a, b = two_sides()
    expected = compare(a, b, 6)
    common = common_items(a.vectors, b.vectors)
    for width in (4, 6, 12):
        in_a, in_b = (neighbours_within(one.vectors, width, one.similarity, common) for one in (a, b))
        found = compare(replace(a, inside=in_a), replace(b, inside=in_b), 6)
        np.testing.assert_array_equal(found.jaccard_by_item, expected.jaccard_by_item)
        np.testing.assert_array_equal(found.rbo_by_item, expected.rbo_by_item)


def test_geometry_taken_before_saves_work_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = two_sides()
    expected = compare(a, b, 6).as_json()
    taken = Geometry.of(a, b)
    monkeypatch.setattr(Geometry, "of", classmethod(lambda *_: pytest.fail("taken again")))
    assert compare(a, b, 6, geometry=taken).as_json() == expected


def test_a_model_beside_itself_agrees_fully() -> None:
    a, _ = two_sides()
    report = compare(a, replace(a, method="again"), 5).as_json()
    assert report["jaccard"]["all"] == report["overlap"]["all"] == 1
    assert report["rbo"] == pytest.approx(1)
    assert report["cka"] == pytest.approx(1)
    assert report["procrustes"] == pytest.approx(0, abs=1e-9)
    assert {**report["a"], "method": "again"} == report["b"]


def test_the_model_that_pushes_popular_items_is_seen_to_do_so() -> None:
    popular_is_long = random_vectors(1, dimensions=3) + 1
    popular_is_long *= (P / np.linalg.norm(popular_is_long, axis=1))[:, None].astype(np.float32)
    report = compare(side(popular_is_long, "dot"), side(popular_is_long, "cosine"), 5).as_json()
    assert report["a"]["neighbour_popularity"] > report["b"]["neighbour_popularity"] + 0.2
    assert report["a"]["head_share"] > 0.5 > report["b"]["head_share"]
    assert report["a"]["hubness_skewness"] > report["b"]["hubness_skewness"]
    assert report["a"]["norm_popularity"] > 0.97  # float32 rounding tells apart what p ties
    assert report["a"]["popularity_lift"] > report["b"]["popularity_lift"]
    assert report["cka"] == pytest.approx(1)  # the vectors are the same: only the similarity differs


def test_the_json_has_the_keys_of_the_contract_and_plain_values() -> None:
    report = compare(*two_sides(), 5).as_json("different")
    assert {"k", "logs", "common_items", "jaccard", "overlap", "rbo", "cka", "procrustes", "a", "b"} <= set(report)
    assert set(report["jaccard"]) == set(report["overlap"]) == {"all", "head", "mid", "tail"}
    measures = {
        "method", "similarity", "neighbour_popularity", "head_share", "same_category", "hubness_skewness",
        "anti_hubs", "coverage", "gini", "norm_popularity", "assortativity",
    }  # fmt: skip
    assert measures <= set(report["a"])
    assert set(report["a"]) == set(report["b"])
    assert (report["k"], report["logs"], report["a"]["similarity"]) == (5, "different", "dot")
    assert json.loads(json.dumps(report, allow_nan=False)) == report


@pytest.mark.parametrize("n", [0, 1, 2])
def test_tiny_catalogues_give_nulls_with_n_0_never_nan(n: int) -> None:
    report = compare(side(random_vectors(1, n)), side(random_vectors(2, n)), 10).as_json()
    json.dumps(report, allow_nan=False)
    assert report["common_items"] == n
    if n < 2:
        assert report["jaccard"] == {"all": None, "head": None, "mid": None, "tail": None}
        assert report["n"]["all"] == report["n"]["cka"] == 0
        assert report["a"]["neighbour_popularity"] is None
        assert report["a"]["details"]["n"]["neighbour_popularity"] == 0
    assert report["a"]["same_category"] is None  # this log has no categories


def test_models_without_a_common_item_have_no_agreement_but_their_own_bias() -> None:
    a, b = random_vectors(1), random_vectors(2)
    a[::2], b[1::2] = 0, 0
    report = compare(side(a), side(b), 4).as_json()
    json.dumps(report, allow_nan=False)
    assert report["common_items"] == 0
    assert report["jaccard"]["all"] is report["cka"] is report["rbo"] is None
    assert report["a"]["neighbour_popularity"] is not None


@pytest.mark.parametrize("width", [5, 9])
def test_known_lists_are_not_searched_again(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = side(random_vectors(1)), side(random_vectors(2))
    plain = compare(a, b, 5).as_json()
    a, b = (replace(one, neighbours=top_neighbours(one.vectors, width)[0]) for one in (a, b))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr(analysis.measures, "top_neighbours", never)
    monkeypatch.setattr("analysis.neighbours.top_neighbours", never)
    assert compare(a, b, 5).as_json() == plain


def test_known_lists_that_are_too_short_are_taken_anew() -> None:
    a, b = two_sides()
    short_a, short_b = (replace(one, neighbours=top_neighbours(one.vectors, 3, one.similarity)[0]) for one in (a, b))
    assert compare(short_a, short_b, 6).as_json() == compare(a, b, 6).as_json()


def test_per_item_values_stand_in_their_rows() -> None:
    a, b = two_sides()
    found = compare(a, b, 5)
    assert np.flatnonzero(np.isnan(found.jaccard_by_item)).tolist() == [3, 4, 5, 50]
    assert np.nanmean(found.overlap_by_item) == pytest.approx(found.overlap["all"].value)
    assert found.a.list_counts[[3, 4, 5]].tolist() == [0, 0, 0]
    assert np.isnan(found.b.neighbour_popularity_by_item[50])


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="same items"):
        compare(side(random_vectors(1)), side(random_vectors(1, 10)), 5)
    with pytest.raises(ValueError, match="same items"):
        compare(side(random_vectors(1)), side(random_vectors(1), p=P[:-1]), 5)
    with pytest.raises(ParameterError, match="k = 0"):
        compare(side(random_vectors(1)), side(random_vectors(1)), 0)
