"""What a map of many items shows of them: a fair sample as points, all of them as a density, words for its regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.arrays import Counts, Floats, Layout, Mask

if TYPE_CHECKING:
    from scipy import sparse

Window = tuple[tuple[float, float], tuple[float, float]]  # (left, right), (bottom, top)

_SMOOTHING = 1.5  # cells: the blur under which a region is one hill
_CELLS = 48  # a side of the grid in which regions are looked for
_FEWEST = 8  # items of a region that is worth a word
_SHARED = 0.25  # of a region's items that must have a word


@dataclass(frozen=True)
class Landmark:
    """A region of a map: its middle, its number of items, and the term that stands out there."""

    x: float
    y: float
    n: int
    term: int


def stratified_sample(p: Counts, among: Mask, most: int, seed: int = 0) -> npt.NDArray[np.int64]:
    """At most `most` of the items where `among` is True, every popularity alike in share; ascending item codes.

    The items stand in the order of popularity and are cut into `most` stretches of equal length; one is drawn of each.

    >>> stratified_sample(np.array([9, 1, 5, 3]), np.array([True, True, True, True]), 10).tolist()
    [0, 1, 2, 3]
    >>> half = stratified_sample(np.arange(100), np.ones(100, bool), 50)
    >>> len(half), int((half < 50).sum())
    (50, 25)
    """
    codes = np.flatnonzero(among)
    if len(codes) <= most:
        return codes
    ordered = codes[np.argsort(p[codes], kind="stable")]
    edges = np.linspace(0, len(codes), most + 1).astype(np.int64)  # no stretch is empty: there are fewer than items
    return np.sort(ordered[np.random.default_rng(seed).integers(edges[:-1], edges[1:])])


def map_density(layout: Layout, window: Window, cells: int = 128) -> npt.NDArray[np.uint8]:
    """How many items lie in each cell of a map, uint8 (cells, cells), rows upward: 0 = none, 255 = the most, by log.

    >>> corner = np.array([[0.1, 0.1], [0.2, 0.1], [0.9, 0.9], [np.nan, np.nan]], dtype=np.float32)
    >>> map_density(corner, ((0, 1), (0, 1)), cells=2).tolist()  # log 3 = 255, log 2 of it = 161
    [[255, 0], [0, 161]]
    """
    counts = _counts(layout, window, cells)
    most = counts.max()
    if most == 0:
        return np.zeros((cells, cells), dtype=np.uint8)
    return np.asarray(np.round(255 * np.log1p(counts) / np.log1p(most)), dtype=np.uint8)


def landmarks(layout: Layout, terms: sparse.csr_matrix, window: Window, most: int = 14) -> list[Landmark]:
    """The densest regions of a map that have a term of their own, the largest first.

    A region is a hill of the blurred density; items belong to the nearest hill within reach. Its term is the one with
    the largest (items of the region that have it) · log(share there / share overall), of those that a quarter of the
    region's items have; a region without one, or with a term that a larger region has, stays without a word.

    terms  CSR (n_items, n_terms), other than 0 = the item has the term
    """
    from scipy import ndimage

    placed = np.flatnonzero(np.isfinite(layout).all(axis=1))
    if len(placed) < _FEWEST or not terms.shape[1]:
        return []
    counts = ndimage.gaussian_filter(_counts(layout, window, _CELLS), _SMOOTHING)
    hills = (counts == ndimage.maximum_filter(counts, size=5)) & (counts > 0)
    rows, columns = np.nonzero(hills)
    (left, right), (bottom, top) = window
    cell = np.array([(right - left) / _CELLS, (top - bottom) / _CELLS])
    tops = (np.stack([columns, rows], axis=1) + 0.5) * cell + [left, bottom]
    region, distance = _nearest_of(layout[placed] / cell, tops / cell)
    near = distance < 0.12 * _CELLS
    placed, region = placed[near], region[near]

    has = terms[placed].astype(bool).astype(np.float64)
    member = _indicator(region, len(tops))
    inside = np.asarray((member.T @ has).todense())  # (regions, terms)
    sizes = np.bincount(region, minlength=len(tops)).astype(np.float64)
    share = inside / np.maximum(sizes, 1)[:, None]
    overall = np.asarray(has.sum(axis=0)).ravel() / max(len(placed), 1)
    lift = np.log(np.maximum(share, 1e-12) / np.maximum(overall, 1e-12))
    score = np.where(share >= _SHARED, inside * lift, -np.inf)
    found: list[Landmark] = []
    taken: set[int] = set()
    for hill in np.argsort(-sizes, kind="stable"):
        if sizes[hill] < _FEWEST or len(found) == most:
            break
        term = int(score[hill].argmax())
        if score[hill, term] <= 0 or term in taken:
            continue
        taken.add(term)
        own = placed[region == hill]
        x, y = np.median(layout[own], axis=0)
        found.append(Landmark(float(x), float(y), len(own), term))
    return found


def _counts(layout: Layout, window: Window, cells: int) -> Floats:
    """Items in each cell, (cells, cells), rows upward; outside the window none."""
    placed = layout[np.isfinite(layout).all(axis=1)]
    counts, _, _ = np.histogram2d(placed[:, 1], placed[:, 0], bins=cells, range=(window[1], window[0]))
    return np.asarray(counts, dtype=np.float64)


def _nearest_of(places: npt.NDArray[np.floating], tops: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Which of the tops is nearest to each place, and how far."""
    from scipy.spatial import cKDTree

    distance, nearest = cKDTree(tops).query(places)
    return np.asarray(nearest, dtype=np.int64), np.asarray(distance)


def _indicator(group: npt.NDArray[np.int64], n_groups: int) -> sparse.csr_matrix:
    from scipy import sparse

    ones = np.ones(len(group))
    return sparse.csr_matrix((ones, (np.arange(len(group)), group)), shape=(len(group), n_groups))
