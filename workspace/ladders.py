"""The ladder on kept runs: steps that are trained are reused, those that are missing are queued under their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.arrays import Similarity
from studies.attribution import Rung, Step, climb, declared_steps
from workspace.jobs import Job, list_jobs
from workspace.logs import LogEntry
from workspace.results.agreements import View, agreements_or_job
from workspace.results.keeping import Pending, Ready
from workspace.runs import RunEntry
from workspace.studies import LADDER, KeptRuns, NotTrained, ask, floor_or_job, kept_floor, training_job

USUAL_DIMENSIONS = 64


@dataclass(frozen=True)
class Climb:
    """How far a ladder is.

    rungs      one a step, with what is known of it
    trainings  those under way, in the order in which they are done
    failed     the trainings that failed
    comparing  the job that measures the runs that are there, None where all is measured
    missing    steps that are neither there nor under way
    unfloored  runs of steps whose second seed is neither there nor under way
    """

    rungs: tuple[Rung, ...]
    trainings: tuple[Job, ...]
    failed: tuple[Job, ...]
    comparing: Job | None
    missing: tuple[Step, ...]
    unfloored: tuple[RunEntry, ...]

    @property
    def trained(self) -> int:
        return sum(rung.run is not None for rung in self.rungs)


def steps_of(log: LogEntry, dimensions: int) -> tuple[Step, ...]:
    """All steps that a ladder on this log can have."""
    return declared_steps(dimensions, sessions=log.sessions is not None, users=not log.users_are_sessions)


def climb_or_jobs(log: LogEntry, steps: Sequence[Step], k: int, similarity: Similarity = "cosine") -> Climb:
    """The ladder as far as it is; asks for the comparison of what is trained, and never for a training."""
    kept = KeptRuns(log.digest)
    entries = [kept.entry(step.needed) for step in steps]
    there = [run for run in entries if run is not None]
    states = [None if run is None else floor_or_job(run, similarity, k) for run in entries]
    rungs = tuple(
        replace(rung, floor=state.value if isinstance(state, Ready) else None)
        for rung, state in zip(climb(steps, kept, k, similarity), states, strict=True)
    )
    compared = agreements_or_job([View(run, similarity) for run in there], k) if there else None
    waiting = [state.job for state in (compared, *states) if isinstance(state, Pending)]
    jobs = list_jobs()
    absent = [
        (step, training_job(log.digest, step.needed, jobs))
        for step, run in zip(steps, entries, strict=True)
        if run is None
    ]
    waiting += [job for _, job in absent if job is not None]
    trainings = sorted((job for job in waiting if job.kind == "train" and job.active), key=lambda job: job.created)
    return Climb(
        rungs,
        tuple(trainings),
        tuple(job for job in waiting if job.kind == "train" and job.status == "failed"),
        next((job for job in waiting if job.kind != "train"), None),
        tuple(step for step, job in absent if job is None or not (job.active or job.status == "failed")),
        tuple(run for run, state in zip(entries, states, strict=True) if run and isinstance(state, NotTrained)),
    )


def kept_rungs(log_digest: str, steps: Sequence[Step], k: int, similarity: Similarity = "cosine") -> tuple[Rung, ...]:
    """The ladder as far as it is kept; asks for nothing."""
    kept = KeptRuns(log_digest)
    entries = [kept.entry(step.needed) for step in steps]
    floors = [None if run is None else kept_floor(run, similarity, k) for run in entries]
    rungs = climb(steps, kept, k, similarity)
    return tuple(replace(rung, floor=floor) for rung, floor in zip(rungs, floors, strict=True))


def usual_steps(log: LogEntry, dimensions: int = USUAL_DIMENSIONS) -> tuple[Step, ...]:
    """The steps that are climbed unless somebody chooses others."""
    return tuple(step for step in steps_of(log, dimensions) if step.chosen)


def train_steps(log: LogEntry, steps: Sequence[Step]) -> list[Job]:
    """Queue the trainings of these steps, each named after its step."""
    return [ask(log.digest, step.needed, f"{LADDER}{step.label} {step.needed.params.dimensions}d") for step in steps]
