"""Skip-gram with side information against a slow version of the same, and that one against finite differences."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from embedders.base import no_progress
from embedders.parts import side_skip_gram, skip_gram
from interactions.features import Features, encode_features
from interactions.sequences import Sequences
from tests.embedders.test_skip_gram import USUAL, Rows, draw, learn, sequences_of

N_ITEMS = 20
COLUMNS = ("group", "tags")


def features_of(columns: tuple[str, ...] = COLUMNS, n_items: int = N_ITEMS) -> Features:
    """A column of one label, some of them missing, and one of up to three labels."""
    random = np.random.default_rng(1)
    tags = [random.choice(list("vwxyz"), size=random.integers(1, 4), replace=False) for _ in range(n_items)]
    table = {
        "group": [None if number % 7 == 3 else f"group {number % 4}" for number in range(n_items)],
        "tags": ["|".join(labels) for labels in tags],
    }
    return encode_features(pd.DataFrame(table), columns)


class Model:
    """An item's vector as a weighted mean of its own vector and its features', one number at a time.

    vectors  a row an item, then a row a feature;  logits  a in the paper;  outputs  Z in the paper
    """

    def __init__(self, features: Features, dimensions: int, random: np.random.Generator) -> None:
        self.n_items = features.matrix.shape[0]
        self.features = features
        shape = (self.n_items + features.n_features, dimensions)
        self.vectors = ((2 * random.random(shape, dtype=np.float32) - 1) / dimensions).astype(np.float64)
        self.logits = np.zeros((self.n_items, 1 + len(features.columns)))
        self.outputs = np.zeros((self.n_items, dimensions))

    def parts(self, item: int) -> list[list[tuple[int, float]]]:
        """(row, share) of all that the item's own vector, and each of its columns, are made of."""
        result: list[list[tuple[int, float]]] = [[(item, 1.0)], *([] for _ in self.features.columns)]
        row = self.features.matrix[[item]].tocoo()
        for feature, share in zip(row.col.tolist(), row.data.tolist(), strict=True):
            result[1 + self.features.column_of[feature]].append((self.n_items + feature, share))
        return result

    def sides(self, item: int) -> Rows:
        """W of the paper: the item's own vector and one a column."""
        return np.array([sum(share * self.vectors[row] for row, share in part) for part in self.parts(item)])

    def weights(self, item: int) -> Rows:
        return np.asarray(np.exp(self.logits[item]) / np.exp(self.logits[item]).sum())

    def mixed(self, item: int) -> Rows:
        """H of the paper."""
        return np.asarray(self.weights(item) @ self.sides(item))

    def spread(self, item: int, weights: Rows, mixed: Rows, move: Rows, *, learn_weights: bool) -> None:
        """Pass the move of H on to what it is made of; weights and mixed are those that the move was worked out by."""
        gains = self.sides(item) @ move - mixed @ move
        for weight, part in zip(weights, self.parts(item), strict=True):
            for row, share in part:
                self.vectors[row] += weight * share * move
        if learn_weights:
            self.logits[item] += weights * gains


def slow(
    sequences: Sequences, features: Features, settings: skip_gram.Settings, seed: int, *, learn_weights: bool
) -> tuple[Model, npt.NDArray[np.bool_]]:
    """The model after training in one batch an epoch, and which items had a neighbour."""
    random = np.random.default_rng(seed)
    model = Model(features, settings.dimensions, random)
    touched = np.zeros(model.n_items, dtype=np.bool_)
    for rate, items, blocks in draw(sequences, model.n_items, settings, random):
        for block in itertools.chain(*blocks):
            for place in block.places:
                item = items[place]
                weights, mixed = model.weights(item), model.mixed(item)
                move = learn(mixed, model.outputs, block.outputs, rate)
                model.spread(item, weights, mixed, move, learn_weights=learn_weights)
            touched[block.outputs[0]] = True
    return model, touched


@pytest.mark.parametrize("learn_weights", [True, False])
@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ({}, COLUMNS),
        ({}, ()),
        ({}, ("tags",)),
        ({"shrink_windows": False, "window": 1}, COLUMNS),
        ({"window": None, "shrink_windows": False, "learning_rate": 0.1}, COLUMNS),
        ({"window": 9}, COLUMNS),
        ({"sample": 0.02}, COLUMNS),
        ({"min_count": 5}, COLUMNS),
        ({"ns_exponent": -0.5, "negatives": 1}, COLUMNS),
    ],
    ids=str,
)
def test_every_step_is_that_of_the_slow_version(
    change: dict[str, Any], columns: tuple[str, ...], learn_weights: bool
) -> None:
    sequences, features = sequences_of(), features_of(columns)
    settings = skip_gram.Settings(**{**USUAL, **change})
    trained = side_skip_gram.train(
        sequences, features, settings, learn_weights=learn_weights, seed=3, threads=1, progress=no_progress
    )
    model, touched = slow(sequences, features, settings, 3, learn_weights=learn_weights)
    expected = np.array([model.mixed(item) for item in range(N_ITEMS)]) * touched[:, np.newaxis]
    assert np.abs(model.outputs).max() > 0.1  # it moved far from where it started
    # The sigmoid comes from a table of 4,096 steps from -8 to 8: each pull is off by up to 0.001 of the rate.
    np.testing.assert_allclose(trained.vectors, expected, atol=0.02)
    np.testing.assert_allclose(trained.context, model.outputs * touched[:, np.newaxis], atol=0.02)
    np.testing.assert_allclose(trained.weights, [model.weights(item) for item in range(N_ITEMS)], atol=0.01)
    held = features.matrix[touched].getnnz(axis=0) > 0
    np.testing.assert_allclose(trained.feature_vectors, model.vectors[N_ITEMS:] * held[:, np.newaxis], atol=0.02)
    assert not trained.vectors[19].any()
    if learn_weights and columns:
        assert np.ptp(trained.weights[touched]) > 0.1
    else:
        np.testing.assert_allclose(trained.weights, 1 / (1 + len(columns)), rtol=1e-6)


def test_the_slow_versions_steps_are_gradients() -> None:
    """Of one input and five outputs, every vector and every logit moves by minus the rate times its derivative."""
    random = np.random.default_rng(0)
    features, item, outputs = features_of(), 5, [7, 2, 11, 19, 0]
    model = Model(features, 4, random)
    model.vectors = random.standard_normal(model.vectors.shape)
    model.outputs = random.standard_normal(model.outputs.shape)
    model.logits = random.standard_normal(model.logits.shape)

    def loss() -> float:
        scores = model.outputs[outputs] @ model.mixed(item)
        return float(np.logaddexp(0, -scores[0]) + np.logaddexp(0, scores[1:]).sum())

    arrays = (model.vectors, model.logits, model.outputs)
    before = [array.copy() for array in arrays]
    slopes = [np.zeros_like(array) for array in arrays]
    for array, slope in zip(arrays, slopes, strict=True):
        for place in np.ndindex(array.shape):
            value = array[place]
            array[place] = value + 1e-6
            above = loss()
            array[place] = value - 1e-6
            slope[place] = (above - loss()) / 2e-6
            array[place] = value
    weights, mixed = model.weights(item), model.mixed(item)
    move = learn(mixed, model.outputs, outputs, rate=1.0)
    model.spread(item, weights, mixed, move, learn_weights=True)
    for array, start, slope in zip(arrays, before, slopes, strict=True):
        assert np.abs(slope).max() > 0.1
        np.testing.assert_allclose(array - start, -slope, atol=1e-7)


def test_without_columns_it_is_plain_skip_gram() -> None:
    sequences, settings = sequences_of(), skip_gram.Settings(**USUAL)
    plain = skip_gram.train(sequences, N_ITEMS, settings, seed=3, threads=1, progress=no_progress)
    ours = side_skip_gram.train(
        sequences, features_of(()), settings, learn_weights=True, seed=3, threads=1, progress=no_progress
    )
    assert plain.context is not None
    np.testing.assert_allclose(ours.vectors, plain.vectors, atol=1e-5)
    np.testing.assert_allclose(ours.context, plain.context, atol=1e-5)
    np.testing.assert_allclose(ours.losses, plain.losses, rtol=1e-5)


def test_two_threads_do_all_the_work_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skip_gram, "PAIRS_A_BATCH", 200)
    told: list[tuple[float, float]] = []
    one, two = (
        side_skip_gram.train(sequences_of(), features_of(), skip_gram.Settings(**USUAL), learn_weights=True, seed=0,
                             threads=threads,
                             progress=lambda stage, done, total, loss=None: told.append((done, total)))
        for threads in (1, 2)
    )  # fmt: skip
    assert one.events_used == two.events_used == 1
    assert told[-1][0] == told[-1][1]
    np.testing.assert_allclose(np.mean(one.losses), np.mean(two.losses), rtol=0.1)


def test_pairs_by_time_are_refused() -> None:
    settings = skip_gram.Settings(**{**USUAL, "longest_pause": 60})
    with pytest.raises(ValueError, match="pairs by time"):
        side_skip_gram.train(
            sequences_of(), features_of(), settings, learn_weights=True, seed=0, threads=1, progress=no_progress
        )


def test_an_unseen_item_is_the_mean_of_what_its_columns_say() -> None:
    table = pd.DataFrame(
        {
            "group": ["a", "b", "a", None, "c", None, "c"],
            "tags": ["x|y", "x", "z", "y", "y|z", None, "z"],
        }
    )
    features = encode_features(table, COLUMNS)
    vector_of = {"a": [1, 0], "b": [0, 2], "missing": [9, 9], "x": [4, 0], "y": [0, 4]}  # c and z: no trained item
    vectors = np.array([vector_of.get(label, [0, 0]) for _, label in features.values], dtype=np.float32)
    expected: list[list[float]] = [
        [(1 + 2) / 2, (0 + 2) / 2],  # group a, and between x and y
        [(0 + 4) / 2, (2 + 0) / 2],  # group b, and x
        [1, 0],  # group a only: nobody knows z
        [0, 4],  # y only: a missing group says nothing
        [0, 4],  # y only: nobody knows c and z
        [0, 0],
        [0, 0],
    ]
    np.testing.assert_allclose(side_skip_gram.vectors_from_features(features, vectors), expected)


def test_without_columns_an_unseen_item_stays_without_a_vector() -> None:
    found = side_skip_gram.vectors_from_features(features_of(()), np.zeros((0, 3), dtype=np.float32))
    assert found.shape == (N_ITEMS, 3)
    assert not found.any()
