"""The worker process of one lane: `python -m workspace.worker LANE [IDLE_SECONDS]`.

It does the lane's jobs in the order they were asked for, stays for a while when there are none (what it has imported
and compiled is paid for), and ends.
"""

from __future__ import annotations

import faulthandler
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import filelock

from errors import Cancelled, InputError
from workspace.files import DISK_FULL, disk_is_full
from workspace.home import room
from workspace.job_folders import (
    Job,
    cancel_flag,
    finish,
    job_folder,
    list_jobs,
    queue_lock,
    read_status,
    write_status,
)
from workspace.pace import Pace
from workspace.tasks import TASKS
from workspace.workers import code_state, lane_lock, sign_in, sweep

IDLE = 600.0  # seconds without a job until the worker ends
LOOK_EVERY, LOOK_CLOSELY_EVERY = 0.05, 1.0  # seconds
WRITE_EVERY = 0.2  # seconds between two writes of a status
MOST_LOSSES = 500
SETTLING = 3.0  # seconds in which whoever looks after a dead worker lets go of its lane
_messages = logging.getLogger(__name__)


class Reporter:
    """The progress of one job: into its status.json, and Cancelled as soon as somebody wants that."""

    def __init__(self, job_id: str) -> None:
        self._job_id = job_id
        self._status = read_status(job_id)
        self._flag = cancel_flag(job_id)
        self._pace = Pace()
        self._losses: list[float] = []
        self._written = 0.0

    def __call__(self, stage: str, done: float, total: float, loss: float | None = None) -> None:
        if self._flag.exists():
            raise Cancelled
        now = time.time()
        if loss is not None:
            self._losses.append(float(loss))
        left = self._pace.seconds_left(done, total)
        stage = stage[:1].upper() + stage[1:]
        new_stage = stage != self._status.get("stage")
        self._status |= {
            "stage": stage,
            "done": float(done),
            "total": float(total),
            "seconds_left": left,
            "reported": now,
            "losses": self._losses[:: -(-len(self._losses) // MOST_LOSSES) or 1],
        }
        if new_stage or now - self._written >= WRITE_EVERY:
            write_status(self._job_id, self._status)
            self._written = now


class Worker:
    """Serves one lane until it has been idle for long, or is told to stop."""

    def __init__(self, lane: str, idle: float) -> None:
        self.lane, self.idle = lane, idle
        self.code = code_state()
        self.serving: str | None = None  # the job whose work a signal may interrupt
        self.stopping = False

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._on_terminate)
        idle_since, looked, seen = time.monotonic(), 0.0, 0
        while not self.stopping:
            # A new job changes the time of the folder, which is cheap to look at; clocks of file systems are coarse.
            changed, now = room("jobs").stat().st_mtime_ns, time.monotonic()
            job = None
            if changed != seen or now - looked > LOOK_CLOSELY_EVERY:
                looked, seen = now, changed
                if code_state() != self.code:
                    self.stopping = (
                        True  # also where jobs wait: whoever waits for them starts one that knows the update
                    )
                    return
                job = self._take()
            if job is not None:
                self._serve(job)
                gc.collect()
                idle_since, seen = time.monotonic(), 0
            elif now - idle_since > self.idle:
                return
            else:
                time.sleep(LOOK_EVERY)

    def _take(self) -> Job | None:
        with queue_lock():
            queued = [job for job in list_jobs(active_only=True) if job.lane == self.lane and job.status == "queued"]
            if not queued:
                return None
            write_status(queued[-1].id, {"status": "running", "stage": "Starting", "started": time.time()})
            return queued[-1]

    def _serve(self, job: Job) -> None:
        with _output_to(job_folder(job.id) / "worker.log"):
            outcome = self._outcome(job)
            with queue_lock():
                finish(job.id, **outcome)

    def _outcome(self, job: Job) -> dict[str, Any]:
        try:
            try:
                self.serving = job.id
                result: Mapping[str, Any] = TASKS[job.kind](job.spec, Reporter(job.id))
            finally:
                self.serving = None
            return {"status": "done", "result": dict(result)}
        except Cancelled:
            return {"status": "cancelled"}
        except InputError as error:
            return {"status": "failed", "error": str(error)}
        except SystemExit:
            self.stopping = True
            return {"status": "failed", "error": "The worker process was told to stop by the system (SIGTERM)."}
        except MemoryError:
            _messages.exception("out of memory")
            return {"status": "failed", "error": "The machine has not enough memory for this job."}
        except OSError as error:
            _messages.exception("the system refused")
            return {
                "status": "failed",
                "error": DISK_FULL if disk_is_full(error) else f"The system refused: {error}.",
            }
        except Exception as error:  # noqa: BLE001 - a defect of one job must not take the worker with it
            _messages.exception("a defect")
            what = f"{type(error).__name__}: {error}"
            return {"status": "failed", "error": f"The program failed ({what}): its log, below, says where."}

    def _on_terminate(self, number: int, frame: FrameType | None) -> None:
        if self.serving is None:
            self.stopping = True
        elif cancel_flag(self.serving).exists():
            raise Cancelled
        else:
            raise SystemExit


@contextmanager
def _output_to(path: Path) -> Iterator[None]:
    """Everything that is printed, by libraries in C as well, goes to this file."""
    before = os.dup(1), os.dup(2)
    with path.open("ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, old in zip((1, 2), before, strict=True):
            os.dup2(old, descriptor)
            os.close(old)


def main(lane: str, idle: float = IDLE) -> None:
    """Serve a lane, unless somebody does already."""
    faulthandler.enable()
    logging.basicConfig(format="%(message)s")
    lock = lane_lock(lane)
    try:
        lock.acquire(timeout=SETTLING)
    except filelock.Timeout:
        return
    sign_in(lane)
    sweep()
    worker = Worker(lane, idle)
    while True:
        worker.run()
        # Leaving is decided with the queue held: who asks for a job later finds the lane's lock free.
        with queue_lock():
            waiting = any(job.lane == lane and job.status == "queued" for job in list_jobs(active_only=True))
            if worker.stopping or not waiting:
                sign_in(lane, ended=True)
                lock.release()
                return


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:3]))
