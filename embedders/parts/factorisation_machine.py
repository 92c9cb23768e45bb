"""A factorisation machine of degree 2 (Rendle, 2010): its score, on numpy's arrays and on JAX's alike, and its losses.

An example is a user and an item. Its features are those two, and what their tables say of them. Feature i has the value
x_i, a weight w_i and a vector v_i, and the score is

    w_0 + Σ_i w_i x_i + Σ_{i<j} <v_i, v_j> x_i x_j,    the last sum being ½ Σ_f ((Σ_i v_if x_i)² - Σ_i v_if² x_i²)

which takes as many steps as there are features, and not as pairs of them. The two sums over i are worked out for the
user and for the item apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from embedders.base import Vectors
from embedders.parts.gradient import Array, Losses, Tree
from interactions.features import Features
from interactions.log import Codes


class Table(NamedTuple):
    """The weights of one side: rows 0..n-1 are its users or items themselves, those behind them their features.

    linear   float32 (rows,);  vectors  float32 (rows, dimensions)
    """

    linear: Array
    vectors: Array


class Active(NamedTuple):
    """Which rows of a table speak for each user or item, and how loud; a place that is left over has share 0.

    rows  int32 (n, m);  shares  float32 (n, m), the x of the formula; the first place is its own row, of share 1
    """

    rows: Array
    shares: Array

    def of(self, codes: Array) -> Active:
        """Those of the users or items of these codes, with one axis more than the codes."""
        return Active(self.rows[codes], self.shares[codes])


class Spoken(NamedTuple):
    """The weights of active rows: shares (..., m), linear (..., m), vectors (..., m, dimensions)."""

    shares: Array
    linear: Array
    vectors: Array


class Sums(NamedTuple):
    """Of active rows: Σ w x (...), Σ v x (..., dimensions), Σ v² x² (..., dimensions)."""

    linear: Array
    vectors: Array
    squares: Array


def active_rows(n: int, features: Features) -> Active:
    """The rows of n users or items, each with its features."""
    columns, shares = features.padded()
    own = np.arange(n, dtype=np.int32)[:, np.newaxis]
    return Active(
        np.concatenate([own, columns + np.int32(n)], axis=1),
        np.concatenate([np.ones((n, 1), np.float32), shares], axis=1),
    )


def spoken(table: Table, active: Active) -> Spoken:
    """Looked up once for all that is made of them: under JAX each look-up costs as much again on the way back."""
    return Spoken(active.shares, table.linear[active.rows], table.vectors[active.rows])


def added_up(rows: Spoken) -> Sums:
    """What of the score the rows give."""
    parts = rows.shares[..., np.newaxis] * rows.vectors
    return Sums((rows.shares * rows.linear).sum(-1), parts.sum(-2), (parts**2).sum(-2))


def score(offset: Array, users: Sums, items: Sums) -> Array:
    """The formula; offset is w_0."""
    pairs = ((users.vectors + items.vectors) ** 2 - users.squares - items.squares).sum(-1)
    return offset + users.linear + items.linear + pairs / 2


def lengths(rows: Spoken) -> Array:
    """Σ (w² + |v|²) over the rows: what regularisation pulls at."""
    return ((rows.shares > 0) * (rows.linear**2 + (rows.vectors**2).sum(-1))).sum(-1)


@cache
def squared(regularisation: float) -> Losses:
    """The squared error of examples (user, item, score), regularised by the rows that speak in each."""

    def losses(weights: Tree, active: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        users = spoken(weights["users"], active["users"].of(batch[0]))
        items = spoken(weights["items"], active["items"].of(batch[1]))
        each = (score(weights["offset"], added_up(users), added_up(items)) - batch[2]) ** 2
        return each if key is None else each + regularisation * (lengths(users) + lengths(items))

    return losses


@cache
def against_negatives(kind: Literal["logistic", "bpr"], regularisation: float) -> Losses:
    """Log losses of examples (user, touched item, its negatives (n,)), regularised by the rows that speak in each.

    bpr       that the touched item comes before a negative, the mean over the negatives
    logistic  that an item is touched or not, the sum over the touched one and its negatives
    """

    def losses(weights: Tree, active: Tree, batch: tuple[Array, ...], present: Array, key: Array | None) -> Array:
        import jax
        import jax.numpy as jnp

        shown = jnp.concatenate([batch[1][:, np.newaxis], batch[2]], axis=1)
        users = spoken(weights["users"], active["users"].of(batch[0][:, np.newaxis]))
        items = spoken(weights["items"], active["items"].of(shown))
        scores = score(weights["offset"], added_up(users), added_up(items))
        touched, drawn = scores[:, :1], scores[:, 1:]
        if kind == "bpr":
            each = jax.nn.softplus(drawn - touched).mean(1)
        else:
            each = jax.nn.softplus(jnp.concatenate([-touched, drawn], axis=1)).sum(1)
        if key is None:
            return each
        of_items = lengths(items)
        return each + regularisation * (lengths(users)[:, 0] + of_items[:, 0] + of_items[:, 1:].mean(1))

    return losses


@dataclass(frozen=True)
class Side:
    """Users or items after training, rows that were not trained being 0."""

    table: Table
    active: Active

    @classmethod
    def trained(cls, table: Table, active: Active, codes: Codes) -> Side:
        """Without the rows that speak for none of the codes that were trained on."""
        rows, shares = active.of(np.unique(codes))
        used = np.zeros(len(table.linear), dtype=np.bool_)
        used[rows[shares > 0]] = True
        return cls(Table(np.where(used, table.linear, 0), np.where(used[:, np.newaxis], table.vectors, 0)), active)

    @property
    def vectors(self) -> Vectors:
        """Own vector and those of the features, each times its share, float32 (n, dimensions)."""
        return np.asarray(added_up(spoken(self.table, self.active)).vectors)

    @property
    def bias(self) -> npt.NDArray[np.float32]:
        """What of every score comes from this side alone: Σ w x, and the pairs of its own features, float32 (n,)."""
        sums = added_up(spoken(self.table, self.active))
        return np.asarray(sums.linear + (sums.vectors**2 - sums.squares).sum(-1) / 2)


@dataclass(frozen=True)
class Machine:
    """A trained factorisation machine."""

    offset: float
    users: Side
    items: Side

    def scores(self, users: Codes, items: Codes) -> npt.NDArray[np.float64]:
        """The score of each pair, in the unit of the scores it was trained on, float64 (n,)."""
        of_users = added_up(spoken(self.users.table, self.users.active.of(users)))
        of_items = added_up(spoken(self.items.table, self.items.active.of(items)))
        return np.asarray(score(self.offset, of_users, of_items), dtype=np.float64)
