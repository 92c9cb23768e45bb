"""Rows that are the same but for rounding: found, told from others, and kept within what was promised of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_values

import analysis.near_duplicates
from analysis.near_duplicates import alone, near_duplicates


@pytest.mark.parametrize("length", [2.0**-30, 1.0, 2.0**30])
def test_copies_with_rounding_errors_stand_in_one_group_and_others_by_themselves(length: float) -> None:
    rng = np.random.default_rng(0)
    vectors = (rng.standard_normal((300, 8)) * length).astype(np.float32)
    # A corner of the grid would part them, so they stand in the middle of a cell.
    width = 1e-5 * float(np.linalg.norm(vectors.astype(np.float64), axis=1).max())
    middle = (np.rint(vectors[7] / width) * width).astype(np.float32)
    copies = [3, 7, 100, 299]
    vectors[copies] = middle * (1 + rng.uniform(-1e-7, 1e-7, (4, 8))).astype(np.float32)
    found = near_duplicates(vectors)
    assert found.leaders.tolist() == [row for row in range(300) if row not in (7, 100, 299)]
    assert set(found.group[copies].tolist()) == {3}
    assert found.members[found.starts[3] : found.starts[4]].tolist() == copies
    assert 0 < found.distance[copies].max() < 1e-6 * np.linalg.norm(middle)


def test_rows_of_one_cell_that_are_not_the_same_stay_apart() -> None:
    # Beside a row of length one all three fall into the cell at zero.
    vectors = np.array([[1, 0], [1e-9, 0], [0, 1e-9], [1e-9, 0]], dtype=np.float32)
    assert near_duplicates(vectors).group.tolist() == [0, 1, 2, 1]


def test_blocks_of_rows_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.tile(np.random.default_rng(0).standard_normal((20, 3)), (3, 1)).astype(np.float32)
    monkeypatch.setattr(analysis.near_duplicates, "_BLOCK", 7)
    assert near_duplicates(vectors).group.tolist() == list(range(20)) * 3


@given(
    numpy_values.arrays(
        np.float32,
        st.tuples(st.integers(0, 30), st.integers(1, 3)),
        elements=st.sampled_from([0, 1, 1 + 2e-7, 1 + 4e-6, -1, 3]),
    )
)
def test_groups_hold_every_row_once_and_none_stands_far_from_its_leader(vectors: np.ndarray) -> None:
    for found in (near_duplicates(vectors), alone(len(vectors))):
        assert sorted(found.members.tolist()) == list(range(len(vectors)))
        for group, leader in enumerate(found.leaders.tolist()):
            members = found.members[found.starts[group] : found.starts[group + 1]].tolist()
            assert members[0] == leader
            assert members == sorted(members)
            assert found.group[members].tolist() == [group] * len(members)
            for member in members:
                there = np.linalg.norm(vectors[member].astype(np.float64) - vectors[leader])
                np.testing.assert_allclose(found.distance[member], there, rtol=1e-9)
                assert there <= 1e-6 * np.linalg.norm(vectors[member].astype(np.float64))
