"""What models think of all items, against dense and slow computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import analysis.scoring
from analysis.ranking import Places, Scorer, places_of_targets
from analysis.scoring import SparseProducts, by_company, by_company_of_histories, by_popularity, company_neighbours
from tests.analysis import slow

ITEMS, BASKETS, USERS = 30, 60, 12
EVERYTHING = np.ones(ITEMS, dtype=bool)


def baskets() -> tuple[list[set[int]], sparse.csr_matrix]:
    """Items from common to rare, so that few counts make many equal scores; the last two items are in none."""
    random = np.random.default_rng(1)
    held = random.random((BASKETS, ITEMS)) < np.linspace(0.4, 0.02, ITEMS)
    held[:, -2:], held[3] = False, False
    return [{*np.flatnonzero(row).tolist()} for row in held], sparse.csr_matrix(held.astype(np.float64))


def histories() -> tuple[list[set[int]], sparse.csr_matrix]:
    """With weights that must not count; the first user has none."""
    random = np.random.default_rng(2)
    seen = random.random((USERS, ITEMS)) < 0.2
    seen[0] = False
    weights = random.integers(1, 9, seen.shape).astype(np.float32)
    return [{*np.flatnonzero(row).tolist()} for row in seen], sparse.csr_matrix(seen * weights)


def best(scores: list[float], item: int, k: int) -> list[int]:
    """The k other items with the highest scores above 0, ties by code."""
    others = [j for j in range(len(scores)) if j != item and scores[j] > 0]
    return sorted(others, key=lambda j: (-scores[j], j))[:k]


def places_by(scorer: Scorer, left_out: sparse.csr_matrix | None = None) -> tuple[Places, np.ndarray, np.ndarray]:
    """Of all items for all queries, those in no order; and query and target of each."""
    n_queries = ITEMS if left_out is None else left_out.shape[0]
    pairs = np.random.default_rng(3).permutation(n_queries * ITEMS)
    queries, targets = pairs // ITEMS, pairs % ITEMS
    return places_of_targets(scorer, queries, targets, left_out), queries, targets


def assert_slow(
    found: tuple[Places, np.ndarray, np.ndarray], scores: np.ndarray, candidates: np.ndarray, left_out: list[set[int]]
) -> None:
    places, queries, targets = found
    expected = [
        slow.places(scores[query].tolist(), target, candidates.tolist(), left_out[query])
        for query, target in zip(queries.tolist(), targets.tolist(), strict=True)
    ]
    assert list(zip(places.above.tolist(), places.equal.tolist(), strict=True)) == expected
    assert places.ranked.any()
    assert places.equal.any()


SOME = np.arange(ITEMS) % 5 != 2


@pytest.mark.parametrize("candidates", [EVERYTHING, SOME])
def test_places_by_popularity_equal_the_slow_way(candidates: np.ndarray) -> None:
    p = np.random.default_rng(4).integers(0, 6, ITEMS) * 7
    seen, matrix = histories()
    scores = np.tile(p, (ITEMS, 1))
    assert_slow(places_by(by_popularity(p, candidates), matrix), scores, candidates, seen)
    assert_slow(places_by(by_popularity(p, candidates)), scores, candidates, [{item} for item in range(ITEMS)])


@pytest.mark.parametrize("candidates", [EVERYTHING, SOME])
def test_places_by_few_scores_equal_the_slow_way(candidates: np.ndarray) -> None:
    """Above 0, below it, and 0 though it is stored."""
    random = np.random.default_rng(5)
    scores = random.integers(-2, 3, (USERS, ITEMS)) * (random.random((USERS, ITEMS)) < 0.4)
    scores[0] = 0
    some = sparse.csr_matrix(scores[:, candidates].astype(np.float64))
    few = np.flatnonzero(some.data)[::6]
    scores[np.repeat(np.arange(USERS), np.diff(some.indptr))[few], np.flatnonzero(candidates)[some.indices[few]]] = 0
    some.data[few] = 0
    n = int(candidates.sum())
    scorer = SparseProducts(candidates, sparse.identity(USERS, format="csr"), some, np.full(n, 0.5))
    seen, matrix = histories()
    assert_slow(places_by(scorer, matrix), scores, candidates, seen)


@pytest.mark.parametrize("candidates", [EVERYTHING, SOME])
def test_scores_by_company_are_those_of_dense_rows_to_the_last_bit(candidates: np.ndarray) -> None:
    """Another order of the same sums would put equal items apart."""
    _, matrix = baskets()
    held = np.bincount(matrix.indices, minlength=ITEMS)
    scale = np.divide(1, np.sqrt(held), out=np.zeros(ITEMS), where=held > 0)
    rows = (sparse.diags(scale) @ matrix.T.tocsr() @ matrix).toarray()
    expected = (rows * scale).astype(np.float32)
    scorer = by_company(matrix, candidates)
    assert np.array_equal(scorer.scores(np.arange(ITEMS)).toarray(), expected[:, candidates])
    assert_slow(places_by(scorer), expected, candidates, [{item} for item in range(ITEMS)])


@pytest.mark.parametrize("candidates", [EVERYTHING, SOME])
@pytest.mark.parametrize("through_baskets", [False, True])
def test_scores_by_histories_are_those_of_dense_rows_to_the_last_bit(
    candidates: np.ndarray, through_baskets: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, matrix = baskets()
    seen, weighted = histories()
    once = (weighted > 0).astype(np.float64)
    held = np.bincount(matrix.indices, minlength=ITEMS)
    scale = np.divide(1, np.sqrt(held), out=np.zeros(ITEMS), where=held > 0)
    diagonal = sparse.diags(scale)
    if through_baskets:
        monkeypatch.setattr(analysis.scoring, "_MOST_PAIRS", 0)
        expected = ((once @ diagonal @ matrix.T.tocsr()) @ matrix).toarray() * scale
    else:
        expected = (once @ (diagonal @ (matrix.T.tocsr() @ matrix) @ diagonal).tocsr()).toarray()
    expected = expected.astype(np.float32)
    scorer = by_company_of_histories(matrix, weighted, candidates)
    assert np.array_equal(scorer.scores(np.arange(USERS)).toarray(), expected[:, candidates])
    assert_slow(places_by(scorer, weighted), expected, candidates, seen)


def test_company_of_items_equals_the_dense_way() -> None:
    held, matrix = baskets()
    expected = np.array(slow.company(held, ITEMS), dtype=np.float32)
    assert by_company(matrix, EVERYTHING).scores(np.arange(ITEMS)).toarray() == pytest.approx(expected, abs=1e-6)
    asked = np.array([5, 29, 0])
    assert by_company(matrix, EVERYTHING).scores(asked).toarray() == pytest.approx(expected[asked], abs=1e-6)
    assert (expected[:, -2:] == 0).all()
    assert np.diag(expected)[:-2].tolist() == pytest.approx([1.0] * (ITEMS - 2))


def test_company_of_histories_is_that_of_their_items_in_sum() -> None:
    held, matrix = baskets()
    seen, weighted = histories()
    company = slow.company(held, ITEMS)
    expected = [[sum(company[i][j] for i in own) for j in range(ITEMS)] for own in seen]
    scorer = by_company_of_histories(matrix, weighted, EVERYTHING)
    assert scorer.scores(np.arange(USERS)).toarray() == pytest.approx(np.array(expected), abs=1e-6)
    asked = np.array([7, 0])
    assert scorer.scores(asked).toarray() == pytest.approx(np.array(expected)[asked], abs=1e-6)
    assert expected[0] == [0] * ITEMS


@pytest.mark.parametrize("k", [1, 5, 50])
@pytest.mark.parametrize("rows", [None, 1, 7])
def test_neighbours_by_company_equal_the_slow_way(k: int, rows: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ties by code, also where the list is cut; what is never met stands in no list."""
    if rows is not None:
        monkeypatch.setattr(analysis.scoring, "_ROWS", rows)
    held, matrix = baskets()
    company = np.array(slow.company(held, ITEMS), dtype=np.float32).tolist()
    expected = [best(scores, i, k) for i, scores in enumerate(company)]
    found = company_neighbours(matrix, k)
    assert found.shape == (ITEMS, k)
    assert slow.as_lists(found) == expected
    assert expected[-1] == []


@given(st.lists(st.sets(st.integers(0, 5), max_size=4), max_size=12), st.integers(1, 7))
def test_neighbours_by_company_are_those_that_score_highest(held: list[set[int]], k: int) -> None:
    matrix = sparse.csr_matrix(
        np.array([[item in basket for item in range(6)] for basket in held]).reshape(-1, 6) * 1.0
    )
    scores = by_company(matrix, np.ones(6, dtype=bool)).scores(np.arange(6)).toarray()
    for item, row in enumerate(slow.as_lists(company_neighbours(matrix, k))):
        assert row == best(scores[item].tolist(), item, k)
        together = [j for j in range(6) if j != item and any({item, j} <= basket for basket in held)]
        assert {*row} <= {*together}
        assert len(row) == min(k, len(together))
