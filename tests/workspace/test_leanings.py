"""How lists lean, kept: of runs by one similarity and by the other, and of baselines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.arrays import Similarity
from analysis.baselines import popular_neighbours, random_neighbours
from analysis.compare import compare
from analysis.measures import measure_lists
from embedders import METHODS, Embedding
from tests.planted import zipf_log
from workspace import results, runs
from workspace.catalogue import catalogue_of
from workspace.pairs import Pair
from workspace.popularity_bias import leanings_of
from workspace.results import Ready
from workspace.results.neighbours import nearest
from workspace.sides import side_of

K = 5


def planted_pair(home: Path, lacking: int | None = None) -> Pair:
    """Of A popular items are long and point one way, so that dot product brings them; B has no vector for item 0.

    lacking  an item for which A has none
    """
    log = zipf_log(items=80)
    p = log.users_per_item
    random = np.random.default_rng(0)
    towards = np.concatenate([np.ones((log.n_items, 1)), random.normal(size=(log.n_items, 3))], axis=1)
    long = towards * p[:, None]
    if lacking is not None:
        long[lacking] = 0
    even = random.normal(size=(log.n_items, 4))
    even[0] = 0
    made = []
    for seed, vectors in enumerate((long, even)):
        params = METHODS["svd"].Params(dimensions=4).model_dump(mode="json")
        embedding = Embedding(
            method="svd",
            item_ids=log.item_ids,
            item_vectors=vectors.astype(np.float32),
            params=params,
            seed=seed,
            log_digest=log.digest,
            seconds=0.0,
        )
        key = runs.run_key(log.digest, "svd", params, seed, METHODS["svd"].version)
        made.append(
            runs.open_run(runs.write_run(runs.run_folder(key), embedding, log, name=f"Run {seed}", log_name="Log"))
        )
    a, b = made
    near_a, near_b = (nearest(run.embedding.item_vectors, "dot", 20) for run in made)
    return Pair(
        names=("long", "even"),
        a=a,
        b=b,
        similarity_a="dot",
        similarity_b="dot",
        k=K,
        near_a=near_a,
        near_b=near_b,
        inside_a=near_a.indices,
        inside_b=near_b.indices,
        comparison=compare(side_of(a, "dot", near_a.indices), side_of(b, "dot", near_b.indices), K),
        catalogue=catalogue_of(a),
    )


def test_long_vectors_of_popular_items_lean_between_random_and_most_popular(home: Path) -> None:
    pair = planted_pair(home)
    a, b = leanings_of(pair)
    baselines = results.make_baselines(pair.a.entry, pair.b.entry, K)
    random, popular = baselines.random, baselines.popularity
    leans = [one.measures["neighbour_popularity"] for one in (a, b, random, popular)]
    assert leans[1:3] == pytest.approx([0.5, 0.5], abs=0.1)
    assert leans[1] + 0.2 < leans[0] < leans[3]
    assert popular.shares == pytest.approx([1, 0, 0])
    assert random.shares[0] == pytest.approx(random.measures["head_share_of_catalogue"], abs=0.05)
    assert (a.shares[0] or 0) > (b.shares[0] or 0)
    assert (a.top_hundredth or 0) > (b.top_hundredth or 0) > (random.top_hundredth or 0)
    assert (a.measures, b.measures) == (pair.report["a"], pair.report["b"])


def test_baselines_are_taken_over_the_items_that_both_have(home: Path) -> None:
    pair = planted_pair(home)
    found = results.make_baselines(pair.a.entry, pair.b.entry, K)
    n, inside = pair.a.entry.n_items, np.arange(pair.a.entry.n_items) > 0
    assert (found.n, found.random.measures["n"], found.popularity.measures["n"]) == (n - 1, n - 1, n - 1)
    lists = popular_neighbours(pair.a.p, inside, K)
    expected = measure_lists(side_of(pair.a, "cosine"), lists, "popularity", inside)
    assert found.popularity.measures == expected.as_json()
    assert found.popularity.measures["largest_hub"] == n - 2
    assert [found.random.items[0], found.random.places[-1]] == pytest.approx([1 / (n - 1), 1])
    assert found.random.top_hundredth == pytest.approx(found.random.places[0])  # one item is a hundredth of so few
    expected = measure_lists(side_of(pair.a, "cosine"), random_neighbours(inside, K, 0), "random", inside)
    assert found.random.measures == expected.as_json()
    alone = results.make_baselines(pair.a.entry, pair.a.entry, K)
    assert alone.n == n


def test_what_either_run_lacks_is_in_no_baseline(home: Path) -> None:
    pair = planted_pair(home, lacking=1)
    found = results.make_baselines(pair.a.entry, pair.b.entry, K)
    assert (found.n, found.random.measures["details"]["left_out"]) == (pair.a.entry.n_items - 2, 2)


def test_items_without_a_vector_do_not_count_among_those_that_stand_in_lists(home: Path) -> None:
    run = planted_pair(home).b.entry
    assert results.make_leaning(run, "cosine", K).items[0] == pytest.approx(1 / (run.n_items - 1))
    assert results.kept_leaning(run, "cosine", K + 1) is None


def test_baselines_are_kept_once_on_either_side(home: Path) -> None:
    pair = planted_pair(home)
    a, b = pair.a.entry, pair.b.entry
    assert results.kept_baselines(a, b, K) is None
    made = results.make_baselines(a, b, K)
    assert made == results.kept_baselines(a, b, K) == results.kept_baselines(b, a, K)
    assert made == results.make_baselines(b, a, K, lambda *_: pytest.fail("computed again"))
    assert results.kept_baselines(a, b, K + 1) is None
    assert results.kept_baselines(a, a, K) is None  # of other items


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_the_lean_by_a_similarity_is_that_of_a_comparison_and_kept(home: Path, similarity: Similarity) -> None:
    pair = planted_pair(home)
    run = pair.a.entry
    assert results.kept_leaning(run, similarity, K) is None
    found = results.make_leaning(run, similarity, K)
    assert found == results.kept_leaning(run, similarity, K)
    assert found == results.make_leaning(run, similarity, K, lambda *_: pytest.fail("computed again"))
    side = side_of(pair.a, similarity)
    expected = compare(side, side, K).a.as_json()
    for measure in ("neighbour_popularity", "head_share", "gini", "coverage", "n", "similarity", "method"):
        assert found.measures[measure] == expected[measure], measure
    assert isinstance(results.neighbours_or_job(run, similarity, K), Ready)  # which it needed, and kept


def test_the_same_run_leans_to_popular_items_by_dot_and_not_by_cosine(home: Path) -> None:
    run = planted_pair(home).a.entry
    dot, cosine = (results.make_leaning(run, similarity, K) for similarity in ("dot", "cosine"))
    assert dot.measures["neighbour_popularity"] > cosine.measures["neighbour_popularity"] + 0.2
    assert dot.measures["head_share"] > cosine.measures["head_share"] + 0.2


def test_progress_never_falls(home: Path) -> None:
    pair = planted_pair(home)
    for make in (
        lambda progress: results.make_leaning(pair.a.entry, "dot", K, progress),
        lambda progress: results.make_baselines(pair.a.entry, pair.b.entry, K, progress),
    ):
        shares: list[float] = []
        make(lambda _stage, done, total, _loss=None, shares=shares: shares.append(done / total))
        assert shares == sorted(shares)
        assert len(shares) > 1
