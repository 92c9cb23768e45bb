"""Maps: items in two or three dimensions, by UMAP or by principal components, and one map turned onto another.

A map is a picture. Neighbours and measures are taken in the vectors themselves, never from a map.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import (
    Layout,
    Mask,
    Neighbours,
    Progress,
    Scores,
    Vectors,
    mean_where,
    no_progress,
    row_norms,
    trained_rows,
)
from analysis.near_duplicates import NearDuplicates, near_duplicates
from analysis.neighbours import neighbours_within

_GRAPH_SHARE = 0.1  # of a map's time, about: the rest is spent placing the items

# First step of a map that starts from another (umap's own is 1): at 1, groups without an edge between them drift far
# from where they started; at a quarter they stay, and no fewer neighbours end up beside each other. Both were measured.
_STARTED_STEP = 0.25
# Items of the largest map that starts from the spectrum. Over a larger graph the solver can take many minutes: with
# 68,509 items in nine pieces it was not done after seven.
_LARGEST_SPECTRUM = 20_000
_LEAST_SAME = 20  # one in so many items must be the same as another before it pays to take their lists again


def umap_layout(
    vectors: Vectors,
    neighbour_indices: Neighbours,
    neighbour_scores: Scores,
    *,
    n_neighbours: int = 15,
    min_distance: float = 0.1,
    seed: int | None = 0,
    init: Layout | None = None,
    components: int = 2,
    progress: Progress = no_progress,
) -> Layout:
    """A UMAP (McInnes, Healy and Melville 2018) of the items by cosine, float32 (n, components); NaN = not trained.

    neighbour_indices, neighbour_scores  from `top_neighbours` by cosine, at least n_neighbours - 1 wide
    n_neighbours  the item itself included; more show the large picture, fewer the fine one
    min_distance  how close points may stand, 0..1; more spreads the groups out
    seed          the same seed gives the same map on one machine; None uses every core and never repeats
    init          where each item starts, such as another model's map; an item with a NaN row starts amid its
                  neighbours. None starts from the spectrum of the neighbour graph, and a map of more than 20,000
                  items from their principal components
    components    2, or 3 for a map to turn around

    Up to n_neighbours items all are neighbours of each other, and the map is `pca_layout`. Where many items are the
    same but for rounding, each hangs on the first of its kind and on that one's neighbours of other kinds: with none
    but each other in their lists they would lie on islands, wherever chance puts those.
    Raises ValueError where the lists are too narrow or not of cosine; whatever `progress` raises stops the work.
    """
    trained = np.flatnonzero(trained_rows(vectors))
    if len(trained) <= n_neighbours:
        return pca_layout(vectors, components)
    width = n_neighbours - 1
    known = _by_place(neighbour_indices[trained], trained_rows(vectors))
    near, similarity = known[:, :width], neighbour_scores[trained, :width]
    _refuse_unfit(near, similarity, width)
    progress("preparing the map", 0.0, 1.0)
    unit = (vectors[trained] / row_norms(vectors[trained])[:, None]).astype(np.float32)
    same = near_duplicates(unit)
    if (len(unit) - len(same.leaders)) * _LEAST_SAME >= len(unit) and len(same.leaders) > width:
        near, similarity = _different_neighbours(unit, same, known, width)
    indices, distances = _neighbour_graph(near, similarity)
    start = None if init is None else _starting_places(init[trained], indices)

    with _umap(threads=None if seed is None else 1) as umap:
        random = np.random.RandomState(seed)  # the generator that umap takes
        graph, _, _ = umap.fuzzy_simplicial_set(
            unit, n_neighbours, random, "cosine", knn_indices=indices, knn_dists=distances
        )
        first: Any = "spectral" if start is None else start
        if start is None and len(trained) > _LARGEST_SPECTRUM:
            first = _apart(pca_layout(vectors, components)[trained])
        a, b = umap.find_ab_params(1.0, min_distance)
        progress("placing the items", _GRAPH_SHARE, 1.0)
        places, _ = umap.simplicial_set_embedding(
            unit,
            graph,
            n_components=components,
            initial_alpha=1.0 if start is None else _STARTED_STEP,
            a=a,
            b=b,
            gamma=1.0,
            negative_sample_rate=5,
            n_epochs=None,  # umap's own choice: 500 up to 10,000 items, 200 beyond
            init=first,
            random_state=random,
            metric="cosine",
            metric_kwds={},
            densmap=False,
            densmap_kwds={},
            output_dens=False,
            parallel=seed is None,
            tqdm_kwds=_EpochReader(progress).settings(),
        )
    layout = np.full((len(vectors), components), np.nan, dtype=np.float32)
    layout[trained] = places - places.mean(axis=0)
    return layout


def pca_layout(vectors: Vectors, components: int = 2) -> Layout:
    """The first principal components of the vectors at length 1, float32 (n, components); NaN rows are not trained.

    At length 1 the picture shows directions, as cosine compares them. Each axis points where its largest
    loading is positive, so that the same vectors always give the same picture.
    """
    trained = trained_rows(vectors)
    layout = np.full((len(vectors), components), np.nan, dtype=np.float32)
    if not trained.any():
        return layout
    unit = vectors[trained] / row_norms(vectors[trained])[:, None]
    centred = unit - unit.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, : -min(components, axes.shape[1]) - 1 : -1]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1, 1)
    places = centred @ axes
    layout[trained] = np.pad(places, ((0, 0), (0, components - places.shape[1])))
    return layout


def register(layout: Layout, onto: Layout, common: Mask) -> tuple[Layout, float]:
    """`layout` turned, mirrored and shifted onto `onto`, at the same spread: (layout, residual).

    The turn is the best one in squares (Schönemann 1966) over the items where `common` is True and both maps have a
    place; all items move with it. The scale gives these items the spread they have in `onto`: the best scale in
    squares would shrink a map the more the less it fits, down to a dot. residual = 1 - (share of the common spread
    that the turn explains)², the squared distance left at the best scale: 0 = the maps coincide, 1 = nothing is in
    common. With fewer than two places to fit, or none apart, the layout comes back as it was, with a residual of NaN.

    >>> square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    >>> turned = np.array([[5, 5], [5, 7], [3, 7], [3, 5]], dtype=np.float32)
    >>> moved, residual = register(turned, square, np.ones(4, bool))
    >>> moved.round(5).tolist(), round(residual, 9)
    ([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], 0.0)
    """
    anchors = common & np.isfinite(layout).all(axis=1) & np.isfinite(onto).all(axis=1)
    source, target = layout[anchors].astype(np.float64), onto[anchors].astype(np.float64)
    if len(source) < 2 or np.ptp(source, axis=0).max() == 0 or np.ptp(target, axis=0).max() == 0:
        return layout, float("nan")
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    source, target = source - source_mean, target - target_mean
    left, stretch, right = np.linalg.svd(source.T @ target)
    spread_source, spread_target = (source**2).sum(), (target**2).sum()
    moved = (layout - source_mean) @ (left @ right) * np.sqrt(spread_target / spread_source) + target_mean
    residual = 1 - stretch.sum() ** 2 / (spread_source * spread_target)
    return moved.astype(np.float32), float(min(max(residual, 0.0), 1.0))


def warm_up() -> None:
    """Compile once, and keep on disk, what maps need: run after installation, it spares the first map the wait."""
    from analysis.neighbours import top_neighbours

    vectors = np.random.default_rng(0).standard_normal((64, 4)).astype(np.float32)
    indices, scores = top_neighbours(vectors, 14)
    for seed in (0, None):
        start = umap_layout(vectors, indices, scores, seed=seed)
        umap_layout(vectors, indices, scores, seed=seed, init=start)


def _by_place(indices: Neighbours, trained: Mask) -> Neighbours:
    """Lists of item codes as lists of rows among the trained ones; -1 stays."""
    place = np.cumsum(trained, dtype=np.int32) - np.int32(1)
    return np.where(indices < 0, np.int32(-1), place[indices])


def _refuse_unfit(near: Neighbours, similarity: Scores, width: int) -> None:
    if near.shape[1] < width or (near < 0).any():
        raise ValueError(f"a map with n_neighbours = {width + 1} needs lists of {width} neighbours")
    if similarity.max() > 1.001:
        raise ValueError("a map needs the neighbours by cosine: these scores are no cosines")


def _different_neighbours(
    unit: Vectors, same: NearDuplicates, known: Neighbours, width: int
) -> tuple[Neighbours, Scores]:
    """Neighbours of other kinds and their cosines; what is not the first of its kind has that one before them."""
    first = np.zeros(len(unit), dtype=bool)
    first[same.leaders] = True
    near = neighbours_within(unit, width, "cosine", first, known)
    similarity = np.ones(near.shape, dtype=np.float32)
    for column in range(width):
        similarity[first, column] = np.vecdot(unit[first], unit[near[first, column]])
    leader = same.leaders[same.group[~first]]
    near[~first] = np.column_stack([leader, near[leader, :-1]])
    similarity[~first, 1:] = similarity[leader, :-1]
    return near, similarity


def _neighbour_graph(near: Neighbours, similarity: Scores) -> tuple[npt.NDArray[np.int32], Scores]:
    """Neighbours and their distances as umap takes them: the item itself first, at 0."""
    own = np.arange(len(near), dtype=np.int32)[:, None]
    distances = np.maximum(1 - similarity, 0)
    return np.hstack([own, near]), np.hstack([np.zeros_like(distances[:, :1]), distances])


def _starting_places(init: Layout, indices: npt.NDArray[np.int32]) -> Layout:
    """Where each item starts: its own place, else the mean of its neighbours' places, else the middle of the map."""
    start = init.astype(np.float32)
    while True:
        placed = np.asarray(np.isfinite(start).all(axis=1))
        known = placed[indices]
        guess = np.stack([mean_where(start[:, axis][indices], known) for axis in range(start.shape[1])], axis=1)
        found = ~placed & known.any(axis=1)
        if not found.any():
            break
        start[found] = guess[found]
    start[~placed] = start[placed].mean(axis=0) if placed.any() else 0.0
    return _apart(start)


def _apart(layout: Layout) -> Layout:
    """The layout, or a small cloud where it has no width or no height: umap divides by both."""
    if np.ptp(layout, axis=0).min() > 0:
        return layout
    jitter = np.random.default_rng(0).normal(scale=1e-3, size=layout.shape)
    return np.asarray(layout + jitter * max(np.ptp(layout, axis=0).max(), 1.0), dtype=np.float32)


@contextmanager
def _umap(threads: int | None) -> Iterator[Any]:
    """The module umap.umap_, its warnings off, its compiled code kept on disk, on so many threads (None = all)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about TensorFlow, which is not needed, and about starts that umap mends
        import numba
        import umap.umap_ as umap
        from umap import layouts

        # umap compiles these anew in every process, for seconds, unless numba is told to keep the result.
        for function in (
            umap.smooth_knn_dist,
            umap.compute_membership_strengths,
            layouts._nb_optimize_layout_euclidean_single_epoch,
            layouts._nb_optimize_layout_euclidean_single_epoch_parallel,
        ):
            if not function.signatures:
                function.enable_caching()
        before = numba.get_num_threads()
        numba.set_num_threads(threads or before)
        try:
            yield umap
        finally:
            numba.set_num_threads(before)


class _EpochReader:
    """Stands where tqdm expects a terminal and passes on the epochs that umap shows there."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stopped = False

    def settings(self) -> dict[str, Any]:
        """What umap hands to tqdm: one short text "epoch/epochs" at most ten times a second."""
        return {"disable": False, "file": self, "bar_format": "{n}/{total}", "mininterval": 0.1, "miniters": 1}

    def write(self, text: str) -> None:
        done, slash, total = text.strip().partition("/")
        if not slash or self._stopped:
            return
        try:
            self._progress("placing the items", _GRAPH_SHARE + (1 - _GRAPH_SHARE) * int(done) / int(total), 1.0)
        except BaseException:
            from umap.layouts import tqdm

            self._stopped = True  # tqdm writes once more when it is closed
            tqdm.get_lock().release()  # tqdm holds it while it writes, and does not let go when that fails
            raise

    def flush(self) -> None:
        """Nothing waits to be written."""
