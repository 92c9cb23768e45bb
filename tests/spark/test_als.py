"""What ALS on Spark is cut into, and where it forgets what came before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from embedders.als import AlsParams
from spark import als
from spark.als import SparkAls, _number_of_blocks
from spark.log import read_log
from tests.spark.files import write

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.mark.parametrize(
    ("n_pairs", "n_vectors", "dimensions", "blocks"),
    [
        (1000, 100, 64, 4),  # few, and still work for several cores
        (30_000_000, 600_000, 64, 15),  # every block has room for all vectors
        (1_000_000_000, 20_000_000, 64, 500),  # 2 million entries each, and at most as many vectors
        (1_000_000_000, 20_000_000, 128, 954),
        (1_000_000_000, 1_000_000, 64, 500),
    ],
)
def test_blocks_are_as_few_as_have_room_for_their_vectors(
    n_pairs: int, n_vectors: int, dimensions: int, blocks: int
) -> None:
    assert _number_of_blocks(n_pairs, n_vectors, dimensions) == blocks
    if n_vectors * dimensions > 1 << 27:
        assert 4 * dimensions * n_pairs / blocks < 600e6


def test_a_long_training_keeps_what_would_else_be_worked_out_from_its_first_iteration(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(als, "_CHECKPOINT_EVERY", 2)
    kept = Path((spark.sparkContext.getCheckpointDir() or "").removeprefix("file:"))
    log, _ = read_log(spark, str(write(tmp_path, "user,item\nu,a\nv,b\nv,a\n")))
    for iterations, n_kept in ((1, 0), (3, 1)):
        before = set(kept.iterdir())
        SparkAls().fit(log, AlsParams(dimensions=2, iterations=iterations))
        assert len(set(kept.iterdir()) - before) == n_kept
