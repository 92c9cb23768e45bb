"""Two runs beside each other, from their folders alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Similarity
from analysis.compare import compare, matched
from analysis.measures import Side
from analysis.neighbours import common_items, neighbours_within
from embedders.base import Progress, no_progress
from workspace.catalogue import catalogue_of
from workspace.pairs import Pair
from workspace.results import MOST_NEIGHBOURS, nearest
from workspace.runs import Run, RunEntry
from workspace.sides import side_of

if TYPE_CHECKING:
    import pandas as pd


def pair_of(
    a: Run,
    b: Run,
    k: int,
    similarity_a: Similarity = "cosine",
    similarity_b: Similarity = "cosine",
    progress: Progress = no_progress,
) -> Pair:
    """Two runs beside each other, all of it computed here and now; of two logs, as `in_one_catalogue` has them.

    Its `report` is the "compare" contract of the command line. Raises ParameterError where k < 1.
    """
    in_a, in_b = in_one_catalogue(a, b)
    width = max(k, MOST_NEIGHBOURS)  # for agreement by the length of the lists; hardly more work than k
    near_a, near_b = (
        nearest(run.embedding.item_vectors, similarity, width, progress)
        for run, similarity in ((in_a, similarity_a), (in_b, similarity_b))
    )
    both = common_items(in_a.embedding.item_vectors, in_b.embedding.item_vectors)
    inside_a, inside_b = (
        neighbours_within(run.embedding.item_vectors, width, similarity, both, near.indices, progress=progress)
        for run, similarity, near in ((in_a, similarity_a, near_a), (in_b, similarity_b, near_b))
    )
    sides = (
        side_of(in_a, similarity_a, near_a.indices, inside_a),
        side_of(in_b, similarity_b, near_b.indices, inside_b),
    )
    return Pair(
        names=_names(a.entry, b.entry, similarity_a, similarity_b),
        a=in_a,
        b=in_b,
        similarity_a=similarity_a,
        similarity_b=similarity_b,
        k=k,
        near_a=near_a,
        near_b=near_b,
        inside_a=inside_a,
        inside_b=inside_b,
        comparison=compare(*sides, k, progress=progress),
        catalogue=catalogue_of(in_a),
    )


def in_one_catalogue(a: Run, b: Run) -> tuple[Run, Run]:
    """Both runs over the items that either knows, matched by id: row i of both is then the same item.

    Popularity and buckets are A's on both sides, and so are titles, B's where A knows none. Each keeps its own vectors,
    zero where it does not know an item, and its own categories.
    """
    sides = side_of(a, "cosine"), side_of(b, "cosine")
    side_a, side_b, ids = matched(sides[0], a.embedding.item_ids, sides[1], b.embedding.item_ids)
    if side_a is sides[0]:
        return a, replace(b, p=a.p, buckets=a.buckets)
    items_a, items_b = (run.items.set_index("id").reindex(list(ids)) for run in (a, b))
    titles = items_a["title"].fillna(items_b["title"])
    return _over(a, side_a, ids, items_a, titles), _over(b, side_b, ids, items_b, titles)


def _over(run: Run, side: Side, ids: npt.NDArray[np.object_], items: pd.DataFrame, titles: pd.Series[Any]) -> Run:
    """The run over a wider catalogue."""
    embedding = replace(run.embedding, item_ids=ids, item_vectors=side.vectors, item_bias=None, context_vectors=None)
    return Run(run.entry, embedding, items.assign(title=titles).reset_index(), np.asarray(side.p), side.buckets)


def _names(a: RunEntry, b: RunEntry, similarity_a: Similarity, similarity_b: Similarity) -> tuple[str, str]:
    """The names of both, told apart where they are one."""
    if a.name != b.name:
        return a.name, b.name
    if similarity_a != similarity_b:
        return f"{a.name} ({similarity_a})", f"{b.name} ({similarity_b})"
    return f"{a.name} (A)", f"{b.name} (B)"
