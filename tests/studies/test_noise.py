"""How far a method agrees with itself."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from analysis import jaccard, top_neighbours
from analysis.arrays import Similarity
from embedders import METHODS
from embedders.base import LARGEST_SEED
from studies.measured import Agreement, RunMeasures
from studies.noise import noise_floor, repeats_exactly, second_seeds
from studies.plain import PlainRuns
from studies.provider import RunNeeded
from tests.planted import make_log, zipf_log


def needed(method: str, seed: int = 0, **params: object) -> RunNeeded:
    return RunNeeded(method, METHODS[method].Params.checked({"dimensions": 8, **params}), seed)


def test_a_method_without_seed_agrees_with_itself_in_all_and_is_not_trained_again() -> None:
    runs = PlainRuns(zipf_log(items=60, users=100))
    floor = noise_floor(needed("svd"), 60, runs, 5)
    assert floor is not None
    assert (floor.seed, floor.agreement.jaccard.value, floor.agreement.procrustes.value) == (None, 1.0, 0.0)
    assert floor.agreement.n == 60
    assert not runs.trained
    one, other = (METHODS["svd"].fit(runs.log, needed("svd").params, seed=seed).item_vectors for seed in (0, 1))
    assert jaccard(*(top_neighbours(vectors, 5)[0] for vectors in (one, other))).mean() == 1


def test_two_seeds_of_als_differ_on_a_log_without_structure() -> None:
    runs = PlainRuns(zipf_log(items=60, users=100))
    floor = noise_floor(needed("als", threads=1), 60, runs, 5)
    assert floor is not None
    assert floor.seed == 1
    one, other = (
        METHODS["als"].fit(runs.log, needed("als", threads=1).params, seed=seed).item_vectors for seed in (0, 1)
    )
    expected = jaccard(*(top_neighbours(vectors, 5)[0] for vectors in (one, other))).mean()
    assert floor.agreement.jaccard.value == pytest.approx(expected)
    assert 0.1 < expected < 0.9


@dataclass(frozen=True)
class OnlySeeds:
    """Runs of which only those with these seeds are there."""

    plain: PlainRuns
    seeds: tuple[int, ...]

    def find(self, needed: RunNeeded) -> str | None:
        return self.plain.find(needed) if needed.seed in self.seeds else None

    def measures(self, run: str, k: int, similarity: Similarity = "cosine") -> RunMeasures | None:
        return self.plain.measures(run, k, similarity)

    def agreement(self, a: str, b: str, k: int, similarity: Similarity = "cosine") -> Agreement | None:
        return self.plain.agreement(a, b, k, similarity)


@pytest.mark.parametrize(("seeds", "found"), [((), None), ((4,), None), ((5,), None), ((4, 3), 3), ((3, 4, 5), 5)])
def test_a_floor_needs_the_run_and_one_of_another_seed(seeds: tuple[int, ...], found: int | None) -> None:
    runs = OnlySeeds(PlainRuns(zipf_log(items=30, users=60)), seeds)
    floor = noise_floor(needed("als", seed=4, threads=1), 30, runs, 5)
    assert (None if floor is None else floor.seed) == found


def test_the_floor_is_that_of_the_similarity_and_of_whether_sequences_are_cut() -> None:
    runs = PlainRuns(zipf_log(items=60, users=100))
    als = needed("als", threads=1)
    by_dot = noise_floor(als, 60, runs, 5, "dot")
    assert by_dot is not None
    own, other = runs.trained
    assert by_dot.agreement == runs.agreement(own, other, 5, "dot")
    assert by_dot.agreement.jaccard != runs.agreement(own, other, 5).jaccard
    whole = noise_floor(needed("cooccurrence_svd", whole_session=True), 60, runs, 5, cut=False)
    assert whole is not None
    assert whole.seed is None


def test_events_without_order_make_counting_pairs_depend_on_the_seed() -> None:
    """Baskets of one time: which pairs stand in a narrow window is drawn, so the floor must be measured."""
    items = [f"i{(basket * 7 + place * place) % 40:02d}" for basket in range(60) for place in range(8)]
    baskets = [f"b{basket:02d}" for basket in range(60) for _ in range(8)]
    runs = PlainRuns(make_log(None, items, [1_700_000_000] * len(items), baskets))
    assert not repeats_exactly("cooccurrence_svd", needed("cooccurrence_svd").params)
    floor = noise_floor(needed("cooccurrence_svd", window=2), 40, runs, 5)
    assert floor is not None
    assert floor.seed == 1
    assert floor.agreement.jaccard.value < 0.9


def test_the_second_seed_is_the_next_or_else_the_one_before() -> None:
    assert [run.seed for run in second_seeds(needed("als", seed=4))] == [5, 3]
    assert [run.seed for run in second_seeds(needed("als", seed=1))] == [2, 0]
    assert [run.seed for run in second_seeds(needed("als", seed=0))] == [1]
    assert [run.seed for run in second_seeds(needed("als", seed=LARGEST_SEED))] == [LARGEST_SEED - 1]
    assert second_seeds(needed("als", seed=4))[0].params == needed("als").params
    assert second_seeds(needed("svd")) == ()


def test_whole_sessions_are_the_same_from_every_seed_unless_they_are_too_long() -> None:
    whole = needed("cooccurrence_svd", whole_session=True)
    assert second_seeds(whole, cut=False) == ()
    assert [run.seed for run in second_seeds(whole)] == [1]
    assert [run.seed for run in second_seeds(needed("cooccurrence_svd"), cut=False)] == [1]
    items = [f"i{(basket * 7 + place * place) % 40:02d}" for basket in range(60) for place in range(8)]
    log = make_log(
        None, items, [1_700_000_000] * len(items), [f"b{basket:02d}" for basket in range(60) for _ in range(8)]
    )
    one, other = (METHODS["cooccurrence_svd"].fit(log, whole.params, seed=seed) for seed in (0, 1))
    assert jaccard(*(top_neighbours(run.item_vectors, 5)[0] for run in (one, other))).mean() == 1
