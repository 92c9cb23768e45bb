"""Co-occurrence counts and what is made of them, against loops over pairs; the decomposition on planted data."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from embedders import METHODS, Embedding
from embedders.base import no_progress
from embedders.parts.cooccurrence import Association, association, cooccurrences
from errors import ParameterError
from interactions.log import InteractionLog
from interactions.sequences import Sequences
from tests.planted import make_log, pairs_in_company, share_of_pairs_found, two_islands, zipf_log


def sequences_of(seed: int = 0) -> Sequences:
    random = np.random.default_rng(seed)
    lengths = random.integers(0, 12, 40)
    items = random.integers(0, 9, lengths.sum()).astype(np.int32)
    return Sequences(items, np.concatenate([[0], np.cumsum(lengths)]), np.cumsum(random.integers(0, 50, lengths.sum())))


@pytest.mark.parametrize("window", [None, 1, 4, 100])
@pytest.mark.parametrize("pause", [None, 0, 60])
def test_counts_are_those_of_a_loop_over_all_pairs(window: int | None, pause: int | None) -> None:
    sequences = sequences_of()
    assert sequences.timestamps is not None
    expected = np.zeros((10, 10))
    for begin, end in zip(sequences.offsets[:-1], sequences.offsets[1:], strict=True):
        for i in range(begin, end):
            for j in range(begin, end):
                a, b = sequences.items[i], sequences.items[j]
                if a == b or (pause is not None and abs(sequences.timestamps[i] - sequences.timestamps[j]) > pause):
                    continue
                if window is None:
                    expected[a, b] += 1
                elif abs(i - j) <= window:
                    expected[a, b] += (window - abs(i - j) + 1) / window
    counts = cooccurrences(sequences, 10, window, pause, no_progress)
    np.testing.assert_allclose(counts.toarray(), expected)


@pytest.mark.parametrize("kind", ["counts", "normalised counts", "pmi", "ppmi", "shifted ppmi"])
@pytest.mark.parametrize("smoothing", [1.0, 0.5])
def test_associations_are_those_of_their_formulas(kind: Association, smoothing: float) -> None:
    counts = cooccurrences(sequences_of(), 10, 3, None, no_progress)
    table = counts.toarray()
    row_sums, total = table.sum(axis=1), table.sum()
    smoothed = sum(x**smoothing for x in row_sums if x > 0)
    expected = np.zeros((10, 10))
    for i in range(10):
        for j in range(10):
            if table[i, j] == 0:
                continue
            pmi = math.log((table[i, j] / total) / ((row_sums[i] / total) * (row_sums[j] ** smoothing / smoothed)))
            expected[i, j] = {
                "counts": table[i, j],
                "normalised counts": table[i, j] / math.sqrt(row_sums[i] * row_sums[j]),
                "pmi": pmi,
                "ppmi": max(pmi, 0),
                "shifted ppmi": max(pmi - math.log(2), 0),
            }[kind]
    np.testing.assert_allclose(association(counts, kind, smoothing, 2.0).toarray(), expected, atol=1e-12)


def test_counts_that_fit_not_at_once_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cooccurrences(sequences_of(), 10, 5, None, no_progress)
    monkeypatch.setattr("embedders.parts.cooccurrence._PAIRS_AT_ONCE", 3)
    assert (abs(cooccurrences(sequences_of(), 10, 5, None, no_progress) - whole) > 1e-12).nnz == 0


def fit(log: InteractionLog, **values: Any) -> Embedding:
    method = METHODS["cooccurrence_svd"]
    return method.fit(log, method.Params.checked({"threads": 1, "dimensions": 8, **values}))


def matrix_of(log: InteractionLog, kind: Association = "ppmi") -> npt.NDArray[np.float64]:
    counts = cooccurrences(log.sequences(seed=0), log.n_items, 10, None, no_progress)
    return np.asarray(association(sparse.csr_matrix(counts), kind, 0.75, 10.0).toarray())


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_vectors_are_the_singular_vectors_times_a_power_of_their_values(power: float) -> None:
    log = zipf_log(users=100, events_per_user=20)
    left, values, right = np.linalg.svd(matrix_of(log))
    embedding = fit(log, power=power)
    assert embedding.context_vectors is not None
    for ours, theirs in ((embedding.item_vectors, left), (embedding.context_vectors, right.T)):
        expected = theirs[:, :8] * values[:8] ** power
        np.testing.assert_allclose(ours @ ours.T, expected @ expected.T, atol=2e-4)
    both = fit(log, power=power, vectors="in + out")
    np.testing.assert_allclose(both.item_vectors, embedding.item_vectors + embedding.context_vectors, atol=1e-6)


def test_smoothing_below_one_takes_weight_from_rare_neighbours() -> None:
    """The matrix says of a rare neighbour how much oftener than by chance it comes: smoothing makes chance likelier."""
    counts = cooccurrences(zipf_log().sequences(seed=0), 200, 10, None, no_progress)
    plain, smooth = (association(counts, "pmi", smoothing, 1.0).tocsc() for smoothing in (1.0, 0.5))
    by_count = np.argsort(np.asarray(counts.sum(axis=0)).ravel())
    rare, frequent = by_count[by_count.size // 10], by_count[-1]
    assert smooth[:, rare].data.mean() < plain[:, rare].data.mean()
    assert smooth[:, frequent].data.mean() > plain[:, frequent].data.mean()


def pairs_beside_rarities(smoothing: float) -> float:
    """The share of pairs found, by in against out, where each item meets others once that stand nowhere else."""
    log = pairs_in_company(rarities=5)
    embedding = fit(log, weighting="ppmi", smoothing=smoothing, dimensions=200)
    assert embedding.context_vectors is not None
    return share_of_pairs_found(log, embedding.item_vectors @ embedding.context_vectors.T)


def test_smoothing_keeps_what_was_met_once_from_being_the_nearest() -> None:
    """Without it one meeting with an item that stands nowhere else outweighs thirty with the partner."""
    assert pairs_beside_rarities(0.75) == 1
    assert pairs_beside_rarities(1.0) < 0.05


def test_whole_sequences_are_split_as_item2vec_splits_them_and_that_is_said() -> None:
    numbers = np.random.default_rng(0).integers(30, size=2500)
    log = make_log(["u"] * 2500, [f"i{number:02d}" for number in numbers], times=range(2500))
    embedding = fit(log, whole_session=True, weighting="counts", power=1.0)
    assert embedding.notes[0] == "Sequences of more than 1,000 events, split into pieces: 1."
    assert item2vec_notes(log)[0] == embedding.notes[0]
    assert embedding.context_vectors is not None
    pairs = sum(length * (length - 1) for length in (833, 833, 834))
    same = sum(int(count * (count - 1)) for part in np.split(numbers, [833, 1666]) for count in np.bincount(part))
    full = fit(log, whole_session=True, weighting="counts", power=1.0, dimensions=30)
    assert full.context_vectors is not None
    left, right = full.item_vectors.astype(float), full.context_vectors.astype(float)
    counted = (left / np.linalg.norm(left, axis=0)) @ right.T
    assert counted.sum() == pytest.approx(pairs - same, rel=1e-3)


def item2vec_notes(log: InteractionLog) -> tuple[str, ...]:
    method = METHODS["item2vec"]
    return method.fit(log, method.Params.checked({"whole_session": True, "epochs": 1, "dimensions": 4}), seed=0).notes


def test_dimensions_beyond_the_items_are_zero_and_said_so() -> None:
    log = two_islands()
    embedding = fit(log, dimensions=40, power=1.0)
    assert embedding.notes == ("The matrix has rank 24: the last 16 dimensions are 0.",)
    assert not embedding.item_vectors[:, 24:].any()
    assert np.linalg.matrix_rank(matrix_of(log)) == 24
    likeness = embedding.item_vectors @ embedding.item_vectors.T
    np.testing.assert_allclose(likeness, matrix_of(log) @ matrix_of(log).T, atol=1e-4)


def test_an_item_that_stands_beside_no_other_has_no_vector_and_that_is_said() -> None:
    log = make_log(list("uuuvvvw"), list("abcabcz"))
    embedding = fit(log, dimensions=2, weighting="counts")
    assert embedding.missing == ["z"]
    assert embedding.notes == ("Items that stand beside no other, or not oftener than by chance, without a vector: 1.",)


@pytest.mark.parametrize(
    ("log", "values", "words"),
    [
        (make_log(list("uvw"), list("abc")), {"dimensions": 2}, "at least 3 items"),
        (make_log(list("uuu"), list("abc")), {"dimensions": 2, "time_window_minutes": 5}, "this log has none"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence(log: InteractionLog, values: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        fit(log, **values)
