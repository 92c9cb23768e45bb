"""All that shows how two runs lean towards popular items, made by one job: a page that waits for it waits once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.arrays import Similarity
from embedders.base import Progress, no_progress, part_of
from workspace.jobs import Job
from workspace.results.keeping import pending
from workspace.results.leanings import (
    Baselines,
    Leaning,
    kept_baselines,
    kept_leaning,
    make_baselines,
    make_leaning,
)
from workspace.results.recommendations import (
    Recommendations,
    Unavailable,
    kept_recommendations,
    make_recommendations,
)
from workspace.runs import RunEntry

BySimilarity = Sequence[tuple[RunEntry, Similarity]]


@dataclass(frozen=True)
class PopularityBias:
    """What is known of two runs, and the job that makes the rest, or could not; None where nothing is missing.

    baselines        None while they are being made
    leanings         by the key of the run and the similarity
    recommendations  by the key of the run
    """

    baselines: Baselines | None
    leanings: Mapping[tuple[str, Similarity], Leaning]
    recommendations: Mapping[str, Recommendations | Unavailable]
    job: Job | None


def popularity_bias_or_job(a: RunEntry, b: RunEntry, k: int, others: BySimilarity = ()) -> PopularityBias:
    """The baselines of two runs of one log, what they recommend, and how `others` lean: runs by a similarity."""
    baselines = kept_baselines(a, b, k)
    leanings = {(run.key, similarity): kept_leaning(run, similarity, k) for run, similarity in others}
    recommendations = {run.key: kept_recommendations(run, k) for run in (a, b)}
    job = None
    if baselines is None or None in leanings.values() or None in recommendations.values():
        spec = {"a": a.key, "b": b.key, "k": k, "others": [[run.key, similarity] for run, similarity in others]}
        names = a.name if a.key == b.key else f"{a.name} and {b.name}"
        job = pending("popularity", spec, f"Popularity bias of {names}").job
    return PopularityBias(
        baselines,
        {what: leaning for what, leaning in leanings.items() if leaning is not None},
        {key: found for key, found in recommendations.items() if found is not None},
        job,
    )


def make_popularity_bias(
    a: RunEntry, b: RunEntry, k: int, others: BySimilarity = (), progress: Progress = no_progress
) -> None:
    """Compute and keep what `popularity_bias_or_job` asks for; what is there already is not computed again."""
    runs = [a] if a.key == b.key else [a, b]
    runs = [run for run in runs if not isinstance(kept_recommendations(run, k), Unavailable)]
    parts = 1 + 3 * len(others) + 3 * len(runs)  # of about the same time
    make_baselines(a, b, k, part_of(progress, 0.0, 1 / parts))
    done = 1
    for run, similarity in others:
        make_leaning(run, similarity, k, part_of(progress, done / parts, (done + 3) / parts))
        done += 3
    for run in runs:
        make_recommendations(run, k, part_of(progress, done / parts, (done + 3) / parts))
        done += 3
