"""The loop of the gradient methods: what it finds, what it reports, and how it ends."""

from __future__ import annotations

import threading
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import pytest

from embedders.base import Progress, no_progress
from embedders.parts.gradient import Array, GradientParams, HeldOut, Losses, Trained, Tree, minimise
from errors import Cancelled, ParameterError

Floats = npt.NDArray[np.float32]
Report = tuple[str, float, float, float | None]

TRUTH = np.array([1.5, -2.0, 0.5], dtype=np.float32)


def squared(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
    """Linear regression: batch = (inputs (batch, 3), outputs (batch,))."""
    return (batch[0] @ weights["slopes"] + weights["start"] - batch[1]) ** 2


def away_from(target: float) -> Losses:
    """The loss of one weight: its squared distance from each example's number, the examples moved by `target`."""

    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        return (weights - target - batch[0]) ** 2

    return losses


def regression(n: int = 1000, noise: float = 0.0) -> tuple[Floats, Floats]:
    random = np.random.default_rng(8)
    inputs = random.standard_normal((n, 3), dtype=np.float32)
    return inputs, inputs @ TRUTH + np.float32(4) + np.float32(noise) * random.standard_normal(n, dtype=np.float32)


def fit(
    losses: Losses = squared,
    examples: tuple[npt.NDArray[Any], ...] | None = None,
    weights: Tree = None,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    held_out: HeldOut | None = None,
    **params: Any,
) -> Trained:
    given = regression() if examples is None else examples
    if weights is None:
        weights = {"slopes": np.zeros(3, np.float32), "start": np.float32(0)}
    values = {"learning_rate": 0.05, "batch": 32, **params}
    return minimise(
        losses, weights, {}, lambda random: given, GradientParams(**values),
        seed=seed, progress=progress, held_out=held_out,
    )  # fmt: skip


def test_a_planted_regression_is_found() -> None:
    trained = fit(epochs=20)
    np.testing.assert_allclose(trained.weights["slopes"], TRUTH, atol=0.01)
    assert float(trained.weights["start"]) == pytest.approx(4, abs=0.01)
    assert trained.losses[0] > 1
    assert trained.losses[-1] < 1e-3
    assert isinstance(trained.weights["slopes"], np.ndarray)


def adam(steps: int, rate: float, weight: float, target: float) -> list[float]:
    """The weight before each step and after the last, by the plain formulas of the paper, on (weight - target)²."""
    first = second = 0.0
    weights = [weight]
    for step in range(1, steps + 1):
        gradient = 2 * (weights[-1] - target)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        move = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        weights.append(weights[-1] - rate * (1 - (step - 1) / steps) * move)
    return weights


@pytest.mark.parametrize("number", [16, 17, 40])
def test_steps_and_losses_are_those_of_plain_adam_and_filling_up_a_batch_changes_nothing(number: int) -> None:
    """All examples are 3, and what fills up a batch is 0, which would pull the other way and have another loss."""
    trained = fit(away_from(0), (np.full(number, 3, np.float32),), np.float32(5), batch=16, epochs=2)
    sizes = [min(16, number - first) for first in range(0, number, 16)]
    weights = adam(2 * len(sizes), 0.05, 5.0, 3.0)
    assert float(trained.weights) == pytest.approx(weights[-1], abs=1e-5)
    means = [(weight - 3) ** 2 for weight in weights[:-1]]
    expected = [np.average(means[epoch * len(sizes) :][: len(sizes)], weights=sizes) for epoch in range(2)]
    assert trained.losses == pytest.approx(expected, abs=1e-4)


def test_a_batch_of_no_given_size_follows_the_number_of_examples() -> None:
    sizes = []

    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        sizes.append(batch[0].shape[0])
        return (weights - batch[0]) ** 2

    for number in (10, 1000, 10_000, 1_000_000):
        fit(losses, (np.zeros(number, np.float32),), np.float32(0), batch=None, epochs=1)
    assert list(dict.fromkeys(sizes)) == [10, 32, 100, 2048]


def test_one_seed_gives_the_same_bits_whatever_the_chunks_and_another_seed_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    examples = regression(noise=1)
    first = fit(examples=examples, seed=3, epochs=3)
    monkeypatch.setattr("embedders.parts.gradient._SECONDS_A_CHUNK", 0.0)  # a step a chunk
    again, other = fit(examples=examples, seed=3, epochs=3), fit(examples=examples, seed=4, epochs=3)
    assert first.weights["slopes"].tobytes() == again.weights["slopes"].tobytes()
    assert first.losses == again.losses
    assert first.weights["slopes"].tobytes() != other.weights["slopes"].tobytes()


def test_the_largest_seed_is_taken() -> None:
    assert np.isfinite(fit(seed=2**32 - 1, epochs=1).losses[0])


def test_each_epoch_has_examples_and_a_key_of_its_own() -> None:
    """The loss is the example times a drawn number: no two steps have the same unless a draw is repeated."""
    drawn: list[float] = []

    def examples(random: np.random.Generator) -> list[Floats]:
        drawn.append(float(random.random()))
        return [np.full(16, drawn[-1], np.float32)]

    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        assert key is not None
        return batch[0] * jax.random.uniform(key) + 0 * weights

    params = GradientParams(epochs=4, batch=16)
    trained = minimise(losses, np.float32(0), {}, examples, params, seed=0, progress=no_progress)
    assert len(set(drawn)) == 4
    assert len({round(loss / number, 4) for loss, number in zip(trained.losses, drawn, strict=True)}) == 4


def test_fixed_arrays_reach_the_loss() -> None:
    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        return (weights - fixed["table"][batch[0]]) ** 2

    table = np.array([7, 9], np.float32)
    trained = minimise(
        losses, np.float32(0), {"table": table}, lambda random: [np.ones(64, np.int32)],
        GradientParams(epochs=400, learning_rate=0.1), seed=0, progress=no_progress,
    )  # fmt: skip
    assert float(trained.weights) == pytest.approx(9, abs=0.05)


def test_the_losses_are_reported_once_and_progress_goes_from_0_to_the_epochs() -> None:
    reports: list[Report] = []

    def progress(stage: str, done: float, total: float, loss: float | None = None) -> None:
        reports.append((stage, done, total, loss))

    trained = fit(epochs=7, progress=progress)
    assert tuple(loss for _, _, _, loss in reports if loss is not None) == trained.losses
    assert len(trained.losses) == 7
    done = [report[1] for report in reports]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 7)
    assert {report[2] for report in reports} == {7}
    assert [(stage, done) for stage, done, _, loss in reports if loss is not None][2] == ("Epoch 3 of 7", 3)


APART = 3.0  # what the held-out examples ask for, while those that are trained on ask for 10


def towards_ten(patience: int | None, **params: Any) -> tuple[Trained, list[Report]]:
    """The weight goes from 0 past 3, where the held-out loss is least, to 10."""
    reports: list[Report] = []

    def progress(stage: str, done: float, total: float, loss: float | None = None) -> None:
        reports.append((stage, done, total, loss))

    held_out = HeldOut((np.full(5, APART, np.float32),), patience=patience)
    trained = fit(
        away_from(0), (np.full(64, 10, np.float32),), np.float32(0),
        learning_rate=0.1, epochs=200, held_out=held_out, progress=progress, **params,
    )  # fmt: skip
    return trained, reports


def test_an_early_stop_takes_the_weights_of_the_least_held_out_loss() -> None:
    trained, reports = towards_ten(patience=3)
    assert float(trained.weights) == pytest.approx(APART, abs=0.15)
    best = int(np.argmin(trained.losses))
    assert len(trained.losses) == best + 1 + 3 < 200
    # The losses that are kept are those of the held-out examples.
    assert trained.losses[best] == pytest.approx((float(trained.weights) - APART) ** 2, abs=1e-5)
    assert reports[-1][1:3] == (200, 200)


def test_without_patience_the_last_weights_are_taken() -> None:
    trained, _ = towards_ten(patience=None)
    assert float(trained.weights) == pytest.approx(10, abs=0.5)
    assert len(trained.losses) == 200


def test_held_out_examples_are_measured_without_a_key_and_shown_as_asked() -> None:
    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        each = batch[0] + 0 * weights
        return each if key is None else each + 1000 * jax.random.uniform(key)

    held_out = HeldOut((np.arange(100, dtype=np.float32),), shown=lambda loss: 2 * loss)
    trained = fit(losses, (np.zeros(64, np.float32),), np.float32(0), epochs=2, batch=16, held_out=held_out)
    assert trained.losses == (99.0, 99.0)  # twice the mean of 0..99, the batch that is filled up included


def test_a_training_that_runs_away_is_told_to_a_person() -> None:
    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        return jnp.exp(1000 * weights) * batch[0]

    with pytest.raises(ParameterError, match="ran away to infinite numbers: take a smaller learning_rate"):
        fit(losses, (np.ones(64, np.float32),), np.float32(1), epochs=3)


def test_cancel_stops_an_epoch_of_many_slow_steps() -> None:
    """An epoch takes a minute or more: the thread must not go through it to the end."""

    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        return (batch[0] + jnp.sum(weights @ weights @ weights)) ** 2

    def cancel_in_training(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if done > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit(losses, (np.zeros(200_000, np.float32),), np.zeros((700, 700), np.float32), batch=16, epochs=1,
            progress=cancel_in_training)  # fmt: skip
    deadline = time.monotonic() + 2
    while any(thread.name.startswith("training") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the training goes on"
        time.sleep(0.02)
