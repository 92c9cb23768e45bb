"""The rows of a log while it is cleaned: in the order of the file, with ids as codes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from interactions.column_names import Role
from interactions.log import Codes


class Rows(NamedTuple):
    """The rows that are left.

    sessions, times, weights, quantities   None where there are none; a quantity is NaN where it is no number
    session_ids                            of the session column; empty where sessions were cut anew
    users_are_sessions                     no column holds users: the codes and ids of users are those of sessions
    texts                                  codes (-1 = empty) and texts of titles, categories and kinds of event
    """

    users: Codes
    items: Codes
    user_ids: list[str]
    item_ids: list[str]
    sessions: Codes | None
    session_ids: list[str]
    users_are_sessions: bool
    times: npt.NDArray[np.int64] | None
    weights: npt.NDArray[np.float32] | None
    quantities: npt.NDArray[np.float32] | None
    texts: dict[Role, tuple[Codes, list[str]]]

    def keep(self, good: npt.NDArray[np.bool_]) -> Rows:
        """Only the rows that are `good`; ids of no row go, and codes close up."""
        users, user_ids = _closed_up(self.users[good], self.user_ids)
        items, item_ids = _closed_up(self.items[good], self.item_ids)
        sessions, session_ids = self.sessions, self.session_ids
        if sessions is not None:
            sessions, session_ids = _closed_up(sessions[good], session_ids)
        return self._replace(
            users=users,
            items=items,
            user_ids=user_ids,
            item_ids=item_ids,
            sessions=sessions,
            session_ids=session_ids,
            times=None if self.times is None else self.times[good],
            weights=None if self.weights is None else self.weights[good],
            quantities=None if self.quantities is None else self.quantities[good],
            texts={role: (codes[good], texts) for role, (codes, texts) in self.texts.items()},
        )

    def by_user_and_time(self) -> npt.NDArray[np.intp]:
        """The order by user, time and place in the file."""
        if self.times is None or not len(self.times):
            return np.argsort(self.users, kind="stable")
        first = int(self.times.min())
        bits = (int(self.times.max()) - first).bit_length()
        if bits + int(self.users.max()).bit_length() < 63:
            # One sort of one number is three times as fast as lexsort of two.
            return np.argsort((self.users.astype(np.int64) << bits) | (self.times - first), kind="stable")
        return np.lexsort((self.times, self.users))

    def shown(self, row: int) -> str:
        """A row as an example for a person."""
        return f"{self.shown_user(row)}, {self.shown_item(row)}"

    def shown_user(self, row: int) -> str:
        """The user of a row as an example for a person."""
        return f"{'session' if self.users_are_sessions else 'user'} {self.user_ids[self.users[row]]}"

    def shown_item(self, row: int) -> str:
        """The item of a row as an example for a person."""
        return f"item {self.item_ids[self.items[row]]}"


def _closed_up(codes: Codes, ids: list[str]) -> tuple[Codes, list[str]]:
    """Codes without gaps, in the same order, and the ids that are left, where codes have ids at all."""
    used = np.zeros(int(codes.max(initial=-1)) + 1, np.bool_)
    used[codes] = True
    left = np.flatnonzero(used)
    return (np.cumsum(used, dtype=np.int32) - 1)[codes], [ids[code] for code in left] if ids else []
