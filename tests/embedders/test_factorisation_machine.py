"""The factorisation machine's score against the double sum over all pairs of features, and against myfm."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import sparse

from embedders.parts.factorisation_machine import Machine, Side, Table, active_rows, lengths, spoken
from interactions.features import Features, Value, encode_features

Floats = npt.NDArray[np.float64]

ITEMS = pd.DataFrame({"brand": ["x", "y", "x", None], "genre": ["a|b", "b", "c|a|b", "a"]})
USERS = pd.DataFrame({"town": ["p", "q", "p"]})
PAIRS = [(user, item) for user in range(3) for item in range(4)]


def features() -> tuple[Features, Features]:
    return encode_features(USERS, ["town"]), encode_features(ITEMS, ["brand", "genre"])


def dense(users: Features, items: Features) -> Floats:
    """x of every pair: user, features of the user, item, features of the item."""
    rows = [
        np.concatenate([np.eye(3)[user], users.matrix.toarray()[user], np.eye(4)[item], items.matrix.toarray()[item]])
        for user, item in PAIRS
    ]
    return np.array(rows)


def machine(offset: float, linear: Floats, vectors: Floats) -> Machine:
    """Weights in the order of `dense`, taken apart into the two sides."""
    users, items = features()
    cut = 3 + users.n_features
    return Machine(
        offset,
        Side(Table(linear[:cut], vectors[:cut]), active_rows(3, users)),
        Side(Table(linear[cut:], vectors[cut:]), active_rows(4, items)),
    )


def scores(machine: Machine) -> Floats:
    users, items = np.array(PAIRS, dtype=np.int32).T
    return machine.scores(users, items)


def double_sum(x: Floats, offset: float, linear: Floats, vectors: Floats) -> float:
    """The formula as it stands in the paper."""
    total = offset + sum(linear[i] * x[i] for i in range(len(x)))
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            total += vectors[i] @ vectors[j] * x[i] * x[j]
    return float(total)


def random_weights() -> tuple[float, Floats, Floats]:
    random = np.random.default_rng(2)
    n = dense(*features()).shape[1]
    return 0.7, random.standard_normal(size=(n,)), random.standard_normal(size=(n, 5))


def test_the_score_is_the_double_sum_over_all_pairs_of_features() -> None:
    weights = random_weights()
    expected = [double_sum(x, *weights) for x in dense(*features())]
    np.testing.assert_allclose(scores(machine(*weights)), expected, rtol=1e-6)


def test_the_score_is_that_of_myfm_with_the_same_weights() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports pkg_resources
        from myfm import MyFMGibbsRegressor
    x = sparse.csr_matrix(dense(*features()))
    random = np.random.default_rng(4)
    model = MyFMGibbsRegressor(rank=5, init_stdev=0.5, random_seed=1)
    model.fit(x, random.standard_normal(len(PAIRS)), n_iter=5, n_kept_samples=1)
    assert model.predictor_ is not None
    (sample,) = model.predictor_.samples
    weights = float(sample.w0), np.asarray(sample.w), np.asarray(sample.V)
    assert np.abs(weights[2]).max() > 0.1
    np.testing.assert_allclose(scores(machine(*weights)), sample.predict_score(x, []), atol=1e-5)
    np.testing.assert_allclose(scores(machine(*weights)), model.predict(x), atol=1e-5)


def test_dot_product_and_bias_are_all_that_tells_the_items_of_a_user_apart() -> None:
    one = machine(*random_weights())
    ours = one.users.vectors @ one.items.vectors.T + one.items.bias
    beyond = scores(one).reshape(3, 4) - ours
    np.testing.assert_allclose(beyond - beyond[:, :1], 0, atol=1e-5)
    # And so for the users of an item.
    beyond = scores(one).reshape(3, 4).T - (one.items.vectors @ one.users.vectors.T + one.users.bias)
    np.testing.assert_allclose(beyond - beyond[:, :1], 0, atol=1e-5)


def test_an_items_vector_is_its_own_and_its_features_by_their_shares() -> None:
    _, linear, vectors = random_weights()
    items = machine(0.0, linear, vectors).items
    named = dict(zip(features()[1].values, items.table.vectors[4:], strict=True))
    expected = (
        items.table.vectors[0]
        + named[Value("brand", "x")]
        + (named[Value("genre", "a")] + named[Value("genre", "b")]) / 2
    )
    np.testing.assert_allclose(items.vectors[0], expected, rtol=1e-6)


def test_rows_that_were_not_trained_are_0() -> None:
    table = Table(np.arange(1.0, 11.0), np.ones((10, 2)))
    items = features()[1]  # 4 items, brand: missing, x, y; genre: a, b, c
    side = Side.trained(table, active_rows(4, items), np.array([1, 3, 1]))
    trained = {1, 3} | {
        4 + place for place, value in enumerate(items.values) if value.value in ("missing", "y", "a", "b")
    }
    assert set(np.flatnonzero(side.table.linear).tolist()) == trained
    assert set(np.flatnonzero(side.table.vectors.any(axis=1)).tolist()) == trained


def test_lengths_count_each_row_once_and_none_that_is_not_there() -> None:
    table = Table(np.arange(10.0), np.array([[row, 1.0] for row in range(10)]))
    rows = active_rows(4, features()[1]).of(np.array([1]))  # itself, brand y, genre b, and two places left over
    used = [1, *(4 + place for place, value in enumerate(features()[1].values) if value.value in ("y", "b"))]
    assert len(used) == 3
    assert lengths(spoken(table, rows)) == pytest.approx([sum(2 * row**2 + 1 for row in used)])
