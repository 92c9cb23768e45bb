"""The measures of one side of a comparison: what each is called, and how its value is written."""

from __future__ import annotations

from collections.abc import Callable

from figures.text import count, decimal, percent

Show = Callable[[float | None], str]


def _thousands(number: float | None) -> str:
    return "–" if number is None else count(number)


# What a row is called, where it stands in the comparison, how it is written, and what chance gives.
SIDE_ROWS: tuple[tuple[str, str, Show, str], ...] = (
    ("Neighbour popularity (mean quantile)", "neighbour_popularity", decimal, "0.50"),
    ("Popularity lift (log10)", "popularity_lift", decimal, "–"),
    ("Popularity assortativity (Spearman)", "assortativity", decimal, "0.00"),
    ("Head share of neighbour places", "head_share", percent, "–"),
    ("Head share of the catalogue", "head_share_of_catalogue", percent, "–"),
    ("Same-category share", "same_category", percent, "–"),
    ("Hubness skewness", "hubness_skewness", decimal, "–"),
    ("Items in no list (anti-hubs)", "anti_hubs", percent, "–"),
    ("Lists that hold the largest hub", "largest_hub", _thousands, "–"),
    ("Robin Hood index", "robin_hood", decimal, "–"),
    ("Lists and popularity (Spearman)", "hub_popularity", decimal, "0.00"),
    ("Coverage", "coverage", percent, "–"),
    ("Gini of list counts", "gini", decimal, "–"),
    ("Vector length and popularity (Spearman)", "norm_popularity", decimal, "0.00"),
)
