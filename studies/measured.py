"""What studies measure: on one run, and on two runs of the same items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.agreement import jaccard_overlap_rbo
from analysis.arrays import Progress, no_progress
from analysis.compare import Geometry
from analysis.measures import Measure, Side, measure_side
from analysis.neighbours import common_items, neighbours_within

NONE = Measure(float("nan"), 0)


@dataclass(frozen=True)
class Agreement:
    """How far two runs agree by their k nearest neighbours, over the items that have a vector in both.

    n  those items; a measure that cannot be had is NaN with n 0
    """

    k: int
    n: int
    jaccard: Measure
    overlap: Measure
    rbo: Measure
    cka: Measure
    procrustes: Measure


@dataclass(frozen=True)
class RunMeasures:
    """What one run's own lists of k neighbours say: the single measures of `SideMeasures` by name, each with its n.

    n  items that have a vector
    """

    k: int
    n: int
    values: Mapping[str, Measure]

    def __getitem__(self, name: str) -> Measure:
        return self.values.get(name, NONE)


AGREEMENTS = ("jaccard", "overlap", "rbo", "cka", "procrustes")


def agreement_of(a: Side, b: Side, k: int, progress: Progress = no_progress) -> Agreement:
    """The agreement of two runs of the same items, as `compare` has it; raises ValueError where rows do not match."""
    if len(a.vectors) != len(b.vectors):
        raise ValueError("both sides need the same items in the same order")
    common = common_items(a.vectors, b.vectors)
    in_a, in_b = (
        neighbours_within(side.vectors, k, side.similarity, common, side.neighbours, progress=progress)
        for side in (a, b)
    )
    jaccard, overlap, rbo = (Measure.mean(values) for values in jaccard_overlap_rbo(in_a, in_b))
    geometry = Geometry.of(a, b)
    return Agreement(k, int(common.sum()), jaccard, overlap, rbo, geometry.cka, geometry.procrustes)


def agreement_with_itself(k: int, n: int) -> Agreement:
    """What `agreement_of` gives for a run of n items with a vector and the very same run again.

    >>> same = agreement_with_itself(2, 9)
    >>> same.jaccard.value, same.overlap.value, same.rbo.value, same.cka.value, same.procrustes.value
    (1.0, 1.0, 1.0, 1.0, 0.0)
    >>> agreement_with_itself(4, 3).overlap  # three items have two neighbours each: 2 shared of 4 places
    Measure(value=0.5, n=3)
    """
    if n < 2:
        return Agreement(k, n, NONE, NONE, NONE, NONE, NONE)
    row = np.arange(k, dtype=np.int32)[np.newaxis]
    row = np.where(row < n - 1, row, -1).astype(np.int32)
    jaccard, overlap, rbo = (Measure.of(float(values[0]), n) for values in jaccard_overlap_rbo(row, row))
    return Agreement(k, n, jaccard, overlap, rbo, Measure(1.0, n), Measure(0.0, n))


def measures_of(side: Side, k: int) -> RunMeasures:
    """The measures of one run by its k nearest neighbours."""
    report = measure_side(side, k).as_json()
    counts = report["details"]["n"]
    values = {name: Measure(np.nan if report[name] is None else report[name], n) for name, n in counts.items()}
    return RunMeasures(k, report["n"], values)
