"""The rules of cleaning, each applied to the rows that the ones before it left."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from errors import LogError
from interactions.cleaning import CleaningRules, Reason, Step, Tally
from interactions.log import Codes
from interactions.rows import Rows
from interactions.sessions import with_sessions

Mask = npt.NDArray[np.bool_]  # (n_rows,)
_CANCELLED = re.compile(r"[cC]\d+")  # how shop systems number an invoice that takes another back
_EXAMPLES_FROM = 100  # rows


class _Taken(NamedTuple):
    """What a rule makes of the rows.

    bad      the rows that it takes
    example  how a row is shown to a person
    rows     the rows with other weights or sessions, where the rule changes those
    """

    bad: Mask
    example: Callable[[int], str]
    rows: Rows | None = None


def clean(rows: Rows, rules: CleaningRules, tally: Tally) -> tuple[Rows, list[Step]]:
    """Leave out what the rules say, in their order: (the rows that are left, how many of what after each step)."""
    steps = [_step("readable", rows)]
    for reason, rule in _RULES:
        found = rule(rows, rules)
        if found is not None:
            rows = _left(found.rows or rows, found, reason, tally)
            steps.append(_step(reason, rows))
    while rules.core and rules.min_users_per_item * rules.min_items_per_user > 1:
        before = len(rows.items)
        for reason, rule in _FLOORS:
            found = rule(rows, rules)
            if found is not None:
                rows = _left(rows, found, reason, tally)
        if len(rows.items) == before:
            break
        steps.append(_step("core", rows))
    return rows, steps


def _left(rows: Rows, found: _Taken, reason: Reason, tally: Tally) -> Rows:
    if not found.bad.any():
        return rows
    taken = np.flatnonzero(found.bad)
    some = taken[:: max(len(taken) // _EXAMPLES_FROM, 1)]  # from all over the file: rows of one user stand together
    examples = dict.fromkeys(found.example(int(row)) for row in some)
    tally.add(reason, len(taken), examples)
    return rows.keep(~found.bad)


def _step(name: str, rows: Rows) -> Step:
    return Step(step=name, rows=len(rows.items), users=len(rows.user_ids), items=len(rows.item_ids))


def _events(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Kinds of event that do not count; the others weigh what was said."""
    if rules.event_weights is None:
        return None
    if "event" not in rows.texts:
        raise LogError("The kinds of event have weights, but no column holds the kind: choose one, or take them back.")
    codes, names = rows.texts["event"]
    weight_of = _as_weights(np.array([*(rules.event_weights.get(name, 0.0) for name in names), 0.0]))
    weights = weight_of[codes]
    own = weights if rows.weights is None else _as_weights(weights.astype(np.float64) * rows.weights)
    return _Taken(
        weights <= 0, lambda row: repr(names[codes[row]]) if codes[row] >= 0 else "''", rows._replace(weights=own)
    )


def _as_weights(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """What weights were reckoned to be; above 0, what float32 cannot hold becomes the nearest that it can.

    So no rule makes a weight infinite, or 0 where it is not.
    """
    limits = np.finfo(np.float32)
    return np.where(numbers > 0, np.clip(numbers, limits.smallest_subnormal, limits.max), 0).astype(np.float32)


def _returns(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows that take something back: less than nothing was sold, or the number of the receipt begins with a C."""
    if rules.returns == "keep":
        return None
    if rows.quantities is None and rows.sessions is None:
        raise LogError(
            "Returns are to be left out, but no column holds quantities or receipts: choose one, or keep them."
        )
    bad = np.zeros(len(rows.items), np.bool_)
    if rows.quantities is not None:
        bad |= rows.quantities < 0
    if rows.sessions is not None:
        bad |= cancelled_sessions(rows)[rows.sessions]
    return _Taken(bad, rows.shown)


def cancelled_sessions(rows: Rows) -> Mask:
    """Which sessions are receipts that take another back, by their ids, bool (n_sessions,)."""
    return np.array([_CANCELLED.fullmatch(name.strip()) is not None for name in rows.session_ids], np.bool_)


def _scores(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows that weigh less than asked for; with `equal_weights` the others all weigh 1."""
    if rules.least_weight is None and not rules.equal_weights:
        return None
    if rules.least_weight is not None and rows.weights is None:
        raise LogError("A least weight is asked for, but no column holds weights: choose one, or take it back.")
    weights = np.ones(len(rows.items), np.float32) if rows.weights is None else rows.weights
    bad = np.zeros(len(weights), np.bool_) if rules.least_weight is None else weights < rules.least_weight
    return _Taken(bad, lambda row: f"{weights[row]:g}", rows._replace(weights=None) if rules.equal_weights else None)


def _dates(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows before the first or after the last day that is asked for."""
    if rules.first_day is None and rules.last_day is None:
        return None
    if rows.times is None:
        raise LogError("A range of days is asked for, but no column holds times: choose one, or take the range back.")
    bad = np.zeros(len(rows.items), np.bool_)
    if rules.first_day is not None:
        bad |= rows.times < _seconds(rules.first_day)
    if rules.last_day is not None:
        bad |= rows.times >= _seconds(rules.last_day) + 86_400
    times = rows.times
    return _Taken(bad, lambda row: str(np.datetime64(int(times[row]), "s"))[:10])


def _seconds(day: date) -> int:
    """The beginning of a day, seconds UTC."""
    return int(np.datetime64(day, "s").astype(np.int64))


def _named_users(rows: Rows, rules: CleaningRules) -> _Taken | None:
    if not rules.users_left_out:
        return None
    named = set(rules.users_left_out)
    return _Taken(np.array([name in named for name in rows.user_ids], np.bool_)[rows.users], rows.shown_user)


def _busy_users(rows: Rows, rules: CleaningRules) -> _Taken | None:
    if rules.most_rows_per_user is None:
        return None
    rows_of = np.bincount(rows.users, minlength=len(rows.user_ids))
    return _Taken((rows_of > rules.most_rows_per_user)[rows.users], rows.shown_user)


def _duplicates(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows alike in user, item, time and session; the first stays, with "sum" it weighs what all of them do."""
    if rules.duplicates == "keep":
        return None
    known = (rows.users, rows.items, rows.times, rows.sessions)
    keys = [key for key in known if key is not None]
    order = np.lexsort(keys)  # stable: of equal rows the first of the file stands first
    is_first = np.ones(len(order), np.bool_)
    if len(order):
        is_first[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    bad = np.zeros(len(order), np.bool_)
    bad[order[~is_first]] = True
    if rules.duplicates == "first" or not len(order):
        return _Taken(bad, rows.shown)
    weights = np.ones(len(order), np.float32) if rows.weights is None else rows.weights.copy()
    sums = np.add.reduceat(weights[order].astype(np.float64), np.flatnonzero(is_first))
    weights[order[is_first]] = _as_weights(sums)
    return _Taken(bad, rows.shown, rows._replace(weights=weights))


def _repeats(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Rows whose item is the one of the row before, of the same user and session."""
    if rules.repeats == "keep":
        return None
    order = rows.by_user_and_time()
    if rows.sessions is not None:  # two sessions of one user may run side by side
        order = order[np.argsort(rows.sessions[order], kind="stable")]
    keys = [key[order] for key in (rows.users, rows.items, rows.sessions) if key is not None]
    bad = np.zeros(len(order), np.bool_)
    bad[order[1:]] = np.all([key[1:] == key[:-1] for key in keys], axis=0)
    return _Taken(bad, rows.shown)


def _sessions(rows: Rows, rules: CleaningRules) -> _Taken | None:
    """Cut sessions anew; rows beyond the longest that is allowed go."""
    if rules.sessions is None and rules.longest_session is None:
        return None
    rows, place = with_sessions(rows, rules.sessions, rules.session_gap_minutes)
    most = len(place) if rules.longest_session is None else rules.longest_session
    return _Taken(place >= most, rows.shown_user, rows)


def _rare_items(rows: Rows, rules: CleaningRules) -> _Taken | None:
    if rules.min_users_per_item == 1:
        return None
    few = _partners(rows.items, rows.users, len(rows.item_ids)) < rules.min_users_per_item
    return _Taken(few[rows.items], rows.shown_item)


def _idle_users(rows: Rows, rules: CleaningRules) -> _Taken | None:
    if rules.min_items_per_user == 1:
        return None
    few = _partners(rows.users, rows.items, len(rows.user_ids)) < rules.min_items_per_user
    return _Taken(few[rows.users], rows.shown_user)


def _partners(codes: Codes, others: Codes, n_codes: int) -> npt.NDArray[np.int64]:
    """Distinct others that each code stands beside, int64 (n_codes,)."""
    width = int(others.max(initial=0)) + 1
    pairs = codes.astype(np.int64) * width + others
    pairs.sort()  # ten times as fast as np.unique
    is_new = np.ones(len(pairs), np.bool_)
    is_new[1:] = pairs[1:] != pairs[:-1]
    return np.bincount(pairs[is_new] // width, minlength=n_codes)


_Rule = Callable[[Rows, CleaningRules], "_Taken | None"]
_FLOORS: tuple[tuple[Reason, _Rule], ...] = (
    ("item_with_too_few_users", _rare_items),
    ("user_with_too_few_items", _idle_users),
)
_RULES: tuple[tuple[Reason, _Rule], ...] = (
    ("event_not_counted", _events),
    ("returned", _returns),
    ("weight_below_threshold", _scores),
    ("out_of_date_range", _dates),
    ("user_left_out", _named_users),
    ("user_with_too_many_rows", _busy_users),
    ("duplicate", _duplicates),
    ("beyond_session_length", _sessions),
    ("consecutive_repeat", _repeats),
    *_FLOORS,
)
