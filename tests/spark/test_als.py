"""What ALS on Spark is cut into, and what it forgets."""

from __future__ import annotations

import pytest

from spark.als import _number_of_blocks


@pytest.mark.parametrize(
    ("n_pairs", "n_vectors", "dimensions", "blocks"),
    [
        (1000, 100, 64, 4),  # few, and still work for several cores
        (30_000_000, 600_000, 64, 8),  # every block has room for all vectors
        (1_000_000_000, 20_000_000, 64, 477),  # 2 million entries each, and at most as many vectors
        (1_000_000_000, 20_000_000, 128, 954),
        (1_000_000_000, 1_000_000, 64, 250),
    ],
)
def test_blocks_are_as_few_as_have_room_for_their_vectors(
    n_pairs: int, n_vectors: int, dimensions: int, blocks: int
) -> None:
    assert _number_of_blocks(n_pairs, n_vectors, dimensions) == blocks
    if n_vectors * dimensions > 1 << 27:
        assert 4 * dimensions * n_pairs / blocks < 600e6
