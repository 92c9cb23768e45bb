"""Two runs beside lists that no model made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis import BUCKETS
from analysis.baselines import popular_neighbours
from analysis.compare import compare
from analysis.neighbours import top_neighbours
from embedders import METHODS, Embedding
from tests.planted import zipf_log
from workspace import runs
from workspace.catalogue import catalogue_of
from workspace.comparing import side_of
from workspace.pairs import Pair
from workspace.popularity_bias import ORIGINS, NeighbourBias, measures_by
from workspace.results.neighbours import nearest

K = 5


def planted_pair(home: Path) -> Pair:
    """Of A popular items are long and point one way, so that dot product brings them; B has no vector for item 0."""
    log = zipf_log(items=80)
    p = log.users_per_item
    random = np.random.default_rng(0)
    towards = np.concatenate([np.ones((log.n_items, 1)), random.normal(size=(log.n_items, 3))], axis=1)
    long = towards * p[:, None]
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
        comparison=compare(side_of(a, "dot", near_a), side_of(b, "dot", near_b), K),
        catalogue=catalogue_of(a),
    )


def test_long_vectors_of_popular_items_lean_between_random_and_most_popular(home: Path) -> None:
    bias = NeighbourBias.of(planted_pair(home))
    assert [origin for origin, _ in bias] == list(ORIGINS)
    popularity = {origin: lists.measures.neighbour_popularity["all"].value for origin, lists in bias}
    assert popularity["random"] == pytest.approx(0.5, abs=0.05)
    assert popularity["b"] == pytest.approx(0.5, abs=0.1)
    assert popularity["b"] + 0.2 < popularity["a"] < popularity["popularity"]
    assert bias.popularity.shares == pytest.approx((1, 0, 0))
    assert bias.random.shares[0] == pytest.approx(bias.random.measures.head_share_of_catalogue.value, abs=0.05)
    assert bias.a.shares[0] > bias.b.shares[0]
    assert bias.a.top_hundredth > bias.b.top_hundredth > bias.random.top_hundredth


def test_baselines_are_taken_over_the_items_that_both_have_and_runs_over_their_own(home: Path) -> None:
    pair = planted_pair(home)
    bias = NeighbourBias.of(pair)
    n = pair.a.entry.n_items
    assert [lists.measures.n for _, lists in bias] == [n, n - 1, n - 1, n - 1]
    assert bias.a.measures is pair.comparison.a
    inside = np.arange(n) > 0
    counts = np.bincount(popular_neighbours(pair.a.p, inside, K)[1:].ravel(), minlength=n)
    assert bias.popularity.measures.list_counts.tolist() == counts.tolist()
    assert bias.random.measures.list_counts[0] == 0
    items, places = bias.b.concentration
    assert (items[0], places[-1]) == (pytest.approx(1 / (n - 1)), 1)
    assert bias.b.top_hundredth == pytest.approx(places[0])  # one item is more than a hundredth of so few
    assert len(bias.a.shares) == len(BUCKETS)


def test_by_another_similarity_a_run_is_measured_by_those_lists(home: Path) -> None:
    pair = planted_pair(home)
    lists = top_neighbours(pair.a.embedding.item_vectors, K, "cosine")[0]
    found, side = measures_by(pair.a, "cosine", lists), side_of(pair.a, "cosine")
    expected = compare(side, side, K).a
    assert found.similarity == "cosine"
    assert found.neighbour_popularity == expected.neighbour_popularity
    assert found.head_share == expected.head_share
    assert found.neighbour_popularity["all"].value < pair.comparison.a.neighbour_popularity["all"].value - 0.2
