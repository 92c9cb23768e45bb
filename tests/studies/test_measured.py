"""What studies measure are the comparison's own numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.compare import compare
from analysis.measures import Side
from analysis.neighbours import top_neighbours
from analysis.popularity import popularity_buckets
from studies.measured import agreement_of, agreement_with_itself, measures_of

CATEGORIES = np.array(["tea", "milk", None, "tea", "milk", "tea"] * 5, dtype=object)


def side(seed: int, missing: tuple[int, ...] = (), similarity: str = "cosine") -> Side:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(30, 4)).astype(np.float32)
    vectors[list(missing)] = 0
    p = np.random.default_rng(9).integers(1, 50, 30)
    return Side("svd", "dot" if similarity == "dot" else "cosine", vectors, p, popularity_buckets(p), CATEGORIES)


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_agreement_and_measures_are_those_of_compare(similarity: str) -> None:
    a, b = side(0, (3,), similarity), side(1, (7, 8), similarity)
    whole = compare(a, b, 5)
    found = agreement_of(a, b, 5)
    assert found.n == whole.common_items == 27
    for name in ("jaccard", "overlap", "rbo"):
        assert getattr(found, name) == getattr(whole, name)["all"]
    assert (found.cka, found.procrustes) == (whole.geometry.cka, whole.geometry.procrustes)
    report = whole.as_json()["b"]
    measures = measures_of(b, 5)
    assert measures.n == 28
    assert {name: measures[name].json for name in measures.values} == {name: report[name] for name in measures.values}
    assert {name: measure.n for name, measure in measures.values.items()} == report["details"]["n"]
    assert "neighbour_popularity" in measures.values
    assert math.isnan(measures["no such measure"].value)


def test_lists_that_are_known_are_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = side(0), side(1)
    expected = agreement_of(a, b, 5)
    a, b = (replace(one, neighbours=top_neighbours(one.vectors, 8)[0]) for one in (a, b))
    monkeypatch.setattr("analysis.neighbours.top_neighbours", lambda *_, **__: pytest.fail("searched again"))
    assert agreement_of(a, b, 5) == expected


def test_a_run_agrees_with_itself_as_is_said_without_looking() -> None:
    whole = side(0, (3, 4))
    few = Side("svd", "cosine", side(0, tuple(range(3, 30))).vectors, whole.p, whole.buckets)
    for one, n in ((whole, 28), (few, 3)):
        measured, said = agreement_of(one, one, 5), agreement_with_itself(5, n)
        assert measured.n == said.n == n
        for name in ("jaccard", "overlap", "rbo", "cka", "procrustes"):
            assert getattr(measured, name).n == getattr(said, name).n
            assert getattr(measured, name).value == pytest.approx(getattr(said, name).value, abs=1e-7)


def test_one_item_agrees_with_nothing() -> None:
    lonely = side(0, tuple(range(1, 30)))
    for name in ("jaccard", "overlap", "rbo", "cka", "procrustes"):
        assert getattr(agreement_of(lonely, lonely, 5), name).n == getattr(agreement_with_itself(5, 1), name).n == 0


def test_rows_that_do_not_match_are_refused() -> None:
    one = side(0)
    other = Side("svd", "cosine", one.vectors[:20], one.p[:20], one.buckets[:20])
    with pytest.raises(ValueError, match="same items"):
        agreement_of(one, other, 5)
