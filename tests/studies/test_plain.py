"""Runs that are trained when they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.compare import compare
from analysis.measures import Side
from analysis.popularity import popularity_buckets
from embedders import METHODS
from studies.plain import PlainRuns
from studies.provider import RunNeeded
from tests.planted import two_islands


def needed(method: str, seed: int = 0, **params: object) -> RunNeeded:
    return RunNeeded(method, METHODS[method].Params.checked({"dimensions": 8, **params}), seed)


def test_a_run_is_trained_once_and_another_seed_or_parameter_is_another_run() -> None:
    runs = PlainRuns(two_islands())
    key = runs.find(needed("als", threads=1))
    side = runs.trained[key]
    assert runs.find(needed("als", threads=1)) == key
    assert runs.trained[key] is side
    others = needed("als", seed=1, threads=1), needed("als", threads=1, dimensions=4), needed("svd")
    assert len({key, *map(runs.find, others)}) == len(runs.trained) == 4
    expected = METHODS["als"].fit(runs.log, others[0].params, seed=1).item_vectors
    assert np.array_equal(runs.trained[runs.find(others[0])].vectors, expected)


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_what_is_said_of_runs_is_what_a_comparison_says(similarity: str) -> None:
    runs = PlainRuns(two_islands(skew=1.0))
    log, kinds = runs.log, (needed("als", threads=1), needed("svd"))
    categories = log.items["category"].to_numpy(dtype=object)
    p = log.users_per_item
    a, b = (
        Side(
            kind.method,
            "dot" if similarity == "dot" else "cosine",
            METHODS[kind.method].fit(log, kind.params, seed=0).item_vectors,
            p,
            popularity_buckets(p),
            categories,
        )
        for kind in kinds
    )
    expected = compare(a, b, 5)
    first, second = map(runs.find, kinds)
    found = runs.agreement(first, second, 5, a.similarity)
    assert (found.jaccard, found.rbo) == (expected.jaccard["all"], expected.rbo["all"])
    assert expected.jaccard["all"].value != 1
    measures = runs.measures(first, 5, a.similarity)
    for name in ("neighbour_popularity", "same_category"):
        assert measures[name] == getattr(expected.a, name)["all"]
        assert measures[name].n > 0
