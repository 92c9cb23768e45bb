"""Pairs of runs that were never trained: vectors by chance or by hand, in folders as a training leaves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embedders.base import Embedding
from tests.planted import make_log
from workspace.comparing import pair_of
from workspace.pairs import Pair
from workspace.results import MapPair
from workspace.runs import Run, open_run, write_run

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


def run_of(
    folder: Path,
    ids: Sequence[str],
    vectors: npt.NDArray[np.float32],
    popularity: Sequence[int],
    *,
    name: str = "Run",
    log_name: str = "Planted log",
    titles: Mapping[str, str] | None = None,
    seed: int = 3,
) -> Run:
    """A run with these vectors, rows as `ids`, which must be in byte order; item i has popularity[i] users."""
    items = [item for item, users in zip(ids, popularity, strict=True) for _ in range(users)]
    users = [f"user {number:05d}" for users in popularity for number in range(users)]
    categories = {item: f"category {place % 3}" for place, item in enumerate(ids)}
    log = make_log(users, items, titles=titles, categories=categories)
    embedding = Embedding(
        method="item2vec",
        item_ids=log.item_ids,
        item_vectors=vectors,
        params={"dimensions": vectors.shape[1], "epochs": 7},
        seed=seed,
        log_digest=log.digest,
        seconds=1.0,
        notes=(f"A note about {HOSTILE}.",),
    )
    write_run(folder, embedding, log, name=name, log_name=log_name)
    return open_run(folder)


def planted_pair(
    folder: Path, n_items: int = 60, dimensions: int = 6, titles: Mapping[str, str] | None = None, k: int = 5
) -> Pair:
    """Two runs of one log by chance, B half the same as A; the last item of B has no vector."""
    random = np.random.default_rng(0)
    ids = [f"i{number:05d}" for number in range(n_items)]
    popularity = random.permutation(np.maximum(1, 200 // np.arange(1, n_items + 1))).tolist()
    a = random.standard_normal((n_items, dimensions)).astype(np.float32)
    b = (a + random.standard_normal(a.shape)).astype(np.float32)
    b[-1] = 0
    runs = [
        run_of(folder / letter, ids, vectors, popularity, name=f"Run {letter} <b>{HOSTILE}", titles=titles, seed=seed)
        for letter, vectors, seed in (("a", a, 3), ("b", b, 4))
    ]
    return pair_of(runs[0], runs[1], k)


def planted_maps(pair: Pair) -> MapPair:
    """Places by chance; NaN where the run has no vector."""
    random = np.random.default_rng(1)
    layouts = []
    for run in (pair.a, pair.b):
        layout = random.standard_normal((len(run.p), 2)).astype(np.float32)
        layout[~run.embedding.trained] = np.nan
        layouts.append(layout)
    return MapPair(layouts[0], layouts[1], 0.25, True)
