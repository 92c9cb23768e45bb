"""The map of runs and their order."""

from __future__ import annotations

import math

import numpy as np
import pytest

from studies.many_runs import run_map, similar_beside


def apart(places: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2)))


def test_three_runs_lie_as_their_triangle_does() -> None:
    jaccard = np.array([[1, 0.4, 0.5], [0.4, 1, 0.7], [0.5, 0.7, 1]])
    found = run_map(jaccard)
    assert apart(found.places) == pytest.approx(1 - jaccard, abs=1e-6)
    assert found.stress == pytest.approx(0, abs=1e-6)


def test_what_lies_in_a_plane_is_found_again() -> None:
    truth = np.random.default_rng(0).uniform(0, 0.6, size=(9, 2))
    found = run_map(1 - apart(truth))
    assert apart(found.places) == pytest.approx(apart(truth), abs=1e-3)
    assert found.stress < 1e-3


def test_stress_is_what_the_picture_is_off() -> None:
    """Four runs that all differ alike have no place in the plane."""
    jaccard = np.full((4, 4), 0.4) + 0.6 * np.eye(4)
    found = run_map(jaccard)
    off = apart(found.places) - (1 - jaccard)
    assert found.stress == pytest.approx(math.sqrt((off**2).sum() / (12 * 0.6**2)))
    assert 0.05 < found.stress < 0.3


def test_the_same_runs_lie_on_the_same_place_the_same_way_round() -> None:
    jaccard = np.array([[1, 0.1, 0.2, 1], [0.1, 1, 0.7, 0.1], [0.2, 0.7, 1, 0.2], [1, 0.1, 0.2, 1]])
    one, other = run_map(jaccard), run_map(jaccard.copy())
    assert np.array_equal(one.places, other.places)
    assert one.places[0] == pytest.approx(one.places[3], abs=1e-6)
    assert one.places[0, 0] < 0
    spread = one.places.std(axis=0)
    assert spread[0] > spread[1]


def test_the_widest_direction_lies_level_and_the_order_of_the_others_does_not_matter() -> None:
    jaccard = np.random.default_rng(0).uniform(0, 1, (9, 9))
    jaccard = (jaccard + jaccard.T) / 2
    np.fill_diagonal(jaccard, 1)
    places = run_map(jaccard).places
    across = places.T @ places
    assert abs(across[0, 1]) < 1e-9
    assert across[0, 0] > across[1, 1]
    order = np.array([0, 5, 8, 1, 7, 2, 6, 3, 4])
    assert run_map(jaccard[np.ix_(order, order)]).places == pytest.approx(places[order], abs=1e-3)


def test_few_runs_and_runs_without_common_items_have_a_place() -> None:
    assert run_map(np.ones((1, 1))).places.tolist() == [[0, 0]]
    assert apart(run_map(np.array([[1, np.nan], [np.nan, 1]])).places)[0, 1] == 1
    same = run_map(np.ones((3, 3)))
    assert not same.places.any()
    assert math.isnan(same.stress)


def test_runs_that_agree_stand_side_by_side() -> None:
    group = np.array([0, 1, 2, 0, 1, 2, 0, 1])
    jaccard = np.where(group[:, None] == group, 0.8, 0.1) + 0.2 * np.eye(8)
    order = similar_beside(jaccard)
    assert sorted(order) == list(range(8))
    assert int((np.diff(group[order]) != 0).sum()) == 2
    assert similar_beside(np.ones((2, 2))) == [0, 1]
