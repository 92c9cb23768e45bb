"""EGES's training written in JAX, batch by batch: the peer that the compiled kernel is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from embedders.base import Vectors
from embedders.parts import skip_gram
from interactions.features import Features
from interactions.sequences import Sequences

BATCH = 2048  # pairs; with more of them popular items are pushed too far at once, with fewer it is slower
PAIRS_ASKED = 200_000

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Learned:
    """Items' mixed vectors and their context vectors, float32 (n_items, dimensions) both."""

    vectors: Vectors
    context: Vectors


def pairs_of(sequences: Sequences, window: int, random: np.random.Generator) -> tuple[Codes, Codes]:
    """All (neighbour, centre) of the windows, each window as wide as drawn for its centre."""
    items = sequences.items
    sequence = np.repeat(np.arange(len(sequences.offsets) - 1), sequences.lengths())
    reach = random.integers(1, window + 1, size=len(items))
    inputs, centres = [], []
    for distance in range(1, window + 1):
        near = sequence[:-distance] == sequence[distance:]
        left, right = np.flatnonzero(near), np.flatnonzero(near) + distance
        for centre, other in ((left, right), (right, left)):
            reached = reach[centre] >= distance
            inputs.append(items[other[reached]])
            centres.append(items[centre[reached]])
    return np.concatenate(inputs), np.concatenate(centres)


def train(sequences: Sequences, features: Features, settings: skip_gram.Settings, *, seed: int) -> Learned:
    """The same model with draws from the same distributions; pairs come shuffled, and those of a batch move together.

    Windows shrink, no event is thinned out, and each item has one feature a column.
    """
    import jax
    import jax.numpy as jnp

    random = np.random.default_rng(seed)
    n_items, n_columns = features.matrix.shape[0], len(features.columns)
    parts = np.column_stack([np.arange(n_items), n_items + features.matrix.indices.reshape(n_items, n_columns)])
    _, table = skip_gram.chances(sequences, n_items, settings)
    chance, other = jnp.asarray(table.chance), jnp.asarray(table.other)
    first = skip_gram.first_vectors(n_items + features.n_features, settings.dimensions, random)
    of = jnp.asarray(parts)

    def losses(rows: Any, logits: Any, outputs: Any, counts: Any) -> Any:
        mixed = jnp.einsum("bs,bsd->bd", jax.nn.softmax(logits), rows)
        scores = jnp.einsum("bd,bkd->bk", mixed, outputs)
        return jax.nn.softplus(-scores[:, 0]).sum() + jnp.sum(counts * jax.nn.softplus(scores[:, 1:]))

    def step(state: Any, batch: Any) -> tuple[Any, None]:
        vectors, logits, context = state
        inputs, centres, rate, key = batch
        cells, levels = jax.random.split(key)
        cell = jax.random.randint(cells, (len(inputs), settings.negatives), 0, n_items)
        level = jax.random.uniform(levels, cell.shape)
        drawn = jnp.where(level < chance[cell], cell, other[cell])
        outputs = jnp.concatenate([centres[:, None], drawn], axis=1)
        which, counts = of[inputs], drawn != centres[:, None]
        slopes = jax.grad(losses, argnums=(0, 1, 2))(vectors[which], logits[inputs], context[outputs], counts)
        return (
            vectors.at[which].add(-rate * slopes[0]),
            logits.at[inputs].add(-rate * slopes[1]),
            context.at[outputs].add(-rate * slopes[2]),
        ), None

    epoch = jax.jit(lambda state, batches: jax.lax.scan(step, state, batches)[0], donate_argnums=0)
    state = (
        jnp.asarray(first),
        jnp.zeros((n_items, 1 + n_columns), dtype=jnp.float32),
        jnp.zeros((n_items, settings.dimensions), dtype=jnp.float32),
    )
    for number in range(settings.epochs):
        inputs, centres = pairs_of(sequences, settings.window or 0, random)
        batches = len(inputs) // BATCH
        order = random.permutation(len(inputs))[: batches * BATCH].reshape(batches, BATCH)
        done = (number + np.arange(batches) / batches) / settings.epochs
        rates = np.maximum(settings.learning_rate * (1 - done), skip_gram.LEAST_RATE).astype(np.float32)
        keys = jax.random.split(jax.random.key(int(random.integers(2**31))), batches)
        state = epoch(state, (inputs[order], centres[order], rates, keys))
    vectors, logits, context = (np.asarray(array) for array in state)
    weights = np.asarray(jax.nn.softmax(logits))
    return Learned(np.einsum("ns,nsd->nd", weights, vectors[parts]), context)


def loss(learned: Learned, sequences: Sequences, settings: skip_gram.Settings) -> float:
    """The mean loss of a pair with its negatives, over as many random pairs as settle it."""
    random = np.random.default_rng(1)
    inputs, centres = pairs_of(sequences, settings.window or 0, random)
    some = random.choice(len(inputs), size=min(PAIRS_ASKED, len(inputs)), replace=False)
    _, table = skip_gram.chances(sequences, len(learned.vectors), settings)
    cell = random.integers(len(learned.vectors), size=(len(some), settings.negatives))
    drawn = np.where(random.random(cell.shape) < table.chance[cell], cell, table.other[cell])
    mixed, right = learned.vectors[inputs[some]], learned.context[centres[some]]
    wrong = np.einsum("bd,bkd->bk", mixed, learned.context[drawn])
    counts = drawn != centres[some, np.newaxis]
    return float(np.mean(np.logaddexp(0, -(mixed * right).sum(1)) + (counts * np.logaddexp(0, wrong)).sum(1)))
