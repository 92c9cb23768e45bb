"""Studies on what is kept here: runs that are there are reused, those that are missing are queued."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.arrays import Similarity
from embedders import METHODS
from embedders.parts.windows import CUT
from errors import InputError
from studies.measured import Agreement, RunMeasures
from studies.noise import NoiseFloor, noise_floor, second_seeds
from studies.provider import RunNeeded
from workspace import estimates
from workspace.estimates import Expected
from workspace.job_folders import plain_spec
from workspace.jobs import Job, list_jobs, submit
from workspace.logs import LogEntry
from workspace.results.agreements import View, agreements_or_job, kept_agreement, kept_measures
from workspace.results.keeping import Pending, Ready
from workspace.run_kinds import IMPORTED
from workspace.runs import RunEntry, find_run, run_folder, run_key

LADDER = "Ladder: "  # the names of the runs that a ladder had trained begin with it
_SECOND = re.compile(r", seed \d+( \(\d+\))?$")


@dataclass(frozen=True)
class NotTrained:
    """What a study needs is neither there nor on its way: `ask` for these."""

    needed: tuple[RunNeeded, ...]


@dataclass(frozen=True)
class NoFloor:
    """A run that cannot be trained a second time, and why, as the end of a sentence."""

    reason: str


@dataclass(frozen=True)
class KeptRuns:
    """The kept runs of a log, for a study; asks for nothing by itself."""

    log_digest: str

    def entry(self, needed: RunNeeded) -> RunEntry | None:
        """The kept run of this training, or None."""
        folder = run_folder(key_of(self.log_digest, needed))
        return find_run(folder) if (folder / "run.json").is_file() else None

    def find(self, needed: RunNeeded) -> str | None:
        """The key of the kept run of this training."""
        entry = self.entry(needed)
        return None if entry is None else entry.key

    def measures(self, run: str, k: int, similarity: Similarity = "cosine") -> RunMeasures | None:
        """What is kept of a run."""
        return kept_measures(View(find_run(run_folder(run)), similarity), k)

    def agreement(self, a: str, b: str, k: int, similarity: Similarity = "cosine") -> Agreement | None:
        """What is kept of two runs."""
        first, second = (View(find_run(run_folder(key)), similarity) for key in (a, b))
        return kept_agreement(first, second, k)


def key_of(log_digest: str, needed: RunNeeded) -> str:
    """The key that a run of this training has."""
    method = METHODS[needed.method]
    return run_key(log_digest, method.name, needed.params.model_dump(mode="json"), needed.seed, method.version)


def ask(log_digest: str, needed: RunNeeded, name: str) -> Job:
    """Queue this training, under a name for the run; one that is under way already is the answer."""
    under_way = training_job(log_digest, needed)
    if under_way is not None and under_way.active:
        return under_way
    return submit("train", {**_spec(log_digest, needed), "name": name}, f"Training {name}")


def made_for_a_study(run: RunEntry) -> bool:
    """Whether a run was trained for a study and still has the name that it was given for that."""
    return run.name.startswith(LADDER) or _SECOND.search(run.name) is not None


def training_job(log_digest: str, needed: RunNeeded, jobs: Sequence[Job] | None = None) -> Job | None:
    """The newest job that trains just this, whatever the run is to be called; `jobs` saves listing them again."""
    wanted = plain_spec(_spec(log_digest, needed))
    for job in list_jobs() if jobs is None else jobs:
        if job.kind == "train" and {name: job.spec.get(name) for name in wanted} == wanted:
            return job
    return None


def expected(log: LogEntry, needed: Sequence[RunNeeded]) -> Expected:
    """What these trainings take, one after the other."""
    each = [estimates.expected(METHODS[one.method], log.size, one.params) for one in needed]
    return Expected(sum(one.seconds for one in each), max((one.memory for one in each), default=0.0))


def floor_or_job(run: RunEntry, similarity: Similarity, k: int) -> Ready[NoiseFloor] | Pending | NotTrained | NoFloor:
    """The noise floor of a kept run: the numbers, the job that trains or compares, what is to be trained, or why none.

    Asks for the comparison by itself once both runs are there, and never for a training: that is `train_second_seed`.
    """
    again = trained_as(run)
    if isinstance(again, NoFloor):
        return again
    found = kept_floor(run, similarity, k)
    if found is not None:
        return Ready(found)
    seconds = second_seeds(again, cut=_cut(run))
    entries = [entry for entry in map(KeptRuns(run.log_digest).entry, seconds) if entry is not None]
    if entries:
        answer = agreements_or_job([View(run, similarity), View(entries[0], similarity)], k)
        if isinstance(answer, Pending):
            return answer
        return Ready(NoiseFloor(answer.value.agreements[0][1], entries[0].seed))
    job = training_job(run.log_digest, seconds[0])
    if job is not None and (job.active or job.status == "failed"):
        return Pending(job)
    return NotTrained(seconds[:1])


def kept_floor(run: RunEntry, similarity: Similarity, k: int) -> NoiseFloor | None:
    """The noise floor of a kept run where its numbers are there, else None."""
    again = trained_as(run)
    if isinstance(again, NoFloor):
        return None
    trained = run.n_items - run.n_missing
    return noise_floor(again, trained, KeptRuns(run.log_digest), k, similarity, cut=_cut(run))


def train_second_seed(run: RunEntry) -> Job | None:
    """Queue the training that the noise floor of this run needs; None where it needs none or can have none."""
    again = trained_as(run)
    seconds = () if isinstance(again, NoFloor) else second_seeds(again, cut=_cut(run))
    if not seconds:
        return None
    return ask(run.log_digest, seconds[0], f"{run.name}, seed {seconds[0].seed}")  # as _SECOND knows it


def trained_as(run: RunEntry) -> RunNeeded | NoFloor:
    """The training that a kept run came from, where the program of today would do it just so again."""
    if run.method == IMPORTED:
        return NoFloor("its vectors were trained elsewhere")
    if run.engine != "local":
        return NoFloor("it was trained on Spark: train it there with another seed, and compare the two")
    method = METHODS.get(run.method)
    try:
        needed = None if method is None else RunNeeded(run.method, method.Params.checked(run.params), run.seed)
    except InputError:
        needed = None
    if needed is None or key_of(run.log_digest, needed) != run.key:
        return NoFloor("it was trained by an older version of the program")
    return needed


def _cut(run: RunEntry) -> bool:
    """Whether sequences were too long to be taken whole, which the run's notes tell."""
    return any(note.startswith(CUT) for note in run.notes)


def _spec(log_digest: str, needed: RunNeeded) -> dict[str, object]:
    params = needed.params.model_dump(mode="json")
    return {"log_digest": log_digest, "method": needed.method, "params": params, "seed": needed.seed}
