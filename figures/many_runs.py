"""All runs of a log beside each other, in the order in which those that agree stand side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from figures.text import count, decimal
from studies.many_runs import RunMap, run_map, similar_beside
from studies.measured import RunMeasures
from workspace.results.agreements import Agreements, View

_MUCH_STRESS = 0.2


@dataclass(frozen=True)
class ManyRuns:
    """Views of runs with what is measured on them.

    jaccard  float64 (m, m) mean Jaccard of every two
    counts   int64 (m, m) items that both have
    """

    views: tuple[View, ...]
    measures: tuple[RunMeasures, ...]
    jaccard: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, views: Sequence[View], found: Agreements) -> ManyRuns:
        """From the agreements of these views."""
        jaccard = np.array([[one.jaccard.value for one in row] for row in found.agreements])
        counts = np.array([[one.jaccard.n for one in row] for row in found.agreements])
        order = similar_beside(jaccard)
        return cls(
            tuple(views[place] for place in order),
            tuple(found.measures[place] for place in order),
            jaccard[np.ix_(order, order)],
            counts[np.ix_(order, order)],
        )

    @property
    def names(self) -> list[str]:
        """What each is called; cosine is not said."""
        return [view.run.name if view.similarity == "cosine" else f"{view.run.name} (dot)" for view in self.views]

    @property
    def families(self) -> list[str]:
        return [view.run.family for view in self.views]

    def map(self) -> RunMap:
        """Where each lies on a map, and how far the distances there are off."""
        return run_map(self.jaccard)

    def matrix_note(self, k: int) -> str:
        """How to read the matrix of agreement."""
        apart = ~np.eye(len(self.counts), dtype=bool)
        least, most = int(self.counts[apart].min()), int(self.counts[apart].max())
        over = count(most) if least == most else f"{count(least)} to {count(most)}"
        return (
            f"Mean Jaccard of the {k} nearest neighbours over the {over} items that both runs have; grey is a run "
            "beside itself. Runs that agree stand side by side. Columns stand in the order of the rows."
        )

    def map_note(self, stress: float) -> str:
        """How to read the map of the runs, and how far it can be trusted."""
        note = (
            "Numbers are those of the rows of the matrix. The nearer two runs, the more neighbours they share "
            "(1 \N{MINUS SIGN} Jaccard, cosine unless named)."
        )
        if math.isnan(stress):
            return note
        much = "; so many differences have no room in a plane, trust the matrix" if stress > _MUCH_STRESS else ""
        return f"{note} Stress {decimal(stress, 3)}: how far the distances in the picture are off{much}."
