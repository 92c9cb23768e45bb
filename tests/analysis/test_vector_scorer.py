"""Places by vectors: exactly those of all scores in double precision, whatever single precision makes of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

import analysis.vector_scorer
from analysis.arrays import Similarity, product_error
from analysis.neighbours import top_neighbours
from analysis.ranking import places_of_targets
from analysis.vector_scorer import RoughProducts, VectorScorer, by_vectors
from errors import InputError
from tests.analysis import slow

ITEMS = 30
EVERYTHING = np.ones(ITEMS, dtype=bool)
EXACT = [None, 0.0, 1.0]  # shares of candidates: by default, none in doubt are looked at one by one, or all


def dense(queries: np.ndarray, items: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """All scores, axis by axis in double precision, rounded to float32."""
    total = np.zeros((len(queries), len(items)))
    for axis in range(items.shape[1]):
        total += np.outer(queries[:, axis].astype(np.float64), items[:, axis].astype(np.float64))
    scores: np.ndarray = (total + bias).astype(np.float32)
    return scores


def counted(
    scores: np.ndarray, queries: np.ndarray, targets: np.ndarray, candidates: np.ndarray, out: np.ndarray
) -> list[tuple[int, int]]:
    """Those above and those equal, from all scores, with -inf for what is not ranked."""
    ranked = np.where(out | ~candidates, -np.inf, scores)
    places = []
    for query, target in zip(queries, targets, strict=True):
        own, row = ranked[query, target], ranked[query]
        places.append((-1, 0) if own == -np.inf else (int((row > own).sum()), int((row == own).sum()) - 1))
    return places


def found(
    vectors: tuple[np.ndarray, np.ndarray], bias: np.ndarray, cases: tuple[np.ndarray, np.ndarray],
    candidates: np.ndarray, out: np.ndarray,
) -> list[tuple[int, int]]:  # fmt: skip
    places = places_of_targets(by_vectors(*vectors, candidates, "dot", bias), *cases, sparse.csr_matrix(out))
    return list(zip(places.above.tolist(), places.equal.tolist(), strict=True))


def settle(share: float | None, patch: pytest.MonkeyPatch) -> None:
    if share is not None:
        patch.setattr(analysis.vector_scorer, "_MOST_EXACT", share)


# Whole numbers tie; huge and tiny ones cancel out, vanish and nearly overflow.
values = st.one_of(
    st.integers(-2, 2).map(float),
    st.sampled_from([1e18, -1e18, 3e17, 1e-25, -1e-25, 1e-45, -1e-45, 1.0000001, 0.1, 2.0**24, -(2.0**24)]),
    st.floats(-(2.0**59), 2.0**59, width=32),
)


def rows_of(n: int, width: int) -> st.SearchStrategy[np.ndarray]:
    return arrays.arrays(np.float32, (n, width), elements=values.map(np.float32), fill=st.just(np.float32(0)))


@given(st.data(), st.sampled_from(EXACT))
def test_places_are_those_of_all_scores(data: st.DataObject, share: float | None) -> None:
    width, n, asked = (data.draw(st.integers(1, high)) for high in (5, 8, 3))
    items, queries = data.draw(rows_of(n, width)), data.draw(rows_of(asked, width))
    bias = data.draw(st.one_of(st.just(np.zeros((1, n), np.float32)), rows_of(1, n)))[0]
    candidates = data.draw(arrays.arrays(bool, n))
    out = data.draw(arrays.arrays(bool, (asked, n)))
    cases = np.repeat(np.arange(asked), n), np.tile(np.arange(n), asked)
    with pytest.MonkeyPatch.context() as patch:
        settle(share, patch)
        assert found((queries, items), bias, cases, candidates, out) == counted(
            dense(queries, items, bias), *cases, candidates, out
        )


@pytest.mark.parametrize("share", EXACT)
@pytest.mark.parametrize("length", [1.0, 2.0**-58, 2.0**58])
@pytest.mark.parametrize("biases", ["none", "some"])
def test_scores_that_single_precision_cannot_tell_apart_are_told(
    share: float | None, length: float, biases: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vectors of which most differ in the last place of one value, some in nothing."""
    settle(share, monkeypatch)
    random = np.random.default_rng(1)
    n, width = 3000, 64
    items = np.tile(random.standard_normal(width).astype(np.float32), (n, 1))
    axis = random.integers(0, width, n)
    items[np.arange(n), axis] = np.nextafter(items[np.arange(n), axis], np.float32(9))
    items[:500] = items[500]
    items[1000:2000] = random.standard_normal((1000, width))
    queries = random.standard_normal((4, width)).astype(np.float32)
    items, queries = (items * length).astype(np.float32), (queries * length).astype(np.float32)
    bias = (random.integers(-1, 2, n) * length**2 * (biases == "some")).astype(np.float32)
    cases = np.repeat(np.arange(4), 50), random.integers(0, n, 200)
    candidates, out = random.random(n) < 0.9, random.random((4, n)) < 0.1
    expected = counted(dense(queries, items, bias), *cases, candidates, out)
    assert found((queries, items), bias, cases, candidates, out) == expected
    roughly = counted(queries @ items.T + bias, *cases, candidates, out)
    assert sum(one != other for one, other in zip(roughly, expected, strict=True)) > 100


@pytest.mark.parametrize("share", EXACT)
def test_equal_vectors_tie_wherever_they_stand(share: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(share, monkeypatch)
    n = 1037
    items = np.tile(np.random.default_rng(2).standard_normal(7).astype(np.float32), (n, 1))
    cases = np.zeros(n, np.int64), np.arange(n)
    for queries in (items[:1], 0 * items[:1]):
        places = found((queries, items), np.zeros(n, np.float32), cases, np.ones(n, bool), np.zeros((1, n), bool))
        assert places == [(0, n - 1)] * n


@pytest.mark.parametrize("share", EXACT)
def test_scores_next_to_nothing_are_rounded_before_they_are_compared(
    share: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products of very short vectors: a few steps of the smallest float32 apart, or all 0."""
    settle(share, monkeypatch)
    random = np.random.default_rng(5)
    directions = random.standard_normal((400, 6))
    cases = np.zeros(400, np.int64), np.arange(400)
    for length, distinct in ((2.0**-73, range(3, 100)), (2.0**-80, range(1, 2))):
        items = (directions * length).astype(np.float32)
        scores = dense(items[:1], items, np.zeros(400, np.float32))
        assert len(np.unique(scores)) in distinct
        expected = counted(scores, *cases, np.ones(400, bool), np.zeros((1, 400), bool))
        assert (
            found((items[:1], items), np.zeros(400, np.float32), cases, np.ones(400, bool), np.zeros((1, 400), bool))
            == expected
        )


def test_all_exact_scores_are_made_where_many_are_in_doubt_and_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    scores = VectorScorer.scores

    def recorded(scorer: VectorScorer, queries: np.ndarray) -> np.ndarray:
        asked.extend(queries.tolist())
        return scores(scorer, queries)

    monkeypatch.setattr(VectorScorer, "scores", recorded)
    n = 400
    items = np.random.default_rng(3).standard_normal((n, 8)).astype(np.float32)
    items[100:200] = items[100]
    queries = np.repeat(np.arange(10), 3)
    targets = np.tile([300, 301, 302], 10)
    targets[queries == 4] = [300, 150, 302]
    expected = counted(dense(items, items, np.zeros(n)), queries, targets, np.ones(n, bool), np.eye(n, dtype=bool))
    places = places_of_targets(by_vectors(items, items, np.ones(n, bool)), queries, targets)
    assert list(zip(places.above.tolist(), places.equal.tolist(), strict=True)) == expected
    assert asked == [4]


@given(st.data())
def test_no_product_in_single_precision_is_further_off_than_is_said(data: st.DataObject) -> None:
    """Against sums of fractions, which round nothing."""
    width, n = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    items, query = data.draw(rows_of(n, width)), data.draw(rows_of(1, width))
    bias = data.draw(rows_of(1, n))[0]
    rough = RoughProducts.of(query, items, bias)
    scores, error = rough.scores(query)
    assert np.abs(scores).max() <= 2
    for item in range(n):
        exact = sum(Fraction(float(a)) * Fraction(float(b)) for a, b in zip(query[0], items[item], strict=True))
        exact += Fraction(float(bias[item]))
        assert abs(Fraction(float(scores[0, item])) - exact * Fraction(2) ** -rough.exponent) <= Fraction(
            float(error[0])
        )


def test_what_is_said_of_the_error_is_no_more_than_some_roundings() -> None:
    """So that few scores are in doubt: a wider bound would be right as well."""
    assert product_error(62, np.array([3.0])) == pytest.approx([3 * 64 * 2.0**-24])
    vectors = np.random.default_rng(4).standard_normal((50, 62)).astype(np.float32)
    rough = RoughProducts.of(vectors, vectors, np.zeros(50, np.float32))
    scores, error = rough.scores(vectors)
    off = np.abs(scores - vectors.astype(np.float64) @ vectors.T.astype(np.float64) * 2.0**-rough.exponent)
    assert 0 < off.max() < error.max() < 1000 * off.max()


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
@pytest.mark.parametrize("with_bias", [False, True])
def test_scores_by_vectors_equal_the_slow_way(similarity: Similarity, with_bias: bool) -> None:
    random = np.random.default_rng(3)
    queries, items = (random.standard_normal((n, 6)).astype(np.float32) for n in (9, ITEMS))
    queries[4], items[7], items[20] = 0, 0, items[21]
    bias = random.standard_normal(ITEMS).astype(np.float32)
    asked = [8, 4, 0]
    found = by_vectors(queries, items, EVERYTHING, similarity, bias if with_bias else None).scores(np.array(asked))
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
    found = by_vectors(items, items, np.ones(200, bool), similarity).scores(np.arange(200))
    known = near >= 0
    assert known.sum() > 1900
    assert np.array_equal(np.take_along_axis(found, np.where(known, near, 0), axis=1)[known], scores[known])


def test_scores_are_exact_where_large_products_cancel_out_or_lengths_are_extreme() -> None:
    items = np.array([[0, 0.5, 0], [2**24, 1, -(2**24)]], dtype=np.float32)
    both = np.ones(2, bool)
    assert by_vectors(np.ones((1, 3), np.float32), items, both).scores(np.array([0])).tolist() == [[0.5, 1.0]]
    far = np.array([[3e-30, 4e-30], [3e30, 4e30]], dtype=np.float32)
    assert by_vectors(far, far, both, "cosine").scores(np.array([0, 1])) == pytest.approx(np.ones((2, 2)))


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_vectors_that_make_scores_useless_are_refused(similarity: Similarity) -> None:
    good, bad = np.ones((3, 2), np.float32), np.array([[1, np.inf], [1, 1], [1, 1]], np.float32)
    all_three = np.ones(3, bool)
    for queries, items, bias in ((bad, good, None), (good, bad, None), (good, good, bad[0])):
        with pytest.raises(InputError, match="not finite"):
            by_vectors(queries, items, all_three, similarity, bias)
    with pytest.raises(InputError, match="overflow"):
        by_vectors(1e20 * good, 1e20 * good, all_three)
    with pytest.raises(InputError, match="overflow"):
        by_vectors(1e19 * good, 1e19 * good, all_three, "dot", np.full(3, -3e38, np.float32))
    assert by_vectors(1e20 * good, 1e20 * good, all_three, "cosine").scores(np.array([0])) == pytest.approx(
        np.ones((1, 3))
    )
