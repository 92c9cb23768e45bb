"""Verdicts where the truth is known: nothing to find, popularity alone, order inside an hour, whole histories alone."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.claims import ITEM2VEC, MF, NULLS, TRUE, Trial, is_false, verdict_on
from interactions import InteractionLog
from studies.claims import finds_more
from tests.planted import DAY, make_log, zipf_log

LOGS = 20
ALLOWED = 4  # of 20: the 99 % bound of a binomial of 5 %


@pytest.mark.parametrize("trial", NULLS, ids=lambda trial: trial.what)
def test_where_there_is_nothing_to_find_hardly_anything_is_found(trial: Trial) -> None:
    assert sum(is_false(verdict_on(trial, seed)) for seed in range(LOGS)) <= ALLOWED


@pytest.mark.parametrize("trial", TRUE, ids=lambda trial: trial.what)
def test_where_it_is_there_it_is_found(trial: Trial) -> None:
    assert [verdict_on(trial, seed).outcome for seed in range(3)] == ["holds"] * 3


def methods(first: str, second: str) -> Trial:
    return Trial(
        "popularity alone",
        lambda seed: zipf_log(seed, items=150, users=400),
        lambda seed: ((first, {}, seed), (second, {}, seed)),
        lambda found: finds_more(found, MF, ITEM2VEC, "tail"),
    )


@pytest.mark.parametrize("pair", [("als", "item2vec"), ("item2vec", "als"), ("svd", "item2vec")], ids=" less ".join)
def test_where_popularity_alone_decides_nobody_is_said_to_win_the_tail(pair: tuple[str, str]) -> None:
    trial = methods(*pair)
    assert all(verdict_on(trial, seed).outcome != "holds" for seed in range(5))


def habits(seed: int, users: int = 300, items: int = 30, days: int = 16) -> InteractionLog:
    """A user has one event a day of its own half of the items, and every fourth evening two at once of any items."""
    random = np.random.default_rng(seed)
    user_ids, item_ids, times, sessions = [], [], [], []

    def add(user: int, item: int, time: int, session: str) -> None:
        user_ids.append(f"u{user:03d}")
        item_ids.append(f"i{item:02d}")
        times.append(time)
        sessions.append(f"{user} {session}")

    for user in range(users):
        for day in range(days):
            add(user, user % 2 * items + int(random.integers(items)), day * DAY, "own")
            for minute in range(2 if day % 4 == 0 else 0):
                add(user, int(random.integers(2 * items)), day * DAY + 36_000 + 60 * minute, str(day))
    return make_log(user_ids, item_ids, times, sessions)


def test_where_whole_histories_carry_the_signal_the_short_window_does_not_win() -> None:
    trial = Trial(
        "habits", habits,
        lambda seed: (("als", {}, seed), ("item2vec", {"sequences": "user", "time_window_minutes": 60.0}, seed)),
        lambda found: finds_more(found, MF, ITEM2VEC, "all"),
    )  # fmt: skip
    assert [verdict_on(trial, seed).outcome for seed in range(3)] == ["does not hold"] * 3
