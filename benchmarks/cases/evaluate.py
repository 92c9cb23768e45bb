"""Where the next item stands among all others: a hundred thousand test pairs, exact, nothing sampled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import fresh
from benchmarks.row import Row

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from scipy import sparse

    from analysis.arrays import Vectors

    Codes = npt.NDArray[np.int64]

CASES, DIMENSIONS = 100_000, 64
ITEMS, MANY_ITEMS = 10_000, 70_000
BASKETS, HELD, COMPANY_CASES = 150_000, 10, 20_000
BLOCK = 1024  # cases whose scores numpy holds at once
COMPANY_BLOCK = 128  # the same of 70,000 items in double precision
LIMIT, MEMORY_LIMIT = 20.0, 2.0  # seconds, GB


def measure(folder: Path) -> Iterator[Row]:
    """By the app, and by numpy with a row of scores for each case; also where all vectors are alike, and by company."""
    for items, times, limit in ((ITEMS, 3, LIMIT), (MANY_ITEMS, 1, None)):
        app, plain = fresh.in_turn([(part, items) for part in (with_app, with_numpy)], times)
        what = f"places of {CASES:,} next items among {items:,}"
        yield from _rows(what, app, plain, "numpy in blocks of cases, float32", limit)
    app, plain = fresh.in_turn([(with_app, ITEMS, "alike"), (with_numpy, ITEMS, "alike")], 1)
    yield from _rows(f"the same among {ITEMS:,} vectors that are equal", app, plain, "the same", LIMIT)
    app, plain = fresh.in_turn([(company_with_app,), (company_with_scipy,)], 1)
    what = f"places of {COMPANY_CASES:,} by co-occurrence among {MANY_ITEMS:,}"
    yield from _rows(what, app, plain, "scipy in blocks of queries, made dense, float64", None)


def _rows(
    what: str, app: dict[str, float], plain: dict[str, float], plain_is: str, limit: float | None
) -> Iterator[Row]:
    yield Row(what, app["seconds"], "s", plain["seconds"], plain_is, limit)
    yield Row(f"{what}: peak memory", app["memory"], "GB", plain["memory"], limit=MEMORY_LIMIT)


def with_app(items: str, vectors_are: str = "drawn") -> dict[str, float]:
    """As in double precision, ties told."""
    import numpy as np

    from analysis.ranking import places_of_targets
    from analysis.vector_scorer import by_vectors

    vectors, queries, targets = _planted(int(items), vectors_are)
    everything = np.ones(len(vectors), dtype=bool)
    for few in (vectors[:100], np.tile(vectors[:1], (100, 1))):  # compiled, or loaded
        places_of_targets(by_vectors(few, few, everything[:100], "cosine"), queries[:1] % 50, targets[:1] % 50 + 50)
    with fresh.clock() as clock:
        places_of_targets(by_vectors(vectors, vectors, everything, "cosine"), queries, targets)
    return {"seconds": clock.seconds, "memory": _peak_memory()}


def with_numpy(items: str, vectors_are: str = "drawn") -> dict[str, float]:
    """All scores of each case's query, those above the target's counted."""
    import numpy as np

    vectors, queries, targets = _planted(int(items), vectors_are)
    with fresh.clock() as clock:
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        for start in range(0, CASES, BLOCK):
            block = slice(start, start + BLOCK)
            scores = unit[queries[block]] @ unit.T
            rows = np.arange(len(scores))
            scores[rows, queries[block]] = -np.inf
            own = scores[rows, targets[block], None]
            (scores > own).sum(axis=1)
            (scores == own).sum(axis=1)
    return {"seconds": clock.seconds, "memory": _peak_memory()}


def company_with_app() -> dict[str, float]:
    """Counted among those that stand in one basket with the query."""
    import numpy as np

    from analysis.ranking import places_of_targets
    from analysis.scoring import by_company

    baskets, queries, targets = _planted_baskets()
    everything = np.ones(MANY_ITEMS, dtype=bool)
    places_of_targets(by_company(baskets[:10], everything), queries[:1], targets[:1])  # compiled, or loaded
    with fresh.clock() as clock:
        places_of_targets(by_company(baskets, everything), queries, targets)
    return {"seconds": clock.seconds, "memory": _peak_memory()}


def company_with_scipy() -> dict[str, float]:
    """All scores of each query, those above the target's counted."""
    import numpy as np

    baskets, queries, targets = _planted_baskets()
    with fresh.clock() as clock:
        scale = 1 / np.sqrt(np.maximum(np.bincount(baskets.indices, minlength=MANY_ITEMS), 1))
        of_items = baskets.T.tocsr()
        order = np.argsort(queries)
        asked, first = np.unique(queries[order], return_index=True)
        ends = np.append(first, len(order))
        for start in range(0, len(asked), COMPANY_BLOCK):
            rows = asked[start : start + COMPANY_BLOCK]
            scores = (of_items[rows] @ baskets).toarray() * scale
            scores[np.arange(len(rows)), rows] = -np.inf
            for row in range(len(rows)):
                for target in targets[order[ends[start + row] : ends[start + row + 1]]]:
                    (scores[row] > scores[row, target]).sum()
                    (scores[row] == scores[row, target]).sum()
    return {"seconds": clock.seconds, "memory": _peak_memory()}


def _planted(items: int, vectors_are: str) -> tuple[Vectors, Codes, Codes]:
    """Vectors and pairs of different items, all as likely: a real log asks for popular ones oftener, which is less."""
    import numpy as np

    random = np.random.default_rng(0)
    vectors = random.standard_normal((items, DIMENSIONS)).astype(np.float32)
    if vectors_are == "alike":
        vectors[:] = vectors[0]
    queries = random.integers(0, items, CASES)
    return vectors, queries, (queries + random.integers(1, items, CASES)) % items


def _planted_baskets() -> tuple[sparse.csr_matrix, Codes, Codes]:
    """Baskets of items that are the more popular the lower their code (Zipf), and pairs of different ones out of them.

    Any two items may meet: in a real log they keep to their own kind, and fewer do.
    """
    import numpy as np
    from scipy import sparse

    random = np.random.default_rng(0)
    chance = 1 / np.arange(10, MANY_ITEMS + 10)
    items = random.choice(MANY_ITEMS, BASKETS * HELD, p=chance / chance.sum())
    baskets = sparse.csr_matrix(
        (np.ones(len(items)), items, np.arange(0, len(items) + 1, HELD)), shape=(BASKETS, MANY_ITEMS)
    )
    baskets.sum_duplicates()
    baskets.data[:] = 1.0
    pairs = random.choice(items, (2, 2 * COMPANY_CASES))
    queries, targets = pairs[:, pairs[0] != pairs[1]][:, :COMPANY_CASES]
    return baskets, queries, targets


def _peak_memory() -> float:
    import psutil

    from benchmarks import machine

    return machine.peak_memory(psutil.Process())
