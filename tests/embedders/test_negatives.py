"""Drawn negatives: what is never drawn, and how often the rest is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from embedders.parts.negatives import Negatives
from interactions.log import Codes


def codes(*values: int) -> Codes:
    return np.array(values, dtype=np.int32)


def counts(drawn: Codes, n_items: int) -> npt.NDArray[np.int64]:
    return np.bincount(drawn.ravel(), minlength=n_items)


def test_a_users_own_items_and_untouched_ones_are_never_drawn() -> None:
    random = np.random.default_rng(1)
    users, items = random.integers(30, size=400).astype(np.int32), random.integers(20, size=400).astype(np.int32)
    own = set(zip(users.tolist(), items.tolist(), strict=True))
    negatives = Negatives(users, items, 31, 25)  # user 30 and the items from 20 on do not occur
    rows = np.repeat(np.arange(31, dtype=np.int32), 20)
    drawn = negatives.draw(random, rows, 10)
    assert (drawn.dtype, drawn.shape) == (np.dtype(np.int32), (620, 10))
    assert not {(user, item) for user, row in zip(rows.tolist(), drawn.tolist(), strict=True) for item in row} & own
    assert set(drawn.ravel().tolist()) <= set(range(20))
    assert set(drawn[rows == 30].ravel().tolist()) == set(range(20))


# Item i has i + 1 users; user 0 is one of those of items 1 and 4.
ITEMS = [item for item in range(6) for _ in range(item + 1)]
USERS = [
    0 if item in (1, 4) and number == 0 else 1 + 10 * item + number for item in range(6) for number in range(item + 1)
]


@pytest.mark.parametrize("exponent", [0.0, 0.75, 1.0, -1.0])
def test_items_are_drawn_by_their_users_to_the_exponent(exponent: float) -> None:
    negatives = Negatives(codes(*USERS, *USERS), codes(*ITEMS, *ITEMS), 60, 6, exponent)
    drawn = counts(negatives.draw(np.random.default_rng(0), np.zeros(5000, dtype=np.int32), 4), 6)
    assert drawn[[1, 4]].sum() == 0
    weights = np.array([1, 3, 4, 6]) ** exponent
    assert stats.chisquare(drawn[[0, 2, 3, 5]], weights / weights.sum() * drawn.sum()).pvalue > 0.001


def test_who_touched_nearly_all_gets_the_rest_by_weight() -> None:
    """Of 5,000 items two are left, one of which has three users more: tries alone would hardly ever find them."""
    n_items = 5000
    everything_but = np.setdiff1d(np.arange(n_items), [7, 4321])
    items = np.concatenate([everything_but, [7, 4321, 4321, 4321, 4321]]).astype(np.int32)
    users = np.concatenate([np.zeros(len(everything_but)), [1, 1, 2, 3, 4]]).astype(np.int32)
    negatives = Negatives(users, items, 5, n_items, 1.0)
    drawn = counts(negatives.draw(np.random.default_rng(0), np.zeros(1000, dtype=np.int32), 4), n_items)
    assert drawn[[7, 4321]].sum() == 4000
    assert stats.chisquare(drawn[[7, 4321]], [800, 3200]).pvalue > 0.001


def test_who_touched_everything_gets_any_item() -> None:
    negatives = Negatives(codes(0, 0, 0, 1), codes(0, 1, 2, 0), 2, 4)
    drawn = counts(negatives.draw(np.random.default_rng(0), np.zeros(300, dtype=np.int32), 10), 4)
    assert drawn[3] == 0  # nobody touched it
    assert stats.chisquare(drawn[:3]).pvalue > 0.001


def test_the_draws_come_from_the_generator() -> None:
    negatives = Negatives(codes(0, 1), codes(0, 1), 2, 50, 0.5)
    many = Negatives(np.zeros(50, np.int32), np.arange(50, dtype=np.int32), 2, 50)
    users = np.ones(100, dtype=np.int32)
    first, again = (many.draw(np.random.default_rng(3), users, 5) for _ in range(2))
    random = np.random.default_rng(3)
    assert np.array_equal(first, again)
    assert np.array_equal(first, many.draw(random, users, 5))
    assert not np.array_equal(first, many.draw(random, users, 5))
    assert negatives.draw(random, users, 3).tolist() == [[0, 0, 0]] * 100
