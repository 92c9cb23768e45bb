"""Factorisation machine over users, items, and the columns of their tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

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
from embedders.parts.factorisation_machine import (
    Active,
    Machine,
    Side,
    Table,
    active_rows,
    against_negatives,
    squared,
)
from embedders.parts.gradient import Arrays, GradientParams, HeldOut, Trained, Tree, batch_for, minimise
from embedders.parts.negatives import Negatives
from embedders.search import Between, OneOf
from errors import ParameterError
from interactions.features import encode_features
from interactions.log import Codes, InteractionLog

Loss = Literal["squared", "logistic", "bpr"]


class FmParams(GradientParams):
    """Parameters of the factorisation machine."""

    epochs: int = parameter(
        15,
        "Passes over all pairs of a user and an item; more fit them more closely.",
        low=1,
        high=1000,
        search=Between(5, 50, log=True),
    )
    learning_rate: float = parameter(
        0.01,
        "Size of the first step, from which it falls evenly to 0; larger learns faster and may overshoot.",
        low=1e-5,
        high=1.0,
        search=Between(0.001, 0.1, log=True),
    )
    regularisation: float | None = parameter(  # type: ignore[assignment]
        None,
        "Pull towards 0 of all weights and vectors that an example uses; larger gives shorter and more alike vectors. "
        "Empty = 0.07 for the squared loss, 0.01 for the others.",
        low=0.0,
        high=10.0,
        search=OneOf((None, 0.0, 0.0001, 0.001, 0.01, 0.1)),
    )
    loss: Literal["automatic", "squared", "logistic", "bpr"] = parameter(
        "automatic",
        "squared = fit the scores that stand in the log; logistic = tell touched items from drawn ones; bpr = put each "
        "touched item before drawn ones; automatic = squared where the log has different weights, else bpr.",
        search=OneOf(("automatic", "logistic", "bpr")),
    )
    negatives: int = parameter(
        4,
        "Drawn items for each touched one (logistic and bpr); more separate items better and take longer.",
        low=1,
        high=100,
        search=Between(1, 16, log=True),
    )
    ns_exponent: float = parameter(
        0.0,
        "Items are drawn by the number of their users to this power; larger draws popular items more often and so "
        "pushes them away more, 0 draws all alike.",
        low=-2.0,
        high=2.0,
        search=Between(-0.5, 1.0),
        advanced=True,
    )
    held_out: float = parameter(
        0.0,
        "Share of the user-item pairs that are not trained on but measured after each epoch; larger measures more "
        "surely and leaves less to learn from.",
        low=0.0,
        high=0.5,
    )


class Fm(Method[FmParams]):
    """Rendle, 2010, by Adam; the implicit losses after Rendle et al., 2009 (bpr) and He et al., 2017 (logistic)."""

    name: ClassVar[str] = "fm"
    title: ClassVar[str] = "Factorisation machine"
    short: ClassVar[str] = "FM"
    version: ClassVar[int] = 2
    family: ClassVar[Family] = "matrix factorisation"
    summary: ClassVar[str] = (
        "The error of a score that adds up a weight for each feature of user and item and a dot product for each pair "
        "of features: squared against the log's scores, or of telling touched items from drawn ones."
    )
    sees: ClassVar[str] = (
        "Who touched what, or the mean score that a user gave an item, and the chosen columns of the item and user "
        "tables; not how often and not in which order."
    )
    Params = FmParams

    def learns_from_ratings(self, params: FmParams) -> bool:
        """By the squared loss, where it is asked for."""
        return params.loss == "squared"

    def learn(self, log: InteractionLog, params: FmParams, seed: int, progress: Progress) -> Learned:
        """An item's vector is its own and those of its features; its bias is all that its scores have in common."""
        fitted = train(log, params, seed, progress)
        users, items = fitted.machine.users, fitted.machine.items
        return Learned(
            items.vectors, user_vectors=users.vectors, item_bias=items.bias, losses=fitted.losses, notes=fitted.notes
        )

    def estimate(self, size: LogSize, params: FmParams) -> Estimate:
        """For each pair of each epoch its scores; and in each step the tables of vectors, which move as a whole.

        As if the loss drew negatives, unless it is said to be squared: only the log itself tells which it will be.
        """
        pairs = size.filled * (1 - params.held_out)
        scores = pairs * (1 if params.loss == "squared" else 1 + params.negatives)
        features = 2 + len(params.item_columns) + len(params.user_columns)
        entries = (size.users + size.items) * (1 + params.dimensions)
        steps = pairs / (params.batch or batch_for(int(pairs)))
        epoch = scores * features * params.dimensions * 6e-9 + steps * 1.2e-9 * entries
        return Estimate(4 + params.epochs * epoch, 400e6 + 24.0 * entries + 40.0 * scores + 40.0 * size.interactions)


@dataclass(frozen=True)
class Fitted:
    """A trained machine, with what an Embedding has no place for."""

    machine: Machine
    losses: tuple[float, ...]
    notes: tuple[str, ...]


def train(log: InteractionLog, params: FmParams, seed: int, progress: Progress) -> Fitted:
    """Train on the log's user-item pairs; raises ParameterError where the loss does not fit the log."""
    progress("Encoding features", 0, params.epochs)
    loss = _chosen_loss(log, params)
    active = {
        "users": active_rows(log.n_users, encode_features(log.users, params.user_columns)),
        "items": active_rows(log.n_items, encode_features(log.items, params.item_columns)),
    }
    random = np.random.default_rng(seed)
    weights = {
        "offset": np.float32(0),
        "users": _first_weights(active["users"], params.dimensions, random),
        "items": _first_weights(active["items"], params.dimensions, random),
    }
    training, apart = _cut(log, params.held_out, random)
    if loss == "squared":
        trained, unit = _on_scores(training, apart, weights, active, params, seed, progress)
    else:
        negatives = Negatives(log.user_codes, log.item_codes, log.n_users, log.n_items, params.ns_exponent)
        trained = _on_order(loss, training, apart, negatives, weights, active, params, seed, progress)
        unit = _Unit(0.0, 1.0)
    fitted = Machine(
        unit.middle + unit.spread * float(trained.weights["offset"]),
        Side.trained(unit.of_table(trained.weights["users"]), active["users"], training.users),
        Side.trained(unit.of_table(trained.weights["items"]), active["items"], training.items),
    )
    return Fitted(fitted, trained.losses, _notes(loss, training, apart, fitted, trained.losses))


def _chosen_loss(log: InteractionLog, params: FmParams) -> Loss:
    scores = log.user_item_means().data
    differ = bool(scores.min() < scores.max())
    if params.loss == "automatic":
        return "squared" if differ else "bpr"
    if params.loss == "squared" and not differ:
        raise ParameterError(
            "loss = 'squared' fits scores, and all weights of this log, averaged by user and item, are equal: choose "
            "'bpr' or 'logistic', or a log with a column of scores as its weight."
        )
    return params.loss


def _regularisation(params: FmParams, loss: Loss) -> float:
    """What was given, else what suits the loss: the squared one is steeper than the log losses."""
    return _PULL[loss] if params.regularisation is None else params.regularisation


_PULL: dict[Loss, float] = {"squared": 0.07, "logistic": 0.01, "bpr": 0.01}


class _Pairs(NamedTuple):
    """Users int32, items int32, and the mean scores float32 that the one gave the other."""

    users: Codes
    items: Codes
    scores: npt.NDArray[np.float32]

    def at(self, places: npt.NDArray[np.int64]) -> _Pairs:
        return _Pairs(self.users[places], self.items[places], self.scores[places])


def _cut(log: InteractionLog, share: float, random: np.random.Generator) -> tuple[_Pairs, _Pairs]:
    """Each pair of the log once, in (training, held out): a random share, but nobody's and no item's only one."""
    means = log.user_item_means().tocoo()
    pairs = _Pairs(means.row.astype(np.int32), means.col.astype(np.int32), means.data)
    order = random.permutation(len(pairs.users))
    spare = np.ones(len(order), dtype=np.bool_)
    for codes in (pairs.users, pairs.items):
        spare[np.unique(codes[order], return_index=True)[1]] = False
    apart = order[spare][: int(share * len(order))]
    return pairs.at(np.setdiff1d(order, apart)), pairs.at(apart)


@dataclass(frozen=True)
class _Unit:
    """How scores are brought to mean 0 and spread 1, so that a step and a pull mean the same on any scale."""

    middle: float
    spread: float

    def root(self, squares: float) -> float:
        """A mean squared error as its root, in the unit of the scores."""
        return self.spread * math.sqrt(squares)

    def of_table(self, table: Table) -> Table:
        """The weights in the unit of the scores: of a product of two vectors each takes the root of the spread."""
        return Table(np.float32(self.spread) * table.linear, np.float32(math.sqrt(self.spread)) * table.vectors)


def _first_weights(active: Active, dimensions: int, random: np.random.Generator) -> Table:
    rows = int(active.rows.max()) + 1  # each feature is that of some row
    vectors = random.standard_normal((rows, dimensions), dtype=np.float32) * np.float32(_FIRST_LENGTH / dimensions**0.5)
    return Table(np.zeros(rows, np.float32), vectors)


_FIRST_LENGTH = 0.1  # of the vectors that training starts from: long enough to move apart, too short to matter


def _on_scores(
    training: _Pairs, apart: _Pairs, weights: Tree, active: Tree, params: FmParams, seed: int, progress: Progress
) -> tuple[Trained, _Unit]:
    unit = _Unit(float(training.scores.mean(dtype=np.float64)), float(training.scores.std(dtype=np.float64)) or 1.0)

    def in_unit(pairs: _Pairs) -> _Pairs:
        return pairs._replace(scores=((pairs.scores - unit.middle) / unit.spread).astype(np.float32))

    examples = in_unit(training)
    trained = minimise(
        squared(_regularisation(params, "squared")),
        weights,
        active,
        lambda random: examples,
        params,
        seed=seed,
        progress=progress,
        held_out=HeldOut(in_unit(apart), shown=unit.root) if len(apart.users) else None,
    )
    return trained, unit


def _on_order(
    loss: Literal["logistic", "bpr"],
    training: _Pairs,
    apart: _Pairs,
    negatives: Negatives,
    weights: Tree,
    active: Tree,
    params: FmParams,
    seed: int,
    progress: Progress,
) -> Trained:
    def with_negatives(pairs: _Pairs, random: np.random.Generator) -> Arrays:
        return pairs.users, pairs.items, negatives.draw(random, pairs.users, params.negatives)

    held_out = HeldOut(with_negatives(apart, np.random.default_rng((seed, 2)))) if len(apart.users) else None
    return minimise(
        against_negatives(loss, _regularisation(params, loss)),
        weights,
        active,
        lambda random: with_negatives(training, random),
        params,
        seed=seed,
        progress=progress,
        held_out=held_out,
    )


def _notes(loss: Loss, training: _Pairs, apart: _Pairs, fitted: Machine, losses: tuple[float, ...]) -> tuple[str, ...]:
    notes = [f"Loss: {loss}, on {len(training.users):,} pairs of a user and an item."]
    if len(apart.users):
        what = "root mean squared error" if loss == "squared" else "loss"
        notes.append(f"On {len(apart.users):,} pairs held out: {what} {losses[-1]:.4g}.")
    for name, side, seen in (("Users", fitted.users, training.users), ("Items", fitted.items, training.items)):
        unseen = np.ones(len(side.active.rows), dtype=np.bool_)
        unseen[seen] = False
        if from_features := int(side.vectors[unseen].any(axis=1).sum()):
            notes.append(f"{name} without interactions, whose vector is that of their features: {from_features:,}.")
    return tuple(notes)
