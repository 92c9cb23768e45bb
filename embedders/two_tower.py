"""Two towers, one for users and one for items, that meet in a softmax over the items of the batch."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from embedders.base import (
    Estimate,
    Family,
    Learned,
    LogSize,
    Method,
    Progress,
    parameter,
)
from embedders.parts.gradient import GradientParams, Losses, minimise
from embedders.parts.inputs import make_inputs, note_on_unseen, vectors_of
from embedders.parts.layers import make_layers, rectified
from embedders.search import Between, OneOf
from errors import ParameterError
from interactions.log import InteractionLog

Array = Any  # a JAX array
Tree = Any

_SPREAD = 0.1  # of the first vectors
_TINY = 1e-6  # the squared length below which a row is not brought to length 1: its gradients would have no end
_NEVER = -1e9  # a score that a softmax takes as 0, finite so that gradients stay numbers


class TwoTowerParams(GradientParams):
    """Parameters of the two towers."""

    batch: int | None = parameter(
        None,
        "Interactions that one step looks at together, each against the items of the others; larger tells an item from "
        "more others and takes longer. Empty = a hundredth of them, but 32 to 1,024.",
        low=16,
        high=65_536,
        search=OneOf((None, 64, 256, 1024)),
        advanced=True,
    )
    temperature: float = parameter(
        0.1,
        "What cosines are divided by before the softmax; larger tells items apart less sharply, smaller lets the few "
        "nearest wrong items decide.",
        low=0.01,
        high=1.0,
        search=Between(0.02, 0.5, log=True),
    )
    history: int = parameter(
        20,
        "Items of the user's history whose mean goes into the user tower, drawn anew in each step where there are "
        "more; larger is truer to the whole history and takes longer, 0 leaves the history out.",
        low=0,
        high=1000,
        search=Between(0, 50),
    )
    layers: int = parameter(
        0,
        "Hidden layers of each tower; more can tell more tangled tastes, need more data, and take longer.",
        low=0,
        high=4,
        search=Between(0, 2),
    )
    width: int = parameter(128, "Units of each hidden layer; more fit more closely.", low=2, high=2048, advanced=True)
    log_q: bool = parameter(
        True,
        "Take the log of an item's share of all interactions off its score in the softmax: else popular items, which "
        "stand in nearly every batch as a wrong answer, are pushed too low.",
        search=OneOf((True, False)),
    )
    mask_hits: bool = parameter(
        True, "Leave out of the wrong answers those rows of the batch that hold the right item again."
    )


class TwoTower(Method[TwoTowerParams]):
    """Yi et al., 2019: in-batch softmax, corrected by the chance with which each item gets into a batch.

    The user tower takes the user's own vector, the mean of the own vectors of the items that the user touched, and the
    user's columns; the item tower the item's own vector and its columns. Both end in a row of length 1. The item that
    is to be told is left out of the history, which else would give it away.
    """

    name: ClassVar[str] = "two_tower"
    title: ClassVar[str] = "Two-tower"
    short: ClassVar[str] = "Two-tower"
    version: ClassVar[int] = 2
    family: ClassVar[Family] = "neural"
    summary: ClassVar[str] = (
        "The likelihood of the touched item among all items of the batch, by the cosine of what two networks make of "
        "the user and of the item."
    )
    sees: ClassVar[str] = (
        "Each interaction with the user's whole history as a set: who touched what and how often, not in which order; "
        "and the columns that it is given."
    )
    Params = TwoTowerParams

    def estimate(self, size: LogSize, params: TwoTowerParams) -> Estimate:
        """A step goes over all pairs of its batch, over the histories, through the layers, and over all vectors."""
        batch, dimensions = batch_size(params, size.interactions), params.dimensions
        entries = (size.users + size.items) * dimensions
        products = sum(inputs * outputs for inputs, outputs in pairwise(layer_sizes(params)))
        step = batch * (batch * (1.5e-9 + 7e-11 * dimensions) + 2.4e-9 * (params.history + 3) * dimensions)
        step += 3.2e-10 * batch * products + 1.2e-9 * entries
        steps = params.epochs * size.interactions / batch
        memory = 300e6 + 24 * entries + 80 * size.interactions + 20 * batch**2
        return Estimate(4 + 5e-7 * size.interactions + steps * step, memory)

    def learn(self, log: InteractionLog, params: TwoTowerParams, seed: int, progress: Progress) -> Learned:
        """Histories, the towers, and what they make of every item and of every user with the whole history."""
        progress("Collecting histories", 0, params.epochs)
        random = np.random.default_rng(seed)
        share = np.bincount(log.item_codes, minlength=log.n_items) / log.n_interactions
        seen_users = np.bincount(log.user_codes, minlength=log.n_users) > 0
        seen_items = share > 0
        if seen_items.sum() < 2:
            raise ParameterError(
                "Two-tower needs at least 2 items with interactions, and this log has 1: take another log."
            )
        history, places = collect_history(log)
        users = make_inputs(log.users, params.user_columns, seen_users, params.dimensions, _SPREAD, random)
        items = make_inputs(log.items, params.item_columns, seen_items, params.dimensions, _SPREAD, random)
        sizes = layer_sizes(params)
        weights = {
            "users": users.weights,
            "items": items.weights,
            "user_layers": make_layers(sizes, random),
            "item_layers": make_layers(sizes, random),
        }
        fixed = {
            "users": users.fixed,
            "items": items.fixed,
            "history": history,
            "log_share": np.log(np.maximum(share, 1 / log.n_interactions)).astype(np.float32),
        }
        trained = minimise(
            batch_losses(params),
            weights,
            fixed,
            lambda random: (log.user_codes, log.item_codes, places),
            params.model_copy(update={"batch": batch_size(params, log.n_interactions)}),
            seed=seed,
            progress=progress,
        )
        item_vectors = tower(
            trained.weights["item_layers"],
            vectors_of(trained.weights["items"], items.fixed, np.arange(log.n_items)),
        )
        user_inputs = vectors_of(trained.weights["users"], users.fixed, np.arange(log.n_users))
        if params.history:
            user_inputs = user_inputs + whole_history_mean(trained.weights["items"]["own"], history)
        user_vectors = tower(trained.weights["user_layers"], user_inputs)
        notes = note_on_unseen("Items", items, seen_items) + note_on_unseen("Users", users, seen_users)
        return Learned(
            np.where(items.known[:, np.newaxis], item_vectors, 0),
            user_vectors=np.where(users.known[:, np.newaxis], user_vectors, 0),
            losses=trained.losses,
            notes=tuple(notes),
        )


def batch_size(params: TwoTowerParams, interactions: int) -> int:
    """The batch that was asked for, or one that leaves an epoch about a hundred steps or more."""
    return params.batch or min(max(interactions // 100, 32), 1024)


def layer_sizes(params: TwoTowerParams) -> list[int]:
    """The units from a tower's inputs to its outputs; without a hidden layer there are no layers at all."""
    return [params.dimensions, *[params.width] * params.layers, *[params.dimensions] * (params.layers > 0)]


class History(NamedTuple):
    """The different items of each user, one user after the other.

    items    int32 (n_pairs,), ascending for each user
    starts   int32 (n_users,): where a user's items begin
    lengths  int32 (n_users,)
    """

    items: Array
    starts: Array
    lengths: Array


def collect_history(log: InteractionLog) -> tuple[History, npt.NDArray[np.int32]]:
    """The histories, and for each interaction the place of its item among its user's, int32 (n_interactions,)."""
    keys = log.user_codes.astype(np.int64) * log.n_items + log.item_codes
    pairs, pair = np.unique(keys, return_inverse=True)
    users, items = np.divmod(pairs, log.n_items)
    lengths = np.bincount(users, minlength=log.n_users)
    starts = np.cumsum(lengths) - lengths
    history = History(items.astype(np.int32), starts.astype(np.int32), lengths.astype(np.int32))
    return history, (pair - starts[log.user_codes]).astype(np.int32)


def drawn_history(history: History, users: Array, places: Array, most: int, key: Array) -> tuple[Array, Array]:
    """Items of the users' histories without the one at `places`: (codes, there), both (batch, most).

    All of them where there are at most `most`, else that many drawn evenly, with replacement.
    """
    import jax
    import jax.numpy as jnp

    others = (history.lengths[users] - 1)[:, np.newaxis]
    in_order = jnp.arange(most)
    drawn = jax.random.randint(key, (len(users), most), 0, jnp.maximum(others, 1))
    there = in_order < others
    place = jnp.where(others > most, drawn, jnp.where(there, in_order, 0))
    place = place + (there & (place >= places[:, np.newaxis]))  # steps over the one that is left out
    return history.items[history.starts[users][:, np.newaxis] + place], there


def history_mean(vectors: Array, codes: Array, there: Array) -> Array:
    """The mean of the vectors of the codes that are there, 0 where none is; (batch, most) -> (batch, dimensions)."""
    import jax.numpy as jnp

    total = jnp.einsum("bm,bmd->bd", there.astype(vectors.dtype), vectors[codes])
    return total / jnp.maximum(there.sum(axis=1), 1)[:, np.newaxis]


def whole_history_mean(vectors: npt.NDArray[np.float32], history: History) -> npt.NDArray[np.float32]:
    """The mean over each user's whole history, (n_users, dimensions)."""
    from scipy import sparse

    offsets = np.append(history.starts, len(history.items))
    shares = np.repeat(1 / np.maximum(history.lengths, 1), history.lengths).astype(np.float32)
    matrix = sparse.csr_matrix((shares, history.items, offsets), shape=(len(history.lengths), len(vectors)))
    return np.asarray(matrix @ vectors)


def tower(layers: list[Tree], inputs: Array) -> Array:
    """The hidden layers, the last one without a bend, and rows brought to length 1; a row of zeros stays one."""
    import jax
    import jax.numpy as jnp

    for layer in layers[:-1]:
        inputs = rectified(layer, inputs)
    for layer in layers[-1:]:
        inputs = inputs @ layer["matrix"] + layer["offset"]
    return inputs * jax.lax.rsqrt(jnp.maximum((inputs**2).sum(axis=-1, keepdims=True), _TINY))


def in_batch_losses(
    users: Array,
    items: Array,
    codes: Array,
    log_share: Array | None,
    present: Array,
    temperature: float,
    *,
    mask_hits: bool,
) -> Array:
    """-log of the softmax of each row's own item among the items of all rows, (batch,).

    users, items  float (batch, dimensions), what the towers make of each row's user and item
    codes         int (batch,): the items; where mask_hits is on a row's own item counts once, wherever else it stands
    log_share     float (batch,): log of each item's share of the interactions, taken off its scores; None = left as is
    present       bool (batch,): the rows that count
    """
    import jax
    import jax.numpy as jnp

    scores = users @ items.T / temperature
    if log_share is not None:
        scores = scores - log_share
    own = jnp.eye(len(codes), dtype=bool)
    others = present[np.newaxis, :]
    if mask_hits:
        others = others & (codes[:, np.newaxis] != codes)
    return jax.nn.logsumexp(jnp.where(own | others, scores, _NEVER), axis=1) - jnp.diagonal(scores)


def batch_losses(params: TwoTowerParams) -> Losses:
    """The loss of each interaction (user, item, place of the item in the user's history)."""

    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        users, items, places = batch
        user_inputs = vectors_of(weights["users"], fixed["users"], users)
        item_inputs = vectors_of(weights["items"], fixed["items"], items)
        if params.history:
            codes, there = drawn_history(fixed["history"], users, places, params.history, key)
            user_inputs = user_inputs + history_mean(weights["items"]["own"], codes, there)
        each = in_batch_losses(
            tower(weights["user_layers"], user_inputs),
            tower(weights["item_layers"], item_inputs),
            items,
            fixed["log_share"][items] if params.log_q else None,
            present,
            params.temperature,
            mask_hits=params.mask_hits,
        )
        lengths = (user_inputs**2).sum(axis=1) + (item_inputs**2).sum(axis=1)
        return each + params.regularisation / 2 * lengths

    return losses
