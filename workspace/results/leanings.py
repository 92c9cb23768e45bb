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
from workspace.results.keeping import Pending, Ready, keep, pending, read, result_path
from workspace.results.neighbours import make_neighbours, matched_items
from workspace.results.plain import packed, unpacked
from workspace.runs import Run, RunEntry, open_run

if TYPE_CHECKING:
    from analysis.arrays import Neighbours
    from analysis.compare import Side, SideMeasures

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


def leaning_or_job(run: RunEntry, similarity: Similarity, k: int) -> Ready[Leaning] | Pending:
    """What the k nearest items of each item of a kept run say."""
    arrays = read(_leaning_path(run, similarity, k))
    if arrays is not None:
        return Ready(Leaning(**unpacked(arrays["leaning"])))
    spec = {"run": run.key, "similarity": similarity, "k": k}
    return pending("leaning", spec, f"Neighbours of {run.name} by {_BY[similarity]}")


def make_leaning(run: RunEntry, similarity: Similarity, k: int, progress: Progress = no_progress) -> Leaning:
    """Compute and keep what `leaning_or_job` asks for, and the neighbours it needs; or read it where it is there."""
    path = _leaning_path(run, similarity, k)
    arrays = read(path)
    if arrays is None:
        from analysis.compare import measure_lists

        near = make_neighbours(run, similarity, progress=part_of(progress, 0.0, 0.9))
        progress("Measuring", 0.9, 1.0)
        opened, lists = open_run(run), near.indices[:, :k]
        measured = measure_lists(_side(opened, similarity), lists, run.method)
        arrays = {"leaning": packed(asdict(Leaning.of(measured, lists, opened, opened.embedding.trained)))}
        keep(path, arrays, {"run": run.key, "similarity": similarity, "k": k})
    return Leaning(**unpacked(arrays["leaning"]))


def baselines_or_job(run: RunEntry, other: RunEntry, k: int) -> Ready[Baselines] | Pending:
    """What lists of k items that no model made say, over the items that have a vector in both runs; of one log."""
    run, other = _by_age(run, other)
    kept = _read_baselines(_baselines_path(run, other, k))
    if kept is not None:
        return Ready(kept)
    return pending("baselines", {"run": run.key, "other": other.key, "k": k}, f"Baselines beside {run.name}")


def make_baselines(run: RunEntry, other: RunEntry, k: int, progress: Progress = no_progress) -> Baselines:
    """Compute and keep what `baselines_or_job` asks for, or read it where it is there."""
    run, other = _by_age(run, other)
    path = _baselines_path(run, other, k)
    kept = _read_baselines(path)
    if kept is not None:
        return kept
    from analysis.baselines import popular_neighbours, random_neighbours
    from analysis.compare import measure_lists

    progress("Drawing lists", 0.0, 1.0)
    opened, inside = open_run(run), _in_both(run, other)
    side = _side(opened, "cosine")
    drawn = {
        "random": random_neighbours(inside, k, _SEED),
        "popularity": popular_neighbours(opened.p, inside, k),
    }
    found = {}
    for number, (name, lists) in enumerate(drawn.items()):
        progress("Measuring", 0.2 + 0.4 * number, 1.0)
        found[name] = Leaning.of(measure_lists(side, lists, name, inside), lists, opened, inside)
    arrays = {name: packed(asdict(leaning)) for name, leaning in found.items()}
    keep(path, arrays, {"run": run.key, "other": other.key, "k": k})
    return Baselines(**found)


_BY: Mapping[Similarity, str] = {"cosine": "cosine", "dot": "dot product"}


def _side(run: Run, similarity: Similarity) -> Side:
    from workspace.comparing import side_of  # which itself imports the results

    return side_of(run, similarity)


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


def _read_baselines(path: Path) -> Baselines | None:
    arrays = read(path)
    if arrays is None:
        return None
    return Baselines(*(Leaning(**unpacked(arrays[name])) for name in ("random", "popularity")))


def _leaning_path(run: RunEntry, similarity: Similarity, k: int) -> Path:
    return result_path(run, "leaning", [similarity, k])


def _baselines_path(run: RunEntry, other: RunEntry, k: int) -> Path:
    # Where neither lacks an item, every other run gives the same lists.
    whole = run.log_digest == other.log_digest and not run.n_missing and not other.n_missing
    return result_path(run, "baselines", [None if whole or run.key == other.key else other.key, k])


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
