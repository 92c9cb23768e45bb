"""What gives each point of a map its colour, and what its regions are called by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import row_norms, trained_rows
from analysis.ranks import value_quantiles
from figures.colours import BUCKETS, CATEGORIES, OTHER
from figures.text import drawn_text
from interactions.features import labels_of, scale_of

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

_TOP_CATEGORIES = 20


@dataclass(frozen=True)
class Scale:
    """Colour by a number: values float (n_items,), drawn on a colour bar from low to high.

    values_b  the numbers of the second map, where they are a run's own; None = the same in both
    ticks     (place on the bar, what stands there), where the numbers themselves would say little; none = as they are
    """

    title: str
    values: npt.NDArray[np.float64]
    low: float = 0.0
    high: float = 1.0
    values_b: npt.NDArray[np.float64] | None = None
    ticks: tuple[tuple[float, str], ...] = ()

    def of(self, pane: int) -> npt.NDArray[np.float64]:
        """The numbers of the first or the second map."""
        return self.values if pane == 0 or self.values_b is None else self.values_b


@dataclass(frozen=True)
class Groups:
    """Colour by group: codes int (n_items,) into names and colours, drawn as a legend that switches groups off."""

    title: str
    codes: npt.NDArray[np.integer[Any]]
    names: Sequence[str]
    colours: Sequence[str]


def by_quantile(quantiles: npt.NDArray[np.float64]) -> Scale:
    """Colour by popularity quantile, 0 = least, 1 = most popular."""
    return Scale("Popularity quantile (1 = most popular)", quantiles)


def by_bucket(buckets: npt.NDArray[np.int8]) -> Groups:
    """Colour by head, mid and tail."""
    return Groups("Bucket", buckets, ["head (popular)", "mid", "tail (rare)"], list(BUCKETS.values()))


def by_overlap(overlap: npt.NDArray[np.float64]) -> Scale:
    """Colour by the share of an item's neighbours that both runs have, 0..1."""
    return Scale("Share of neighbours in both runs", overlap)


def by_list_counts(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> Scale:
    """Colour by the number of lists that an item stands in, in each run by its own; equal steps are equal factors."""
    in_a, in_b = np.log10(1 + a), np.log10(1 + b)
    most = max(float(in_a.max(initial=0)), float(in_b.max(initial=0)), 1.0)
    counts = [0, *(step * 10**power for power in range(int(most) + 1) for step in (1, 3))]
    ticks = tuple((float(np.log10(1 + n)), f"{n:,}") for n in counts if np.log10(1 + n) <= most)
    return Scale("Neighbour lists that hold the item", in_a, 0.0, most, in_b, ticks)


def by_norm(vectors_a: npt.NDArray[np.float32], vectors_b: npt.NDArray[np.float32]) -> Scale:
    """Colour by the length of an item's vector, as its quantile within the run."""
    a, b = (
        value_quantiles(np.where(trained_rows(vectors), row_norms(vectors), np.nan))
        for vectors in (vectors_a, vectors_b)
    )
    return Scale("Vector length, quantile (1 = longest)", a, values_b=b)


def by_column(name: str, column: pd.Series[Any]) -> Scale | Groups:
    """Colour by a column of the item table: numbers and dates by their quantile, of several labels by the first."""
    scale = scale_of(column)
    if scale is not None:
        return Scale(f"{drawn_text(name)}, quantile", value_quantiles(scale[0]))
    return by_category([labels[0] if labels else None for labels in labels_of(column)], drawn_text(name))


def by_category(categories: Sequence[str | None], title: str = "Category") -> Groups:
    """Colour by category: the 20 with the most items, and everything else in grey."""
    known = [category for category in categories if category is not None]
    names, sizes = np.unique(np.array(known, dtype=object).astype(str), return_counts=True)
    largest = list(names[np.argsort(-sizes, kind="stable")][:_TOP_CATEGORIES])
    place = {name: position for position, name in enumerate(largest)}
    rest = len(largest)
    codes = np.array([rest if category is None else place.get(category, rest) for category in categories])
    return Groups(title, codes, [*largest, "other or none"], [*CATEGORIES[: len(largest)], OTHER])


def terms_of(
    categories: Sequence[str | None], titles: Sequence[str], most: int = 2_000
) -> tuple[sparse.csr_matrix, list[str]]:
    """Which items have which term, CSR (n_items, n_terms), and the terms: categories, else the words of the titles."""
    from scipy import sparse

    if any(category is not None for category in categories):
        words = [[] if category is None else [category] for category in categories]
    else:
        words = [sorted(set(re.findall(r"[^\W\d_]{3,}", title.lower()))) for title in titles]
    frequent = Counter(word for own in words for word in own).most_common(most)
    place = {word: number for number, (word, _) in enumerate(frequent)}
    rows = [item for item, own in enumerate(words) for word in own if word in place]
    columns = [place[word] for own in words for word in own if word in place]
    shape = (len(words), len(place))
    return sparse.csr_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=shape), list(place)
