"""Comparisons are worked out once, and read afterwards as the same numbers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from analysis.agreement import jaccard_by_depth
from analysis.arrays import Similarity
from analysis.compare import Comparison, compare
from tests.workspace.test_results import cloud, ids, planted_run
from workspace import results
from workspace.results import comparisons
from workspace.results.records import as_arrays, of_arrays
from workspace.runs import Run, open_run
from workspace.sides import side_of


def two_runs() -> tuple[Run, Run]:
    sparse = cloud(40, 1)
    sparse[3] = 0
    entries = planted_run(cloud(40, 0), ids(40), "a" * 64, 0), planted_run(sparse, ids(40), "a" * 64, 1)
    return open_run(entries[0]), open_run(entries[1])


def inside_of(a: Run, b: Run) -> tuple[np.ndarray, np.ndarray]:
    one, other = results.make_neighbours(a.entry, "cosine", b.entry), results.make_neighbours(b.entry, "dot", a.entry)
    return one.indices, other.indices


def asked(a: Run, b: Run, k: int = 5) -> Comparison:
    near = results.make_neighbours(a.entry, "cosine"), results.make_neighbours(b.entry, "dot")
    inside = inside_of(a, b)
    return comparisons.kept_comparison(a, b, ("cosine", "dot"), k, near, inside)


def equal(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, np.asarray(other), equal_nan=one.dtype.kind == "f")
    if dataclasses.is_dataclass(one):
        return all(equal(getattr(one, part.name), getattr(other, part.name)) for part in dataclasses.fields(one))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    return one == other or (one != one and other != other)


def test_a_comparison_is_that_of_the_plain_way_and_is_read_afterwards(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = two_runs()
    first = asked(a, b)
    assert equal(first, compare(side_of(a, "cosine"), side_of(b, "dot"), 5))
    monkeypatch.setattr(comparisons, "compare", lambda *_: pytest.fail("worked out again"))
    again = asked(a, b)
    assert equal(again, first)
    assert again.as_json() == first.as_json()


def test_the_curve_over_depth_is_kept_and_meets_the_comparison(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = two_runs()
    inside = inside_of(a, b)
    curve = comparisons.kept_depth_curve(a, b, ("cosine", "dot"), inside)
    assert curve.mean[4] == pytest.approx(asked(a, b).jaccard["all"].value)
    monkeypatch.setattr(comparisons, "jaccard_by_depth", lambda *_: pytest.fail("worked out again"))
    assert equal(comparisons.kept_depth_curve(a, b, ("cosine", "dot"), inside), curve)


def test_each_pair_similarity_and_k_has_a_comparison_of_its_own(home: Path) -> None:
    a, b = two_runs()
    c = open_run(planted_run(cloud(40, 2), ids(40), "a" * 64, 2))
    turned: list[tuple[Similarity, Similarity]] = [("cosine", "cosine"), ("cosine", "dot"), ("dot", "cosine")]
    for one, other in ((a, b), (a, c), (c, a)):
        for similarities in turned:
            near = [results.make_neighbours(run.entry, by) for run, by in zip((one, other), similarities, strict=True)]
            inside = [
                results.make_neighbours(run.entry, by, within.entry).indices
                for run, by, within in zip((one, other), similarities, (other, one), strict=True)
            ]
            for k in (3, 5):
                found = comparisons.kept_comparison(
                    one, other, similarities, k, (near[0], near[1]), (inside[0], inside[1])
                )
                assert equal(found, compare(side_of(one, similarities[0]), side_of(other, similarities[1]), k))
            curve = comparisons.kept_depth_curve(one, other, similarities, (inside[0], inside[1]))
            assert equal(curve, jaccard_by_depth(inside[0], inside[1]))


def test_a_record_comes_back_with_its_gaps_and_arrays() -> None:
    @dataclasses.dataclass(frozen=True)
    class Inner:
        value: float
        whole: int
        by_name: dict[str, np.ndarray]

    inner = Inner(float("nan"), np.int64(7), {"one": np.arange(3), "other": np.array([0.5, np.nan])})  # type: ignore[arg-type]
    kept = as_arrays(inner)
    assert equal(of_arrays(Inner, kept), inner)
