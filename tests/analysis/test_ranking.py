"""Where targets stand, and what that is worth: against the slow way, all orders of equals, and another package."""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import analysis.ranking
from analysis.arrays import Similarity, trained_rows
from analysis.ranking import (
    Cases,
    Places,
    hit_rate,
    mean_ranks,
    ndcg,
    ndcg_by_list,
    places_of_targets,
    recall_by_list,
    reciprocal_rank,
)
from analysis.vector_scorer import by_vectors
from errors import Cancelled
from tests.analysis import slow
from tests.analysis.scorers import by_scores

QUERIES, ITEMS, CASES = 40, 50, 400
RANKED = 15  # items that are ranked without ties
KS = [1, 3, 10, 100]


def planted(seed: int = 1, rows: int = ITEMS) -> np.ndarray:
    """Half of the vectors of few whole numbers, so that most of their scores tie; the others are pairs."""
    random = np.random.default_rng(seed)
    vectors = np.repeat(random.standard_normal((rows, 2)), 2, axis=0)[:rows].astype(np.float32)
    vectors[: rows // 2] = random.integers(-1, 2, (rows // 2, 2))
    vectors[[2, rows - 3]] = 0
    return vectors


def cases(seed: int = 2, queries: int = QUERIES) -> tuple[np.ndarray, np.ndarray]:
    """Queries in no order, most of them several times, some never."""
    random = np.random.default_rng(seed)
    return random.integers(0, queries, CASES).astype(np.int32), random.integers(0, ITEMS, CASES).astype(np.int32)


class Recorded:
    """Keeps what it was asked, and puts everything at the same place."""

    def __init__(self, candidates: np.ndarray) -> None:
        self.candidates = candidates
        self.asked: list[Cases] = []

    def count(self, cases: Cases) -> tuple[np.ndarray, np.ndarray]:
        self.asked.append(cases)
        return np.zeros(len(cases.targets), np.int64), np.zeros(len(cases.targets), np.int64)


def in_blocks_of(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many queries at a time."""
    monkeypatch.setattr(analysis.ranking, "_BLOCK_VALUES", 1)
    monkeypatch.setattr(analysis.ranking, "_LEAST_ROWS", rows)


def pairs(places: Places) -> list[tuple[int, int]]:
    return list(zip(places.above.tolist(), places.equal.tolist(), strict=True))


@pytest.mark.parametrize("rows", [None, 1, 3, QUERIES])
@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_places_of_users_targets_equal_a_loop_over_cases(
    similarity: Similarity, rows: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if rows is not None:
        in_blocks_of(rows, monkeypatch)
    users, items = planted(3, QUERIES), planted()
    bias = np.random.default_rng(4).integers(-1, 2, ITEMS).astype(np.float32)
    random = np.random.default_rng(5)
    candidates = trained_rows(items) & (random.random(ITEMS) < 0.8)
    left_out = sparse.csr_matrix(random.random((QUERIES, ITEMS)) < 0.3)
    queries, targets = cases()
    found = places_of_targets(
        by_vectors(users, items, candidates, similarity, bias), queries, targets, left_out, trained_rows(users)
    )
    expected = []
    for query, target in zip(queries.tolist(), targets.tolist(), strict=True):
        place = slow.places(
            slow.all_scores(users[query], items, similarity, bias.tolist()),
            target, candidates.tolist(), {*left_out[query].indices.tolist()},
        )  # fmt: skip
        expected.append(place if users[query].any() else (-1, 0))
    assert pairs(found) == expected
    assert found.ranked.tolist() == [above >= 0 for above, _ in expected]
    assert 0.2 < found.ranked.mean() < 0.8
    assert (found.equal > 0).sum() > 20


@pytest.mark.parametrize("rows", [None, 1, 7])
@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_places_of_next_items_leave_out_the_query_itself(
    similarity: Similarity, rows: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if rows is not None:
        in_blocks_of(rows, monkeypatch)
    items = planted()
    candidates = trained_rows(items)
    candidates[[0, 30]] = False
    queries, targets = cases(queries=ITEMS)
    targets[:5] = queries[:5]
    found = places_of_targets(
        by_vectors(items, items, candidates, similarity), queries, targets, can_ask=trained_rows(items)
    )
    expected = []
    for query, target in zip(queries.tolist(), targets.tolist(), strict=True):
        place = slow.places(slow.all_scores(items[query], items, similarity), target, candidates.tolist(), {query})
        expected.append(place if items[query].any() else (-1, 0))
    assert pairs(found) == expected
    assert expected[:5] == [(-1, 0)] * 5
    assert found.above[queries == 30].max() > 0  # what is no candidate can still be asked


def test_the_best_item_is_above_none_and_the_worst_above_all_in_any_block(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks_of(2, monkeypatch)
    scores = np.tile(np.arange(20, dtype=np.float32), (7, 1))
    queries = np.repeat(np.arange(7), 2)[::-1]
    targets = np.tile([19, 0], 7)
    found = places_of_targets(by_scores(scores), queries, targets, sparse.csr_matrix((7, 20)))
    assert pairs(found) == [(0, 0), (19, 0)] * 7


@pytest.mark.parametrize("rows", [1, 4, 100])
def test_each_query_that_has_cases_is_asked_once_and_no_more_at_once_than_a_block(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_blocks_of(rows, monkeypatch)
    queries, targets = cases()
    candidates = np.ones(ITEMS, bool)
    candidates[targets[queries == 7]] = False
    scorer = Recorded(candidates)
    can_ask = np.arange(QUERIES) != 9
    done: list[tuple[float, float]] = []
    places_of_targets(
        scorer, queries, targets, sparse.csr_matrix((QUERIES, ITEMS)), can_ask,
        progress=lambda _stage, at, total, _loss=None: done.append((at, total)),
    )  # fmt: skip
    wanted = sorted({*queries[candidates[targets]].tolist()} - {9})
    assert 7 not in wanted
    asked = sorted(part.queries.tolist() for part in scorer.asked)
    assert list(itertools.chain(*asked)) == wanted
    assert max(map(len, asked)) <= rows
    assert done == [(min(rows * (number + 1), len(wanted)), len(wanted)) for number in range(len(asked))]


def test_a_scorer_is_given_the_targets_of_each_query_by_its_own_columns() -> None:
    queries, targets = cases()
    candidates = np.random.default_rng(5).random(ITEMS) < 0.7
    left_out = sparse.csr_matrix(np.random.default_rng(6).random((QUERIES, ITEMS)) < 0.3)
    scorer = Recorded(candidates)
    places_of_targets(scorer, queries, targets, left_out)
    (given,) = scorer.asked
    codes = np.flatnonzero(candidates)
    found = [
        (int(given.queries[row]), int(codes[column])) for row, column in zip(given.row, given.targets, strict=True)
    ]
    out = left_out.toarray()
    wanted = [
        pair for pair in zip(queries.tolist(), targets.tolist(), strict=True) if candidates[pair[1]] and not out[pair]
    ]
    assert sorted(found) == sorted(wanted)
    assert np.array_equal(given.left_out.toarray() > 0, out[given.queries][:, candidates])
    some, which = given.of(np.array([0, 3]))
    assert some.queries.tolist() == given.queries[[0, 3]].tolist()
    assert which.tolist() == np.flatnonzero(np.isin(given.row, [0, 3])).tolist()
    assert some.row.tolist() == [0 if row == 0 else 1 for row in given.row[which]]
    assert some.targets.tolist() == given.targets[which].tolist()


def test_a_block_of_a_large_catalogue_is_of_bounded_size() -> None:
    queries = np.arange(100)
    scorer = Recorded(np.ones(200_000, bool))
    places_of_targets(scorer, queries, queries + 1)
    sizes = [len(part.queries) for part in scorer.asked]
    assert sum(sizes) == 100
    assert max(sizes) * 200_000 <= 1 << 23


def test_progress_can_stop_the_work() -> None:
    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        places_of_targets(by_scores(np.zeros((2, 2), np.float32)), np.array([0]), np.array([1]), progress=stop)


def test_without_cases_there_are_no_places() -> None:
    none = np.empty(0, np.int32)
    found = places_of_targets(by_scores(np.zeros((3, 3), np.float32)), none, none)
    assert pairs(found) == []
    assert hit_rate(found, 5).tolist() == ndcg(found, 5).tolist() == reciprocal_rank(found, 5).tolist() == []
    assert np.isnan(recall_by_list(found, none, 2, 5)).all()
    assert np.isnan(ndcg_by_list(found, none, 2, 5)).all()


whole_scores = st.lists(st.integers(0, 3), min_size=2, max_size=6)


@given(whole_scores, st.integers(1, 10))
def test_all_candidates_as_targets_share_out_the_places(scores: list[int], k: int) -> None:
    """Whatever ties: k places are filled, and the ranks are 1 to n in sum."""
    n = len(scores)
    found = places_of_targets(
        by_scores(np.array([scores])), np.zeros(n, np.int32), np.arange(n), sparse.csr_matrix((1, n))
    )
    assert hit_rate(found, k).sum() == pytest.approx(min(k, n))
    assert mean_ranks(found).sum() == n * (n + 1) / 2
    assert recall_by_list(found, np.zeros(n, np.int64), 1, k).tolist() == pytest.approx([1.0])


@given(whole_scores, st.integers(1, 10), st.data())
def test_hits_are_what_all_orders_of_equals_give_on_average(scores: list[int], k: int, data: st.DataObject) -> None:
    n = len(scores)
    targets = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=3, unique=True))
    found = places_of_targets(
        by_scores(np.array([scores])), np.zeros(len(targets), np.int32), np.array(targets), sparse.csr_matrix((1, n))
    )
    orders = [
        order
        for order in itertools.permutations(range(n))
        if all(scores[one] >= scores[other] for one, other in itertools.pairwise(order))
    ]
    for target, rate, rank in zip(targets, hit_rate(found, k), mean_ranks(found), strict=True):
        assert rate == pytest.approx(slow.mean([float(order.index(target) < k) for order in orders]))
        assert rank == pytest.approx(slow.mean([float(order.index(target) + 1) for order in orders]))
    hits = slow.mean([float(len({*order[:k]} & {*targets})) for order in orders])
    recall = recall_by_list(found, np.zeros(len(targets), np.int64), 1, k)
    assert recall.tolist() == pytest.approx([hits / min(k, len(targets))])


@given(
    st.lists(st.tuples(st.integers(-1, 15), st.integers(0, 6), st.integers(0, 4)), max_size=30),
    st.sampled_from(KS),
)
def test_every_measure_equals_the_slow_way(rows: list[tuple[int, int, int]], k: int) -> None:
    """Also where lists have no targets, more than k of them, or targets that are not ranked."""
    found = [(above, equal if above >= 0 else 0) for above, equal, _ in rows]
    lists = np.array([of for _, _, of in rows], np.int64)
    places = Places(
        np.array([above for above, _ in found], np.int64), np.array([equal for _, equal in found], np.int64)
    )
    for measure, slowly in ((hit_rate, slow.hit_rate), (ndcg, slow.gain), (reciprocal_rank, slow.reciprocal_rank)):
        assert measure(places, k).tolist() == pytest.approx([slowly(*place, k) for place in found], abs=1e-6)
    assert mean_ranks(places).tolist() == [slow.mean_place(*place) for place in found]
    by_list = [[place for place, of in zip(found, lists, strict=True) if of == which] for which in range(6)]
    for of_lists, slowly_of_list in ((recall_by_list, slow.recall), (ndcg_by_list, slow.ndcg)):
        expected = [slowly_of_list(own, k) for own in by_list]
        np.testing.assert_allclose(of_lists(places, lists, 6, k), expected, rtol=0, atol=1e-6)


def test_equal_targets_are_worth_no_more_than_the_best_order() -> None:
    """Three equals, all wanted, share rank 2: as if all three stood within the first two."""
    three = Places(np.zeros(3, np.int64), np.full(3, 2))
    assert ndcg_by_list(three, np.zeros(3, np.int64), 1, 2).tolist() == [1.0]


@pytest.mark.parametrize("k", KS)
def test_first_places_are_worth_1_and_what_is_not_ranked_0(k: int) -> None:
    first = Places(np.zeros(4, np.int64), np.zeros(4, np.int64))
    last = Places(np.full(4, -1), np.zeros(4, np.int64))
    for measure in (hit_rate, ndcg, reciprocal_rank):
        assert measure(first, k).tolist() == [1.0] * 4
        assert measure(last, k).tolist() == [0.0] * 4
    in_order = Places(np.arange(4), np.zeros(4, np.int64))
    for by_list in (recall_by_list, ndcg_by_list):
        assert by_list(in_order, np.zeros(4, np.int64), 1, k).tolist() == pytest.approx([1.0])
        assert by_list(last, np.zeros(4, np.int64), 1, k).tolist() == [0.0]


def without_ties(targets_of: list[list[int]]) -> tuple[Places, np.ndarray, dict[str, list[str]]]:
    """Places of each query's targets, the query of each, and all items of each query in the order of their scores."""
    random = np.random.default_rng(6)
    scores = random.permuted(np.tile(np.arange(RANKED, dtype=np.float32), (len(targets_of), 1)), axis=1)
    queries = np.repeat(np.arange(len(targets_of)), [len(row) for row in targets_of])
    found = places_of_targets(by_scores(scores), queries, np.concatenate(targets_of), sparse.csr_matrix(scores.shape))
    ranked = {f"q{query:03d}": [f"i{item}" for item in np.argsort(-row)] for query, row in enumerate(scores)}
    return found, queries, ranked


@pytest.mark.slow
def test_measures_equal_ranx_where_nothing_ties(tmp_path: Path) -> None:
    """In a process of its own: it changes how compiled code uses threads, and keeps a folder in the home folder.

    Its recall divides by all targets, ours by no more than k, so that ours is its number of hits over min(k, targets).
    """
    random = np.random.default_rng(7)
    n, ks = 60, [1, 3, 10]
    one = [[int(random.integers(RANKED))] for _ in range(n)]
    several = [random.choice(RANKED, int(random.integers(1, 9)), replace=False).tolist() for _ in range(n)]
    places = {name: without_ties(targets) for name, targets in (("one", one), ("several", several))}
    lists = {
        name: ({f"q{query:03d}": [f"i{item}" for item in row] for query, row in enumerate(targets)}, places[name][2])
        for name, targets in (("one", one), ("several", several))
    }
    asked = {"ks": ks, "measures": ["hit_rate", "ndcg", "mrr", "recall", "hits"], "lists": lists}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", Path(__file__).with_name("asked_of_ranx.py")],
        input=json.dumps(asked),
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "IR_DATASETS_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    found, queries, _ = places["several"]
    sizes = np.array([len(row) for row in several])
    assert (sizes > 3).any()
    for k in ks:
        for measure, name in ((hit_rate, "hit_rate"), (ndcg, "ndcg"), (reciprocal_rank, "mrr")):
            assert measure(places["one"][0], k).tolist() == pytest.approx(answers["one"][f"{name}@{k}"], abs=1e-6)
        assert 0 < hit_rate(places["one"][0], k).mean() < 1
        recall = recall_by_list(found, queries, n, k)
        assert recall == pytest.approx(np.array(answers["several"][f"hits@{k}"]) / np.minimum(k, sizes), abs=1e-6)
        inside = sizes <= k
        assert recall[inside] == pytest.approx(np.array(answers["several"][f"recall@{k}"])[inside], abs=1e-6)
        assert ndcg_by_list(found, queries, n, k).tolist() == pytest.approx(answers["several"][f"ndcg@{k}"], abs=1e-6)


def test_ranks_that_are_not_there_are_infinite() -> None:
    assert mean_ranks(Places(np.array([-1, 4]), np.array([0, 3]))).tolist() == [math.inf, 6.5]
