"""The factorisation machine on planted scores, islands and features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from embedders import METHODS, Embedding
from embedders.base import no_progress
from embedders.fm import Fitted, FmParams, train
from errors import ParameterError
from interactions.log import InteractionLog
from tests.planted import low_rank_ratings, make_log, two_islands, zipf_log

NOISE = 0.5


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    method = METHODS["fm"]
    return method.fit(log, method.Params.checked({"threads": 1, "dimensions": 8, **values}), seed=seed)


def trained(log: InteractionLog, seed: int = 0, **values: Any) -> Fitted:
    return train(log, FmParams(dimensions=8, **values), seed, no_progress)


def cut(log: InteractionLog, share: float = 0.8) -> tuple[InteractionLog, InteractionLog]:
    """(a random share of the events, the rest)."""
    chosen = np.random.default_rng(7).random(log.n_interactions) < share
    first, rest = (
        replace(log, user_codes=log.user_codes[part], item_codes=log.item_codes[part], weights=log.weights[part])
        for part in (chosen, ~chosen)
    )
    return first, rest


def rmse(fitted: Fitted, log: InteractionLog) -> float:
    scores = fitted.machine.scores(log.user_codes, log.item_codes)
    return float(np.sqrt(np.mean((scores - log.weights) ** 2)))


def stay(embedding: Embedding, codes: Sequence[int] | None = None) -> float:
    """The share of the 5 nearest neighbours, of these items or all, that have the first letter of the item."""
    unit = embedding.item_vectors / np.maximum(np.linalg.norm(embedding.item_vectors, axis=1, keepdims=True), 1e-9)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -2)
    letters = np.array([str(item)[0] for item in embedding.item_ids])
    same = letters[np.argsort(-likeness, axis=1)[:, :5]] == letters[:, np.newaxis]
    return float(same.mean() if codes is None else same[codes].mean())


def test_a_table_of_low_rank_is_found_up_to_its_noise() -> None:
    training, test = cut(low_rank_ratings(noise=NOISE))
    fitted = trained(training, regularisation=0.03)
    assert 0.95 * NOISE < rmse(fitted, test) < 1.1 * NOISE


def test_the_unit_of_the_scores_does_not_matter() -> None:
    one = low_rank_ratings()
    thousand = replace(one, weights=1000 * one.weights)
    first, second = trained(one, epochs=5), trained(thousand, epochs=5)
    assert rmse(second, thousand) == pytest.approx(1000 * rmse(first, one), rel=0.01)


def test_the_held_out_part_gives_the_curve_of_the_error_and_is_not_trained_on() -> None:
    log = low_rank_ratings(noise=NOISE)
    fitted = trained(log, held_out=0.2, regularisation=0.03)
    assert fitted.losses[0] > 2 * NOISE
    assert NOISE < fitted.losses[-1] < NOISE * 1.1
    apart = log.n_interactions // 5
    assert fitted.notes[0] == f"Loss: squared, on {log.n_interactions - apart:,} pairs of a user and an item."
    assert fitted.notes[1] == (f"On {apart:,} pairs held out: root mean squared error {fitted.losses[-1]:.4g}.")


def test_scores_of_one_user_for_one_item_are_averaged() -> None:
    once = make_log(list("uuvvww"), list("abbcca"), weights=[1, 2, 3, 4, 5, 3])
    often = make_log(list("uuvvwwww"), list("abbcccca"), weights=[1, 2, 3, 4, 4, 6, 5, 3])
    assert np.array_equal(fit(once, epochs=3).item_vectors, fit(often, epochs=3).item_vectors)


def test_automatic_fits_scores_where_there_are_some_and_the_order_where_not() -> None:
    log = make_log(list("uuvvww"), list("abbcca"))
    rated = make_log(list("uuvvww"), list("abbcca"), weights=[1, 2, 3, 4, 5, 3])
    for given, loss in ((log, "bpr"), (rated, "squared")):
        automatic, chosen = fit(given, epochs=2), fit(given, epochs=2, loss=loss)
        assert np.array_equal(automatic.item_vectors, chosen.item_vectors)
        assert automatic.notes[0].startswith(f"Loss: {loss}, ")


def test_squared_loss_refuses_a_log_without_scores() -> None:
    with pytest.raises(ParameterError, match=r"all weights of this log, .* are equal: choose 'bpr' or 'logistic'"):
        fit(two_islands(), loss="squared")


def test_weights_whose_means_are_equal_are_no_scores() -> None:
    log = make_log(list("uuvv"), list("aabb"), weights=np.array([1, 3, 1.5, 2.5], dtype=np.float32))
    with pytest.raises(ParameterError, match="averaged by user and item, are equal"):
        fit(log, loss="squared")
    assert fit(log).notes[0].startswith("Loss: bpr")


@pytest.mark.parametrize("loss", ["bpr", "logistic"])
def test_islands_stay_apart_by_either_implicit_loss(loss: str) -> None:
    assert stay(fit(two_islands(), loss=loss)) >= 0.99


@pytest.mark.parametrize("loss", ["bpr", "logistic"])
def test_implicit_losses_see_a_pair_once_and_no_weight(loss: str) -> None:
    once = make_log(list("uuvvww"), list("abbcca"))
    often = make_log(list("uuuvvwww"), list("abbbccca"), weights=[1, 2, 3, 4, 5, 6, 7, 8])
    assert np.array_equal(fit(once, loss=loss, epochs=3).item_vectors, fit(often, loss=loss, epochs=3).item_vectors)


@pytest.mark.parametrize("loss", ["bpr", "logistic"])
def test_the_loss_on_held_out_pairs_falls(loss: str) -> None:
    fitted = trained(two_islands(), loss=loss, held_out=0.2)
    assert fitted.losses[-1] < 0.8 * fitted.losses[0]


def test_negatives_drawn_by_popularity_take_it_out_of_the_scores() -> None:
    """Where everybody draws from one distribution, drawn by exponent 1 touched and drawn items cannot be told apart."""
    log = zipf_log(items=300, users=1500, events_per_user=5)
    even, popular = (
        trained(log, loss="logistic", ns_exponent=exponent, held_out=0.2, regularisation=0.1).losses[-1]
        for exponent in (0.0, 1.0)
    )
    assert popular == pytest.approx(GUESS, rel=0.05)
    assert even < 0.8 * GUESS


GUESS = -(np.log(0.2) + 4 * np.log(0.8))  # the loss of who only knows that one item of five was touched


def test_popular_items_have_the_larger_bias() -> None:
    log = two_islands(skew=1.0)
    bias = fit(log).item_bias
    assert bias is not None
    order = np.argsort(bias)
    assert log.users_per_item[order[-5:]].mean() > 2 * log.users_per_item[order[:5]].mean()


def newcomers() -> InteractionLog:
    """Two islands of which the items and users of the last day, one of each island, are not in training."""
    island = two_islands()
    assert island.timestamps is not None
    last = int(island.timestamps.max())
    names = [*island.user_ids[island.user_codes], "user A new", "user B new", "user C new"]
    items = [*island.item_ids[island.item_codes], "A99", "B99", "C99"]
    log = make_log(
        names,
        items,
        [*island.timestamps, *[last + 60] * 3],
        categories={item: f"island {item[0]}" for item in items},
    )
    log = replace(log, users=pd.DataFrame({"home": [str(user)[5] for user in log.user_ids]}))
    return log.split(last + 1)[0]


def test_items_and_users_without_interactions_have_the_vector_of_their_features() -> None:
    log = newcomers()
    embedding = fit(log, item_columns=("category",), user_columns=("home",))
    ids = embedding.item_ids.tolist()
    assert embedding.missing == ["C99"]  # nobody ever touched an item of its category
    assert stay(embedding, [ids.index("A99"), ids.index("B99")]) == 1
    assert embedding.user_vectors is not None
    assert embedding.user_ids is not None
    users = dict(zip(embedding.user_ids, embedding.user_vectors, strict=True))
    scores = {user: vector @ embedding.item_vectors.T + embedding.item_bias for user, vector in users.items()}
    assert not users["user C new"].any()
    for island in "AB":
        best = np.argsort(-scores[f"user {island} new"])[:5]
        assert {ids[place][0] for place in best} == {island}
    assert embedding.notes[1:] == (
        "Users without interactions, whose vector is that of their features: 2.",
        "Items without interactions, whose vector is that of their features: 2.",
    )


def test_without_columns_newcomers_have_no_vector() -> None:
    embedding = fit(newcomers())
    assert embedding.missing == ["A99", "B99", "C99"]
    assert len(embedding.notes) == 1


def test_a_feature_that_decides_the_score_tells_those_of_new_items() -> None:
    """Each user likes each of four colours more or less, and items have nothing but their colour."""
    random = np.random.default_rng(1)
    taste = random.standard_normal((40, 4))
    colours = random.integers(4, size=300)
    items = np.repeat(np.arange(300), 12)
    users = random.integers(40, size=len(items))
    log = make_log(
        [f"u{user:02d}" for user in users],
        [f"i{item:03d}" for item in items],
        times=items,
        weights=(taste[users, colours[items]] + 0.1 * random.standard_normal(len(items))).tolist(),
        categories={f"i{item:03d}": f"colour {colour}" for item, colour in enumerate(colours)},
    )
    training, new = log.split(200)
    told, untold = (trained(training, item_columns=columns, regularisation=0.003) for columns in (("category",), ()))
    assert rmse(told, new) < 0.4 * rmse(untold, new)


def test_more_regularisation_gives_shorter_vectors() -> None:
    log = low_rank_ratings()
    loose, tight = (np.linalg.norm(fit(log, regularisation=pull, epochs=5).item_vectors) for pull in (0.01, 0.3))
    assert tight < 0.5 * loose
