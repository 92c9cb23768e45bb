"""Biased matrix factorisation against plain loops, and on planted ratings of low rank."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from embedders.base import Embedding, no_progress
from embedders.biased_mf import BiasedMf, BiasedMfParams
from embedders.parts import biased_factors_kernel
from embedders.parts.biased_factors import Factors, factorise
from errors import ParameterError
from interactions.log import InteractionLog
from tests.planted import low_rank_ratings, make_log, rated, two_islands

NOISE = 0.5


class Split(NamedTuple):
    train: sparse.csr_matrix
    users: npt.NDArray[np.int32]
    items: npt.NDArray[np.int32]
    ratings: npt.NDArray[np.float32]


def split(log: InteractionLog, seed: int = 0) -> Split:
    """Four fifths of the ratings as a matrix, and the rest one by one."""
    pairs = log.user_item_means().tocoo()
    test = np.random.default_rng(seed).random(pairs.nnz) < 0.2
    train = sparse.csr_matrix((pairs.data[~test], (pairs.row[~test], pairs.col[~test])), shape=pairs.shape)
    return Split(train, pairs.row[test], pairs.col[test], pairs.data[test])


def learned(train: sparse.csr_matrix, seed: int = 0, **values: Any) -> Factors:
    return factorise(train, BiasedMfParams.checked(values).settings, seed, no_progress)


def miss(factors: Factors, part: Split) -> float:
    """Root mean squared error on the part that was not trained on."""
    return float(np.sqrt(np.mean((factors.predicted(part.users, part.items) - part.ratings) ** 2)))


PLANTED = split(low_rank_ratings(noise=NOISE))


def test_unseen_ratings_are_missed_by_little_more_than_the_noise() -> None:
    factors = learned(PLANTED.train, dimensions=4, regularisation=0.02)
    assert NOISE * 0.95 < miss(factors, PLANTED) < NOISE * 1.1
    # Biases by themselves would leave the products of the vectors, whose standard deviation is 1.
    alone = replace(factors, user_vectors=np.zeros_like(factors.user_vectors))
    assert miss(alone, PLANTED) > 2 * NOISE


def test_the_loss_curve_is_that_of_ratings_that_were_not_trained_on() -> None:
    held = learned(PLANTED.train, dimensions=4, regularisation=0.02, held_out=0.2)
    assert held.held_out == int(0.2 * PLANTED.train.nnz)
    assert len(held.losses) == 40
    assert held.losses[-1] < NOISE * 1.1 < 1 < held.losses[0]
    assert held.losses[-1] == pytest.approx(miss(held, PLANTED), rel=0.03)
    none = learned(PLANTED.train, dimensions=4, regularisation=0.02, held_out=0)
    assert none.held_out == 0
    pairs = PLANTED.train.tocoo()
    of_training = np.sqrt(np.mean((none.predicted(pairs.row, pairs.col) - pairs.data) ** 2))
    assert none.losses[-1] == pytest.approx(of_training, rel=0.02)
    assert none.losses[-1] < NOISE


def plain_steps(
    ratings: list[tuple[int, int, float]],
    order: list[int],
    rate: float,
    pull: float,
    bias_pull: float,
    model: list[npt.NDArray[np.float64]],
) -> float:
    """The same steps, the obvious way."""
    b_user, b_item, p, q = model
    loss = 0.0
    for place in order:
        u, i, r = ratings[place]
        e = r - b_user[u] - b_item[i] - p[u] @ q[i]
        loss += e * e
        b_user[u] += rate * (e - bias_pull * b_user[u])
        b_item[i] += rate * (e - bias_pull * b_item[i])
        p[u], q[i] = p[u] + rate * (e * q[i] - pull * p[u]), q[i] + rate * (e * p[u] - pull * q[i])
    return loss


def test_steps_are_those_of_plain_loops() -> None:
    random = np.random.default_rng(0)
    users, items = random.integers(5, size=40).astype(np.int32), random.integers(7, size=40).astype(np.int32)
    ratings = random.standard_normal(40).astype(np.float32)
    model = [random.standard_normal(shape).astype(np.float32) for shape in (5, 7, (5, 3), (7, 3))]
    plain = [array.astype(np.float64) for array in model]
    rows = list(zip(users.tolist(), items.tolist(), ratings.tolist(), strict=True))
    for _ in range(3):
        order = random.permutation(40)
        steps = np.float32(0.1), np.float32(0.3), np.float32(0.2)
        loss = biased_factors_kernel.step(users, items, ratings, order, *steps, *model)
        assert loss == pytest.approx(plain_steps(rows, order.tolist(), 0.1, 0.3, 0.2, plain), rel=1e-4)
        for ours, theirs in zip(model, plain, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
    still = plain_steps(rows, list(range(40)), 0.0, 0.0, 0.0, plain)
    assert biased_factors_kernel.squared_error(users, items, ratings, *model) == pytest.approx(still, rel=1e-4)


def test_stars_and_percentages_give_the_same_model_in_their_own_units() -> None:
    stars = learned(PLANTED.train, dimensions=4, epochs=5)
    percent = PLANTED.train.copy()
    percent.data = 20 * percent.data - 20
    scaled = learned(percent, dimensions=4, epochs=5)
    assert scaled.mean == pytest.approx(20 * stars.mean - 20, rel=1e-5)
    np.testing.assert_allclose(scaled.losses, 20 * np.array(stars.losses), rtol=1e-3)
    np.testing.assert_allclose(scaled.item_bias, 20 * stars.item_bias, atol=1e-2)
    np.testing.assert_allclose(scaled.item_vectors, np.sqrt(20) * stars.item_vectors, atol=1e-2)


@pytest.mark.parametrize(("values", "smaller"), [({"regularisation": 1.0}, 2), ({"bias_regularisation": 1.0}, 0)])
def test_regularisation_makes_its_own_part_smaller(values: dict[str, Any], smaller: int) -> None:
    def sizes(factors: Factors) -> list[float]:
        parts = (factors.user_bias, factors.item_bias, factors.user_vectors, factors.item_vectors)
        return [float(np.abs(part).mean()) for part in parts]

    plain, pulled = (sizes(learned(PLANTED.train, dimensions=4, **more)) for more in ({}, values))
    assert pulled[smaller] < 0.8 * plain[smaller]
    assert pulled[smaller + 1] < 0.8 * plain[smaller + 1]


def fit(log: InteractionLog, **values: Any) -> Embedding:
    return BiasedMf().fit(log, BiasedMfParams.checked(values))


def test_vectors_and_biases_are_handed_on_with_a_word_on_the_curve() -> None:
    log = low_rank_ratings(users=60, items=30)
    factors = learned(log.user_item_means(), dimensions=4)
    embedding = fit(log, dimensions=4)
    assert embedding.item_bias is not None
    assert embedding.user_vectors is not None
    for ours, theirs in (
        (embedding.item_vectors, factors.item_vectors),
        (embedding.user_vectors, factors.user_vectors),
        (embedding.item_bias, factors.item_bias),
    ):
        assert ours.tobytes() == theirs.tobytes()
    assert embedding.losses == factors.losses
    number = int(0.1 * log.n_interactions)
    assert embedding.notes == (f"Ratings that were not trained on and give the loss curve: {number}.",)
    assert fit(log, held_out=0).notes == ("The loss curve is that of the training itself: no rating was held out.",)


def test_nobody_and_no_item_loses_its_only_rating_to_the_curve() -> None:
    users = ["u", "v", "w", "x", "x", "x", "y", "y"]
    items = ["a", "b", "c", "a", "b", "d", "a", "e"]
    log = make_log(users, items, weights=np.arange(1.0, 9.0, dtype=np.float32))
    for seed in range(10):
        embedding = BiasedMf().fit(log, BiasedMfParams(held_out=0.5), seed=seed)
        assert embedding.missing == []
        assert embedding.user_vectors is not None
        assert embedding.user_vectors.any(axis=1).all()


def test_equal_weights_are_refused_in_words() -> None:
    with pytest.raises(ParameterError) as caught:
        fit(two_islands())
    assert str(caught.value) == (
        "Biased MF learns from ratings that differ, and all weights of this log are 1: give a column of ratings the "
        "weight role, or take what needs none, such as ALS or SVD of counts."
    )
    # What counts is the mean of a pair.
    with pytest.raises(ParameterError, match="all weights of this log are 2:"):
        fit(make_log(list("uuvv"), list("aabb"), weights=[1.0, 3.0, 1.5, 2.5]))


def test_steps_too_large_are_refused_in_words() -> None:
    with pytest.raises(ParameterError, match=r"^Biased MF ran away to infinite numbers .* a smaller learning_rate\.$"):
        fit(rated(two_islands()), learning_rate=1.0, regularisation=10.0)
