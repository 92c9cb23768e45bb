"""Agreement: against the slow way on random and planted lists, against SciPy, and where the answer is obvious."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial import procrustes as scipy_procrustes

import analysis.agreement
from analysis.agreement import (
    expected_overlap,
    jaccard,
    jaccard_by_depth,
    jaccard_overlap_rbo,
    linear_cka,
    overlap,
    procrustes,
    rbo,
    rbo_weight_inside,
)
from analysis.arrays import Neighbours, Vectors
from tests.analysis import slow


def random_lists(n: int, k: int, seed: int, missing: bool = False) -> Neighbours:
    """Each row k distinct codes of n; with `missing`, some rows are cut short or empty."""
    rng = np.random.default_rng(seed)
    lists = np.stack([rng.permutation(n)[:k] for _ in range(n)]).astype(np.int32)
    if missing:
        lists[np.arange(k) >= rng.integers(0, k + 1, n)[:, None]] = -1
    return lists


def rotation(dimensions: int, seed: int = 0) -> npt.NDArray[np.float64]:
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((dimensions, dimensions)))[0]


@pytest.mark.parametrize(("n", "k"), [(40, 1), (40, 3), (40, 9), (40, 10), (25, 25), (150, 100)])
@pytest.mark.parametrize("missing", [False, True])
def test_list_agreement_equals_the_slow_way(n: int, k: int, missing: bool) -> None:
    a, b = random_lists(n, k, 1, missing), random_lists(n, k, 2, missing)
    b[::3] = a[::3]
    pairs = list(zip(slow.as_lists(a), slow.as_lists(b), strict=True))
    np.testing.assert_allclose(jaccard(a, b), [slow.jaccard(x, y) for x, y in pairs], atol=1e-12)
    np.testing.assert_allclose(overlap(a, b), [slow.overlap(x, y, k) for x, y in pairs], atol=1e-12)
    for persistence in (0.5, 0.9, 0.98):
        expected = [slow.rbo(x, y, k, persistence) for x, y in pairs]
        np.testing.assert_allclose(rbo(a, b, persistence), expected, atol=1e-12)


def test_equal_lists_agree_fully_and_strangers_not_at_all() -> None:
    a = random_lists(50, 12, 0)
    for measure in (jaccard, overlap, rbo):
        np.testing.assert_allclose(measure(a, a), 1.0)
        np.testing.assert_array_equal(measure(a, a + 50), 0.0)


def test_order_matters_to_rbo_alone_and_most_at_the_front() -> None:
    a = np.array([[1, 2, 3, 4]], dtype=np.int32)
    front, back = np.array([[2, 1, 3, 4]], dtype=np.int32), np.array([[1, 2, 4, 3]], dtype=np.int32)
    assert jaccard(a, front) == jaccard(a, back) == overlap(a, front) == 1
    assert rbo(a, front)[0] < rbo(a, back)[0] < 1


@pytest.mark.parametrize("measure", [jaccard, overlap, rbo])
def test_an_item_without_a_list_on_either_side_has_no_agreement(measure: object) -> None:
    assert callable(measure)
    a = np.array([[1, 2], [-1, -1], [0, 1]], dtype=np.int32)
    b = np.array([[1, 2], [0, 2], [-1, -1]], dtype=np.int32)
    assert np.isnan(measure(a, b)).tolist() == [False, True, True]
    assert measure(a[:0], b[:0]).shape == (0,)


@pytest.mark.parametrize(("k", "n"), [(10, 400), (30, 60), (80, 60)])
def test_random_lists_overlap_as_expected(k: int, n: int) -> None:
    rng = np.random.default_rng(0)
    a, b = (
        np.stack([np.resize(np.append(rng.permutation(n - 1), [-1] * k), k) for _ in range(4000)]).astype(np.int32)
        for _ in range(2)
    )
    assert overlap(a, b).mean() == pytest.approx(expected_overlap(k, n), abs=0.003)


def test_expected_overlap_of_a_single_item_cannot_be_had() -> None:
    assert math.isnan(expected_overlap(10, 1))


@pytest.mark.parametrize("k", [1, 5, 10, 50])
@pytest.mark.parametrize("persistence", [0.5, 0.9])
def test_weight_inside_equals_the_sum_over_depths(k: int, persistence: float) -> None:
    assert rbo_weight_inside(k, persistence) == pytest.approx(slow.rbo_weight_inside(k, persistence), abs=1e-9)


def pairs_of_vectors() -> list[tuple[Vectors, Vectors]]:
    rng = np.random.default_rng(0)
    x = (rng.standard_normal((70, 9)) + 5).astype(np.float32)
    y = rng.standard_normal((70, 4)).astype(np.float32)
    mixed = (x @ rng.standard_normal((9, 6)) + 0.5 * rng.standard_normal((70, 6))).astype(np.float32)
    return [(x, y), (y, x), (x, mixed), (mixed, x[:, :6])]


@pytest.mark.parametrize(("x", "y"), pairs_of_vectors())
def test_geometry_equals_the_slow_way_and_scipy(x: Vectors, y: Vectors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis.agreement, "_ROW_BLOCK", 16)
    assert linear_cka(x, y) == pytest.approx(slow.linear_cka(x, y), abs=1e-6)
    width = max(x.shape[1], y.shape[1])
    padded = [np.pad(side.astype(np.float64), ((0, 0), (0, width - side.shape[1]))) for side in (x, y)]
    disparity = scipy_procrustes(*padded)[2]
    assert procrustes(x, y) == pytest.approx(2 - 2 * math.sqrt(1 - disparity), abs=1e-6)


def test_a_turned_scaled_and_shifted_copy_is_the_same_shape() -> None:
    x = np.random.default_rng(0).standard_normal((80, 5)).astype(np.float32)
    y = (3 * x @ rotation(5) + 7).astype(np.float32)
    assert linear_cka(x, y) == pytest.approx(1, abs=1e-6)
    assert procrustes(x, y) == pytest.approx(0, abs=1e-6)
    unrelated = np.random.default_rng(1).standard_normal((80, 5)).astype(np.float32)
    assert all(procrustes(turned, turned) >= 0 for turned in (x[:, :4], x[:50], x @ rotation(5).astype(np.float32), y))
    assert linear_cka(x, unrelated) < 0.2
    assert procrustes(x, unrelated) > 1


def test_shapes_in_unrelated_columns_share_nothing() -> None:
    x = np.array([[1], [-1], [0], [0]], dtype=np.float32)
    y = np.array([[0], [0], [1], [-1]], dtype=np.float32)
    assert linear_cka(x, y) == 0
    assert procrustes(x, y) == 2


@pytest.mark.parametrize("rows", [0, 1, 6])
def test_a_constant_side_has_no_shape(rows: int) -> None:
    x = np.random.default_rng(0).standard_normal((rows, 3)).astype(np.float32)
    flat = np.full((rows, 3), 0.1, dtype=np.float32)
    for measure in (linear_cka, procrustes):
        assert math.isnan(measure(x, flat))
        assert math.isnan(measure(flat, x))


def test_all_three_at_once_are_the_three_of_them() -> None:
    rng = np.random.default_rng(0)
    a, b = (np.argsort(rng.random((40, 40)), axis=1)[:, :7].astype(np.int32) for _ in range(2))
    b[3] = -1
    for at_once, alone in zip(jaccard_overlap_rbo(a, b), (jaccard(a, b), overlap(a, b), rbo(a, b)), strict=True):
        assert np.array_equal(at_once, alone, equal_nan=True)


@pytest.mark.parametrize("seed", range(3))
def test_agreement_by_depth_equals_the_slow_way(seed: int) -> None:
    random = np.random.default_rng(seed)
    a, b = (np.array([random.permutation(12)[:8] for _ in range(40)], dtype=np.int32) for _ in range(2))
    a[::3], a[5], b[7, 4:] = b[::3], -1, -1
    curve = jaccard_by_depth(a, b)
    pairs = [(x, y) for x, y in zip(slow.as_lists(a), slow.as_lists(b), strict=True) if x and y]
    for depth in range(1, 9):
        values = [slow.jaccard(x[:depth], y[:depth]) for x, y in pairs]
        mean = slow.mean(values)
        error = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
        assert curve.mean[depth - 1] == pytest.approx(mean, abs=1e-9)
        assert curve.high[depth - 1] - mean == pytest.approx(1.959964 * error, abs=1e-9)
    assert (curve.n, curve.depth.tolist()) == (39, list(range(1, 9)))


def test_agreement_by_depth_of_one_item_has_no_interval() -> None:
    curve = jaccard_by_depth(np.array([[1, 2]], np.int32), np.array([[2, 1]], np.int32))
    assert (curve.mean.tolist(), curve.n) == ([0, 1], 1)
    assert np.isnan(curve.low).all()
    assert np.isnan(curve.high).all()


def test_agreement_by_depth_of_nothing_is_unknown() -> None:
    curve = jaccard_by_depth(np.full((2, 3), -1, np.int32), np.zeros((2, 3), np.int32))
    assert curve.n == 0
    assert np.isnan(curve.mean).all()
