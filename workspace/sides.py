"""A kept run as analysis takes it."""

from __future__ import annotations

from analysis.arrays import Neighbours, Similarity
from analysis.measures import Side
from workspace.runs import Run


def side_of(run: Run, similarity: Similarity, near: Neighbours | None = None, inside: Neighbours | None = None) -> Side:
    """A run as one side of a comparison, with its neighbours by this similarity where they are known already.

    near    int32 (n_items, k) over its whole catalogue
    inside  int32 (n_items, k) among the items that have a vector in both runs
    """
    return Side(
        method=run.entry.method,
        similarity=similarity,
        vectors=run.embedding.item_vectors,
        p=run.p,
        buckets=run.buckets,
        categories=run.items["category"].to_numpy(dtype=object),
        neighbours=near,
        inside=inside,
    )
