"""Pure functions on arrays: neighbours, agreement, popularity, maps. Arrays in, arrays or floats out.

Importing this room is cheap: faiss, umap and pandas are imported by the functions that need them.
`compare` stays a module here: `from analysis.compare import compare`.
"""

from analysis.agreement import (
    expected_overlap,
    jaccard,
    linear_cka,
    overlap,
    procrustes,
    rbo,
    rbo_weight_inside,
)
from analysis.compare import Comparison, matched
from analysis.hubs import Hubness, coverage, gini, hubness, list_counts
from analysis.measures import Measure, Side, SideMeasures
from analysis.neighbours import common_items, neighbours_within, top_neighbours
from analysis.popularity import (
    BUCKETS,
    Curve,
    bucket_shares,
    head_share,
    neighbour_popularity,
    norm_curve,
    norm_popularity,
    popularity_assortativity,
    popularity_buckets,
    popularity_curve,
    popularity_lift,
    popularity_quantiles,
    same_category_share,
)
from analysis.projection import pca_layout, register, umap_layout, warm_up

__all__ = [
    "BUCKETS",
    "Comparison",
    "Curve",
    "Hubness",
    "Measure",
    "Side",
    "SideMeasures",
    "bucket_shares",
    "common_items",
    "coverage",
    "expected_overlap",
    "gini",
    "head_share",
    "hubness",
    "jaccard",
    "linear_cka",
    "list_counts",
    "matched",
    "neighbour_popularity",
    "neighbours_within",
    "norm_curve",
    "norm_popularity",
    "overlap",
    "pca_layout",
    "popularity_assortativity",
    "popularity_buckets",
    "popularity_curve",
    "popularity_lift",
    "popularity_quantiles",
    "procrustes",
    "rbo",
    "rbo_weight_inside",
    "register",
    "same_category_share",
    "top_neighbours",
    "umap_layout",
    "warm_up",
]
