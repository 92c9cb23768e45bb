"""Popularity and hubness: against the slow way on random and planted data, and against SciPy."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from analysis.arrays import Neighbours
from analysis.hubs import concentration_curve, coverage, gini, hubness, list_counts, top_share
from analysis.popularity import (
    head_share,
    neighbour_popularity,
    norm_popularity,
    popularity_assortativity,
    popularity_buckets,
    popularity_curve,
    popularity_lift,
    popularity_quantiles,
    same_category_share,
)
from analysis.ranks import mean_ranks, spearman
from tests.analysis import slow
from tests.analysis.test_agreement import random_lists

Counts = npt.NDArray[np.int64]

POPULARITIES = [
    pytest.param(np.random.default_rng(0).zipf(1.4, 60).clip(max=10_000), id="long tail"),
    pytest.param(np.random.default_rng(1).integers(0, 4, 60), id="ties and zeros"),
    pytest.param(np.full(60, 3), id="constant"),
    pytest.param(np.zeros(60, dtype=np.int64), id="nobody"),
    pytest.param(np.arange(60) * (np.arange(60) == 40), id="one item"),
]


@pytest.fixture(params=[False, True], ids=["full lists", "short lists"])
def lists(request: pytest.FixtureRequest) -> Neighbours:
    return random_lists(60, 9, 5, missing=request.param)


@pytest.mark.parametrize("p", POPULARITIES)
def test_quantiles_and_buckets_equal_the_slow_way(p: Counts) -> None:
    np.testing.assert_allclose(popularity_quantiles(p), slow.quantiles(p.tolist()), atol=1e-12)
    for edges in ((0.5, 0.8), (0.2, 0.2), (0.0, 1.0)):
        assert popularity_buckets(p, edges).tolist() == slow.buckets(p.tolist(), edges)
    assert popularity_buckets(p).dtype == np.int8


def test_quantiles_have_mean_one_half_and_buckets_hold_their_shares() -> None:
    p = np.random.default_rng(0).integers(1, 300, 1000)
    assert popularity_quantiles(p).mean() == pytest.approx(0.5)
    held = np.bincount(popularity_buckets(p), weights=p) / p.sum()
    np.testing.assert_allclose(held, [0.5, 0.3, 0.2], atol=0.002)


def test_a_share_exactly_on_the_edge_starts_the_next_bucket() -> None:
    assert popularity_buckets(np.array([5, 3, 1, 1])).tolist() == [0, 1, 2, 2]  # s = 0, .5, .8, .9
    assert popularity_buckets(np.array([2, 2, 2, 2])).tolist() == [0, 0, 1, 1]  # ties go by code


@pytest.mark.parametrize("p", POPULARITIES)
def test_lists_against_popularity_equal_the_slow_way(p: Counts, lists: Neighbours) -> None:
    rows = slow.as_lists(lists)
    q, buckets = popularity_quantiles(p), popularity_buckets(p)
    near = neighbour_popularity(lists, q)
    np.testing.assert_allclose(near, slow.neighbour_popularity(rows, q.tolist()), atol=1e-12)
    np.testing.assert_allclose(popularity_lift(lists, p), slow.popularity_lift(rows, p.tolist()), atol=1e-12)
    assert head_share(lists, buckets) == pytest.approx(slow.head_share(rows, buckets.tolist()), nan_ok=True)
    known = ~np.isnan(q + near)
    varied = known.sum() > 1 and np.ptp(q[known]) > 0 and np.ptp(near[known]) > 0
    expected = stats.spearmanr(q[known], near[known]).statistic if varied else math.nan
    assert popularity_assortativity(q, near) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_categories_equal_the_slow_way(lists: Neighbours) -> None:
    categories = np.random.default_rng(2).choice(np.array(["tea", "milk", None], dtype=object), 60)
    expected = slow.same_category_share(slow.as_lists(lists), categories.tolist())
    np.testing.assert_allclose(same_category_share(lists, categories), expected, atol=1e-12)
    as_nan = np.array([math.nan if category is None else category for category in categories], dtype=object)
    np.testing.assert_array_equal(same_category_share(lists, as_nan), same_category_share(lists, categories))
    assert np.isnan(same_category_share(lists, np.full(60, None, dtype=object))).all()


def test_islands_of_one_category_keep_to_themselves() -> None:
    lists = np.array([[1, 2], [0, 2], [0, 1], [4, 5], [3, 5], [3, 4]], dtype=np.int32)
    islands = np.array(["tea"] * 3 + ["milk"] * 3, dtype=object)
    assert same_category_share(lists, islands).tolist() == [1.0] * 6
    assert same_category_share(lists, islands[[0, 3, 1, 4, 2, 5]]).mean() == pytest.approx(1 / 3)


@pytest.mark.parametrize("p", POPULARITIES)
def test_hubness_equals_the_slow_way_and_scipy(p: Counts, lists: Neighbours) -> None:
    candidates = np.arange(60) % 7 != 0
    lists = np.where(candidates[lists] & (lists >= 0), lists, -1).astype(np.int32)
    own = np.array(slow.counts(slow.as_lists(lists), 60))[candidates]
    found = hubness(lists, p, candidates)
    assert found.counts.tolist() == slow.counts(slow.as_lists(lists), 60)
    assert found.n == candidates.sum()
    assert found.skewness == pytest.approx(stats.skew(own, bias=True), abs=1e-9)
    assert found.anti_hubs == pytest.approx(sum(count == 0 for count in own) / len(own))
    assert found.largest == max(own)
    assert found.robin_hood == pytest.approx(sum(abs(count - own.mean()) for count in own) / 2 / own.sum())
    expected = stats.spearmanr(own, p[candidates]).statistic if np.ptp(p[candidates]) > 0 else math.nan
    assert found.popularity_correlation == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert coverage(lists, candidates) == pytest.approx(1 - found.anti_hubs)
    assert gini(own) == pytest.approx(slow.gini(own.tolist()), abs=1e-9)


def test_equal_counts_have_no_skew_and_no_robin_to_pay() -> None:
    ring = np.array([[1], [2], [3], [0]], dtype=np.int32)
    even = hubness(ring, np.array([4, 3, 2, 1]), np.ones(4, dtype=bool))
    assert math.isnan(even.skewness)
    assert math.isnan(even.popularity_correlation)
    assert (even.anti_hubs, even.robin_hood, even.largest) == (0, 0, 1)
    assert coverage(ring, np.ones(4, dtype=bool)) == 1
    assert gini(even.counts) == 0


@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_any_list_nothing_can_be_had(n: int) -> None:
    lists = np.full((n, 3), -1, dtype=np.int32)
    p, everyone = np.arange(n), np.ones(n, dtype=bool)
    found = hubness(lists, p, everyone)
    assert list_counts(lists, n).tolist() == [0] * n
    assert math.isnan(found.skewness)
    assert math.isnan(found.robin_hood)
    assert math.isnan(head_share(lists, popularity_buckets(p)))
    assert math.isnan(gini(found.counts))
    assert np.isnan(neighbour_popularity(lists, popularity_quantiles(p))).all()
    assert math.isnan(coverage(lists, everyone)) == (n == 0)


def test_one_item_that_takes_all_places() -> None:
    counts = np.array([0, 0, 0, 0, 7])
    assert gini(counts) == pytest.approx(4 / 5)


def test_norms_are_compared_over_trained_items_only() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((40, 3)).astype(np.float32)
    p = rng.integers(1, 9, 40)
    vectors[:8] = 0
    expected = stats.spearmanr(np.linalg.norm(vectors[8:].astype(np.float64), axis=1), p[8:]).statistic
    assert norm_popularity(vectors, p) == pytest.approx(expected, abs=1e-9)
    assert math.isnan(norm_popularity(vectors, np.full(40, 2)))


def test_ranks_equal_scipy() -> None:
    values = np.random.default_rng(0).integers(0, 9, 50)
    np.testing.assert_array_equal(mean_ranks(values), stats.rankdata(values))
    other = np.random.default_rng(1).standard_normal(50)
    assert spearman(values, other) == pytest.approx(stats.spearmanr(values, other).statistic, abs=1e-12)
    other[3] = np.nan
    known = ~np.isnan(other)
    assert spearman(values, other) == pytest.approx(stats.spearmanr(values[known], other[known]).statistic, abs=1e-12)


def test_a_curve_holds_the_planted_line_inside_its_interval() -> None:
    rng = np.random.default_rng(0)
    q = popularity_quantiles(np.arange(1, 4001))
    curve = popularity_curve(q, 0.3 + 0.4 * q + rng.normal(0, 0.1, 4000), bins=10)
    assert curve.n.tolist() == [400] * 10
    np.testing.assert_allclose(curve.q, np.arange(0.05, 1, 0.1), atol=1e-3)
    np.testing.assert_allclose(curve.mean, 0.3 + 0.4 * curve.q, atol=0.02)
    inside = (curve.low < 0.3 + 0.4 * curve.q) & (0.3 + 0.4 * curve.q < curve.high)
    assert inside.sum() >= 9
    np.testing.assert_allclose(curve.high - curve.low, 2 * 1.96 * 0.1 / math.sqrt(400), rtol=0.25)


def test_an_empty_bin_and_unknown_items_leave_a_gap() -> None:
    curve = popularity_curve(np.array([0.1, 0.1, 0.9, np.nan]), np.array([1.0, 2.0, np.nan, 4.0]), bins=2)
    assert curve.n.tolist() == [2, 0]
    assert curve.mean[0] == 1.5
    assert np.isnan([curve.q[1], curve.mean[1], curve.low[1], curve.high[1]]).all()


def test_importing_the_room_imports_nothing_heavy() -> None:
    heavy = ("faiss", "umap", "numba", "scipy", "sklearn", "pandas", "embedders", "interactions")
    script = f"import sys, analysis; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_most_listed_items_take_what_is_counted_one_after_the_other() -> None:
    counts = np.random.default_rng(0).zipf(1.3, 700).clip(max=1000) - 1
    items, places = concentration_curve(counts, points=50)
    ordered = sorted(counts.tolist(), reverse=True)
    assert (items[0], items[-1], places[-1]) == (1 / 700, 1, 1)
    assert len(items) <= 50
    assert (np.diff(items) > 0).all()
    for share, taken in zip(items, places, strict=True):
        assert taken == pytest.approx(sum(ordered[: round(share * 700)]) / sum(ordered))
    for share, whole in ((0.01, 7), (0.07, 49), (0.0101, 8), (0.0001, 1), (1.0, 700)):
        assert top_share(counts, share) == pytest.approx(sum(ordered[:whole]) / sum(ordered))


@pytest.mark.parametrize("counts", [np.zeros(0, np.int64), np.zeros(5, np.int64)])
def test_without_places_nobody_takes_any(counts: npt.NDArray[np.int64]) -> None:
    assert np.isnan(top_share(counts))
    assert [len(values) for values in concentration_curve(counts)] == [0, 0]
