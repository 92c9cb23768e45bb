"""The log as a matrix and as a graph."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from interactions.matrix import pair_counts
from tests.planted import make_log, ordered_sessions, partner

events = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 9)), min_size=1, max_size=40)


@given(events)
def test_weights_are_summed_over_user_and_item(rows: list[tuple[int, int, int]]) -> None:
    users, items, weights = zip(*rows, strict=True)
    log = make_log([f"u{code}" for code in users], [f"i{code}" for code in items], weights=list(weights))
    matrix = log.user_item_matrix()
    assert (matrix.format, matrix.dtype.name, matrix.shape) == ("csr", "float32", (log.n_users, log.n_items))
    assert matrix.has_canonical_format
    for row, user in enumerate(log.user_ids):
        for column, item in enumerate(log.item_ids):
            expected = sum(weight for u, i, weight in rows if (f"u{u}", f"i{i}") == (user, item))
            assert matrix[row, column] == expected


@given(events)
def test_means_are_taken_over_the_events_of_each_pair(rows: list[tuple[int, int, int]]) -> None:
    users, items, weights = zip(*rows, strict=True)
    log = make_log([f"u{code}" for code in users], [f"i{code}" for code in items], weights=list(weights))
    means = log.user_item_means()
    assert (means.format, means.dtype.name, means.shape) == ("csr", "float32", (log.n_users, log.n_items))
    assert means.has_canonical_format
    assert means.nnz == len(set(zip(users, items, strict=True)))
    for user, item in set(zip(users, items, strict=True)):
        of_pair = [weight for u, i, weight in rows if (u, i) == (user, item)]
        place = log.user_ids.tolist().index(f"u{user}"), log.item_ids.tolist().index(f"i{item}")
        assert means[place] == np.float32(np.mean(of_pair))


def test_a_pair_whose_mean_is_nought_was_observed() -> None:
    means = make_log(["u", "u", "v"], ["a", "a", "b"], weights=[1.0, -1.0, 2.0]).user_item_means()
    assert means.nnz == 2
    assert means.toarray().tolist() == [[0, 0], [0, 2]]


@given(events)
def test_users_per_item_counts_each_user_once(rows: list[tuple[int, int, int]]) -> None:
    log = make_log([f"u{user}" for user, _, _ in rows], [f"i{item}" for _, item, _ in rows])
    expected = [len({user for user, item, _ in rows if f"i{item}" == name}) for name in log.item_ids]
    assert log.users_per_item.tolist() == expected
    assert log.users_per_item.dtype.name == "int64"


def test_the_graph_counts_who_comes_right_after_whom() -> None:
    log = make_log(["u"] * 5 + ["v", "v"], list("abbabbc"), [1, 2, 3, 4, 5, 1, 2])
    graph = log.item_graph("user")
    assert graph.toarray().tolist() == [[0, 2, 0], [1, 0, 1], [0, 0, 0]]
    assert (graph.format, graph.dtype.name) == ("csr", "float32")


def test_no_edge_crosses_from_one_sequence_into_the_next() -> None:
    log = make_log(["u", "v", "w"], ["a", "b", "c"], [1, 2, 3])
    assert log.item_graph("user").nnz == 0


def test_the_graph_of_ordered_sessions_shows_the_planted_pairs() -> None:
    log = ordered_sessions()
    graph = log.item_graph().toarray()
    codes = {name: code for code, name in enumerate(log.item_ids)}
    for name in log.item_ids:
        if name.startswith("a"):
            row = graph[codes[name]]
            assert row[codes[partner(name)]] == row.sum() > 0, "after an a comes its b and nothing else"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), max_size=40))
def test_pairs_are_counted_once_each_with_their_events(events: list[tuple[int, int]]) -> None:
    events.sort(key=lambda event: event[0])
    users, others = (np.array([event[side] for event in events], dtype=np.int32) for side in (0, 1))
    pairs_of, counts = pair_counts(users, others, 9)
    by_hand = Counter(events)
    assert pairs_of.tolist() == [sum(other == code for _, other in by_hand) for code in range(9)]
    assert sorted(counts.tolist()) == sorted(by_hand.values())


def test_a_session_that_two_users_share_has_two_lengths() -> None:
    log = make_log(["u", "u", "v", "u"], ["a", "b", "a", "a"], [0, 1, 2, 3], ["s", "s", "s", "t"])
    assert sorted(log.session_lengths().tolist()) == [1, 1, 2]
    assert make_log(["u", "v"], ["a", "b"]).session_lengths().tolist() == []


def test_lengths_of_sessions_as_they_would_be_cut() -> None:
    log = make_log(["u"] * 4 + ["v"], list("abcab"), [86_000, 86_300, 86_500, 90_200, 0])
    assert sorted(log.session_lengths("user").tolist()) == [1, 4]
    assert sorted(log.session_lengths("day").tolist()) == [1, 2, 2]
    assert sorted(log.session_lengths("gap", 60).tolist()) == [1, 1, 3]
    assert make_log(["u", "v"], ["a", "b"]).session_lengths("gap").tolist() == []
