"""Items picked out on a map, against slow ways."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.selection import angular_spread, inside_polygon

coordinates = st.floats(-10, 10, allow_nan=False, width=32)


@given(corners=st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=9), seed=st.integers(0, 3))
def test_a_lasso_holds_what_a_ray_crosses_an_odd_number_of_times_to_reach(
    corners: list[tuple[float, float]], seed: int
) -> None:
    places = np.random.default_rng(seed).uniform(-10, 10, (60, 2)).astype(np.float32)
    found = inside_polygon(places, [x for x, _ in corners], [y for _, y in corners])
    for (px, py), inside in zip(places.astype(float), found, strict=True):
        crossed = 0
        for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
            if (y0 > py) != (y1 > py) and px < x0 + (py - y0) * (x1 - x0) / (y1 - y0):
                crossed += 1
        assert inside == (crossed % 2 == 1)


def test_a_hollow_shape_leaves_its_hollow_out() -> None:
    u_shape = ([0, 3, 3, 2, 2, 1, 1, 0], [0, 0, 3, 3, 1, 1, 3, 3])
    places = np.array([[0.5, 2], [1.5, 2], [2.5, 2], [1.5, 0.5]], dtype=np.float32)
    assert inside_polygon(places, *u_shape).tolist() == [True, False, True, True]


def test_spread_equals_the_slow_way_and_length_does_not_count() -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((30, 5)).astype(np.float32)
    vectors[[3, 4]] = 0
    items = random.random(30) < 0.5
    rows = [row / math.sqrt(sum(value**2 for value in row)) for row in vectors[items].astype(float) if row.any()]
    mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    expected = 1 - math.sqrt(sum(value**2 for value in mean))
    assert angular_spread(vectors, items) == pytest.approx(expected, abs=1e-6)
    assert angular_spread(vectors * random.uniform(0.1, 9, (30, 1)).astype(np.float32), items) == pytest.approx(
        expected, abs=1e-6
    )


def test_one_item_alone_does_not_scatter() -> None:
    assert angular_spread(np.array([[3, 4], [1, 0]], np.float32), np.array([True, False])) == pytest.approx(0, abs=1e-7)


def test_a_tight_group_has_less_spread_than_all_items() -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((100, 8)).astype(np.float32)
    vectors[:10] = vectors[0] + random.normal(scale=0.05, size=(10, 8))
    group = np.arange(100) < 10
    assert angular_spread(vectors, group) < 0.01 < 0.5 < angular_spread(vectors, np.ones(100, bool))
    assert math.isnan(angular_spread(np.zeros((3, 2), np.float32), np.ones(3, bool)))
