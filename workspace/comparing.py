"""Two runs beside each other, from their folders alone."""

from __future__ import annotations

from typing import Any

from analysis.arrays import Similarity
from analysis.compare import Logs, Side, compare, matched
from embedders.base import Progress, no_progress
from workspace.results import Neighbours
from workspace.runs import Run


def side_of(run: Run, similarity: Similarity, near: Neighbours | None = None, inside: Neighbours | None = None) -> Side:
    """A run as one side of a comparison, with its neighbours by this similarity where they are known already.

    near    over its whole catalogue
    inside  among the items that have a vector in both runs
    """
    return Side(
        method=run.entry.method,
        similarity=similarity,
        vectors=run.embedding.item_vectors,
        p=run.p,
        buckets=run.buckets,
        categories=run.items["category"].to_numpy(dtype=object),
        neighbours=None if near is None else near.indices,
        inside=None if inside is None else inside.indices,
    )


def compare_runs(
    a: Run,
    b: Run,
    k: int,
    similarity_a: Similarity = "cosine",
    similarity_b: Similarity = "cosine",
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """The "compare" contract of the command line; of two logs, items are matched by id and popularity is A's."""
    logs: Logs = "same" if a.entry.log_digest == b.entry.log_digest else "different"
    sides = side_of(a, similarity_a), side_of(b, similarity_b)
    side_a, side_b, _ = matched(sides[0], a.embedding.item_ids, sides[1], b.embedding.item_ids)
    return compare(side_a, side_b, k, progress=progress).as_json(logs)
