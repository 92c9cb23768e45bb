"""A report of two runs for which nothing but their folders is needed: what it shows is computed here and now."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from analysis.arrays import Similarity
from embedders.base import Progress, no_progress
from figures.findings import Turned
from figures.report import write_report
from workspace.pair_maps import maps_of, principal_maps_of
from workspace.pairs import Pair
from workspace.results import Neighbours, nearest
from workspace.runs import Run


def write_report_from_folders(
    pair: Pair, out: Path, map_kind: Literal["UMAP", "PCA"], chosen: int | None = None, progress: Progress = no_progress
) -> None:
    """Draw the maps, take the neighbours by the other similarity as well, and write the report."""
    turned = (
        _turned(pair, pair.a, pair.similarity_a, pair.near_a, progress),
        _turned(pair, pair.b, pair.similarity_b, pair.near_b, progress),
    )
    maps = maps_of(pair, progress) if map_kind == "UMAP" else principal_maps_of(pair)
    write_report(pair, out, maps=maps, map_kind=map_kind, chosen=chosen, turned=turned)


def _turned(pair: Pair, run: Run, similarity: Similarity, near: Neighbours, progress: Progress) -> Turned:
    """A run by both similarities, of which the pair knows one."""
    other: Similarity = "dot" if similarity == "cosine" else "cosine"
    lists = {similarity: near.indices[:, : pair.k]}
    lists[other] = nearest(run.embedding.item_vectors, other, pair.k, progress).indices
    return Turned.of(pair.catalogue.quantiles, lists["cosine"], lists["dot"])
