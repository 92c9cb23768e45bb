"""The synthetic logs have the truth that other tests build on."""

from __future__ import annotations

import numpy as np

from interactions import InteractionLog
from tests.planted import (
    every_pair_once,
    groups_among_strangers,
    make_log,
    ordered_sessions,
    partner,
    two_islands,
    zipf_log,
)


def test_rows_are_sorted_and_codes_are_ranks() -> None:
    log = make_log(["v", "u", "u"], ["b", "a", "c"], [3, 2, 1], weights=[1, 2, 3])
    assert log.user_codes.tolist() == [0, 0, 1]
    assert log.item_codes.tolist() == [2, 0, 1]
    assert log.weights.tolist() == [3, 2, 1]


def test_islands_never_mix() -> None:
    log = two_islands(islands=3)
    islands = np.array([name[0] for name in log.item_ids])
    matrix = log.user_item_matrix()
    for user in range(log.n_users):
        assert len(set(islands[matrix[user].indices])) == 1
    assert log.items["category"].tolist() == [f"island {letter}" for letter in islands]


def test_skew_makes_low_numbers_popular() -> None:
    p = two_islands(users=400, skew=1.0).users_per_item
    assert p[0] > 2 * p[11]


def test_sessions_fit_into_an_hour_and_lie_apart() -> None:
    log = ordered_sessions()
    by_gap = log.sequences("gap", gap_minutes=60, order="file")
    by_session = log.sequences("session", order="file")
    assert sorted(map(tuple, by_gap)) == sorted(map(tuple, by_session))


def test_a_user_who_meets_every_pair_once_says_nothing_of_pairs() -> None:
    log = every_pair_once()
    counts = log.user_item_matrix().toarray()
    assert counts.min() == 1
    likeness = np.corrcoef(counts.T)
    halves = [log.item_ids.tolist().index(partner(name)) for name in log.item_ids]
    assert abs(likeness[range(24), halves].mean()) < 0.05
    assert (log.item_graph().toarray()[range(12), halves[:12]] == log.n_users).all()


def test_strangers_have_no_items_in_common() -> None:
    log = groups_among_strangers()
    edges = log.item_graph("user", order="file").toarray() > 0
    edges |= edges.T
    group = np.array([name[:3] for name in log.item_ids])
    same = group[:, np.newaxis] == group
    in_common = edges.astype(int) @ edges.astype(int)
    assert in_common[edges & same].mean() > 3
    assert in_common[edges & ~same].mean() < 1.5


def test_popularity_falls_with_rank_and_nothing_else_matters() -> None:
    log = zipf_log()
    p = log.users_per_item
    assert p[:10].mean() > 3 * p[100:].mean()


def test_a_seed_repeats_a_log_and_another_does_not() -> None:
    for plant in (two_islands, ordered_sessions, every_pair_once, groups_among_strangers, zipf_log):
        one, again, other = plant(seed=1), plant(seed=1), plant(seed=2)
        assert isinstance(one, InteractionLog)
        assert one.digest == again.digest != other.digest
