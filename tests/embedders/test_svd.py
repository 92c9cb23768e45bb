"""SVD against numpy's dense one."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from embedders import METHODS
from embedders.base import Embedding
from embedders.svd import Svd, SvdParams
from errors import Cancelled, ParameterError
from interactions.log import InteractionLog
from tests.planted import make_log, two_islands, zipf_log

Floats = npt.NDArray[np.float64]


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    return Svd().fit(log, SvdParams.checked({"weights": "counts", **values}), seed=seed)


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


@pytest.mark.parametrize("log", [TALL, WIDE], ids=["more users", "more items"])
def test_dimensions_beyond_the_shorter_side_are_zero_and_said_so(log: InteractionLog) -> None:
    matrix = log.user_item_matrix().toarray().astype(float)
    side = min(matrix.shape)
    assert np.linalg.matrix_rank(matrix) == side
    embedding = fit(log, dimensions=side + 5, vectors="v_s")
    assert embedding.notes == (f"The matrix has rank {side}: the last 5 dimensions are 0.",)
    assert embedding.user_vectors is not None
    for vectors in (embedding.item_vectors, embedding.user_vectors):
        assert vectors.shape[1] == side + 5
        assert not vectors[:, side:].any()
    np.testing.assert_allclose(embedding.user_vectors @ embedding.item_vectors.T, matrix, atol=1e-4)
    fewer = fit(log, dimensions=side - 1, vectors="v_s").item_vectors  # by another way: arpack
    np.testing.assert_allclose(np.abs(fewer), np.abs(embedding.item_vectors[:, : side - 1]), atol=1e-4)


def test_a_log_of_one_user_has_one_direction() -> None:
    embedding = fit(make_log(["u"] * 5, list("abbcc")), vectors="v_s")
    np.testing.assert_allclose(embedding.item_vectors[:, 0], [1, 2, 2])
    assert embedding.notes == ("The matrix has rank 1: the last 63 dimensions are 0.",)


def rated_log(ratings: Floats, seed: int = 0) -> InteractionLog:
    """A log of the ratings of a table (users, items) that are not nan, in some order."""
    users, items = np.nonzero(~np.isnan(ratings))
    order = np.random.default_rng(seed).permutation(len(users))
    names = [f"u{user:02d}" for user in users[order]], [f"i{item:02d}" for item in items[order]]
    return make_log(*names, weights=ratings[users, items][order].astype(np.float32))


def a_table(seed: int = 0, users: int = 30, items: int = 20, share: float = 0.5) -> Floats:
    """Ratings of which about `share` are known, all of user 0 and of item 0 among them."""
    random = np.random.default_rng(seed)
    ratings = random.normal(3, 1, (users, 1)) + random.normal(0, 1, (1, items)) + random.normal(0, 1, (users, items))
    unknown = random.random((users, items)) > share
    unknown[0], unknown[:, 0] = False, False
    return np.where(unknown, np.nan, ratings)


def test_centred_ratings_are_what_offsets_of_users_and_items_leave() -> None:
    ratings = a_table()
    users, items = np.nonzero(~np.isnan(ratings))
    design = np.hstack([np.eye(30)[users], np.eye(20)[items]])
    observed = ratings[users, items]
    left = np.zeros(ratings.shape)
    left[users, items] = observed - design @ np.linalg.lstsq(design, observed)[0]
    user_vectors, item_vectors = sides(rated_log(ratings), dimensions=20, weights="centred")
    np.testing.assert_allclose(user_vectors @ item_vectors.T, left, atol=1e-5)


def test_centred_ratings_do_not_depend_on_how_generous_a_user_or_how_liked_an_item_is() -> None:
    ratings = a_table()
    shifted = ratings + np.arange(30)[:, np.newaxis] / 10 + np.arange(20) / 5
    (_, plain), (_, moved) = (sides(rated_log(table), dimensions=4, weights="centred") for table in (ratings, shifted))
    np.testing.assert_allclose(moved, plain, atol=1e-4)


def test_ratings_of_a_pair_are_averaged_before_they_are_centred() -> None:
    ratings = a_table()
    log = rated_log(ratings)
    users, items = log.user_ids[log.user_codes].tolist(), log.item_ids[log.item_codes].tolist()
    twice = make_log(users * 2, items * 2, weights=np.concatenate([log.weights - 1, log.weights + 1]))
    (_, once), (_, mean) = (sides(one, dimensions=4, weights="centred") for one in (log, twice))
    np.testing.assert_allclose(mean, once, atol=1e-4)


def test_an_item_with_a_single_rating_keeps_nothing_of_it_once_centred() -> None:
    log = rated_log(a_table())
    users, items = log.user_ids[log.user_codes].tolist(), log.item_ids[log.item_codes].tolist()
    more = make_log([*users, "u07"], [*items, "once"], weights=np.append(log.weights, 9.0))
    embedding = fit(more, dimensions=4, weights="centred")
    assert embedding.missing == ["once"]
    assert embedding.notes == ("Items without a share in the first 4 directions have no vector: 1.",)


def test_nothing_to_centre_is_refused_in_words() -> None:
    with pytest.raises(ParameterError, match=r"^SVD of centred ratings learns from ratings that differ, and all wei"):
        fit(two_islands(), weights="centred")
    additive = np.arange(4.0)[:, np.newaxis] + np.arange(3.0)
    with pytest.raises(ParameterError, match=r"^Nothing is left of the ratings once they are centred"):
        fit(rated_log(additive), weights="centred")


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


def test_a_cancel_gives_up_the_last_call_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may last many seconds, and looks at nothing meanwhile."""
    began, released = threading.Event(), threading.Event()

    def endless(*arguments: Any, **settings: Any) -> Any:
        began.set()
        released.wait(30)
        return np.zeros((3, 2)), np.zeros(2), np.zeros((2, 2))

    def cancel(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if began.is_set():
            raise Cancelled

    monkeypatch.setattr(np.linalg, "svd", endless)
    started = time.monotonic()
    with pytest.raises(Cancelled):
        METHODS["svd"].fit(two_islands(), METHODS["svd"].Params(dimensions=2), progress=cancel)
    assert time.monotonic() - started < 5
    released.set()
