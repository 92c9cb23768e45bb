"""NeuMF: a network over vectors of users and items, trained end to end to tell what a user touched."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

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
from embedders.parts.gradient import GradientParams, HeldOut, Losses, batch_for, minimise
from embedders.parts.inputs import make_inputs, note_on_unseen, vectors_of
from embedders.parts.layers import dropped, make_layers, rectified
from embedders.parts.negatives import Negatives
from embedders.search import Between
from errors import ParameterError
from interactions.log import InteractionLog

Array = Any  # a JAX array
Tree = Any
Pairs = npt.NDArray[np.int32]  # (n, 2): user code, item code

_SPREAD = 0.05  # of the first vectors


class NeuralParams(GradientParams):
    """Parameters of NeuMF."""

    epochs: int = parameter(
        30,
        "Passes over all user-item pairs at most; more fit them more closely, and the step falls more slowly.",
        low=1,
        high=1000,
        search=Between(10, 60, log=True),
    )
    layers: int = parameter(
        2,
        "Hidden layers over the vectors of user and item; more can tell more tangled tastes and fit chance sooner, 0 "
        "leaves the product alone.",
        low=0,
        high=8,
        search=Between(0, 3),
    )
    width: int = parameter(
        64,
        "Units of the first hidden layer, half as many in each further one; more fit more closely.",
        low=2,
        high=2048,
        advanced=True,
    )
    dropout: float = parameter(
        0.2,
        "Share of the units of the hidden layers that each step leaves out; larger fits chance less and learns slower.",
        low=0.0,
        high=0.9,
        search=Between(0.0, 0.6),
    )
    vector_dropout: float = parameter(
        0.5,
        "Share of the entries of the vectors of user and item that each step leaves out; larger keeps users from being "
        "learned by heart, so that more epochs bring items closer to their like, and learns slower.",
        low=0.0,
        high=0.9,
        search=Between(0.0, 0.8),
        advanced=True,
    )
    negatives: int = parameter(
        4,
        "Items drawn for each pair among those that the user did not touch; more tell items apart better and take "
        "longer.",
        low=1,
        high=100,
        search=Between(1, 10, log=True),
    )
    ns_exponent: float = parameter(
        0.75,
        "Items are drawn by the number of their users to this power; larger draws popular items more often, so that "
        "taste has to tell items apart and not popularity, 0 draws all alike as the paper does.",
        low=-2.0,
        high=2.0,
        search=Between(-0.5, 1.0),
        advanced=True,
    )
    held_out: float = parameter(
        0.1,
        "Share of the user-item pairs that is kept out of the training to watch the loss on; larger watches more "
        "surely and leaves less to learn from, 0 trains on all.",
        low=0.0,
        high=0.5,
    )
    patience: int = parameter(
        3,
        "Epochs without a smaller loss on the held-out pairs after which the training ends; larger waits longer. The "
        "vectors are those of the best epoch.",
        low=1,
        high=1000,
        advanced=True,
    )


class Neural(Method[NeuralParams]):
    """He et al., 2017, with one table of vectors for both halves, so that an item has one vector.

    A user's and an item's vector go into an elementwise product (GMF) and, side by side, into hidden layers (MLP); the
    last layer adds up both. The loss is the logistic one with negatives drawn anew in each epoch.
    """

    name: ClassVar[str] = "neural"
    title: ClassVar[str] = "NeuMF"
    short: ClassVar[str] = "NeuMF"
    version: ClassVar[int] = 2
    family: ClassVar[Family] = "neural"
    summary: ClassVar[str] = (
        "The likelihood that a network over the vectors of user and item tells touched items from drawn ones."
    )
    sees: ClassVar[str] = (
        "The user-item matrix as yes or no: who touched what, not how often and not in which order; and the columns "
        "that it is given."
    )
    Params = NeuralParams

    def estimate(self, size: LogSize, params: NeuralParams) -> Estimate:
        """As if no epoch were spared: each score goes through the layers, and each step through all vectors."""
        pairs = size.filled * (1 - params.held_out)
        scores = pairs * (1 + params.negatives)
        entries = (size.users + size.items) * params.dimensions
        products = sum(inputs * outputs for inputs, outputs in pairwise(layer_sizes(params)))
        steps = pairs / (params.batch or batch_for(int(pairs)))
        epoch = scores * (1.5e-8 * params.dimensions + 2.2e-10 * products) + steps * 1.2e-9 * entries
        memory = 300e6 + 24 * entries + 90 * scores + 40 * size.interactions
        return Estimate(4 + params.epochs * epoch, memory)

    def learn(self, log: InteractionLog, params: NeuralParams, seed: int, progress: Progress) -> Learned:
        """Pairs, those that are held out, the network, and what a person should know of its training."""
        progress("Collecting pairs", 0, params.epochs)
        random = np.random.default_rng(seed)
        pairs = distinct_pairs(log)
        seen_users = np.bincount(pairs[:, 0], minlength=log.n_users) > 0
        seen_items = np.bincount(pairs[:, 1], minlength=log.n_items) > 0
        if seen_items.sum() < 2:
            raise ParameterError(
                "NeuMF needs at least 2 items with interactions, and this log has 1: take another log."
            )
        out = hold_out(pairs, params.held_out, random)
        trained_on = pairs[~out]
        # A held-out pair is to the training what any untouched one is, so it may be drawn there.
        of_training, of_all = (
            Negatives(some[:, 0], some[:, 1], log.n_users, log.n_items, params.ns_exponent)
            for some in (trained_on, pairs)
        )
        watched = None
        if out.any():
            drawn = of_all.draw(random, pairs[out, 0], params.negatives)
            watched = HeldOut((*pairs[out].T, drawn), params.patience)
        users = make_inputs(log.users, params.user_columns, seen_users, params.dimensions, _SPREAD, random)
        items = make_inputs(log.items, params.item_columns, seen_items, params.dimensions, _SPREAD, random)
        weights = {"users": users.weights, "items": items.weights, **make_head(params, random)}
        trained = minimise(
            batch_losses(params),
            weights,
            {"users": users.fixed, "items": items.fixed},
            lambda random: (*trained_on.T, of_training.draw(random, trained_on[:, 0], params.negatives)),
            params,
            seed=seed,
            progress=progress,
            held_out=watched,
        )
        notes = note_on_unseen("Items", items, seen_items) + note_on_unseen("Users", users, seen_users)
        return Learned(
            vectors_of(trained.weights["items"], items.fixed, np.arange(log.n_items)),
            user_vectors=vectors_of(trained.weights["users"], users.fixed, np.arange(log.n_users)),
            losses=trained.losses,
            notes=tuple(notes),
        )


def distinct_pairs(log: InteractionLog) -> Pairs:
    """Each user with each item that the user touched, once; ascending."""
    users, items = log.user_item_matrix().nonzero()
    return np.stack([users, items], axis=1).astype(np.int32)


def hold_out(pairs: Pairs, share: float, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which pairs are kept out of the training, bool (n,): drawn so that every user and every item keeps a pair."""
    order = random.permutation(len(pairs))
    may_go = np.ones(len(pairs), dtype=bool)
    for side in (0, 1):
        _, first = np.unique(pairs[order, side], return_index=True)
        may_go[order[first]] = False
    out = np.zeros(len(pairs), dtype=bool)
    out[order[may_go[order]][: int(share * len(pairs))]] = True
    return out


def layer_sizes(params: NeuralParams) -> list[int]:
    """Both vectors side by side, then the units of each hidden layer."""
    return [2 * params.dimensions, *(max(params.width >> number, 2) for number in range(params.layers))]


def make_head(params: NeuralParams, random: np.random.Generator) -> Tree:
    """What stands above the vectors of user and item: the hidden layers, and the last layer's weights."""
    sizes = layer_sizes(params)
    outputs = sizes[-1] if params.layers else 0
    return {
        "layers": make_layers(sizes, random),
        "of_product": np.ones(params.dimensions, dtype=np.float32),
        "of_hidden": random.normal(0.0, np.sqrt(1 / sizes[-1]), size=outputs).astype(np.float32),
        "offset": np.float32(0),
    }


def pair_scores(weights: Tree, users: Array, items: Array, params: NeuralParams, key: Array | None) -> Array:
    """a·(p * q) + b·MLP([p, q]) + c, the log odds that the user touched the item; (..., dimensions) both -> (...).

    Without hidden layers the middle term is not there; key=None leaves nothing out.
    """
    import jax
    import jax.numpy as jnp

    def left_out(values: Array, share: float, place: int) -> Array:
        return dropped(values, share, None if key is None else jax.random.fold_in(key, place))

    users, items = left_out(users, params.vector_dropout, 0), left_out(items, params.vector_dropout, 1)
    product = (users * items) @ weights["of_product"] + weights["offset"]
    if not weights["layers"]:
        return product
    hidden = jnp.concatenate([users, items], axis=-1)
    for place, layer in enumerate(weights["layers"], start=2):
        hidden = left_out(rectified(layer, hidden), params.dropout, place)
    return product + hidden @ weights["of_hidden"]


def logistic_losses(scores: Array) -> Array:
    """The mean of -log p of each row's first score s and -log(1 - p) of its others, p = 1 / (1 + e^-s).

    (batch, 1 + n) -> (batch,)
    """
    import jax

    return (jax.nn.softplus(-scores[:, :1]).sum(axis=1) + jax.nn.softplus(scores[:, 1:]).sum(axis=1)) / scores.shape[1]


def batch_losses(params: NeuralParams) -> Losses:
    """The loss of each (user, touched item, drawn items); on held-out ones without dropout and regularisation."""

    def losses(weights: Tree, fixed: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        import jax.numpy as jnp

        user_codes, item_codes, drawn = batch
        users = vectors_of(weights["users"], fixed["users"], user_codes)[:, np.newaxis]
        items = vectors_of(
            weights["items"], fixed["items"], jnp.concatenate([item_codes[:, np.newaxis], drawn], axis=1)
        )
        scores = pair_scores(weights, jnp.broadcast_to(users, items.shape), items, params, key)
        each = logistic_losses(scores)
        if key is None:
            return each
        lengths = (users**2).sum(axis=(1, 2)) + (items**2).sum(axis=2).mean(axis=1)
        return each + params.regularisation / 2 * lengths

    return losses
