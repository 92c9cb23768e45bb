"""Jobs as they lie on disk, for all who ask for them, do them, or look at them.

A job's folder holds job.json (what is asked, never changed), status.json (absent until it is begun), worker.log (all
that the work printed) and the files cancel, where somebody wants it stopped, and lost, where its worker died before.

Two locks keep it straight. A worker holds its lane's lock as long as it lives: a job that is running in a lane whose
lock is free has lost its worker. The queue's lock is held for a moment by whoever moves a job from one status to the
next, so that no worker is killed for a job that it has just finished.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import filelock

from errors import RunError
from workspace.files import folders_in, new_folder, read_json, remove_folder, write_json_atomically
from workspace.home import room

Lane = Literal["train", "view"]
Status = Literal["queued", "running", "done", "failed", "cancelled"]
# What a person waits for on a page does not stand in line behind a training.
LANE_OF: Mapping[str, Lane] = {
    "train": "train",
    "spark": "train",
    "evaluate": "train",
    "sweep": "train",
    "tune": "train",
    "import": "view",
    "known": "view",
    "vectors": "view",
    "neighbours": "view",
    "map": "view",
    "company": "view",
    "agreement": "view",
    "recommendations": "view",
    "popularity": "view",
}
# Nobody asked for these by hand, and the pages cannot do without them: a worker that was lost is forgiven once.
TRIED_AGAIN = ("neighbours", "map", "company", "agreement", "recommendations", "popularity")
ACTIVE = ("queued", "running")
KEPT_FINISHED = 100
LOG_TAIL = 4_000  # bytes
_SETTLED = 2.0  # seconds after its end in which a job's log may still grow


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was looked at.

    kind, spec    what is to be done, see workspace/tasks.py
    stage         what is being done, in plain words; done and total say how much of the whole job that is
    losses        training losses so far
    created       seconds UTC, and so are started and finished, None where it has not come to that
    seconds_left  from the pace of this very job, None until that is known
    error         one sentence, where the job failed
    result        what the job answered, where it is done
    log_tail      the end of what the work printed
    """

    id: str
    kind: str
    spec: Mapping[str, Any]
    title: str
    lane: Lane
    status: Status
    stage: str
    done: float
    total: float
    losses: tuple[float, ...]
    created: float
    started: float | None
    finished: float | None
    seconds_left: float | None
    error: str | None
    result: Mapping[str, Any] | None
    log_tail: str

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def share(self) -> float:
        """How much of the job is done, 0..1."""
        return min(self.done / self.total, 1.0) if self.total > 0 else 0.0


_finished: dict[Path, Job] = {}  # nothing about them changes any more, and a page asks many times


def create_job(kind: str, spec: Mapping[str, Any], title: str) -> Job:
    """Put a job at the end of its lane's queue, and forget the oldest of many finished ones."""
    for job in [job for job in list_jobs() if not job.active][KEPT_FINISHED:]:
        remove_folder(job_folder(job.id))
    job_id = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    asked = {"kind": kind, "spec": plain_spec(spec), "title": title, "lane": LANE_OF[kind], "created": time.time()}
    with new_folder(job_folder(job_id)) as aside:
        write_json_atomically(aside / "job.json", asked)
    return get_job(job_id)


def get_job(job_id: str) -> Job:
    """The job with this id; raises RunError where it has been forgotten."""
    folder = job_folder(job_id)
    asked = read_json(folder / "job.json")
    status = read_status(job_id)
    left = status.get("seconds_left")
    return Job(
        id=job_id,
        kind=asked["kind"],
        spec=asked["spec"],
        title=asked["title"],
        lane=asked["lane"],
        status=status.get("status", "queued"),
        stage=status.get("stage", "Waiting for its turn"),
        done=status.get("done", 0.0),
        total=status.get("total", 1.0),
        losses=tuple(status.get("losses", ())),
        created=asked["created"],
        started=status.get("started"),
        finished=status.get("finished"),
        seconds_left=None if left is None else max(left - (time.time() - status["reported"]), 0.0),
        error=status.get("error"),
        result=status.get("result"),
        log_tail=_tail(folder / "worker.log"),
    )


def list_jobs(active_only: bool = False) -> list[Job]:
    """The jobs, the newest first; one that has been finished for a moment is not read again."""
    folders = sorted(folders_in(room("jobs")), reverse=True)
    for gone in set(_finished).difference(folders):
        _finished.pop(gone, None)
    jobs = []
    for folder in folders:
        job = _finished.get(folder)
        if job is None:
            try:
                job = get_job(folder.name)
            except RunError:  # dismissed in this very moment
                continue
            if job.finished is not None and time.time() - job.finished > _SETTLED:
                _finished[folder] = job
        if job.active or not active_only:
            jobs.append(job)
    return jobs


def find_job(kind: str, spec: Mapping[str, Any]) -> Job | None:
    """The newest job that asks for exactly this, finished or not, or None."""
    plain = plain_spec(spec)
    return next((job for job in list_jobs() if job.kind == kind and job.spec == plain), None)


def job_folder(job_id: str) -> Path:
    return room("jobs") / job_id


def read_status(job_id: str) -> dict[str, Any]:
    """What status.json says, empty while the job is queued."""
    path = job_folder(job_id) / "status.json"
    status: dict[str, Any] = read_json(path) if path.exists() else {}
    return status


def write_status(job_id: str, status: Mapping[str, Any]) -> None:
    """Replace what is known of a job; only its worker does so while it runs."""
    write_json_atomically(job_folder(job_id) / "status.json", dict(status))


def finish(job_id: str, status: Status, *, error: str | None = None, result: Mapping[str, Any] | None = None) -> None:
    """Write a job's last status; the caller holds the queue's lock."""
    known = read_status(job_id)
    stage = {"done": "Done", "cancelled": "Cancelled"}.get(status, known.get("stage", "Waiting for its turn"))
    last = {"status": status, "stage": stage, "finished": time.time(), "seconds_left": None}
    write_status(job_id, known | last | {"error": error, "result": result})


def cancel_flag(job_id: str) -> Path:
    """The file that is there when somebody wants the job stopped."""
    return job_folder(job_id) / "cancel"


def lost_flag(job_id: str) -> Path:
    """The file that is there when the job has lost a worker before."""
    return job_folder(job_id) / "lost"


def queue_lock() -> filelock.BaseFileLock:
    """Held for a moment by whoever moves a job from one status to the next."""
    return filelock.FileLock(room("jobs") / ".queue.lock", poll_interval=0.01)


def plain_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A spec as it reads back from JSON, so that two of them can be compared."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(spec)))
    return plain


def _tail(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - LOG_TAIL, 0))
        return file.read().decode("utf-8", errors="replace")
