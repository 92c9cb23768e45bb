"""The 50 nearest neighbours of every item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import fresh, grocery
from benchmarks.row import Row

if TYPE_CHECKING:
    from analysis.arrays import Vectors

K = 50
LEAST_AGAINST_NUMPY, MOST_AGAINST_PRODUCT = 5.0, 1.7  # times as fast, times as long
BLOCK = 1024  # queries whose scores numpy holds at once


def measure(folder: Path) -> Iterator[Row]:
    """By the app; by numpy; and the matrix product alone, which nothing exact can do without."""
    yield from searched(folder, grocery.FLOOR)


def searched(folder: Path, floor: int) -> Iterator[Row]:
    """The same of the sample with this floor."""
    grocery.train(folder, [grocery.ALS], floor)
    run = folder / grocery.ALS
    parts = [(part, run) for part in (with_app, with_numpy, product_alone)]
    app, plain, product = (answer["seconds"] for answer in fresh.in_turn(parts, times=3))
    what = f"{K} neighbours of all items"
    plain_is = "numpy.argpartition in blocks, sorted, ties as they come"
    yield Row(what, app, "s", plain, plain_is, plain / LEAST_AGAINST_NUMPY)
    yield Row(what, app, "s", product, "the matrix product alone, in the same blocks", product * MOST_AGAINST_PRODUCT)


def with_app(run: str) -> dict[str, float]:
    """Exact, ties in order."""
    import faiss  # noqa: F401 - the app imports it when it first searches

    from analysis.neighbours import top_neighbours
    from embedders import Embedding

    vectors = Embedding.load(Path(run)).item_vectors
    with fresh.clock() as clock:
        top_neighbours(vectors, K)
    return {"seconds": clock.seconds}


def with_numpy(run: str) -> dict[str, float]:
    """The best K of each block's scores, then in order."""
    import numpy as np

    vectors = _unit(run)
    with fresh.clock() as clock:
        for start in range(0, len(vectors), BLOCK):
            scores = vectors[start : start + BLOCK] @ vectors.T
            scores[np.arange(len(scores)), start + np.arange(len(scores))] = -np.inf
            best = np.argpartition(scores, -K, axis=1)[:, -K:]
            order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1)
            np.take_along_axis(best, order, axis=1)
    return {"seconds": clock.seconds}


def product_alone(run: str) -> dict[str, float]:
    """All scores, none looked at."""
    vectors = _unit(run)
    with fresh.clock() as clock:
        for start in range(0, len(vectors), BLOCK):
            vectors[start : start + BLOCK] @ vectors.T
    return {"seconds": clock.seconds}


def _unit(run: str) -> Vectors:
    import numpy as np

    from embedders import Embedding

    vectors = Embedding.load(Path(run)).item_vectors
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)
