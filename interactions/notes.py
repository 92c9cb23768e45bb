"""What a person should know of a log before using it: what was understood, and what looks like a mistake."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from interactions.cleaning import CleaningRules, Tally
from interactions.column_names import Role, name_for
from interactions.guessing import guess_for_cleaning
from interactions.local_times import Order
from interactions.rows import Rows
from interactions.several_items import likely_mark
from interactions.steps import cancelled_sessions

Kind = Literal["user", "session", "item"]

_BUSY_SHARE, _BUSY_TIMES = 0.05, 50  # of all rows, and of a common user's, are more than a person's
_MANY_LOST = 0.25  # of all rows
_MANY_IDS = 1000  # are enough to tell how ids are written
_YEAR = 365 * 86_400  # seconds
_SERIAL_BEGIN, _SERIAL_END = 25_569, 73_051  # 1970 and 2100 in days as spreadsheets count them
BYTE_ORDER_MARK = "\ufeff"  # begins many files, and stands in the middle of what was put together of them
WORDS_FOR_NOTHING = tuple(
    form
    for word in ("null", "none", "nan", "n/a", "#n/a", "<na>", "(null)", "nil", "undefined", "(not set)")
    for form in dict.fromkeys((word, word.title(), word.upper(), "NaN" if word == "nan" else word))
)


def notes_of_rows(roles: Mapping[Role, str], rows: Rows, rules: CleaningRules, order: Order | None) -> list[str]:
    """What a person should know of the rows that are left."""
    first, last = (None, None) if rows.times is None else (int(rows.times.min()), int(rows.times.max()))
    notes = notes_of_roles(roles) + notes_of_times(roles, first, last, order)
    kind: Kind = "session" if rows.users_are_sessions else "user"
    notes += notes_of_ids(kind, rows.user_ids) + notes_of_ids("item", rows.item_ids)
    rows_of = np.bincount(rows.users)
    busiest = int(rows_of.argmax())
    notes += notes_of_busiest(
        kind, rows.user_ids[busiest], int(rows_of[busiest]), float(np.median(rows_of)), len(rows.users)
    )
    if rules.returns == "keep" and rows.sessions is not None:
        cancelled = cancelled_sessions(rows)
        notes += notes_of_cancelled(int(cancelled[rows.sessions].sum()) if cancelled.any() else 0)
    return notes


def notes_of_roles(roles: Mapping[Role, str]) -> list[str]:
    """A note where there is no column for the users."""
    if "user" in roles:
        return []
    return [f"There are no users: each {roles['session']!r} counts as a basket and stands for one."]


def notes_of_times(
    roles: Mapping[Role, str], first: int | None, last: int | None, order: Order | None = None
) -> list[str]:
    """Notes of times that are missing, or likely others than they seem.

    first, last  seconds UTC, None where there are no times
    order        of day and month, where it had to be settled
    """
    notes = []
    if first is None or last is None:
        notes.append("There is no time column: nothing can be split or ordered in time.")
    elif first == last:
        notes.append("All rows have the same time: nothing can be split or ordered in time.")
    elif first >= _SERIAL_BEGIN and last < _SERIAL_END:
        notes.append(
            "All times lie on the first of January 1970, in seconds that would be dates as spreadsheets count days: "
            "where they are, write them as dates."
        )
    elif first >= 0 and last < _YEAR:
        notes.append(
            f"All times lie in 1970, so that the numbers of {roles['time']!r} are likely no seconds since then, but "
            "days or steps: their order holds, pauses and days do not. Write them as dates, or choose another column."
        )
    if order is not None:
        meant = "the first of February" if order == "day first" else "January 2"
        notes.append(
            f"Times were read {order}: 1/2/2017 is {meant}. The other way is a switch where the file is opened."
        )
    return notes


def notes_of_busiest(kind: Kind, name: str, n_rows: int, median: float, total: int) -> list[str]:
    """A note where the user with the most rows has more than a person's.

    median  rows of a common user
    total   rows of all
    """
    if n_rows <= max(_BUSY_SHARE * total, _BUSY_TIMES * median):
        return []
    return [
        f"One {kind}, {name!r}, has {n_rows / total:.0%} of all rows: a bot, or the id that all guests share? It can "
        "be left out under Cleaning."
    ]


def notes_of_cancelled(n_rows: int) -> list[str]:
    """A note where so many rows stand on receipts that take another back."""
    if not n_rows:
        return []
    return [
        f"{n_rows:,} rows stand on receipts whose number is a C and digits, as cancellations are written: they can be "
        "left out under Cleaning."
    ]


def notes_of_shared_sessions(roles: Mapping[Role, str], n_shared: int) -> list[str]:
    """A note where so many sessions stand with several users."""
    if not n_shared:
        return []
    return [
        f"{n_shared:,} values of {roles['session']!r} stand with several users: each user's are a session of their own."
    ]


def notes_of_columns(
    columns: Sequence[str],
    head: Sequence[Sequence[str]],
    roles: Mapping[Role, str],
    rules: CleaningRules,
    *,
    guessed: bool,
) -> list[str]:
    """Columns that are there and not used, though a person might think so.

    head     the first rows as text
    guessed  nobody has chosen the columns
    """
    notes = []
    events = guess_for_cleaning(columns, head, {name for role, name in roles.items() if role != "event"}).get("event")
    if events is not None and rules.event_weights is None:
        place = columns.index(events.name)
        kinds = list(dict.fromkeys(row[place] for row in head if row[place].strip()))
        if len(kinds) > 1:
            shown = ", ".join(kinds[:5]) + (" and others" if len(kinds) > 5 else "")
            notes.append(
                f"Column {events.name!r} holds kinds of event ({shown}), which all count alike: each can get a weight "
                "of its own, or be left out, under Cleaning."
            )
    name = name_for("user", columns)
    if guessed and "user" not in roles and name is not None:
        notes.append(
            f"Column {name!r} was not taken for the users, because most of its first cells are empty: choose it where "
            "only rows with a known user matter."
        )
    return notes


def notes_of_lost_rows(roles: Mapping[Role, str], tally: Tally, n_left: int) -> list[str]:
    """Notes where many rows lack what the log could do without.

    n_left  rows that are left
    """
    notes, dropped, total = [], tally.dropped(), n_left + tally.total
    without_user, without_weight = dropped.get("missing_user", 0), dropped.get("non_finite_weight", 0)
    if "session" in roles and without_user >= _MANY_LOST * total:
        notes.append(
            f"{without_user:,} of {total:,} rows have no user and were left out: with no column for the users, each "
            f"{roles['session']!r} would count as one, and those rows would stay."
        )
    if without_weight >= _MANY_LOST * total and without_weight:
        notes.append(
            f"{without_weight:,} of {total:,} rows have nothing in {roles['weight']!r} that is a number and were left "
            "out: with no column for the weights, all rows would stay and weigh 1."
        )
    return notes


def notes_of_several_items(item_ids: Sequence[str], remedy: str) -> list[str]:
    """A note where items look like several in one cell; the remedy ends the sentence."""
    if likely_mark(item_ids[:_MANY_IDS]) is None:
        return []
    return [f"Items such as {item_ids[0][:60]!r} look like several in one cell: {remedy}"]


def notes_of_ids(kind: Kind, ids: Sequence[str]) -> list[str]:
    """Notes of ids that are likely no ids, or the same as others.

    ids  in byte order; all of them, or at least those that `WORDS_FOR_NOTHING`, blanks or a byte order mark make odd,
         with what they would be without
    """
    notes = []
    found = [word for word in WORDS_FOR_NOTHING if _stands_in(ids, word)]
    if found:
        stand = f"stands as the id of one {kind}" if len(found) == 1 else f"stand as ids of {kind}s"
        notes.append(
            f"{' and '.join(map(repr, found))} {stand}: where the file writes a missing id so, leave those cells empty."
        )
    padded = [text for text in ids if text != text.strip()]
    bare = {text.strip() for text in padded}
    same = len(padded) - len(bare) + sum(_stands_in(ids, text) for text in bare)
    if same:
        notes.append(
            f"{same:,} {kind} ids differ from others only by blanks around them, such as {padded[0]!r}: ids stay as "
            "they stand, so trim them in the file where they are the same."
        )
    marked = ids[_place_in(ids, BYTE_ORDER_MARK) : _place_in(ids, chr(ord(BYTE_ORDER_MARK) + 1))]
    marked = [text for text in marked if _stands_in(ids, text.removeprefix(BYTE_ORDER_MARK))]
    if marked:
        notes.append(
            f"{len(marked):,} {kind} ids differ from others only by a byte order mark before them, such as "
            f"{marked[0]!r}: ids stay as they stand, so take it out of the file where they are the same."
        )
    return notes


def _stands_in(ids: Sequence[str], text: str) -> bool:
    place = _place_in(ids, text)
    return place < len(ids) and ids[place] == text


def _place_in(ids: Sequence[str], text: str) -> int:
    return bisect_left(ids, text.encode(), key=str.encode)
