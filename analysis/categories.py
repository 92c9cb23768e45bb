"""Whether the neighbours of an item are of its category (Barkan and Koenigstein 2016, Table 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.arrays import Counts, Floats, Mask, Neighbours
from analysis.baselines import random_neighbours

NEIGHBOURS = 8
QUERY_ROWS: dict[str, tuple[float, float]] = {  # share of the items by popularity, from the most popular on
    "top 10 %": (0.0, 0.10),
    "top 25 %": (0.0, 0.25),
    "top 50 %": (0.0, 0.50),
    "top 75 %": (0.0, 0.75),
    "all": (0.0, 1.0),
    "least 25 %": (0.75, 1.0),
}
_CHANCE_DRAWS = 20


def majority_matches(neighbours: Neighbours, labels: Sequence[Sequence[str]]) -> Floats:
    """1 where an item's own categories hold the majority category of its neighbours, else 0, float64 (n,).

    labels  the categories of each item; NaN where it has none itself. A neighbour counts for each of its categories;
            of several that are met as often the one of the nearest neighbour is the majority, and of several of that
            neighbour the first by name

    >>> near = np.array([[1, 2, 3], [0, 2, 3], [0, 1, -1], [-1, -1, -1], [0, 1, 2]])
    >>> majority_matches(near, [["tea"], ["tea"], ["jam"], ["jam"], []]).tolist()
    [0.0, 0.0, 0.0, 0.0, nan]
    >>> majority_matches(np.array([[1, 2], [0, 2], [1, 0]]), [["tea"], ["tea", "jam"], ["jam"]]).tolist()
    [0.0, 1.0, 0.0]
    """
    counts = np.array([len(own) for own in labels], dtype=np.int64)
    names = {name: code for code, name in enumerate(sorted({name for own in labels for name in own}))}
    codes = np.array([names[name] for own in labels for name in own], dtype=np.int64)
    starts = np.append(0, np.cumsum(counts))
    item, place = np.nonzero(neighbours >= 0)
    near = neighbours[item, place]
    repeats = counts[near]
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    label = codes[np.repeat(starts[near], repeats) + within]
    pair = np.repeat(item, repeats) * max(len(names), 1) + label
    pairs, first, met = np.unique(pair, return_index=True, return_counts=True)
    nearest = np.repeat(place, repeats)[first]  # `pair` goes through the places of an item in their order
    of_item = pairs // max(len(names), 1)
    order = np.lexsort((pairs, nearest, -met, of_item))
    winners = order[np.unique(of_item[order], return_index=True)[1]]
    matches = np.zeros(len(labels))
    owned = np.repeat(np.arange(len(labels)), counts) * max(len(names), 1) + codes
    matches[of_item[winners]] = np.isin(pairs[winners], owned)
    return np.where(counts > 0, matches, np.nan)


def chance_of_matches(labels: Sequence[Sequence[str]], among: Mask, k: int = NEIGHBOURS, seed: int = 0) -> Floats:
    """How often each item's categories hold the majority of k neighbours drawn at random, float64 (n,).

    The mean of 20 draws among the items where `among` is True; NaN where an item has no category.
    """
    drawn = [majority_matches(random_neighbours(among, k, seed + draw), labels) for draw in range(_CHANCE_DRAWS)]
    return np.asarray(np.mean(drawn, axis=0))


def query_rows(p: Counts, among: Mask) -> dict[str, npt.NDArray[np.int64]]:
    """The item codes of each row of the table: a share of the items by popularity, ties by code.

    among  items that count, bool (n,)

    >>> rows = query_rows(np.array([5, 9, 7, 0]), np.array([True, True, True, False]))
    >>> rows["all"].tolist(), rows["top 50 %"].tolist(), rows["least 25 %"].tolist()
    ([1, 2, 0], [1, 2], [0])
    """
    items = np.flatnonzero(among)
    ranked = items[np.argsort(-p[items], kind="stable")]
    n = len(ranked)
    return {
        name: ranked[0 if begin == 0 else n - round((1 - begin) * n) : round(end * n)]
        for name, (begin, end) in QUERY_ROWS.items()
    }
