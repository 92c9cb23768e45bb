"""What is recommended to users, and how that leans towards popular items."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import analysis.recommendations
from analysis import popularity_buckets
from analysis.arrays import Neighbours, trained_rows
from analysis.baselines import popular_items, random_items
from analysis.intervals import Interval
from analysis.recommendation_bias import measure_profiles, measure_recommendations
from analysis.recommendations import history_vectors, top_items
from errors import Cancelled, InputError, ParameterError
from tests.analysis import slow

USERS, ITEMS = 40, 70
P = np.random.default_rng(0).zipf(1.5, ITEMS).clip(max=500)
BUCKETS = popularity_buckets(P)


def planted(seed: int = 1) -> tuple[np.ndarray, np.ndarray, sparse.csr_matrix]:
    """Vectors with ties, zero users and zero items; user 0 has seen nothing, user 1 everything, others some."""
    random = np.random.default_rng(seed)
    users = random.standard_normal((USERS, 5)).astype(np.float32)
    items = random.standard_normal((ITEMS, 5)).astype(np.float32)
    items[20:40] = np.sign(items[20:40])
    users[10:20] = np.sign(users[10:20])
    items[50:55] = items[7]
    users[[5, 6]], items[[3, 4, 60]] = 0, 0
    seen = random.random((USERS, ITEMS)) < random.random((USERS, 1))
    seen[0], seen[1] = False, True
    return users, items, sparse.csr_matrix(seen.astype(np.float32))


def in_blocks_of(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many users at a time."""
    monkeypatch.setattr(analysis.recommendations, "_BLOCK_VALUES", 1)
    monkeypatch.setattr(analysis.recommendations, "_LEAST_ROWS", rows)


def histories(seen: sparse.csr_matrix) -> list[set[int]]:
    return [{*row.indices.tolist()} for row in seen]


@pytest.mark.parametrize("k", [1, 10, 100])
@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("rows", [None, 3])
def test_lists_equal_the_slow_way(k: int, with_bias: bool, rows: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if rows is not None:
        in_blocks_of(rows, monkeypatch)
    users, items, seen = planted()
    bias = np.round(np.random.default_rng(2).standard_normal(ITEMS)).astype(np.float32) * np.float32(with_bias)
    found = top_items(users, items, seen, k, bias if with_bias else None)
    expected = [slow.recommended(user, items, bias, own, k) for user, own in zip(users, histories(seen), strict=True)]
    assert found.shape == (USERS, k)
    assert slow.as_lists(found) == expected
    assert expected[1] == expected[5] == []


def test_only_the_users_asked_for_are_answered_in_their_order() -> None:
    users, items, seen = planted()
    asked = [30, 2, 5, 2]
    assert np.array_equal(top_items(users, items, seen, 6, users=asked), top_items(users, items, seen, 6)[asked])


def test_equal_scores_stand_in_the_order_of_codes_also_where_a_list_is_cut() -> None:
    items = np.ones((1000, 3), dtype=np.float32)
    seen = sparse.csr_matrix((np.ones(2), ([0, 0], [1, 3])), shape=(1, 1000))
    assert top_items(np.ones((1, 3), np.float32), items, seen, 4).tolist() == [[0, 2, 4, 5]]


def test_a_large_catalogue_is_searched_whole() -> None:
    """The best items stand at the ends and in the middle, among more than one chunk is looked at for."""
    items = np.random.default_rng(0).uniform(0, 1, (5003, 1)).astype(np.float32)
    best = [0, 5002, 2501, 64, 63]
    items[best, 0] = [9, 8, 7, 6, 5]
    nothing = sparse.csr_matrix((1, 5003))
    assert top_items(np.ones((1, 1), np.float32), items, nothing, 5).tolist() == [best]


def test_progress_rises_to_the_end_and_can_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(3, monkeypatch)
    users, items, seen = planted()
    done: list[float] = []
    top_items(users, items, seen, 3, progress=lambda _stage, at, total, _loss=None: done.append(at / total))
    assert done == sorted(done)
    assert len(done) > 5
    assert done[-1] == 1

    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        top_items(users, items, seen, 3, progress=stop)


def test_what_cannot_be_recommended_from_is_refused() -> None:
    users, items, seen = planted()
    with pytest.raises(ParameterError, match="k = -1"):
        top_items(users, items, seen, -1)
    users[3, 2] = np.inf
    with pytest.raises(InputError, match="user vectors is not finite"):
        top_items(users, items, seen, 3)
    with pytest.raises(InputError, match="overflow"):
        top_items(np.full((USERS, 5), 1e30, np.float32), np.full((ITEMS, 5), 1e30, np.float32), seen, 3)


def test_a_bias_that_makes_scores_useless_is_refused() -> None:
    users, items, seen = planted()
    bias = np.zeros(ITEMS, np.float32)
    bias[9] = np.nan
    with pytest.raises(InputError, match="bias vectors is not finite"):
        top_items(users, items, seen, 3, bias)
    bias[9] = -3e38
    with pytest.raises(InputError, match="overflow"):
        top_items(users * np.float32(1e19), items * np.float32(1e19), seen, 3, bias)


def test_scores_are_exact_where_large_products_cancel_out() -> None:
    items = np.array([[0, 0.5, 0], [2**24, 1, -(2**24)]], dtype=np.float32)  # 0.5 and 1; in float32 the 1 is lost
    assert top_items(np.ones((1, 3), np.float32), items, sparse.csr_matrix((1, 2)), 2).tolist() == [[1, 0]]


@pytest.mark.parametrize("shape", [(0, 5), (3, 0)])
def test_nobody_and_nothing_give_empty_lists(shape: tuple[int, int]) -> None:
    users, items = np.ones((shape[0], 2), np.float32), np.ones((shape[1], 2), np.float32)
    lists = top_items(users, items, sparse.csr_matrix(shape), 4)
    assert lists.shape == (shape[0], 4)
    assert (lists == -1).all()


def test_a_history_counts_each_item_once_and_those_without_a_vector_not_at_all() -> None:
    _, items, seen = planted()
    found = history_vectors(seen * 3, items)
    for vector, own in zip(found, histories(seen), strict=True):
        known = [items[i].astype(np.float64) for i in own if items[i].any()]
        assert vector == pytest.approx(sum(known) / len(known) if known else np.zeros(5), abs=1e-6)


def close(found: dict[str, Any], expected: dict[str, Any]) -> None:
    cells = found | found["shares"]
    for name, (value, n) in expected.items():
        assert cells[name]["n"] == (0 if math.isnan(value) else n), name
        assert cells[name]["value"] == (None if math.isnan(value) else pytest.approx(value, abs=1e-6)), name


@pytest.mark.parametrize("k", [1, 10, 100])
def test_every_measure_equals_the_slow_way(k: int) -> None:
    users, items, seen = planted()
    trained = trained_rows(items)
    for lists in (top_items(users, items, seen, k), random_items(seen, trained, k), popular_items(seen, P, trained, k)):
        found = measure_recommendations(lists, seen, P, BUCKETS, trained).as_json()
        rows = slow.as_lists(lists)
        close(
            found, slow.recommendation_measures(rows, histories(seen), P.tolist(), BUCKETS.tolist(), trained.tolist())
        )
        assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_intervals_equal_the_slow_way_over_the_users_that_have_a_list() -> None:
    users, items, seen = planted()
    lists = top_items(users, items, seen, 10)
    found = measure_recommendations(lists, seen, P, BUCKETS, trained_rows(items)).as_json()
    served = [row for row in slow.as_lists(lists) if row]
    expected = slow.interval([slow.mean([float(BUCKETS[i] != 0) for i in row]) for row in served])
    assert (found["aplt"]["low"], found["aplt"]["high"]) == pytest.approx(expected)
    expected = slow.interval([slow.mean([float(P[i]) for i in row]) for row in served])
    assert (found["arp"]["low"], found["arp"]["high"]) == pytest.approx(expected)


def test_items_that_nobody_touched_have_no_quantile_and_count_as_popularity_0() -> None:
    p = P.copy()
    p[::3] = 0
    users, items, seen = planted()
    trained, buckets = trained_rows(items), popularity_buckets(p)
    lists = top_items(users, items, seen, 4)
    found = measure_recommendations(lists, seen, p, buckets, trained).as_json()
    expected = slow.recommendation_measures(
        slow.as_lists(lists), histories(seen), p.tolist(), buckets.tolist(), trained.tolist()
    )
    # Where none of a list has a quantile, that user has none either.
    expected["arp_quantile"] = (expected["arp_quantile"][0], found["arp_quantile"]["n"])
    close(found, expected)


def test_profiles_are_what_the_users_have_seen() -> None:
    _, _, seen = planted()
    chosen = np.arange(USERS) % 2 == 0
    found = measure_profiles(seen, P, BUCKETS, chosen)
    rows = [sorted(own) for own, there in zip(histories(seen), chosen, strict=True) if there]
    expected = slow.recommendation_measures(
        rows, [{*row} for row in rows], P.tolist(), BUCKETS.tolist(), [True] * ITEMS
    )
    close(found, {name: expected[name] for name in ("arp", "arp_quantile", "aplt", "head", "mid", "tail")})
    assert found["arp"]["n"] == sum(bool(row) for row in rows)


def head_and_tail() -> tuple[np.ndarray, np.ndarray, sparse.csr_matrix]:
    """Four head items that half of the users have each seen two of, and forty of the tail: (p, buckets, seen)."""
    p = np.array([100] * 4 + [1] * 40)
    buckets = np.array([0] * 4 + [2] * 40, dtype=np.int8)
    seen = np.zeros((50, 44), dtype=np.int8)
    seen[:25, :2] = 1
    return p, buckets, sparse.csr_matrix(seen)


def test_users_whose_vectors_point_at_the_head_get_nothing_else_and_those_of_the_tail_nothing_of_it() -> None:
    p, buckets, seen = head_and_tail()
    items = np.where((buckets == 0)[:, None], [1.0, 0.0], [0.0, 1.0]).astype(np.float32)
    everybody = np.ones(44, bool)

    def measured(lists: Neighbours) -> dict[str, Any]:
        return measure_recommendations(lists, seen, p, buckets, everybody).as_json()

    to_head = measured(top_items(np.tile(np.array([1, 0], np.float32), (50, 1)), items, seen, 2))
    assert (to_head["aplt"]["value"], to_head["shares"]["head"]["value"], to_head["arp"]["value"]) == (0, 1, 100)
    assert to_head["coverage"]["value"] == pytest.approx(4 / 44)
    assert (to_head["lift"], to_head["gap_profile"]["n"]) == ({"value": 0, "n": 25}, 25)  # half has no profile
    assert (to_head["aplt"]["low"], to_head["aplt"]["high"], to_head["aplt"]["n"]) == (0, 0, 50)

    to_tail = measured(random_items(seen, buckets == 2, 2))
    assert (to_tail["aplt"]["value"], to_tail["shares"]["tail"]["value"], to_tail["arp"]["value"]) == (1, 1, 1)
    assert to_tail["lift"]["value"] == pytest.approx(-0.99)
    assert to_tail["coverage"]["value"] > 0.8
    assert to_tail["gini"]["value"] < to_head["gini"]["value"]


def test_a_user_who_has_seen_everything_gets_nothing_and_counts_nowhere() -> None:
    seen = sparse.csr_matrix(np.array([[1, 1, 1], [1, 0, 0]]))
    p, buckets = np.array([3, 2, 1]), np.array([0, 1, 2], dtype=np.int8)
    lists = top_items(np.ones((2, 1), np.float32), np.ones((3, 1), np.float32), seen, 2)
    assert lists.tolist() == [[-1, -1], [1, 2]]
    found = measure_recommendations(lists, seen, p, buckets, np.ones(3, bool)).as_json()
    assert (found["arp"]["value"], found["arp"]["n"], found["arp"]["low"]) == (1.5, 1, None)
    assert found["lift"] == {"value": -0.5, "n": 1}


def test_without_any_list_every_number_is_null_with_n_0() -> None:
    nothing = np.full((3, 4), -1, dtype=np.int32)
    found = measure_recommendations(nothing, sparse.csr_matrix((3, ITEMS)), P, BUCKETS, np.zeros(ITEMS, bool))
    plain = found.as_json()
    cells = [cell for name, cell in plain.items() if name != "shares"] + list(plain["shares"].values())
    assert all(cell["value"] is None and cell["n"] == 0 for cell in cells)


def test_a_number_that_cannot_be_had_is_taken_over_nobody() -> None:
    """Users who chose what counts for nothing have no lift, and lists without an item no Gini."""
    seen = sparse.csr_matrix(np.array([[1, 0, 0], [0, 1, 0]]))
    nobody, buckets, everything = np.zeros(3, np.int64), np.full(3, 2, np.int8), np.ones(3, bool)
    found = measure_recommendations(np.array([[1], [2]], np.int32), seen, nobody, buckets, everything).as_json()
    assert (found["gap_profile"]["value"], found["gap_profile"]["n"]) == (0, 2)
    assert found["lift"] == {"value": None, "n": 0}
    empty = measure_recommendations(np.full((2, 1), -1, np.int32), seen, nobody, buckets, everything).as_json()
    assert (empty["coverage"], empty["gini"]) == ({"value": 0, "n": 3}, {"value": None, "n": 0})


def test_the_interval_holds_the_truth_in_most_samples() -> None:
    random = np.random.default_rng(0)
    found = [Interval.mean(random.exponential(size=200)) for _ in range(400)]
    assert np.mean([estimate.low <= 1 <= estimate.high for estimate in found]) == pytest.approx(0.95, abs=0.03)
