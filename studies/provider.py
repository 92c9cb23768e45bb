"""Which runs a study needs, and what hands them to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from analysis.arrays import Similarity
from embedders.base import Params
from studies.measured import Agreement, RunMeasures


@dataclass(frozen=True)
class RunNeeded:
    """A training by what it is made from, on the log that is studied."""

    method: str
    params: Params
    seed: int


class Runs(Protocol):
    """Runs of one log, and what is measured on them; None where it is not there yet."""

    def find(self, needed: RunNeeded) -> str | None:
        """The key of this run."""

    def measures(self, run: str, k: int, similarity: Similarity = "cosine") -> RunMeasures | None:
        """What the lists of the run with this key say."""

    def agreement(self, a: str, b: str, k: int, similarity: Similarity = "cosine") -> Agreement | None:
        """How far the runs with these keys agree."""
