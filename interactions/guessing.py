"""Which column is likely to be what, told from its name and its first values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from interactions.column_names import (
    CLEANING_ROLES,
    FACTS,
    ROLES,
    Role,
    by_names,
    ends_as_id,
    is_nameless,
    name_for,
    plain_name,
    table_prefix,
)
from interactions.local_times import told_order
from interactions.times import Times, read_times
from interactions.values import is_written_number, told_decimal

_MEANING: dict[Role, str] = {
    "user": "a user",
    "item": "an item",
    "weight": "how much a row weighs",
    "time": "a time",
    "clock": "a time of the day",
    "session": "a session or a basket",
    "event": "a kind of event",
    "quantity": "how many were bought",
    "title": "an item's title",
    "category": "an item's category",
}

# What computers write for a number, also for one that is none: a weight column of such cells is still a weight column.
_NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf|infinity)", re.IGNORECASE)
_COMPACT_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d[0-5]\d)?")
_MARKED_DATE = re.compile(r"\d{1,4}([/.\-])\d{1,2}\1\d")
_ASIN = re.compile(r"B0[0-9A-Z]{8}|\d{9}[\dX]")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?")
_DEGREES = re.compile(r"-?\d{1,3}\.\d{3,}")
_TELLING = 20  # rows from which on it means something that none comes again
_MOST_EVENTS = 50  # kinds among the first rows
_KINDS_OF_EVENT, _MOST_CODES = {"eventtype", "actiontype", "behaviortype", "behaviourtype", "interactiontype"}, 10
_ENOUGH = 0.5  # of the filled cells of a column must be readable for it to be guessed as times or weights
_LARGEST_SCORE = 1000
_FULL = 0.75  # of the rows must have a weight for it to be guessed by its place
_MATRIX_COLUMNS = 20
_EARLIEST, _LATEST = 631_152_000, 4_102_444_800  # 1990 and 2100: what a column without a telling name may hold as times


class Guess(NamedTuple):
    """A column that is likely to have a role, and why, in one sentence."""

    name: str
    reason: str


def guess_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[Role, Guess]:
    """Guess the column of each role from the names and the first rows (as text); a role may stay without."""
    prefix = table_prefix(columns)
    found = _Guesser([name.removeprefix(prefix) for name in columns], rows).guesses
    return {role: found[role]._replace(name=prefix + found[role].name) for role in ROLES if role in found}


class _Guesser:
    """The column of each role, found one after the other among those that are still free."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.guesses: dict[Role, Guess] = {}
        self._columns = columns
        self._rows = [dict(zip(columns, row, strict=True)) for row in rows]
        self._cells = {name: [row[name] for row in self._rows if row[name].strip()] for name in columns}
        # Users and items first: where a name fits two roles ("product name") the more needed one is offered it last.
        for role in ("user", "session", "time", "weight", "category", "item", "title"):
            self._by_name(role)
        self._users_with_gaps()
        self._times_by_values()
        self._clock()
        self._sessions_that_repeat()
        if "item" not in self.guesses:
            self._items_without_name()
        if "item" in self.guesses:
            self._facts_of_items()

    @property
    def _free(self) -> list[str]:
        taken = {guess.name for guess in self.guesses.values()}
        return [name for name in self._columns if name not in taken]

    def _by_name(self, role: Role) -> None:
        fitting = [name for name in self._free if _values_fit(role, self._cells[name])]
        if role in ("user", "session"):  # guests have no number, and that of a purchase stands beside few of the views
            fitting = [name for name in fitting if len(self._cells[name]) >= _ENOUGH * len(self._rows)]
        if role == "item":
            likely = [name for name in fitting if _may_be_items(name, self._cells[name])]
            fitting = likely if name_for(role, likely) is not None else fitting
        self._named(role, name_for(role, fitting))

    def _named(self, role: Role, name: str | None) -> None:
        if name is not None:
            self.guesses[role] = Guess(name, f"Its name, “{name}”, is one for {_MEANING[role]}.")

    def _users_with_gaps(self) -> None:
        """Users or sessions that stand in few rows, where there are no others."""
        for role in ("user", "session"):
            if "user" not in self.guesses and "session" not in self.guesses:
                self._named(role, name_for(role, self._free))

    def _times_by_values(self) -> None:
        if "time" in self.guesses:
            return
        times = [name for name in self._free if _look_like_times(self._cells[name])]
        if times:  # of the beginning of a visit and the click, the click
            name = max(times, key=lambda name: len(set(self._cells[name])))
            self.guesses["time"] = Guess(name, f"Its values, such as {self._cells[name][0]}, look like times.")

    def _clock(self) -> None:
        """A time of the day that stands beside the day."""
        if "time" not in self.guesses or any(":" in cell for cell in self._cells[self.guesses["time"].name]):
            return
        name = next((name for name in self._free if _are_clocks(self._cells[name])), None)
        if name is not None:
            shown = self._cells[name][0]
            self.guesses["clock"] = Guess(name, f"Its values, such as {shown}, are times of the day beside the dates.")

    def _sessions_that_repeat(self) -> None:
        if "user" in self.guesses or "session" in self.guesses:
            return
        for name in self._free:
            if plain_name(name) in ("id", "tid", "编号") and self._repeats(name):
                said = f"“{name}” repeats over several rows, as the number of a basket does."
                self.guesses["session"] = Guess(name, said)
                return

    def _items_without_name(self) -> None:
        if all(is_nameless(name) for name in self._columns):
            self.guesses |= _by_place(self._free, self._cells, self._rows)
        elif "user" in self.guesses or "session" in self.guesses:
            ids = [name for name in self._free if ends_as_id(name) and self._repeats(name)]
            ids = [name for name in ids if all(name_for(role, [name]) is None for role in ("user", "session"))]
            if len(ids) == 1:
                self.guesses["item"] = Guess(ids[0], f"“{ids[0]}” is the only other id that repeats.")

    def _repeats(self, name: str) -> bool:
        return len(set(self._cells[name])) < len(self._cells[name])

    def _facts_of_items(self) -> None:
        """Titles and categories must be the items': the headline of a review has the name of a title too."""
        item = self.guesses["item"].name
        for role in FACTS:
            if self.guesses.pop(role, None) is not None:
                self._named(role, next((n for n in by_names(role, self._free) if _tells_of(self._rows, item, n)), None))


def guess_for_cleaning(
    columns: Sequence[str], rows: Sequence[Sequence[str]], taken: Collection[str]
) -> dict[Role, Guess]:
    """The columns with kinds of event and with amounts, where names and values tell, among those without a role."""
    prefix = table_prefix(columns)
    if prefix:
        bare = [name.removeprefix(prefix) for name in taken]
        found = guess_for_cleaning([name.removeprefix(prefix) for name in columns], rows, bare)
        return {role: guess._replace(name=prefix + guess.name) for role, guess in found.items()}
    guesses: dict[Role, Guess] = {}
    free = [(place, name) for place, name in enumerate(columns) if name not in taken]
    for role in CLEANING_ROLES:
        cells = {name: [row[place] for row in rows if row[place].strip()] for place, name in free}
        fitting = [name for name in cells if _values_fit(role, cells[name])]
        if role == "event":
            fitting += [name for name in cells if _has_coded_events(name, cells[name])]
        name = name_for(role, fitting)
        if name is not None:
            guesses[role] = Guess(name, f"Its name, “{name}”, is one for {_MEANING[role]}.")
    return guesses


def are_compact_dates(cells: Sequence[str]) -> bool:
    """Whether the values of a time column are dates such as 20170131, with a clock or without, and no counts."""
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(_COMPACT_DATE.fullmatch(cell) for cell in filled)


def may_be_compact_dates(cells: Sequence[str]) -> bool:
    """Whether eight digits among the values of a time column are a date, as the first values tell.

    They are where these are dates, written so or with marks between, and no other numbers.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    are_dates = [_COMPACT_DATE.fullmatch(cell) or _MARKED_DATE.match(cell) for cell in filled]
    return any(are_dates) and all(_COMPACT_DATE.fullmatch(cell) for cell in filled if cell.isdecimal())


def is_matrix(columns: Sequence[str], rows: Sequence[Sequence[str]], taken: Collection[str]) -> bool:
    """Whether nearly all of many columns hold nothing but numbers and empty cells."""
    places = [place for place, name in enumerate(columns) if name not in taken]
    numbers = sum(
        all(not cell.strip() or _NUMBER.fullmatch(cell.strip()) for cell in (row[place] for row in rows))
        for place in places
    )
    return bool(rows) and len(places) >= _MATRIX_COLUMNS and numbers >= 0.9 * len(places)


def _may_be_items(name: str, cells: Sequence[str]) -> bool:
    """Whether they come again as items do; numbers of rows do not, and "Item #" is one within a receipt."""
    is_other = name.rstrip().endswith("#") or plain_name(name).endswith(("name", "description", "名称"))
    return not is_other and (len(cells) < _TELLING or len(set(cells)) < len(cells))


def _tells_of(rows: Sequence[Mapping[str, str]], item: str, fact: str) -> bool:
    """Whether a column says something of the items: it mostly says the same where an item comes again."""
    first: dict[str, str] = {}
    again = [first.setdefault(row[item], row[fact]) == row[fact] for row in rows if row[item].strip()]
    n_again = len(again) - len(first)
    return n_again < _TELLING or sum(again) - len(first) >= _ENOUGH * n_again


def _are_clocks(cells: Sequence[str]) -> bool:
    """Whether most are times of a day, such as 8:26 or 08:26:00 PM."""
    return bool(cells) and sum(_CLOCK.fullmatch(cell.strip()) is not None for cell in cells) >= _ENOUGH * len(cells)


def _by_place(
    free: Sequence[str], cells: Mapping[str, Sequence[str]], rows: Sequence[Mapping[str, str]]
) -> dict[Role, Guess]:
    """Users, items and scores of a file without a header, where they stand by custom."""
    guesses: dict[Role, Guess] = {}
    left = [name for name in free if cells[name] and not counts_rows(cells[name]) and not _are_places(cells[name])]
    by_custom: tuple[Role, ...] = ("user", "item", "weight")
    if len(left) > 1 and _are_asins(cells[left[0]]) and not _are_asins(cells[left[1]]):
        by_custom = ("item", "user", "weight")  # Amazon's reviews of 2018 have the product first
    for role, name in zip(by_custom, left, strict=False):
        is_full = len(rows) < _TELLING or len(cells[name]) >= _FULL * len(rows)  # a row without a weight is left out
        if role != "weight" or (is_full and _are_scores([(row[guesses["item"].name], row[name]) for row in rows])):
            guesses[role] = Guess(name, f"The file has no header, and {_MEANING[role]} is where it stands by custom.")
    return guesses if "item" in guesses else {}


def _are_asins(cells: Sequence[str]) -> bool:
    """Whether they are Amazon's numbers of products: ISBNs of books, else B0 and eight letters or digits."""
    return all(_ASIN.fullmatch(cell.strip()) for cell in cells) and any(cell.strip()[0] == "B" for cell in cells)


def _are_places(cells: Sequence[str]) -> bool:
    """Whether each is a number with three digits or more behind the point, as degrees are and no id is."""
    return all(_DEGREES.fullmatch(cell.strip()) for cell in cells)


def _are_scores(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the numbers beside the items say how much a row weighs.

    They do not where most are 0 or less, nor where each item has only one: such numbers are its price or its category.
    Nor do they where half are above a thousand: such numbers are ids, times, or prices in cents.
    """
    filled = [(item, cell.strip()) for item, cell in pairs if cell.strip()]
    if not all(_NUMBER.fullmatch(cell) for _, cell in filled):
        return False
    if sum(float(cell) > 0 for _, cell in filled) < _ENOUGH * len(filled):
        return False
    if sum(float(cell) > _LARGEST_SCORE for _, cell in filled) > 0.5 * len(filled):
        return False
    items, values = {item for item, _ in filled}, {cell for _, cell in filled}
    return len(values) == 1 or len(items) == len(filled) or len(set(filled)) > len(items)


def counts_rows(cells: Sequence[str]) -> bool:
    """Whether each is one more than the one before: the number of a row."""
    if len(cells) < 3 or not all(cell.isascii() and cell.isdigit() and len(cell) < 16 for cell in cells):
        return False
    numbers = list(map(int, cells))
    return all(after == before + 1 for before, after in itertools.pairwise(numbers))


def _values_fit(role: Role, cells: Sequence[str]) -> bool:
    """Whether enough of the first values can be what the role needs; empty columns fit."""
    if role == "event":
        return len(set(cells)) <= _MOST_EVENTS and not (cells and _values_fit("weight", cells))
    if not cells or role not in ("time", "weight", "quantity"):
        return True
    if role == "time":
        return are_compact_dates(cells) or float(np.mean(_read(cells)[1])) >= _ENOUGH
    others = [cell for cell in cells if _NUMBER.fullmatch(cell.strip()) is None]
    if not others:
        return True
    decimal = told_decimal(cells) or "."
    return len(cells) - sum(not is_written_number(cell, decimal) for cell in others) >= _ENOUGH * len(cells)


def _has_coded_events(name: str, cells: Sequence[str]) -> bool:
    """Whether a column whose name says nothing else than kinds of event has them as a few numbers."""
    few = len(set(cells)) <= _MOST_CODES and all(cell.strip().isdecimal() for cell in cells)
    return plain_name(name) in _KINDS_OF_EVENT and few


def _look_like_times(cells: Sequence[str]) -> bool:
    if not cells:
        return False
    seconds, readable = _read(cells)
    return bool(readable.all() and ((seconds >= _EARLIEST) & (seconds < _LATEST)).all())


def _read(cells: Sequence[str]) -> Times:
    import pyarrow as pa

    return read_times(pa.array(list(cells), pa.string()), order=told_order(cells) or "month first", plain=True)
