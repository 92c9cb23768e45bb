"""Items that a user has not touched, drawn for the methods that learn by telling them from those that were."""

from __future__ import annotations

import numpy as np

from embedders.parts.alias import alias_table
from interactions.log import Codes


class Negatives:
    """Draws items in proportion to (users of the item) ** exponent, exponent 0 = all alike, without a user's own.

    Items that nobody touched are never drawn. A user who touched all others has no negative: any item is drawn then.
    """

    def __init__(self, user_codes: Codes, item_codes: Codes, n_users: int, n_items: int, exponent: float = 0.0) -> None:
        """Interactions as one entry an event, in any order; repeated ones count once."""
        pairs = np.sort(user_codes.astype(np.int64) * n_items + item_codes)
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # np.unique takes ten times as long
        self._items = (pairs % n_items).astype(np.int32)  # those of each user, ascending
        self._offsets = np.searchsorted(pairs, np.arange(n_users + 1, dtype=np.int64) * n_items)
        popularity = np.bincount(self._items, minlength=n_items)
        self._weights = np.where(popularity > 0, np.maximum(popularity, 1) ** float(exponent), 0.0)
        self._table = alias_table(self._weights)

    def draw(self, random: np.random.Generator, users: Codes, n: int) -> Codes:
        """For each user code n items, independent of each other: int32 (len(users), n)."""
        from embedders.parts import negatives_kernel

        negatives = np.empty((len(users), n), dtype=np.int32)
        negatives_kernel.draw(
            random,
            np.array(users, np.int32),
            self._offsets,
            self._items,
            self._table.chance,
            self._table.other,
            self._weights,
            negatives,
        )
        return negatives
