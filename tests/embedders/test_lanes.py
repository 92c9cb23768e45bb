"""Sixteen numbers at once are what one after the other gives."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from embedders.parts import lanes

RANDOM = np.random.default_rng(0)
A, B = (RANDOM.standard_normal((3, 48)).astype(np.float32) for _ in range(2))


@numba.njit
def dot(a, row_a, b, row_b):  # type: ignore[no-untyped-def]
    return lanes.dot(a, row_a, b, row_b)


@numba.njit
def add_scaled(a, row_a, scale, b, row_b):  # type: ignore[no-untyped-def]
    lanes.add_scaled(a, row_a, scale, b, row_b)


@numba.njit
def copy(a, row_a, b, row_b):  # type: ignore[no-untyped-def]
    lanes.fetch(b, row_b)
    lanes.copy(a, row_a, b, row_b)


def test_a_row_is_copied_to_the_one_row_alone() -> None:
    changed = A.copy()
    copy(changed, 0, B, 1)
    assert np.array_equal(changed, [B[1], A[1], A[2]])


def test_a_dot_is_that_of_the_two_rows() -> None:
    assert dot(A, 2, B, 0) == pytest.approx(A[2].astype(float) @ B[0].astype(float), rel=1e-5)


def test_a_scaled_row_is_added_to_the_one_row_alone() -> None:
    changed = A.copy()
    add_scaled(changed, 1, 0.5, B, 2)
    np.testing.assert_allclose(changed[1], A[1] + 0.5 * B[2], rtol=1e-6)
    assert np.array_equal(changed[[0, 2]], A[[0, 2]])


@pytest.mark.parametrize("rows", [A.astype(np.float64), A[:, ::2]], ids=["float64", "every other column"])
def test_other_arrays_are_refused_where_the_code_is_compiled(rows: object) -> None:
    with pytest.raises(numba.TypingError, match="float32 rows, contiguous, are wanted"):
        dot(rows, 0, rows, 0)


@pytest.mark.parametrize(("columns", "padded"), [(1, 16), (16, 16), (17, 32)])
def test_columns_of_zeros_fill_up_the_lanes(columns: int, padded: int) -> None:
    rows = RANDOM.standard_normal((5, columns)).astype(np.float32)
    wide = lanes.in_lanes(rows)
    assert wide.shape == (5, padded)
    assert not wide[:, columns:].any()
    back = lanes.out_of_lanes(wide, columns)
    assert np.array_equal(back, rows)
    assert back.flags.c_contiguous
