"""Samples, densities and words of maps, on planted maps with an obvious answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from analysis.map_summaries import landmarks, map_density, stratified_sample

WINDOW = ((0.0, 10.0), (0.0, 10.0))


@given(n=st.integers(1, 300), most=st.integers(1, 300), seed=st.integers(0, 5))
def test_a_sample_holds_so_many_different_items_of_those_that_may_be_drawn(n: int, most: int, seed: int) -> None:
    random = np.random.default_rng(n)
    among = random.random(n) < 0.7
    drawn = stratified_sample(random.integers(0, 9, n), among, most, seed)
    assert len(drawn) == min(most, among.sum())
    assert (np.diff(drawn) > 0).all()
    assert among[drawn].all()


def test_every_popularity_has_its_share_of_the_sample_and_the_seed_decides() -> None:
    p = np.random.default_rng(0).permutation(10_000)
    drawn = stratified_sample(p, np.ones(10_000, bool), 1_000)
    assert np.histogram(p[drawn], bins=10, range=(0, 10_000))[0].tolist() == [100] * 10
    assert np.array_equal(drawn, stratified_sample(p, np.ones(10_000, bool), 1_000))
    assert not np.array_equal(drawn, stratified_sample(p, np.ones(10_000, bool), 1_000, seed=1))


def test_a_map_without_items_in_sight_has_no_density() -> None:
    assert not map_density(np.full((3, 2), np.nan, np.float32), WINDOW, 4).any()
    assert not map_density(np.full((3, 2), 99, np.float32), WINDOW, 4).any()


def test_a_wide_map_has_its_items_where_they_lie() -> None:
    layout = np.array([[90.0, 0.2], [90.0, 0.2], [10.0, 0.8], [10.0, 1.5]], np.float32)
    assert map_density(layout, ((0.0, 100.0), (0.0, 1.0)), 2).tolist() == [[0, 255], [161, 0]]


def three_groups() -> tuple[np.ndarray, sparse.csr_matrix]:
    """Three heaps of 40, 30 and 20 items with a term each, 0 to 2; term 3 is everywhere; ten items have no place."""
    random = np.random.default_rng(0)
    middles, sizes = [(2.0, 2.0), (8.0, 2.0), (5.0, 8.0)], [40, 30, 20]
    heaps = [random.normal(middle, 0.3, (size, 2)) for middle, size in zip(middles, sizes, strict=True)]
    layout = np.concatenate([np.full((10, 2), np.nan), *heaps]).astype(np.float32)
    has = np.zeros((100, 4))
    has[np.arange(10, 100), np.repeat([0, 1, 2], sizes)] = 1
    has[:, 3] = 1
    return layout, sparse.csr_matrix(has)


def test_each_heap_is_told_by_its_own_term_at_its_own_place_the_largest_first() -> None:
    layout, terms = three_groups()
    found = landmarks(layout, terms, WINDOW)
    assert [mark.term for mark in found] == [0, 1, 2]
    assert [mark.n for mark in found] == [40, 30, 20]
    for mark, middle in zip(found, [(2, 2), (8, 2), (5, 8)], strict=True):
        assert (mark.x, mark.y) == pytest.approx(middle, abs=0.3)
    assert len(landmarks(layout, terms, WINDOW, most=2)) == 2


def test_a_term_that_all_regions_share_is_told_of_none() -> None:
    layout, terms = three_groups()
    assert landmarks(layout, terms[:, [3]], WINDOW) == []


def test_a_term_goes_to_its_largest_region_and_a_region_of_few_items_has_none() -> None:
    layout, terms = three_groups()
    has = terms.toarray()
    has[50:80, 0], has[50:80, 1] = 1, 0  # the second heap is told by the term of the first
    assert [mark.term for mark in landmarks(layout, sparse.csr_matrix(has), WINDOW)] == [0, 2]
    layout[87:] = np.nan  # seven of the third are left
    assert [mark.term for mark in landmarks(layout, terms, WINDOW)] == [0, 1]


def test_a_term_of_few_items_does_not_stand_for_a_region() -> None:
    layout, terms = three_groups()
    has = terms.toarray()
    has[16:50, 0] = 0  # six of forty are left that have it
    assert [mark.term for mark in landmarks(layout, sparse.csr_matrix(has), WINDOW)] == [1, 2]


def test_a_term_of_all_items_of_a_region_comes_before_a_rarer_one_of_some_of_them() -> None:
    layout, terms = three_groups()
    has = np.c_[terms.toarray(), np.zeros(100)]
    has[10:22, 4] = 1  # twelve of forty, and nobody else
    has[50:60, 0] = 1  # which the term of all forty is not
    assert [mark.term for mark in landmarks(layout, sparse.csr_matrix(has), WINDOW)] == [0, 1, 2]


def test_items_out_of_sight_belong_to_no_region() -> None:
    layout, terms = three_groups()
    layout[10:15] = [2, 30]
    assert [(mark.term, mark.n) for mark in landmarks(layout, terms, WINDOW)] == [(0, 35), (1, 30), (2, 20)]


def test_few_items_have_no_regions() -> None:
    assert landmarks(np.ones((3, 2), np.float32), sparse.csr_matrix(np.ones((3, 1))), WINDOW) == []


def test_items_without_any_words_have_regions_without_words() -> None:
    layout = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    assert landmarks(layout, sparse.csr_matrix((300, 0)), WINDOW) == []
