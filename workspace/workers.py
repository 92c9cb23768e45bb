"""The worker processes as seen from outside: starting one, finding it, ending it, and telling why one has died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import filelock
import psutil

from workspace.files import process_at, read_json, sweep_unfinished, write_json_atomically
from workspace.home import PROJECT_ROOT, room, workspace_home
from workspace.job_folders import TRIED_AGAIN, cancel_flag, finish, list_jobs, lost_flag, queue_lock, write_status

STARTS_IN_VAIN = 3
_PROGRAM = ("analysis", "embedders", "interactions", "spark", "studies", "workspace")  # what a worker runs
_starting = threading.Lock()
_started: dict[str, subprocess.Popen[bytes]] = {}
_vain: dict[str, int] = {}


def code_state() -> tuple[int, int]:
    """(number of the program's files, when the youngest was changed, nanoseconds): another after an update."""
    changed = [file.stat().st_mtime_ns for part in _PROGRAM for file in (PROJECT_ROOT / part).rglob("*.py")]
    return len(changed), max(changed, default=0)


def lane_lock(lane: str) -> filelock.BaseFileLock:
    """Held by the worker of a lane as long as it lives: the proof that it does."""
    return filelock.FileLock(room("workers") / f"{lane}.lock")


def sign_in(lane: str, *, ended: bool = False) -> None:
    """Called by a worker: leave id and start time for whoever has to end it."""
    process = psutil.Process()
    facts = {"pid": process.pid, "started": process.create_time(), "ended": ended}
    write_json_atomically(_card(lane), facts)


def end(lane: str, *, kill: bool) -> None:
    """Ask the worker of a lane to stop (SIGTERM), or kill it with its children and see it dead."""
    card = _read_card(lane)
    worker = None if card is None or card["ended"] else process_at(card["pid"], card["started"])
    if card is None or worker is None:
        return
    try:
        if kill:
            for process in [*worker.children(recursive=True), worker]:
                process.kill()
            while process_at(card["pid"], card["started"]) is not None:
                time.sleep(0.01)
        elif os.name != "nt":  # there, to terminate is to kill
            worker.terminate()
    except psutil.NoSuchProcess:
        return


def sweep() -> None:
    """Remove what processes that no longer live left half-written."""
    sweep_unfinished(workspace_home())


def ensure(lane: str) -> None:
    """Start a worker where the lane has none; see to what a dead one left running, and sweep after it."""
    with _starting:
        lock = lane_lock(lane)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            _vain[lane] = 0
            return
        try:
            mine = _started.get(lane)
            code = None if mine is None else mine.poll()
            _mark_lost(lane, code)
            if mine is not None and code is None and not _has_ended(lane, mine.pid):
                return  # it is starting
            if mine is not None and code is None:
                mine.wait()  # it has said goodbye and is on its way out
            if mine is not None and code not in (None, 0) and not _has_signed_in(lane, mine.pid):
                _vain[lane] = STARTS_IN_VAIN if code > 0 else _vain.get(lane, 0) + 1
                if _vain[lane] >= STARTS_IN_VAIN:
                    _vain[lane] = 0
                    del _started[lane]
                    _give_up(lane, code)
                    return
            if any(job.lane == lane for job in list_jobs(active_only=True)):
                _started[lane] = _start(lane)
        finally:
            lock.release()


def _start(lane: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "ITEMSCAPE_HOME": str(workspace_home()),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT_ROOT), os.environ.get("PYTHONPATH")])),
        "PYTHONUNBUFFERED": "1",
    }
    # Detached, so that it goes on when the app ends or its terminal is interrupted.
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    with _lane_log(lane).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "workspace.worker", lane],
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **apart,
        )


def _mark_lost(lane: str, code: int | None) -> None:
    """Called with the lane's lock held: what is running there has no worker any more, and fails or is tried again."""
    with queue_lock():
        lost = [job for job in list_jobs(active_only=True) if job.lane == lane and job.status == "running"]
        for job in lost:
            if cancel_flag(job.id).exists():
                finish(job.id, "cancelled")
            elif job.kind in TRIED_AGAIN and not lost_flag(job.id).exists():
                lost_flag(job.id).touch()
                write_status(job.id, {"status": "queued"})
            else:
                finish(job.id, "failed", error=_why(code))
    if lost:
        sweep()


def _give_up(lane: str, code: int) -> None:
    """Called where workers die before they take a job: the jobs that wait for one fail."""
    lines = _lane_log(lane).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = f": {lines[-1]}" if lines else "."
    with queue_lock():
        for job in list_jobs(active_only=True):
            if job.lane == lane:
                finish(job.id, "failed", error=f"The worker process could not start ({_end_of(code)}){last}")


def _why(code: int | None) -> str:
    if code is None:
        return "The worker process is gone: it was killed, the machine was restarted, or it ran out of memory."
    if code == -getattr(signal, "SIGKILL", 9):
        return "The worker process was killed (SIGKILL); where nobody did that, the machine ran out of memory."
    return f"The worker process ended in the middle of the job ({_end_of(code)}): the end of its log may say why."


def _end_of(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _card(lane: str) -> Path:
    return room("workers") / f"{lane}.json"


def _lane_log(lane: str) -> Path:
    return room("workers") / f"{lane}.log"


def _read_card(lane: str) -> dict[str, Any] | None:
    card: dict[str, Any] | None = read_json(_card(lane)) if _card(lane).exists() else None
    return card


def _has_signed_in(lane: str, pid: int) -> bool:
    card = _read_card(lane)
    return card is not None and card["pid"] == pid


def _has_ended(lane: str, pid: int) -> bool:
    card = _read_card(lane)
    return card is not None and card["pid"] == pid and bool(card["ended"])
