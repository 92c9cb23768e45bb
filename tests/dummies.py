"""A method with columns of the log as parameters and costs that anyone can work out: to test what is around it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from embedders.base import (
    Estimate,
    Family,
    ItemColumns,
    Learned,
    LogSize,
    Method,
    Params,
    Progress,
    UserColumns,
    parameter,
)
from interactions.features import encode_features
from interactions.log import InteractionLog


class SidedParams(Params):
    """Parameters of the dummy."""

    item_columns: ItemColumns = parameter((), "Columns of the item table to learn from; more say more of an item.")
    user_columns: UserColumns = parameter((), "Columns of the user table to learn from; more say more of a user.")
    repeats: int = parameter(1, "How often it is done; more take longer.", low=1, high=1000)


class Sided(Method[SidedParams]):
    """An item's vector is what its columns say of it, behind a 1; a training takes a microsecond an interaction."""

    name: ClassVar[str] = "sided"
    title: ClassVar[str] = "Sided"
    short: ClassVar[str] = "Sided"
    family: ClassVar[Family] = "neural"
    summary: ClassVar[str] = "Nothing."
    sees: ClassVar[str] = "Columns of the tables."
    Params = SidedParams

    def learn(self, log: InteractionLog, params: SidedParams, seed: int, progress: Progress) -> Learned:
        progress("Copying", 0, 1)
        known = encode_features(log.items, params.item_columns).matrix.toarray()
        encode_features(log.users, params.user_columns)
        vectors = np.zeros((log.n_items, params.dimensions))
        vectors[:, 0] = 1
        vectors[:, 1 : 1 + known.shape[1]] = known[:, : params.dimensions - 1]
        progress("Copying", 1, 1)
        return Learned(vectors)

    def estimate(self, size: LogSize, params: SidedParams) -> Estimate:
        return Estimate(1e-6 * size.interactions * params.repeats, 8.0 * size.items * params.dimensions)
