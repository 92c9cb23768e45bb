"""Which rows are left out, why, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pydantic

Reason = Literal[
    "malformed_row",
    "missing_user",
    "missing_item",
    "missing_session",
    "unreadable_time",
    "non_finite_weight",
    "non_positive_weight",
    "item_with_too_few_users",
    "user_with_too_few_items",
]
REASONS: tuple[Reason, ...] = get_args(Reason)  # in the order of the rules: the first that takes a row counts it
_EXAMPLES = 3


class CleaningRules(pydantic.BaseModel):
    """What is asked for beyond leaving out what cannot be used; the default asks for nothing.

    min_users_per_item  items with fewer distinct users (baskets, where there are no users) are left out
    min_items_per_user  then users with fewer distinct remaining items are left out

    Each floor is one pass: after the second, an item may have lost users and stand below the first again.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    min_users_per_item: int = pydantic.Field(default=1, ge=1)
    min_items_per_user: int = pydantic.Field(default=1, ge=1)


class CleaningReport(pydantic.BaseModel):
    """What became of the rows of a file: rows = interactions + the sum of `dropped`, always.

    rows          events in the file; a malformed line counts as one, the header and blank lines do not
    dropped       reason -> rows, in the order of REASONS, only the reasons that took some
    columns       role -> column name
    examples      reason -> up to three of the rows it took
    items_known   items of the log that stand in the item table, or None where there is no table
    notes         what a person should know, one sentence each
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    rows: int
    interactions: int
    dropped: dict[str, int]
    columns: dict[str, str]
    examples: dict[str, list[str]]
    items_known: int | None = None
    notes: list[str] = []


class Tally:
    """Counts the rows that each reason takes, and keeps the first few as examples."""

    def __init__(self) -> None:
        self._counts: Counter[Reason] = Counter()
        self._examples: dict[Reason, list[str]] = {}

    def add(self, reason: Reason, count: int, examples: Iterable[str]) -> None:
        """Count rows under a reason; more examples than are still wanted are not looked at."""
        if not count:
            return
        self._counts[reason] += count
        kept = self._examples.setdefault(reason, [])
        for example in examples:
            if len(kept) == _EXAMPLES:
                break
            kept.append(example)

    @property
    def total(self) -> int:
        return self._counts.total()

    def dropped(self) -> dict[str, int]:
        """Reason -> rows, in the order of the rules."""
        return {reason: self._counts[reason] for reason in REASONS if self._counts[reason]}

    def examples(self) -> dict[str, list[str]]:
        """Reason -> up to three rows, in the order of the rules."""
        return {reason: self._examples[reason] for reason in REASONS if self._counts[reason]}


def items_below_floor(
    users: npt.NDArray[np.int32], items: npt.NDArray[np.int32], n_items: int, floor: int
) -> npt.NDArray[np.bool_]:
    """True for each row whose item has fewer than `floor` distinct users, bool (n_interactions,)."""
    return _partners(items, users, n_items)[items] < floor


def users_below_floor(
    users: npt.NDArray[np.int32], items: npt.NDArray[np.int32], n_users: int, floor: int
) -> npt.NDArray[np.bool_]:
    """True for each row whose user has fewer than `floor` distinct items, bool (n_interactions,)."""
    return _partners(users, items, n_users)[users] < floor


def _partners(codes: npt.NDArray[np.int32], partners: npt.NDArray[np.int32], n_codes: int) -> npt.NDArray[np.int64]:
    """Distinct partners of each code, int64 (n_codes,)."""
    width = int(partners.max(initial=0)) + 1
    pairs = np.unique(codes.astype(np.int64) * width + partners)
    return np.bincount(pairs // width, minlength=n_codes)
