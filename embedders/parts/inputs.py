"""Users or items as a network takes them in: a vector of their own, and the mean of the vectors of their features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interactions.features import encode_features

if TYPE_CHECKING:
    import pandas as pd

Tree = dict[str, Any]
Array = Any  # a JAX array, or numpy's


@dataclass(frozen=True)
class Inputs:
    """One side of a log.

    weights  "own": float32 (n, dimensions), and with columns "features": float32 (n_features, dimensions); a row that
             training never sees is 0 and stays so
    fixed    with columns "features": int32 and "shares": float32, both (n, most features of a row): the features of
             each row and what each counts, together 1
    known    bool (n,): which rows have a vector once training is over, their own or one from their features
    """

    weights: Tree
    fixed: Tree
    known: npt.NDArray[np.bool_]


def make_inputs(
    table: pd.DataFrame,
    columns: Sequence[str],
    seen: npt.NDArray[np.bool_],
    dimensions: int,
    spread: float,
    random: np.random.Generator,
) -> Inputs:
    """Vectors drawn with standard deviation `spread` for the rows that are in the training (`seen`) and their features.

    Raises ParameterError where a column is not there.
    """

    def drawn(rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        vectors = random.normal(0.0, spread, size=(len(rows), dimensions)).astype(np.float32)
        vectors[~rows] = 0
        return vectors

    weights: Tree = {"own": drawn(seen)}
    if not columns:
        return Inputs(weights, {}, seen)
    encoded = encode_features(table, columns)
    features, shares = encoded.padded()
    feature_seen = np.asarray(encoded.matrix[seen].sum(axis=0)).ravel() > 0
    weights["features"] = drawn(feature_seen)
    known = seen | (encoded.matrix @ feature_seen.astype(np.float32) > 0)
    return Inputs(weights, {"features": features, "shares": shares / np.float32(len(columns))}, known)


def vectors_of(weights: Tree, fixed: Tree, codes: Array) -> Array:
    """The vectors of rows, codes (...) -> (..., dimensions)."""
    own = weights["own"][codes]
    if "features" not in weights:
        return own
    parts = weights["features"][fixed["features"][codes]]
    return own + (fixed["shares"][codes][..., np.newaxis] * parts).sum(axis=-2)


def note_on_unseen(things: str, inputs: Inputs, seen: npt.NDArray[np.bool_]) -> list[str]:
    """What a person should know about those that got a vector without an interaction; things = "Items" or "Users"."""
    number = int((inputs.known & ~seen).sum())
    return [f"{things} without interactions, whose vector is that of their features: {number:,}."] if number else []
