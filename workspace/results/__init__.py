"""What is computed from runs and kept beside them, once, by the digest of what it is made from.

A page asks with `..._or_job` and gets either the value, read from disk, or the job that is making it.
"""

from workspace.results.company import company_or_job, make_company
from workspace.results.keeping import Pending, Ready
from workspace.results.leanings import (
    Baselines,
    Leaning,
    kept_baselines,
    kept_leaning,
    make_baselines,
    make_leaning,
)
from workspace.results.maps import MapPair, MapParams, drawn, make_maps, map_or_job
from workspace.results.neighbours import MOST_NEIGHBOURS, Neighbours, make_neighbours, nearest, neighbours_or_job
from workspace.results.popularity import PopularityBias, make_popularity_bias, popularity_bias_or_job
from workspace.results.recommendations import (
    Recommendations,
    Unavailable,
    make_recommendations,
    recommendations_or_job,
)

__all__ = [
    "MOST_NEIGHBOURS",
    "Baselines",
    "Leaning",
    "MapPair",
    "MapParams",
    "Neighbours",
    "Pending",
    "PopularityBias",
    "Ready",
    "Recommendations",
    "Unavailable",
    "company_or_job",
    "drawn",
    "kept_baselines",
    "kept_leaning",
    "make_baselines",
    "make_company",
    "make_leaning",
    "make_maps",
    "make_neighbours",
    "make_popularity_bias",
    "make_recommendations",
    "map_or_job",
    "nearest",
    "neighbours_or_job",
    "popularity_bias_or_job",
    "recommendations_or_job",
]
