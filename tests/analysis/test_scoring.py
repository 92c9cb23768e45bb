"""What models think of all items, against dense and slow computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import analysis.scoring
from analysis.arrays import Similarity
from analysis.neighbours import top_neighbours
from analysis.scoring import by_company, by_company_of_histories, by_popularity, by_vectors, company_neighbours
from errors import InputError
from tests.analysis import slow

ITEMS, BASKETS, USERS = 30, 60, 12


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


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
@pytest.mark.parametrize("with_bias", [False, True])
def test_scores_by_vectors_equal_the_slow_way(similarity: Similarity, with_bias: bool) -> None:
    random = np.random.default_rng(3)
    queries, items = (random.standard_normal((n, 6)).astype(np.float32) for n in (9, ITEMS))
    queries[4], items[7], items[20] = 0, 0, items[21]
    bias = random.standard_normal(ITEMS).astype(np.float32)
    asked = [8, 4, 0]
    found = by_vectors(queries, items, similarity, bias if with_bias else None)(np.array(asked))
    added = bias.tolist() if with_bias else []
    expected = [slow.all_scores(queries[row], items, similarity, added) for row in asked]
    assert found.dtype == np.float32
    assert found.tolist() == expected


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_scores_put_items_in_the_order_of_the_neighbours(similarity: Similarity) -> None:
    """Lists and places speak of the same scores."""
    random = np.random.default_rng(4)
    items = random.standard_normal((200, 5)).astype(np.float32)
    items[:40] = random.integers(-1, 2, (40, 5))
    items[40:80] = 3 * items[80:120]
    near, scores = top_neighbours(items, 10, similarity)
    found = by_vectors(items, items, similarity)(np.arange(200))
    known = near >= 0
    assert known.sum() > 1900
    assert np.array_equal(np.take_along_axis(found, np.where(known, near, 0), axis=1)[known], scores[known])


def test_scores_are_exact_where_large_products_cancel_out_or_lengths_are_extreme() -> None:
    items = np.array([[0, 0.5, 0], [2**24, 1, -(2**24)]], dtype=np.float32)
    assert by_vectors(np.ones((1, 3), np.float32), items)(np.array([0])).tolist() == [[0.5, 1.0]]
    far = np.array([[3e-30, 4e-30], [3e30, 4e30]], dtype=np.float32)
    assert by_vectors(far, far, "cosine")(np.array([0, 1])) == pytest.approx(np.ones((2, 2)))


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_vectors_that_make_scores_useless_are_refused(similarity: Similarity) -> None:
    good, bad = np.ones((3, 2), np.float32), np.array([[1, np.inf], [1, 1], [1, 1]], np.float32)
    for queries, items, bias in ((bad, good, None), (good, bad, None), (good, good, bad[0])):
        with pytest.raises(InputError, match="not finite"):
            by_vectors(queries, items, similarity, bias)
    with pytest.raises(InputError, match="overflow"):
        by_vectors(1e20 * good, 1e20 * good)
    with pytest.raises(InputError, match="overflow"):
        by_vectors(1e19 * good, 1e19 * good, "dot", np.full(3, -3e38, np.float32))
    assert by_vectors(1e20 * good, 1e20 * good, "cosine")(np.array([0])) == pytest.approx(np.ones((1, 3)))


def test_popularity_is_the_same_for_everybody() -> None:
    p = np.array([3, 0, 70_000, 3])
    scores_of = by_popularity(p)
    found = scores_of(np.array([2, 0, 2]))
    assert found.tolist() == [p.tolist()] * 3
    found[:] = -1  # as places are taken: what is left out is marked in the scores
    assert scores_of(np.array([0])).tolist() == [p.tolist()]


def test_company_of_items_equals_the_dense_way() -> None:
    held, matrix = baskets()
    expected = np.array(slow.company(held, ITEMS), dtype=np.float32)
    assert by_company(matrix)(np.arange(ITEMS)) == pytest.approx(expected, abs=1e-6)
    asked = np.array([5, 29, 0])
    assert by_company(matrix)(asked) == pytest.approx(expected[asked], abs=1e-6)
    assert (expected[:, -2:] == 0).all()
    assert np.diag(expected)[:-2].tolist() == pytest.approx([1.0] * (ITEMS - 2))


def test_company_of_histories_is_that_of_their_items_in_sum() -> None:
    held, matrix = baskets()
    seen, weighted = histories()
    company = slow.company(held, ITEMS)
    expected = [[sum(company[i][j] for i in own) for j in range(ITEMS)] for own in seen]
    assert by_company_of_histories(matrix, weighted)(np.arange(USERS)) == pytest.approx(np.array(expected), abs=1e-6)
    asked = np.array([7, 0])
    assert by_company_of_histories(matrix, weighted)(asked) == pytest.approx(np.array(expected)[asked], abs=1e-6)
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
    scores = by_company(matrix)(np.arange(6))
    for item, row in enumerate(slow.as_lists(company_neighbours(matrix, k))):
        assert row == best(scores[item].tolist(), item, k)
        together = [j for j in range(6) if j != item and any({item, j} <= basket for basket in held)]
        assert {*row} <= {*together}
        assert len(row) == min(k, len(together))
