"""Two towers: the softmax over the batch against a slow one, its gradients, and what each switch is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from embedders import METHODS, Embedding
from embedders import two_tower as module
from embedders.parts.inputs import make_inputs
from embedders.parts.layers import make_layers
from interactions.log import InteractionLog
from tests.planted import islands_with_newcomers, make_log, two_islands, zipf_log


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    method = METHODS["two_tower"]
    return method.fit(log, method.Params.checked({"threads": 1, "dimensions": 16, **values}), seed=seed)


def slow_losses(
    users: npt.NDArray[Any],
    items: npt.NDArray[Any],
    codes: list[int],
    log_share: list[float] | None,
    present: list[bool],
    temperature: float,
    mask_hits: bool,
) -> list[float]:
    losses = []
    for i in range(len(codes)):
        scores = {}
        for j in range(len(codes)):
            left_out = not present[j] or (mask_hits and codes[j] == codes[i])
            if j == i or not left_out:
                scores[j] = users[i] @ items[j] / temperature - (0 if log_share is None else log_share[j])
        losses.append(np.log(sum(np.exp(score) for score in scores.values())) - scores[i])
    return losses


@pytest.mark.parametrize("mask_hits", [True, False])
@pytest.mark.parametrize("log_share", [None, [-1.0, -3.0, -1.0, -2.0, -5.0]])
def test_the_softmax_over_the_batch_equals_the_slow_one(mask_hits: bool, log_share: list[float] | None) -> None:
    random = np.random.default_rng(0)
    users, items = random.normal(size=(2, 5, 3))
    codes, present = [7, 2, 7, 4, 9], [True, True, True, True, False]
    shares = None if log_share is None else np.array(log_share)
    arguments = (users, items, np.array(codes), shares, np.array(present), 0.5)
    losses = np.asarray(module.in_batch_losses(*arguments, mask_hits=mask_hits))
    slow = slow_losses(users, items, codes, log_share, present, 0.5, mask_hits)
    np.testing.assert_allclose(losses[:4], slow[:4], rtol=1e-5)
    assert np.isfinite(losses).all()


@pytest.mark.parametrize("layers", [0, 1])
def test_gradients_agree_with_finite_differences(layers: int) -> None:
    import jax

    for slope, difference in slopes(layers):
        assert slope == pytest.approx(difference, rel=1e-6)
    assert jax.numpy.zeros(1).dtype == np.float32


def slopes(layers: int) -> Iterator[tuple[float, float]]:
    """The loss's slope along random ways, in float64: by the gradient, and by a small step to either side."""
    import jax

    with jax.enable_x64(True):
        losses, weights, fixed, batch, present = a_small_problem(layers)
        key = jax.random.key(3)

        @jax.jit
        def mean(weights: Any) -> Any:
            each = losses(weights, fixed, batch, present, key)
            return (each * present).sum() / present.sum()

        gradient = jax.jit(jax.grad(mean))(weights)
        random = np.random.default_rng(1)
        for _ in range(5):
            way = jax.tree.map(lambda array: random.normal(size=array.shape), weights)
            ahead, behind = (
                mean(jax.tree.map(lambda array, step, by=by: array + by * step, weights, way)) for by in (1e-5, -1e-5)
            )
            slope = sum(jax.tree.leaves(jax.tree.map(lambda a, b: float((a * b).sum()), gradient, way)))
            yield slope, float(ahead - behind) / 2e-5


def a_small_problem(layers: int) -> tuple[Any, ...]:
    """A batch of 6 interactions of 3 users with 5 items, a repeated item and a row that does not count; float64."""
    import jax

    log = with_colours(make_log(list("uuuvvwww"), list("abcabcde")))
    random = np.random.default_rng(0)
    params = METHODS["two_tower"].Params.checked({"dimensions": 4, "history": 2, "layers": layers, "width": 3})
    history, places = module.collect_history(log)
    colours = make_inputs(log.items, ("colour",), np.ones(5, bool), 4, 1.0, random)
    weights: dict[str, Any] = {
        "users": {"own": random.normal(size=(3, 4))},
        "items": {name: array.astype(np.float64) for name, array in colours.weights.items()},
    }
    for side in ("user_layers", "item_layers"):
        drawn = make_layers([4, 3, 4] if layers else [0], random)
        weights[side] = [
            {name: array + random.normal(size=array.shape) for name, array in one.items()} for one in drawn
        ]
    share = np.bincount(log.item_codes) / log.n_interactions
    fixed = {"users": {}, "items": colours.fixed, "history": history, "log_share": np.log(share)}
    batch = (log.user_codes[:7], log.item_codes[:7], places[:7])
    fixed, batch = jax.tree.map(jax.numpy.asarray, (fixed, batch))
    return module.batch_losses(params), weights, fixed, batch, np.array([True] * 6 + [False])


def with_colours(log: InteractionLog) -> InteractionLog:
    colours = [["red", "blue"][code % 2] for code in range(log.n_items)]
    return replace(log, items=log.items.assign(colour=colours))


def test_a_history_holds_each_item_of_the_user_once() -> None:
    log = make_log(list("uuuuwv"), list("bacbca"))
    history, places = module.collect_history(log)
    assert history.items.tolist() == [0, 1, 2, 0, 2]
    assert history.starts.tolist() == [0, 3, 4]
    assert history.lengths.tolist() == [3, 1, 1]
    assert history.items[history.starts[log.user_codes] + places].tolist() == log.item_codes.tolist()


def test_the_right_answer_is_left_out_of_the_drawn_history() -> None:
    import jax

    log = make_log(["u"] * 30 + ["v"] * 3 + ["w"], [f"i{number:02d}" for number in [*range(30), 1, 2, 3, 5]])
    history, places = module.collect_history(log)
    for key in range(20):
        codes, there = module.drawn_history(history, log.user_codes, places, 4, jax.random.key(key))
        codes, there = np.asarray(codes), np.asarray(there)
        assert not (there & (codes == log.item_codes[:, np.newaxis])).any()
        assert there.sum(axis=1).tolist() == [4] * 30 + [2] * 3 + [0]
        assert [sorted(codes[row][there[row]]) for row in (30, 31, 32)] == [[2, 3], [1, 3], [1, 2]]


def test_a_long_history_is_drawn_evenly() -> None:
    import jax

    history, places = module.collect_history(make_log(["u"] * 11, [f"i{number:02d}" for number in range(11)]))
    users, leave_out = np.zeros(3000, np.int32), np.full(3000, places[5])
    codes, _ = module.drawn_history(history, users, leave_out, 4, jax.random.key(0))
    counts = np.bincount(np.asarray(codes).ravel(), minlength=11)
    assert counts[5] == 0
    expected = 12_000 / 10
    assert (((counts - expected) ** 2 / expected)[np.arange(11) != 5]).sum() < 27.9  # 1 in 1,000, 9 degrees of freedom


def test_means_of_histories_equal_slow_ones() -> None:
    log = make_log(list("uuuuwv"), list("bacbca"))
    vectors = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    history, _ = module.collect_history(log)
    whole = module.whole_history_mean(vectors, history)
    np.testing.assert_allclose(whole, [vectors.mean(axis=0), vectors[0], vectors[2]], rtol=1e-6)
    codes, there = np.array([[0, 2, 1], [1, 1, 1]]), np.array([[True, True, False], [False] * 3])
    some = np.asarray(module.history_mean(vectors, codes, there))
    np.testing.assert_allclose(some, [(vectors[0] + vectors[2]) / 2, np.zeros(4)], rtol=1e-6)


def test_a_tower_ends_in_rows_of_length_1_and_a_row_of_zeros_stays() -> None:
    inputs = np.array([[3.0, 4.0], [0.0, 0.0]], np.float32)
    np.testing.assert_allclose(module.tower([], inputs), [[0.6, 0.8], [0.0, 0.0]], rtol=1e-6)
    layers = make_layers([2, 5, 2], np.random.default_rng(0))
    hidden = np.maximum(inputs[0] @ layers[0]["matrix"] + layers[0]["offset"], 0)
    out = hidden @ layers[1]["matrix"] + layers[1]["offset"]
    np.testing.assert_allclose(module.tower(layers, inputs)[0], out / np.linalg.norm(out), rtol=1e-5)


def test_vectors_of_users_and_items_have_length_1() -> None:
    embedding = fit(two_islands(), epochs=2, layers=1)
    assert embedding.user_vectors is not None
    for vectors in (embedding.item_vectors, embedding.user_vectors):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def scores(embedding: Embedding) -> npt.NDArray[np.float32]:
    assert embedding.user_vectors is not None
    return embedding.user_vectors @ embedding.item_vectors.T


def slope_over_popularity(**values: Any) -> float:
    """Where everybody draws from one distribution, the logits are its logs: their slope over log popularity is 1."""
    log = zipf_log(items=100, events_per_user=40)
    counts = np.bincount(log.item_codes)
    logits = scores(fit(log, temperature=0.1, **values)).mean(axis=0) / 0.1
    return float(np.polyfit(np.log(counts), logits, 1, w=np.sqrt(counts))[0])


def test_without_log_q_popular_items_stand_too_low() -> None:
    assert slope_over_popularity() == pytest.approx(1, abs=0.2)
    assert slope_over_popularity(log_q=False) < 0.4


def gap_of_tastes(**values: Any) -> float:
    """How much more alike users are with items of their own taste than with others, by cosine.

    Four items in batches of 1,024: most wrong answers are the right one again.
    """
    random = np.random.default_rng(0)
    users = np.repeat(np.arange(200), 20)
    taste = np.where(random.random(len(users)) < 0.8, users % 2, 1 - users % 2)
    names = [f"{'AB'[side]}{number}" for side, number in zip(taste, random.integers(2, size=len(users)), strict=True)]
    log = make_log([f"{'AB'[user % 2]}{user:03d}" for user in users], names)
    liked = np.array([[user[0] == item[0] for item in log.item_ids] for user in log.user_ids])
    cosines = scores(fit(log, batch=1024, **values))
    return float(cosines[liked].mean() - cosines[~liked].mean())


def test_unmasked_hits_pull_users_and_their_items_apart() -> None:
    assert gap_of_tastes(mask_hits=False) < 0.8 * gap_of_tastes()


def test_a_history_tells_what_users_of_few_events_like() -> None:
    log = two_islands(islands=8, items_per_island=10, users=240, events_per_user=3)
    island = np.array([item[0] for item in log.item_ids])
    home = np.array([user[len("user ")] for user in log.user_ids])

    def stays(**values: Any) -> float:
        cosines = scores(fit(log, **values))
        cosines[log.user_codes, log.item_codes] = -2  # what the user has touched is no finding
        return float((island[np.argsort(-cosines, axis=1)[:, :5]] == home[:, np.newaxis]).mean())

    assert stays() > 0.95
    assert stays(history=0) < 0.7


def test_items_and_users_without_interactions_get_vectors_from_their_columns_alone() -> None:
    embedding = fit(islands_with_newcomers(), item_columns=("category",), user_columns=("town",))
    assert embedding.missing == ["Z99"]  # no trained item lacks a category as it does
    assert "Items without interactions, whose vector is that of their features: 2." in embedding.notes
    assert "Users without interactions, whose vector is that of their features: 1." in embedding.notes
    code = {item: number for number, item in enumerate(embedding.item_ids)}
    likeness = embedding.item_vectors @ embedding.item_vectors.T
    for item in ("A99", "B99"):
        nearest = embedding.item_ids[np.argsort(-likeness[code[item]])[:12]]
        assert {name[0] for name in nearest} == {item[0]}
    newcomer = embedding.user_ids.tolist().index("user A999") if embedding.user_ids is not None else -1
    liked = embedding.item_ids[np.argsort(-scores(embedding)[newcomer])[:12]]
    assert {name[0] for name in liked} == {"A"}
