"""How neighbour lists lean towards popular items, kept: those of a run by a similarity, and those of two baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Similarity
from embedders.base import Progress, no_progress, part_of
from workspace.results.keeping import keep, read, result_path
from workspace.results.neighbours import make_neighbours, matched_items
from workspace.results.plain import packed, unpacked
from workspace.runs import Run, RunEntry, open_run
from workspace.sides import side_of

if TYPE_CHECKING:
    from analysis.arrays import Neighbours
    from analysis.measures import SideMeasures

_SEED = 0  # of the lists drawn at random


@dataclass(frozen=True)
class Leaning:
    """What neighbour lists say, in plain numbers.

    measures       `SideMeasures.as_json`
    shares         of head, mid and tail items in all places, None where there is no place
    items, places  how much the most listed items take, see `concentration_curve`
    top_hundredth  share of all places that the most listed hundredth of the items takes, or None
    """

    measures: Mapping[str, Any]
    shares: Sequence[float | None]
    items: Sequence[float]
    places: Sequence[float]
    top_hundredth: float | None

    @classmethod
    def of(cls, measures: SideMeasures, lists: Neighbours, run: Run, inside: npt.NDArray[np.bool_]) -> Leaning:
        """From measured lists, int32 (n, k), of the items where `inside` is True."""
        from analysis.hubs import concentration_curve, top_share
        from analysis.popularity import bucket_shares

        counts = measures.list_counts[inside]
        items, places = concentration_curve(counts)
        return cls(
            measures=measures.as_json(),
            shares=[_known(share) for share in bucket_shares(lists, run.buckets)],
            items=items.tolist(),
            places=places.tolist(),
            top_hundredth=_known(top_share(counts)),
        )


@dataclass(frozen=True)
class Baselines:
    """Lists drawn at random and lists of the most popular items, over the `n` items that have a vector in both runs."""

    random: Leaning
    popularity: Leaning

    @property
    def n(self) -> int:
        return int(self.random.measures["n"])


def kept_leaning(run: RunEntry, similarity: Similarity, k: int) -> Leaning | None:
    """What the k nearest items of each item of a kept run say, or None where nobody has measured them yet."""
    arrays = read(_leaning_path(run, similarity, k))
    return None if arrays is None else Leaning(**unpacked(arrays["leaning"]))


def make_leaning(run: RunEntry, similarity: Similarity, k: int, progress: Progress = no_progress) -> Leaning:
    """The same, measured and kept where it is not there yet, and so are the neighbours it needs."""
    kept = kept_leaning(run, similarity, k)
    if kept is None:
        from analysis.measures import measure_lists

        near = make_neighbours(run, similarity, progress=part_of(progress, 0.0, 0.9))
        progress("Measuring", 0.9, 1.0)
        opened, lists = open_run(run), near.indices[:, :k]
        measured = measure_lists(side_of(opened, similarity), lists, run.method)
        kept = Leaning.of(measured, lists, opened, opened.embedding.trained)
        made_from = {"run": run.key, "similarity": similarity, "k": k}
        keep(_leaning_path(run, similarity, k), {"leaning": packed(asdict(kept))}, made_from)
    return kept


def kept_baselines(run: RunEntry, other: RunEntry, k: int) -> Baselines | None:
    """What lists of k items that no model made say, over the items that have a vector in both runs of one log.

    None where nobody has measured them yet.
    """
    arrays = read(_baselines_path(*_by_age(run, other), k))
    if arrays is None:
        return None
    return Baselines(*(Leaning(**unpacked(arrays[name])) for name in ("random", "popularity")))


def make_baselines(run: RunEntry, other: RunEntry, k: int, progress: Progress = no_progress) -> Baselines:
    """The same, measured and kept where it is not there yet."""
    kept = kept_baselines(run, other, k)
    if kept is not None:
        return kept
    run, other = _by_age(run, other)
    from analysis.baselines import popular_neighbours, random_neighbours
    from analysis.measures import measure_lists

    progress("Drawing lists", 0.0, 1.0)
    opened, inside = open_run(run), _in_both(run, other)
    side = side_of(opened, "cosine")
    drawn = {
        "random": random_neighbours(inside, k, _SEED),
        "popularity": popular_neighbours(opened.p, inside, k),
    }
    found = {}
    for number, (name, lists) in enumerate(drawn.items()):
        progress("Measuring", 0.2 + 0.4 * number, 1.0)
        found[name] = Leaning.of(measure_lists(side, lists, name, inside), lists, opened, inside)
    arrays = {name: packed(asdict(leaning)) for name, leaning in found.items()}
    keep(_baselines_path(run, other, k), arrays, {"run": run.key, "other": other.key, "k": k})
    return Baselines(**found)


def _in_both(run: RunEntry, other: RunEntry) -> npt.NDArray[np.bool_]:
    """True for each item of the run that has a vector in both, bool (n_items,)."""
    trained = open_run(run).embedding.trained
    if run.key == other.key:
        return trained
    mine, theirs = matched_items(run, other)
    there = np.zeros(len(trained), dtype=bool)
    there[mine] = open_run(other).embedding.trained[theirs]
    return trained & there


def _by_age(run: RunEntry, other: RunEntry) -> tuple[RunEntry, RunEntry]:
    """Swapping the runs computes nothing."""
    older, younger = sorted((run, other), key=lambda entry: (entry.created, entry.key))
    return older, younger


def _leaning_path(run: RunEntry, similarity: Similarity, k: int) -> Path:
    return result_path(run, "leaning", [similarity, k])


def _baselines_path(run: RunEntry, other: RunEntry, k: int) -> Path:
    # Where neither lacks an item, every other run gives the same lists.
    whole = run.log_digest == other.log_digest and not run.n_missing and not other.n_missing
    return result_path(run, "baselines", [None if whole or run.key == other.key else other.key, k])


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
