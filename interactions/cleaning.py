"""Which rows are left out, why, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Literal, get_args

import pydantic

from errors import LogError
from interactions.column_names import Role

Reason = Literal[
    "malformed_row",
    "missing_user",
    "missing_item",
    "missing_session",
    "unreadable_time",
    "non_finite_weight",
    "non_positive_weight",
    "event_not_counted",
    "returned",
    "weight_below_threshold",
    "out_of_date_range",
    "user_left_out",
    "user_with_too_many_rows",
    "duplicate",
    "beyond_session_length",
    "consecutive_repeat",
    "item_with_too_few_users",
    "user_with_too_few_items",
]
REASONS: tuple[Reason, ...] = get_args(Reason)  # in the order of the rules: the first that takes a row counts it
SessionRule = Literal["gap", "day", "user"]
_EXAMPLES = 3
MOST = 2**53 - 1  # browsers count exactly up to here
Weight = Annotated[float, pydantic.Field(ge=0, allow_inf_nan=False)]


class CleaningRules(pydantic.BaseModel):
    """What is asked for beyond leaving out what cannot be used; the default asks for nothing.

    event_weights         kind of event -> what it weighs; other kinds are left out; None = kinds are not looked at
    returns               "leave out" rows with a negative quantity, or whose session's id is a C and a number
    least_weight          rows that weigh less are left out
    equal_weights         then every row weighs 1: scores as implicit feedback
    first_day, last_day   rows before the one or after the other are left out, days in UTC
    users_left_out        ids of users whose rows are left out, such as the one that all guests share
    most_rows_per_user    users with more rows are left out
    duplicates            of rows alike in user, item, time and session the "first" stays, or stays with the "sum" of
                          their weights
    sessions              cut anew from users' histories: by a "gap" of more than session_gap_minutes, by "day", or
                          "user" = whole histories; None = as their column has them
    longest_session       rows of a session beyond so many are left out
    repeats               of rows in a row with the same user, session and item the "first" stays
    min_users_per_item    items with fewer distinct users (baskets, where there are no users) are left out
    min_items_per_user    then users with fewer distinct remaining items are left out
    core                  both floors again and again, until every item and user that is left stands above its own

    Without `core` each floor is one pass: after the second, an item may have lost users and stand below the first.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    event_weights: dict[str, Weight] | None = None
    returns: Literal["keep", "leave out"] = "keep"
    least_weight: float | None = pydantic.Field(default=None, allow_inf_nan=False)
    equal_weights: bool = False
    first_day: date | None = None
    last_day: date | None = None
    users_left_out: tuple[str, ...] = ()
    most_rows_per_user: int | None = pydantic.Field(default=None, ge=1, le=MOST)
    duplicates: Literal["keep", "first", "sum"] = "keep"
    sessions: SessionRule | None = None
    session_gap_minutes: float = pydantic.Field(default=30.0, gt=0, le=525_600)
    longest_session: int | None = pydantic.Field(default=None, ge=1, le=MOST)
    repeats: Literal["keep", "first"] = "keep"
    min_users_per_item: int = pydantic.Field(default=1, ge=1, le=MOST)
    min_items_per_user: int = pydantic.Field(default=1, ge=1, le=MOST)
    core: bool = False

    @pydantic.field_validator("last_day")
    @classmethod
    def _not_before_the_first(cls, last: date | None, others: pydantic.ValidationInfo) -> date | None:
        first = others.data.get("first_day")
        if last is not None and first is not None and last < first:
            raise ValueError(f"it comes before the first day, {first}")
        return last

    @pydantic.field_validator("users_left_out")
    @classmethod
    def _in_one_order(cls, users: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(users)))  # so that the same users make the same log

    @property
    def columns_needed(self) -> list[Role]:
        """The roles that only these rules look at."""
        needed: list[Role] = ["event"] if self.event_weights is not None else []
        return needed + (["quantity"] if self.returns == "leave out" else [])


class Step(pydantic.BaseModel):
    """How many rows, users and items were left after a step: "readable", a reason, or a round of the "core"."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    step: str
    rows: int
    users: int
    items: int


class CleaningReport(pydantic.BaseModel):
    """What became of the rows of a file: rows = interactions + the sum of `dropped`, always.

    rows          events in the file; a malformed line counts as one, the header and blank lines do not
    dropped       reason -> rows, in the order of REASONS, only the reasons that took some
    columns       role -> column name
    examples      reason -> up to three of the rows it took
    items_known   items of the log that stand in the item table, or None where there is no table
    users_known   users of the log that stand in the user table, likewise
    notes         what a person should know, one sentence each
    steps         what was left after each rule that was asked for, the first = what could be read
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    rows: int
    interactions: int
    dropped: dict[str, int]
    columns: dict[str, str]
    examples: dict[str, list[str]]
    items_known: int | None = None
    users_known: int | None = None
    notes: list[str] = []
    steps: list[Step] = []


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

    def clear(self) -> None:
        """Forget everything, for a second reading."""
        self._counts.clear()
        self._examples.clear()

    @property
    def total(self) -> int:
        return self._counts.total()

    def dropped(self) -> dict[str, int]:
        """Reason -> rows, in the order of the rules."""
        return {reason: self._counts[reason] for reason in REASONS if self._counts[reason]}

    def examples(self) -> dict[str, list[str]]:
        """Reason -> up to three rows, in the order of the rules."""
        return {reason: self._examples[reason] for reason in REASONS if self._counts[reason]}


def in_words(tally: Tally, *, such_as: bool = False) -> str:
    """What was left out, for a sentence; with an example of each reason where it says `such_as`."""
    examples = tally.examples()
    return ", ".join(
        f"{count:,} {reason.replace('_', ' ')}" + (f" (such as {examples[reason][0]})" if such_as else "")
        for reason, count in tally.dropped().items()
    )


def refuse_too_little(name: str, n_rows: int, item_ids: Sequence[str], user_ids: Sequence[str], tally: Tally) -> None:
    """Raise LogError where nothing of a log is left, or nothing that could be compared; of ids, two of each do."""
    left_out = f" after cleaning ({in_words(tally)})" if tally.total else ""
    if not n_rows:
        raise LogError(f"No row of {name} is left{left_out}: ask for less in the rules.")
    for ids, what in ((item_ids, "item"), (user_ids, "user")):
        if len(ids) == 1:
            raise LogError(
                f"{name} has only one {what}, {ids[0]!r}{left_out}, and a comparison needs at least two: "
                f"check which column holds the {what}s."
            )
