"""Runs that are trained on the spot and kept in memory: for scripts and tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from analysis.arrays import Similarity
from analysis.measures import Side
from analysis.popularity import popularity_buckets
from embedders import METHODS
from interactions import InteractionLog
from studies.measured import Agreement, RunMeasures, agreement_of, measures_of
from studies.provider import RunNeeded


@dataclass(frozen=True)
class PlainRuns:
    """The runs of a log, each trained when it is first asked for.

    trained  key -> the run as a side of a comparison, in the order of training
    """

    log: InteractionLog
    trained: dict[str, Side] = field(default_factory=dict)

    def find(self, needed: RunNeeded) -> str:
        """The key of this run; raises ParameterError where log and parameters do not fit."""
        key = f"{needed.method} {needed.params!r} {needed.seed}"
        if key not in self.trained:
            embedding = METHODS[needed.method].fit(self.log, needed.params, seed=needed.seed)
            p = self.log.users_per_item
            categories = self.log.items["category"].to_numpy(dtype=object) if "category" in self.log.items else None
            self.trained[key] = Side(
                needed.method, "cosine", embedding.item_vectors, p, popularity_buckets(p), categories
            )
        return key

    def measures(self, run: str, k: int, similarity: Similarity = "cosine") -> RunMeasures:
        """What the lists of a trained run say."""
        return measures_of(replace(self.trained[run], similarity=similarity), k)

    def agreement(self, a: str, b: str, k: int, similarity: Similarity = "cosine") -> Agreement:
        """How far two trained runs agree."""
        first, second = (replace(self.trained[run], similarity=similarity) for run in (a, b))
        return agreement_of(first, second, k)
