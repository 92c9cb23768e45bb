"""Measures of runs and the agreement of every two of them, kept one by one: another run adds only its own row."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.arrays import Similarity
from analysis.measures import Measure, Side
from embedders.base import Progress, no_progress, part_of
from studies.measured import AGREEMENTS, Agreement, RunMeasures, agreement_of, agreement_with_itself, measures_of
from workspace.results.keeping import Arrays, Pending, Ready, keep, pending, read, result_path
from workspace.results.neighbours import make_neighbours
from workspace.runs import RunEntry, open_run
from workspace.sides import side_of

_OPEN_AT_ONCE = 6  # runs held in memory with their lists


@dataclass(frozen=True)
class View:
    """A run as it is looked at: its neighbours by one similarity."""

    run: RunEntry
    similarity: Similarity = "cosine"

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others."""
        return self.run.key, self.similarity


@dataclass(frozen=True)
class Agreements:
    """All that was asked for: the measures of each view, and agreements[i][j] of views i and j."""

    measures: tuple[RunMeasures, ...]
    agreements: tuple[tuple[Agreement, ...], ...]


def agreements_or_job(views: Sequence[View], k: int) -> Ready[Agreements] | Pending:
    """The measures of runs of one log and the agreement of every two, or the job that works out what is missing."""
    found = kept_agreements(views, k)
    if found is None:
        return pending("agreement", {"runs": sorted(view.key for view in views), "k": k}, _title(views))
    return Ready(found)


def kept_agreements(views: Sequence[View], k: int) -> Agreements | None:
    """The same where all of it is kept, else None."""
    measures = [kept for view in views if (kept := kept_measures(view, k)) is not None]
    below = [[kept_agreement(a, b, k) for b in views[:place]] for place, a in enumerate(views)]
    found = [[one for one in row if one is not None] for row in below]
    if len(measures) < len(views) or list(map(len, found)) != list(range(len(views))):
        return None
    table = [
        [
            agreement_with_itself(k, measures[row].n) if row == column else found[max(row, column)][min(row, column)]
            for column in range(len(views))
        ]
        for row in range(len(views))
    ]
    return Agreements(tuple(measures), tuple(map(tuple, table)))


def make_agreements(views: Sequence[View], k: int, progress: Progress = no_progress) -> None:
    """Work out and keep what `agreements_or_job` asks for; what is there already is not worked out again."""
    missing = [(view, view) for view in views if kept_measures(view, k) is None]
    missing += [(a, b) for place, a in enumerate(views) for b in views[:place] if kept_agreement(a, b, k) is None]
    opened = _Opened(k)
    for number, (a, b) in enumerate(missing):
        share = part_of(progress, number / len(missing), (number + 1) / len(missing))
        share("Comparing runs", 0.0, 1.0)
        if a is b:
            _keep_measures(a, measures_of(opened.side(a, share), k))
        else:
            _keep_agreement(a, b, agreement_of(opened.side(a, share), opened.side(b, share), k))
    progress("Comparing runs", 1.0, 1.0)


def kept_measures(view: View, k: int) -> RunMeasures | None:
    """The measures of a view where they are kept."""
    arrays = read(_measures_path(view, k))
    if arrays is None:
        return None
    values = {name: _measure(arrays, place) for place, name in enumerate(arrays["names"].tolist())}
    return RunMeasures(k, int(arrays["of"]), values)


def kept_agreement(a: View, b: View, k: int) -> Agreement | None:
    """The agreement of two different views where it is kept; it is the same both ways round."""
    arrays = read(_agreement_path(a, b, k))
    if arrays is None:
        return None
    return Agreement(k, int(arrays["of"]), *(_measure(arrays, place) for place in range(len(AGREEMENTS))))


class _Opened:
    """The last few runs that were opened, with their neighbours."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._sides: OrderedDict[tuple[str, str], Side] = OrderedDict()

    def side(self, view: View, progress: Progress) -> Side:
        if view.key not in self._sides:
            near = make_neighbours(view.run, view.similarity, progress=progress)
            self._sides[view.key] = side_of(open_run(view.run), view.similarity, near.indices[:, : self._k])
        self._sides.move_to_end(view.key)
        while len(self._sides) > _OPEN_AT_ONCE:
            self._sides.popitem(last=False)
        return self._sides[view.key]


def _keep_measures(view: View, found: RunMeasures) -> None:
    arrays = {"names": np.array(list(found.values)), "of": np.int64(found.n), **_arrays(list(found.values.values()))}
    keep(_measures_path(view, found.k), arrays, {"run": view.run.key, "similarity": view.similarity, "k": found.k})


def _keep_agreement(a: View, b: View, found: Agreement) -> None:
    measures: list[Measure] = [getattr(found, name) for name in AGREEMENTS]
    made_from = {"a": a.key, "b": b.key, "k": found.k}
    keep(_agreement_path(a, b, found.k), {"of": np.int64(found.n), **_arrays(measures)}, made_from)


def _arrays(measures: Sequence[Measure]) -> Arrays:
    pairs = [dataclasses.astuple(measure) for measure in measures]
    return {"values": np.array([value for value, _ in pairs]), "n": np.array([n for _, n in pairs], dtype=np.int64)}


def _measure(arrays: Arrays, place: int) -> Measure:
    return Measure.of(float(arrays["values"][place]), int(arrays["n"][place]))


def _measures_path(view: View, k: int) -> Path:
    return result_path(view.run, "measures", [view.similarity, k])


def _agreement_path(a: View, b: View, k: int) -> Path:
    first, second = sorted((a, b), key=lambda view: view.key)
    return result_path(first.run, "agreement", [first.similarity, *second.key, k])


def _title(views: Sequence[View]) -> str:
    if len(views) == 1:
        return f"Measures of {views[0].run.name}"
    if len(views) == 2:
        return f"Agreement of {views[0].run.name} and {views[1].run.name}"
    return f"Agreement of {len(views)} runs"
