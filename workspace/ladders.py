"""The ladder on kept runs: steps that are trained are reused, those that are missing are queued under their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.arrays import Similarity
from studies.attribution import Rung, Step, climb, declared_steps
from workspace.jobs import Job, list_jobs
from workspace.logs import LogEntry
from workspace.results.agreements import View, agreements_or_job
from workspace.results.keeping import Pending
from workspace.studies import LADDER, KeptRuns, ask, training_job


@dataclass(frozen=True)
class Climb:
    """How far a ladder is.

    rungs      one a step, with what is known of it
    trainings  those under way, in the order in which they are done
    failed     the trainings that failed
    comparing  the job that measures the runs that are there, None where all is measured
    missing    steps that are neither there nor under way
    """

    rungs: tuple[Rung, ...]
    trainings: tuple[Job, ...]
    failed: tuple[Job, ...]
    comparing: Job | None
    missing: tuple[Step, ...]

    @property
    def trained(self) -> int:
        return sum(rung.run is not None for rung in self.rungs)


def steps_of(log: LogEntry, dimensions: int) -> tuple[Step, ...]:
    """All steps that a ladder on this log can have."""
    return declared_steps(dimensions, sessions=log.sessions is not None, users=not log.users_are_sessions)


def climb_or_jobs(log: LogEntry, steps: Sequence[Step], k: int, similarity: Similarity = "cosine") -> Climb:
    """The ladder as far as it is; asks for the comparison of what is trained, and never for a training."""
    kept = KeptRuns(log.digest)
    there = [run for step in steps if (run := kept.entry(step.needed)) is not None]
    comparing = agreements_or_job([View(run, similarity) for run in there], k) if there else None
    under_way: list[Job] = []
    failed: list[Job] = []
    missing: list[Step] = []
    jobs = list_jobs()
    for step in steps:
        if kept.find(step.needed) is not None:
            continue
        job = training_job(log.digest, step.needed, jobs)
        if job is not None and job.active:
            under_way.append(job)
        elif job is not None and job.status == "failed":
            failed.append(job)
        else:
            missing.append(step)
    return Climb(
        climb(steps, kept, k, similarity),
        tuple(sorted(under_way, key=lambda job: job.created)),
        tuple(failed),
        comparing.job if isinstance(comparing, Pending) else None,
        tuple(missing),
    )


def train_steps(log: LogEntry, steps: Sequence[Step]) -> list[Job]:
    """Queue the trainings of these steps, each named after its step."""
    return [ask(log.digest, step.needed, f"{LADDER}{step.label} {step.needed.params.dimensions}d") for step in steps]
