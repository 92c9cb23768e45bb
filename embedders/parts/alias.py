"""Alias tables: a draw from any distribution over n things in two look-ups (Walker 1977, built as Vose 1991)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class AliasTable(NamedTuple):
    """Draw i evenly from 0..n-1 and u from [0, 1): the answer is i if u < chance[i], else other[i].

    chance  float32 (n,);  other  int32 (n,)
    """

    chance: npt.NDArray[np.float32]
    other: npt.NDArray[np.int32]


def alias_table(weights: npt.NDArray[np.floating]) -> AliasTable:
    """The table for weights >= 0 with a sum > 0; a thing of weight 0 is never drawn.

    >>> table = alias_table(np.array([1.0, 3.0]))  # means 2: a draw of the first cell gives it up half the time
    >>> table.chance.tolist(), table.other.tolist()
    ([0.5, 1.0], [1, 1])
    """
    n = len(weights)
    shares = np.asarray(weights, dtype=np.float64) * (n / np.sum(weights, dtype=np.float64))
    chance = np.ones(n, dtype=np.float32)
    other = np.arange(n, dtype=np.int32)
    small, large = list(np.flatnonzero(shares < 1)), list(np.flatnonzero(shares >= 1))
    while small and large:
        poor, rich = small.pop(), large[-1]
        chance[poor], other[poor] = shares[poor], rich
        shares[rich] -= 1 - shares[poor]
        if shares[rich] < 1:
            small.append(large.pop())
    return AliasTable(chance, other)
