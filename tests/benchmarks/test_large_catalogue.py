"""What pages do with ever more items, on few."""

from __future__ import annotations

import numpy as np

from analysis import top_neighbours
from benchmarks import large_catalogue


def test_items_of_a_group_are_each_others_neighbours() -> None:
    vectors = large_catalogue.vectors(2000)
    groups = np.random.default_rng(0)
    groups.standard_normal((40, 64), dtype=np.float32)
    groups.standard_normal((2000, 64), dtype=np.float32)
    group = groups.integers(0, 40, 2000)
    codes, _ = top_neighbours(vectors, 15)
    assert np.mean(group[codes] == group[:, None]) > 0.9


def test_an_inverted_file_finds_nearly_all_of_the_exact_neighbours() -> None:
    answer = large_catalogue.approximate("3000")
    assert 0.8 < answer["found"] <= 1.0
    assert min(answer["seconds"], answer["memory"], large_catalogue.exact("500")["seconds"]) > 0


def test_no_item_is_its_own_approximate_neighbour() -> None:
    vectors = large_catalogue.vectors(3000)
    vectors[1] = vectors[0]
    found = large_catalogue._by_inverted_file(vectors)
    assert found.shape == (3000, 15)
    assert not (found == np.arange(3000)[:, None]).any()
    assert 1 in found[0]
