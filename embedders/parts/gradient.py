"""The one loop of the methods that learn by gradients in JAX: batches, Adam, progress, cancel, early stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from queue import SimpleQueue
from threading import Event
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedders.base import ItemColumns, Params, Progress, UserColumns, parameter
from embedders.parts import background
from embedders.search import Between
from errors import ParameterError

Tree = Any  # arrays in dicts, lists and tuples, as JAX takes them
Array = Any  # a JAX array
Arrays = Sequence[npt.NDArray[Any]]

_SECONDS_A_CHUNK = 0.3  # how long the compiled loop runs until it is looked at again
_STEPS_AN_EPOCH = 100  # what a batch of no given size leaves room for, within these bounds:
_LEAST_BATCH, _LARGEST_BATCH = 32, 2048

Losses = Callable[[Tree, Tree, tuple[Array, ...], Array, Array | None], Array]
"""(weights, fixed, batch, present, key) -> the loss of each example, (batch,).

fixed    arrays that do not move, such as tables of features
batch    one array an array of examples, each (batch, ...)
present  bool (batch,): False where the last batch of an epoch is filled up; the loop leaves those out of the mean
key      a key for jax.random, another one each step; None on held-out examples: nothing is left to chance there, and
         what only serves the training, such as regularisation, is left out

Where the same function is handed in again, as one of a module or one that functools.cache keeps, it is not compiled
anew. A function that is kept must hold no arrays: those belong in `fixed`.
"""


class GradientParams(Params):
    """Parameters of every method that learns by gradients."""

    threads: int = parameter(
        2,
        "Here without effect: the library takes the processors that it finds, and the vectors repeat bit for bit.",
        low=1,
        high=64,
        advanced=True,
        offered=False,
    )
    epochs: int = parameter(
        10,
        "Passes over all interactions; more fit them more closely.",
        low=1,
        high=1000,
        search=Between(5, 40, log=True),
    )
    learning_rate: float = parameter(
        0.005,
        "Size of the first step, from which it falls evenly to 0; larger learns faster and may overshoot.",
        low=1e-5,
        high=1.0,
        search=Between(0.0005, 0.05, log=True),
    )
    item_columns: ItemColumns = parameter(
        (), "Columns of the item table whose values share in an item's vector; more say more of items with few users."
    )
    user_columns: UserColumns = parameter(
        (), "Columns of the user table whose values share in a user's vector; more say more of users with few items."
    )
    regularisation: float = parameter(
        1e-5,
        "Pull of the vectors towards 0; larger gives shorter and more alike vectors.",
        low=0.0,
        high=10.0,
        search=Between(1e-7, 1e-2, log=True),
    )
    batch: int | None = parameter(
        None,
        "Interactions that one step looks at together; larger is faster and takes fewer, surer steps. Empty = a "
        "hundredth of them, but 32 to 2,048.",
        low=16,
        high=65_536,
        advanced=True,
    )


@dataclass(frozen=True)
class Trained:
    """The weights as numpy arrays, in the tree that they came in, and the loss of each epoch that was gone through.

    The losses are those of the held-out part where there is one, else the mean of the batches.
    """

    weights: Tree
    losses: tuple[float, ...]


@dataclass(frozen=True)
class HeldOut:
    """Examples that are not trained on, at least one; their mean loss after each epoch is the loss that is reported.

    patience  after so many epochs in a row without a smaller loss the training ends, and the weights of the epoch with
              the smallest one are taken; None goes on to the end and takes the last
    shown     what is reported in place of the mean loss, such as its root; never falls where the loss rises
    """

    examples: Arrays
    patience: int | None = None
    shown: Callable[[float], float] = float


def minimise(
    losses: Losses,
    weights: Tree,
    fixed: Tree,
    examples: Callable[[np.random.Generator], Arrays],
    params: GradientParams,
    *,
    seed: int,
    progress: Progress,
    held_out: HeldOut | None = None,
) -> Trained:
    """Bring down the mean loss by Adam (Kingma & Ba, 2015); the same seed gives the same weights bit for bit.

    The learning rate falls evenly to 0, so that the last steps settle. `examples` makes an epoch's examples, as arrays
    of one length, the same in each epoch (another one is compiled anew); they are then shuffled. Negatives are drawn
    there. Raises ParameterError where the loss becomes infinite.
    """
    progress("Preparing the training", 0, params.epochs)
    reports: SimpleQueue[tuple[int, float, float | None]] = SimpleQueue()

    def work(stop: Event) -> Trained:
        loop = _Loop(losses, weights, fixed, params, seed)
        return loop.run(examples, held_out, stop, lambda *report: reports.put(report))

    told = (0, 0.0)

    def beat() -> None:
        nonlocal told
        while not reports.empty():
            epoch, share, loss = reports.get()
            told = (epoch, epoch + share)
            if loss is not None:
                progress(_stage(epoch - 1, params.epochs), told[1], params.epochs, loss)
        progress(_stage(told[0], params.epochs), told[1], params.epochs)

    (trained,) = background.run([work], beat)
    # An early stop is an end: nothing is left to do.
    progress("Done", params.epochs, params.epochs)
    return trained


def _stage(epoch: int, epochs: int) -> str:
    return f"Epoch {min(epoch + 1, epochs)} of {epochs}"


class _Steps(NamedTuple):
    """What is compiled for a loss, once for each shape of its arrays.

    some  (state, fixed, batches, present, key, rates, first, last) -> the state after the steps from first up to last
    sums  (weights, fixed, batches, present) -> the sum of the losses of each batch, without a key
    """

    some: Callable[..., Tree]
    sums: Callable[..., Array]


@lru_cache(maxsize=8)
def _compiled(losses: Losses) -> _Steps:
    """Kept for those who train again with the same loss: compiling takes a second or more."""
    import jax
    import jax.numpy as jnp
    import optax

    def mean(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array) -> Array:
        each = losses(weights, fixed, batch, present, key)
        return jnp.sum(jnp.where(present, each, 0)) / jnp.maximum(jnp.sum(present), 1)

    def some(
        state: Tree,
        fixed: Tree,
        batches: tuple[Array, ...],
        present: Array,
        key: Array,
        rates: Array,
        first: int,
        last: int,
    ) -> Tree:
        def step(number: Array, state: Tree) -> Tree:
            weights, memory, means = state
            batch = tuple(array[number] for array in batches)
            key_here = jax.random.fold_in(key, number)
            loss, gradient = jax.value_and_grad(mean)(weights, fixed, batch, present[number], key_here)
            moves, memory = optax.scale_by_adam().update(gradient, memory, weights)
            weights = jax.tree.map(lambda weight, move: weight - rates[number] * move, weights, moves)
            return weights, memory, means.at[number].set(loss)

        return jax.lax.fori_loop(first, last, step, state)

    def sums(weights: Tree, fixed: Tree, batches: tuple[Array, ...], present: Array) -> Array:
        def one(number: Array) -> Array:
            batch = tuple(array[number] for array in batches)
            each = losses(weights, fixed, batch, present[number], None)
            return jnp.sum(jnp.where(present[number], each, 0))

        return jax.lax.map(one, jnp.arange(present.shape[0]))

    return _Steps(jax.jit(some, donate_argnums=0), jax.jit(sums))


class _Loop:
    """The state that the steps move: weights, Adam's memory and, inside an epoch, the loss of each step."""

    def __init__(self, losses: Losses, weights: Tree, fixed: Tree, params: GradientParams, seed: int) -> None:
        import jax
        import jax.numpy as jnp
        import optax

        self._params = params
        self._random = np.random.default_rng((seed, 1))  # (seed) alone is what the first weights are drawn from
        self._key = jax.random.key(seed)
        self._fixed = jax.tree.map(jnp.asarray, fixed)
        weights = jax.tree.map(jnp.array, weights)
        self._state = (weights, optax.scale_by_adam().init(weights))
        self._steps = _compiled(losses)
        self._steps_a_second: float | None = None

    def run(
        self,
        examples: Callable[[np.random.Generator], Arrays],
        held_out: HeldOut | None,
        stop: Event,
        report: Callable[[int, float, float | None], None],
    ) -> Trained:
        """All epochs, or as many as an early stop leaves; `report` gets (epochs done, share of the next, loss)."""
        import jax

        losses: list[float] = []
        best: tuple[float, Tree] | None = None
        waited = 0
        apart = None if held_out is None else self._batches(held_out.examples)
        for epoch in range(self._params.epochs):
            loss = self._epoch(epoch, examples(self._random), stop, partial(report, epoch))
            if stop.is_set():
                break
            if held_out is not None and apart is not None:
                loss = held_out.shown(self._mean_over(apart))
            if not math.isfinite(loss):
                raise ParameterError(
                    "The training ran away to infinite numbers: take a smaller learning_rate or more regularisation."
                )
            losses.append(loss)
            report(epoch + 1, 0.0, loss)
            if held_out is not None and held_out.patience is not None:
                waited = 0 if best is None or loss < best[0] else waited + 1
                if waited == 0:
                    best = (loss, jax.tree.map(np.array, self._state[0]))
                elif waited >= held_out.patience:
                    break
        final = self._state[0] if best is None else best[1]
        return Trained(jax.tree.map(np.asarray, final), tuple(losses))

    def _epoch(self, epoch: int, examples: Arrays, stop: Event, report: Callable[[float, float | None], None]) -> float:
        """Train on the examples in a new order, and the mean of their losses on the way."""
        import jax
        import jax.numpy as jnp

        order = self._random.permutation(len(examples[0]))
        batches, present = self._batches([array[order] for array in examples])
        key = jax.random.fold_in(self._key, epoch)
        done, steps = 0, len(present)
        passed = (epoch + np.arange(steps) / steps) / self._params.epochs
        rates = jnp.asarray(self._params.learning_rate * (1 - passed), jnp.float32)
        # The losses stay apart until the end: their sum must not depend on where the steps were cut into chunks.
        state = (*self._state, jnp.zeros(steps, jnp.float32))
        while done < steps and not stop.is_set():
            chunk = 1 if self._steps_a_second is None else max(1, int(self._steps_a_second * _SECONDS_A_CHUNK))
            last = min(done + chunk, steps)
            started = time.perf_counter()
            state = self._steps.some(state, self._fixed, batches, present, key, rates, done, last)
            state[2].block_until_ready()
            # The first chunk compiles, so that its time says nothing.
            if epoch > 0 or done > 0:
                self._steps_a_second = (last - done) / max(time.perf_counter() - started, 1e-6)
            done = last
            report(done / steps, None)
        self._state = state[:2]
        sizes = np.asarray(present).sum(axis=1)
        return float(np.asarray(state[2], np.float64) @ sizes / sizes.sum())

    def _mean_over(self, examples: tuple[tuple[Array, ...], Array]) -> float:
        batches, present = examples
        sums = np.asarray(self._steps.sums(self._state[0], self._fixed, batches, present), np.float64)
        return float(sums.sum() / np.asarray(present).sum())

    def _batches(self, examples: Arrays) -> tuple[tuple[Array, ...], Array]:
        """Each array as (steps, batch, ...), the last step filled up with zeros, and where it is not: present."""
        import jax.numpy as jnp

        number = len(examples[0])
        size = min(self._params.batch or batch_for(number), number)
        steps = -(-number // size)
        batches = []
        for array in examples:
            whole = np.zeros((steps * size, *array.shape[1:]), dtype=array.dtype)
            whole[:number] = array
            batches.append(jnp.asarray(whole.reshape(steps, size, *array.shape[1:])))
        present = (np.arange(steps * size) < number).reshape(steps, size)
        return tuple(batches), jnp.asarray(present)


def batch_for(number: int) -> int:
    """The batch for so many examples where none is given."""
    return min(max(number // _STEPS_AN_EPOCH, _LEAST_BATCH), _LARGEST_BATCH)
