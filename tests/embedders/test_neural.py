"""NeuMF: its scores and losses against slow ones, what is held out, when it stops, and what dropout is for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from embedders import METHODS, Embedding
from embedders import neural as module
from embedders.parts.layers import dropped
from errors import ParameterError
from interactions.log import InteractionLog
from tests.planted import islands_with_newcomers, make_log, two_islands, zipf_log


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    method = METHODS["neural"]
    return method.fit(log, method.Params.checked({"threads": 1, "dimensions": 8, **values}), seed=seed)


def test_a_score_is_the_product_and_the_layers_added_up() -> None:
    random = np.random.default_rng(0)
    params = METHODS["neural"].Params.checked({"dimensions": 3, "layers": 2, "width": 4})
    head = module.make_head(params, random)
    head["of_product"], head["offset"] = random.normal(size=3), 0.7
    users, items = random.normal(size=(2, 5, 3))
    scores = np.asarray(module.pair_scores(head, users, items, params, None))
    for user, item, score in zip(users, items, scores, strict=True):
        product = sum(head["of_product"][d] * user[d] * item[d] for d in range(3))
        hidden = [*user, *item]
        for layer in head["layers"]:
            columns = zip(layer["matrix"].T, layer["offset"], strict=True)
            hidden = [max(0.0, sum(a * b for a, b in zip(hidden, column, strict=True)) + c) for column, c in columns]
        assert len(hidden) == 2
        slow = product + sum(a * b for a, b in zip(head["of_hidden"], hidden, strict=True)) + 0.7
        assert score == pytest.approx(slow, rel=1e-4)


def test_without_layers_a_score_is_the_product_alone() -> None:
    random = np.random.default_rng(0)
    params = METHODS["neural"].Params.checked({"dimensions": 3, "layers": 0})
    head = module.make_head(params, random)
    users, items = random.normal(size=(2, 5, 3))
    scores = module.pair_scores(head, users, items, params, None)
    np.testing.assert_allclose(scores, (users * items).sum(axis=1), rtol=1e-5)
    assert np.isfinite(fit(two_islands(), layers=0, epochs=2).item_vectors).all()


def test_the_loss_equals_the_slow_one() -> None:
    scores = np.array([[0.3, -1.0, 2.0], [-4.0, 0.0, 0.5]])

    def probability(score: float) -> float:
        return float(1 / (1 + np.exp(-score)))

    slow = [
        -(np.log(probability(row[0])) + np.log(1 - probability(row[1])) + np.log(1 - probability(row[2]))) / 3
        for row in scores
    ]
    np.testing.assert_allclose(module.logistic_losses(scores), slow, rtol=1e-5)


def test_dropout_leaves_out_its_share_and_keeps_the_mean() -> None:
    import jax

    ones = np.ones((200, 100), np.float32)
    some = np.asarray(dropped(ones, 0.3, jax.random.key(0)))
    assert (some == 0).mean() == pytest.approx(0.3, abs=0.02)
    assert some.mean() == pytest.approx(1, abs=0.02)
    assert set(np.unique(some)) == {np.float32(0), np.float32(1 / 0.7)}
    assert dropped(ones, 0.3, None) is ones


def test_held_out_pairs_leave_every_user_and_item_one() -> None:
    log = zipf_log(items=100, users=60, events_per_user=10)
    pairs = module.distinct_pairs(log)
    out = module.hold_out(pairs, 0.2, np.random.default_rng(0))
    assert out.sum() == int(0.2 * len(pairs))
    assert set(pairs[~out][:, 0]) == set(log.user_codes)
    assert set(pairs[~out][:, 1]) == set(log.item_codes)
    other = module.hold_out(pairs, 0.2, np.random.default_rng(1))
    assert (out != other).any()


def test_nothing_can_be_held_out_where_every_user_and_item_has_one_pair() -> None:
    pairs = module.distinct_pairs(make_log(list("uvw"), list("abc")))
    assert not module.hold_out(pairs, 0.5, np.random.default_rng(0)).any()


def test_how_often_somebody_touched_an_item_does_not_count() -> None:
    log = make_log(list("uuuuvvww"), list("aaabbcca"))
    assert module.distinct_pairs(log).tolist() == [[0, 0], [0, 1], [1, 1], [1, 2], [2, 0], [2, 2]]


def test_training_ends_when_the_held_out_loss_no_longer_falls() -> None:
    log = zipf_log(items=50, users=100)
    values: dict[str, Any] = {"patience": 3, "dropout": 0.0, "vector_dropout": 0.0}
    stopped = fit(log, epochs=200, **values)
    assert len(stopped.losses) < 200
    best = int(np.argmin(stopped.losses))
    assert best == len(stopped.losses) - 1 - 3


@pytest.mark.parametrize("left_out", ["dropout", "vector_dropout"])
def test_without_dropout_chance_is_learned_by_heart(left_out: str) -> None:
    """Pairs that were not trained on fit worse and worse where nothing is left out."""
    log = two_islands(items_per_island=60, users=300)

    def last_loss(share: float) -> float:
        shares: dict[str, Any] = {"dropout": 0.0, "vector_dropout": 0.0, left_out: share}
        return fit(log, dimensions=16, epochs=20, patience=20, **shares).losses[-1]

    assert last_loss(0.0) > 1.1 * last_loss(0.5)


def test_negatives_drawn_by_popularity_take_it_out_of_the_scores() -> None:
    """Where everybody draws from one distribution, drawn by exponent 1 touched and drawn items cannot be told apart."""
    log = zipf_log(items=100, users=200)
    even, popular = (fit(log, ns_exponent=exponent).losses[0] for exponent in (0.0, 1.0))
    assert popular == pytest.approx(GUESS, rel=0.03)
    assert even < 0.9 * GUESS


GUESS = -(np.log(0.2) + 4 * np.log(0.8)) / 5  # the loss of who only knows that one item of five was touched


def test_items_and_users_without_interactions_get_vectors_from_their_columns_alone() -> None:
    embedding = fit(islands_with_newcomers(), item_columns=("category",), user_columns=("town",), dimensions=16)
    assert embedding.missing == ["Z99"]  # no trained item lacks a category as it does
    assert embedding.user_vectors is not None
    assert embedding.user_vectors.any(axis=1).all()
    assert "Items without interactions, whose vector is that of their features: 2." in embedding.notes
    assert "Users without interactions, whose vector is that of their features: 1." in embedding.notes
    unit = embedding.item_vectors / np.maximum(np.linalg.norm(embedding.item_vectors, axis=1, keepdims=True), 1e-9)
    for item in ("A99", "B99"):
        nearest = embedding.item_ids[np.argsort(-unit @ unit[embedding.item_ids.tolist().index(item)])[:10]]
        assert {name[0] for name in nearest} == {item[0]}


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(ParameterError, match="item_columns: there is no column 'colour' in the table of items"):
        fit(two_islands(), item_columns=("colour",))
