"""Neighbours: exact, self left out, equal scores by item code, the same answer however it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

import analysis.neighbours
from analysis.arrays import Similarity, Vectors
from analysis.neighbours import common_items, neighbours_within, top_neighbours
from errors import Cancelled, InputError, ParameterError
from tests.analysis import slow

SIMILARITIES: tuple[Similarity, ...] = ("cosine", "dot")


def random_vectors(n: int, dimensions: int, seed: int = 0) -> Vectors:
    return np.random.default_rng(seed).standard_normal((n, dimensions)).astype(np.float32)


def small_integers(n: int, dimensions: int, seed: int = 0) -> Vectors:
    """Ties everywhere, zero rows too: few directions, and lengths that repeat."""
    return np.random.default_rng(seed).integers(-1, 2, (n, dimensions)).astype(np.float32)


def nearly_the_same(n: int, times: int, dimensions: int) -> Vectors:
    """Each of n rows several times, with differences from below the rounding of float32 to far above it."""
    rng = np.random.default_rng(0)
    off = rng.standard_normal((times, n, dimensions)) * np.logspace(-8, -3, times)[:, None, None]
    return (random_vectors(n, dimensions) * (1 + off)).reshape(-1, dimensions).astype(np.float32)


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("k", [1, 7, 40, 120])
@pytest.mark.parametrize(
    "vectors",
    [
        pytest.param(random_vectors(90, 8), id="random"),
        pytest.param(small_integers(90, 3), id="ties"),
        pytest.param(np.ones((60, 4), dtype=np.float32), id="all alike"),
        pytest.param(np.concatenate([random_vectors(30, 5)] * 3), id="each three times"),
        pytest.param(nearly_the_same(15, 6, 4), id="each six times, nearly"),
        pytest.param(nearly_the_same(15, 6, 4) * np.logspace(-9, 9, 90, dtype=np.float32)[:, None], id="all lengths"),
    ],
)
def test_equals_the_slow_way(vectors: Vectors, k: int, similarity: Similarity) -> None:
    indices, scores = top_neighbours(vectors, k, similarity)
    expected, expected_scores = slow.neighbours(vectors, k, similarity)
    assert indices.tolist() == expected
    np.testing.assert_array_equal(scores, np.array(expected_scores, dtype=np.float32))
    assert indices.dtype == np.int32
    assert scores.dtype == np.float32


def test_the_checkerboard_stays_on_its_colour() -> None:
    vectors = np.zeros((16, 2), dtype=np.float32)
    vectors[::2, 0] = vectors[1::2, 1] = np.arange(1, 9)
    indices, _ = top_neighbours(vectors, 7)
    assert (indices % 2 == np.arange(16)[:, None] % 2).all()
    assert indices[0].tolist() == [2, 4, 6, 8, 10, 12, 14]


def test_dot_takes_the_long_vector_first_and_cosine_the_near_one() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [50, 50]], dtype=np.float32)
    assert top_neighbours(vectors, 2, "cosine", [0])[0].tolist() == [[1, 2]]
    assert top_neighbours(vectors, 2, "dot", [0])[0].tolist() == [[2, 1]]


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_a_crowd_of_equals_larger_than_any_fetch_is_cut_by_code(similarity: Similarity) -> None:
    # 900 copies hide among others in shuffled places: more than the index is ever asked for.
    rng = np.random.default_rng(3)
    vectors = random_vectors(1400, 6)
    copies = np.sort(rng.permutation(1400)[:900])
    vectors[copies] = np.array([3, 1, 4, 1, 5, 9], dtype=np.float32)
    indices, scores = top_neighbours(vectors, 12, similarity)
    for query in (copies[0], copies[5], copies[-1]):
        assert indices[query].tolist() == copies[copies != query][:12].tolist()
        assert len(set(scores[query].tolist())) == 1


def test_a_crowd_of_ties_that_are_not_equals_is_cut_by_code() -> None:
    # All others have the same product with the first, and none of them is another's copy.
    others = np.random.default_rng(3).permutation(np.arange(-700, 700)) + 0.5
    vectors = np.stack([np.r_[1, np.full(1400, 2)], np.r_[0, others]], axis=1).astype(np.float32)
    indices, scores = top_neighbours(vectors, 12, "dot")
    assert indices[0].tolist() == list(range(1, 13))
    assert scores[0].tolist() == [2.0] * 12


@pytest.mark.parametrize("crowd", [45, 500])
@pytest.mark.parametrize("seed", range(5))
def test_ties_that_float32_products_tell_apart_are_cut_by_code(
    crowd: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The values of each other item are those of one vector in another order: all sums are the same, and the rounding
    # of a float32 product, which depends on the order, must not decide; neither where the fetch holds most of them.
    monkeypatch.setattr(analysis.neighbours, "_PRODUCT_BLOCK_VALUES", 1)
    random = np.random.default_rng(seed)
    values = random.uniform(0, 1, 16)
    queries = np.outer([3, 1, 2], np.ones(16))
    vectors = np.concatenate([queries, [random.permutation(values) for _ in range(crowd)]]).astype(np.float32)
    first = list(range(3, 13))
    expected = [[2, 1, *first], [0, 2, *first], [0, 1, *first]]
    assert top_neighbours(vectors, 12, "dot", [0, 1, 2])[0].tolist() == expected
    assert top_neighbours(vectors, 12, "dot")[0][:3].tolist() == expected


def test_each_query_of_many_ties_has_the_threshold_of_its_own_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    # Four queries of four lengths with a crowd each, in columns of their own: nothing of one may hold for another.
    monkeypatch.setattr(analysis.neighbours, "_PRODUCT_BLOCK_VALUES", 1)
    random = np.random.default_rng(0)
    values = random.uniform(0, 1, 16)
    vectors = np.zeros((4 + 4 * 90, 64), dtype=np.float32)
    for query, length in enumerate([9, 1, 6, 3]):
        own = slice(16 * query, 16 * query + 16)
        vectors[query, own] = length
        vectors[4 + query :: 4, own] = [random.permutation(values) for _ in range(90)]
    found = top_neighbours(vectors, 12, "dot", [0, 1, 2, 3])[0]
    assert found.tolist() == [list(range(4 + query, 4 + query + 48, 4)) for query in range(4)]


def test_a_row_that_beats_all_is_found_behind_a_leader_that_does_not() -> None:
    # The last two are the same but for 29 steps of float32, so that they are searched for as one, by the first of
    # them: it comes behind more others than are fetched, and the second of them before all.
    step, others = 2.0**-24, np.arange(27)
    rows = np.stack([1 - step * others, 2.1 + 0.01 * others], axis=1)
    vectors = np.concatenate([[[1, 0], [0, -4]], rows, [[1 - 27 * step, 2], [1 + 2 * step, 2]]]).astype(np.float32)
    assert top_neighbours(vectors, 1, "dot")[0][0].tolist() == [30]
    assert slow.neighbours(vectors, 1, "dot")[0][0] == [30]


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("make", [random_vectors, small_integers])
def test_a_shorter_list_is_the_beginning_of_a_longer_one(similarity: Similarity, make: object) -> None:
    assert callable(make)
    vectors = make(500, 4)
    indices, scores = top_neighbours(vectors, 60, similarity)
    for k in (1, 9, 33):
        shorter, shorter_scores = top_neighbours(vectors, k, similarity)
        np.testing.assert_array_equal(shorter, indices[:, :k])
        np.testing.assert_array_equal(shorter_scores, scores[:, :k])


@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_one_item_asked_alone_gets_what_it_gets_among_all(similarity: Similarity) -> None:
    vectors = random_vectors(700, 33)
    indices, scores = top_neighbours(vectors, 20, similarity)
    for query in (0, 350, 699):
        alone, alone_scores = top_neighbours(vectors, 20, similarity, [query])
        np.testing.assert_array_equal(alone[0], indices[query])
        np.testing.assert_array_equal(alone_scores[0], scores[query])


def test_queries_come_back_in_the_order_they_were_asked() -> None:
    vectors = random_vectors(50, 4)
    indices, _ = top_neighbours(vectors, 5)
    np.testing.assert_array_equal(top_neighbours(vectors, 5, queries=[9, 3, 9])[0], indices[[9, 3, 9]])
    assert top_neighbours(vectors, 5, queries=[])[0].shape == (0, 5)


def test_nearly_equal_scores_are_told_apart() -> None:
    # Near 1, steps of 1e-7 in the score drown in the rounding of a float32 product; the order must not.
    angles = np.float64(1e-4) * np.arange(1, 200)[::-1]
    vectors = np.concatenate([[[1.0, 0.0]], np.stack([np.cos(angles), np.sin(angles)], axis=1)]).astype(np.float32)
    assert top_neighbours(vectors, 150)[0].tolist() == slow.neighbours(vectors, 150, "cosine")[0]


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.concatenate([small_integers(150, 3), random_vectors(150, 3)])
    whole = top_neighbours(vectors, 25)
    monkeypatch.setattr(analysis.neighbours, "_QUERY_BLOCK", 7)
    monkeypatch.setattr(analysis.neighbours, "_EXTRA", 1)
    monkeypatch.setattr(analysis.neighbours, "_PRODUCT_BLOCK_VALUES", 900)
    in_blocks = top_neighbours(vectors, 25)
    np.testing.assert_array_equal(whole[0], in_blocks[0])
    np.testing.assert_array_equal(whole[1], in_blocks[1])


def test_items_without_a_vector_are_nobodys_neighbour_and_have_none() -> None:
    vectors = random_vectors(10, 3)
    vectors[[2, 7]] = 0
    indices, scores = top_neighbours(vectors, 9, "dot")
    assert not np.isin(indices, [2, 7]).any()
    assert (indices[[2, 7]] == -1).all()
    assert np.isnan(scores[[2, 7]]).all()
    assert (indices[0] >= 0).sum() == 7  # the others that have a vector, then -1
    assert np.isnan(scores[0, 7:]).all()


@pytest.mark.parametrize(("n", "expected"), [(0, []), (1, [[-1] * 4]), (2, [[1, -1, -1, -1], [0, -1, -1, -1]])])
def test_tiny_catalogues(n: int, expected: list[list[int]]) -> None:
    indices, scores = top_neighbours(random_vectors(n, 3), 4)
    assert indices.shape == scores.shape == (n, 4)
    assert indices.tolist() == expected


def test_very_short_and_very_long_vectors_have_a_direction() -> None:
    vectors = np.array([[1e-30, 0], [0, 1e30], [3e-40, 1e-42], [2e30, 1e38]], dtype=np.float32)
    assert top_neighbours(vectors, 1)[0].tolist() == [[2], [3], [0], [1]]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_vectors_that_are_not_finite_are_refused_by_name(value: float) -> None:
    vectors = random_vectors(5, 3)
    vectors[3, 1] = value
    with pytest.raises(InputError, match="item code 3 "):
        top_neighbours(vectors, 2)


def test_a_dot_product_that_overflows_is_refused() -> None:
    with pytest.raises(InputError, match="compare this run by cosine"):
        top_neighbours(np.full((3, 2), 1e25, dtype=np.float32), 1, "dot")


@pytest.mark.parametrize("query", [-1, 5])
def test_a_query_outside_the_catalogue_is_refused(query: int) -> None:
    with pytest.raises(ParameterError, match="0 to 4"):
        top_neighbours(random_vectors(5, 3), 2, queries=[query])
    with pytest.raises(ParameterError, match="k = -1"):
        top_neighbours(random_vectors(5, 3), -1)


def test_progress_ends_at_all_queries_and_can_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis.neighbours, "_QUERY_BLOCK", 10)
    seen: list[tuple[float, float]] = []

    def note(stage: str, done: float, total: float, loss: float | None = None) -> None:
        seen.append((done, total))

    top_neighbours(random_vectors(100, 4), 5, progress=note)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (100, 100)
    assert len(seen) >= 10

    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        top_neighbours(random_vectors(100, 4), 5, progress=stop)


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("known_width", [None, 5, 8, 30, 59])
def test_inside_a_common_set_lists_are_those_of_the_set_alone(similarity: Similarity, known_width: int | None) -> None:
    rng = np.random.default_rng(1)
    a, b = np.concatenate([small_integers(30, 4), random_vectors(30, 4)]), random_vectors(60, 7)
    a[::11], b[rng.permutation(60)[:25]] = 0, 0
    common = common_items(a, b)
    assert 10 < common.sum() < 40
    known = None if known_width is None else top_neighbours(a, known_width, similarity)[0]
    lists = neighbours_within(a, 8, similarity, common, known)
    codes = np.flatnonzero(common)
    alone, _ = top_neighbours(a[common], 8, similarity)
    np.testing.assert_array_equal(lists[common], np.where(alone >= 0, codes[alone], -1))
    assert (lists[~common] == -1).all()
    assert lists.dtype == np.int32


@pytest.mark.parametrize("known_width", [5, 9])
def test_what_known_lists_answer_is_not_searched_again(known_width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of six items one is left out: the four others of each stand in its known list, and more there cannot be.
    vectors, inside = random_vectors(6, 3), np.arange(6) != 2
    known = top_neighbours(vectors, known_width)[0]
    expected = neighbours_within(vectors, 5, "cosine", inside)
    monkeypatch.setattr(analysis.neighbours, "top_neighbours", lambda *_, **__: pytest.fail("searched again"))
    assert neighbours_within(vectors, 5, "cosine", inside, known).tolist() == expected.tolist()
