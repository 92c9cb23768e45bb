"""SVD against numpy's dense one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from embedders.base import Embedding
from embedders.svd import Svd, SvdParams
from errors import ParameterError
from interactions.log import InteractionLog
from tests.planted import make_log, two_islands, zipf_log

Floats = npt.NDArray[np.float64]


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    return Svd().fit(log, SvdParams.checked(values), seed=seed)


def sides(log: InteractionLog, **values: Any) -> tuple[Floats, Floats]:
    embedding = fit(log, **values)
    assert embedding.user_vectors is not None
    return embedding.user_vectors.astype(float), embedding.item_vectors.astype(float)


TALL = zipf_log(items=40, users=90, events_per_user=10)
WIDE = zipf_log(items=300, users=50, events_per_user=30)


@pytest.mark.parametrize("log", [TALL, WIDE], ids=["more users", "more items"])
def test_equals_the_dense_decomposition(log: InteractionLog) -> None:
    left, values, right = np.linalg.svd(log.user_item_matrix().toarray().astype(float), full_matrices=False)
    best = (left[:, :7] * values[:7]) @ right[:7]
    users, items = sides(log, dimensions=7, vectors="v_s")
    np.testing.assert_allclose(np.linalg.norm(items, axis=0), values[:7], rtol=1e-6)
    np.testing.assert_allclose(np.abs(items), np.abs(right[:7].T * values[:7]), atol=1e-4)
    np.testing.assert_allclose(users @ items.T, best, atol=1e-5)


def test_the_three_forms_share_directions_and_dot_products() -> None:
    users_v, items_v = sides(TALL, dimensions=5, vectors="v")
    users_root, items_root = sides(TALL, dimensions=5, vectors="v_sqrt_s")
    users_s, items_s = sides(TALL, dimensions=5, vectors="v_s")
    singular = np.linalg.norm(items_s, axis=0)
    np.testing.assert_allclose(items_v.T @ items_v, np.eye(5), atol=1e-6)
    np.testing.assert_allclose(items_s, items_v * singular, atol=1e-5)
    np.testing.assert_allclose(items_root, items_v * np.sqrt(singular), atol=1e-5)
    np.testing.assert_allclose(users_s.T @ users_s, np.eye(5), atol=1e-6)
    np.testing.assert_allclose(users_root @ items_root.T, users_v @ items_v.T, atol=1e-5)


@pytest.mark.parametrize("weights", ["counts", "log counts", "binary"])
def test_weights_are_what_their_names_say(weights: str) -> None:
    counts = TALL.user_item_matrix().toarray().astype(float)
    dense = {"counts": counts, "log counts": np.log(1 + counts), "binary": (counts > 0).astype(float)}[weights]
    _, items = sides(TALL, dimensions=4, vectors="v_s", weights=weights)
    np.testing.assert_allclose(np.linalg.norm(items, axis=0), np.linalg.svd(dense)[1][:4], rtol=1e-6)


def test_the_largest_entry_of_a_direction_is_positive() -> None:
    _, items = sides(WIDE, dimensions=10)
    assert (items[np.abs(items).argmax(axis=0), np.arange(10)] > 0).all()


def test_the_largest_possible_width_is_named_and_works() -> None:
    log = two_islands()
    with pytest.raises(ParameterError, match=r"dimensions = 24 is too large .* the largest possible is 23\.$"):
        fit(log, dimensions=24)
    assert fit(log, dimensions=23).dimensions == 23


def test_directions_that_the_matrix_lacks_are_zero_and_said_so() -> None:
    # Three blocks of equal rows: rank 3. Two of them are alike, so their directions may turn: the seed decides how.
    users = [f"u{number:02d}" for number in range(12) for _ in range(3)]
    items = [f"{'abc'[number // 4]}{place}" for number in range(12) for place in range(3)]
    log = make_log(users, items)
    embedding = fit(log, dimensions=6)
    assert np.linalg.matrix_rank(embedding.item_vectors) == 3
    assert not embedding.item_vectors[:, 3:].any()
    assert embedding.user_vectors is not None
    assert not embedding.user_vectors[:, 3:].any()
    assert embedding.notes == ("The matrix has rank 3: the last 3 dimensions are 0.",)
    assert all(fit(log, dimensions=6).item_vectors.tobytes() == embedding.item_vectors.tobytes() for _ in range(3))


def test_an_item_outside_the_first_directions_has_no_vector() -> None:
    users = [*(f"u{number}" for number in range(6) for _ in range(20)), "loner"]
    items = [*(f"{'ab'[number % 2]}{place % 2}" for number in range(6) for place in range(20)), "lonely"]
    embedding = fit(make_log(users, items), dimensions=2)
    assert embedding.missing == ["lonely"]
    assert embedding.notes[-1] == "Items without a share in the first 2 directions have no vector: 1."
