"""What the pages do with the vectors of ever more items: neighbours, exact and approximate, and maps."""

from __future__ import annotations

import numpy as np
import psutil

from analysis.arrays import Neighbours, Vectors
from benchmarks import fresh, machine

_DIMENSIONS, _GROUP = 64, 50  # items that resemble each other
_NOISE = 1.0  # of an item beside the middle of its group, in each dimension: as much as of the middles
_K = 15
_ASKED = 1000  # items whose approximate neighbours are held against the exact ones
_PROBES = 16  # cells of the index that are looked through for each item


def vectors(n_items: int) -> Vectors:
    """Items in groups around random middles, float32 (n_items, 64)."""
    random = np.random.default_rng(0)
    middles = random.standard_normal((-(-n_items // _GROUP), _DIMENSIONS), dtype=np.float32)
    spread = random.standard_normal((n_items, _DIMENSIONS), dtype=np.float32)
    return middles[random.integers(0, len(middles), n_items)] + np.float32(_NOISE) * spread


def exact(n_items: str) -> dict[str, float]:
    """The exact neighbours of all items, as the pages take them: seconds, and peak memory in GB."""
    from analysis import top_neighbours

    top_neighbours(vectors(1000), _K)  # what is compiled is compiled before
    items = vectors(int(n_items))
    with fresh.clock() as clock:
        top_neighbours(items, _K)
    return {"seconds": clock.seconds, "memory": machine.peak_memory(psutil.Process())}


def approximate(n_items: str) -> dict[str, float]:
    """The neighbours of all items by an inverted file (faiss, IndexIVFFlat): seconds, peak memory in GB, and the share
    of the exact ones that it finds.
    """
    from analysis import top_neighbours

    items = vectors(int(n_items))
    asked = np.random.default_rng(1).choice(len(items), min(_ASKED, len(items)), replace=False)
    with fresh.clock() as clock:
        found = _by_inverted_file(items)
    memory = machine.peak_memory(psutil.Process())
    truth, _ = top_neighbours(items, _K, queries=asked)
    shared = sum(np.isin(found[code], row).sum() for code, row in zip(asked, truth, strict=True))
    return {"seconds": clock.seconds, "memory": memory, "found": float(shared / truth.size)}


def _by_inverted_file(items: Vectors) -> Neighbours:
    """(n, 15) codes of the nearest others by cosine among the cells that lie nearest to each item."""
    import faiss

    unit = items / np.linalg.norm(items, axis=1, keepdims=True)
    cells = int(4 * np.sqrt(len(unit)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(_DIMENSIONS), _DIMENSIONS, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.max_points_per_centroid = 64  # k-means needs no more to lay the cells out
    index.train(unit)
    index.add(unit)
    index.nprobe = _PROBES
    _, found = index.search(unit, _K + 1)
    own = found == np.arange(len(unit))[:, None]
    own[~own.any(axis=1), -1] = True  # where an item did not find itself, the last goes
    others: Neighbours = found[~own].reshape(-1, _K).astype(np.int32)
    return others


def mapped(n_items: str) -> dict[str, float]:
    """A map of all items, their neighbours being known: seconds, and peak memory in GB."""
    from analysis import projection, top_neighbours

    items = vectors(int(n_items))
    codes, scores = top_neighbours(items, _K)
    projection.warm_up()
    with fresh.clock() as clock:
        projection.umap_layout(items, codes, scores)
    return {"seconds": clock.seconds, "memory": machine.peak_memory(psutil.Process())}
