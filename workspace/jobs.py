"""Asking for jobs, looking at them, stopping them; the work itself is done in the worker processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from workspace import workers
from workspace.files import remove_folder
from workspace.job_folders import (
    Job,
    cancel_flag,
    create_job,
    find_job,
    finish,
    get_job,
    job_folder,
    list_jobs,
    plain_spec,
    queue_lock,
    read_status,
)

__all__ = ["Job", "cancel", "dismiss", "ensure_workers", "find_job", "get_job", "list_jobs", "submit", "wait"]

TERMINATE_AFTER, KILL_AFTER = 1.0, 2.0  # seconds from the wish to cancel


def submit(kind: str, spec: Mapping[str, Any], title: str) -> Job:
    """Ask for a job; where the same one is asked for already and not finished, that one is the answer."""
    plain = plain_spec(spec)
    with queue_lock():
        same = [job for job in list_jobs(active_only=True) if job.kind == kind and job.spec == plain]
        wanted = [job for job in same if not cancel_flag(job.id).exists()]
        job = wanted[0] if wanted else create_job(kind, plain, title)
    ensure_workers()
    return get_job(job.id)


def cancel(job_id: str) -> None:
    """Stop a job: at once where it is queued, else within about two seconds; returns without waiting for that."""
    with queue_lock():
        status = get_job(job_id).status
        if status == "queued":
            finish(job_id, "cancelled")
        elif status == "running":
            cancel_flag(job_id).touch()
    if status == "running":
        threading.Thread(target=_make_sure, args=(job_id, time.time()), daemon=True, name=f"cancel {job_id}").start()


def dismiss(job_id: str) -> None:
    """Forget a finished job; one that is not finished stays."""
    with queue_lock():
        if job_folder(job_id).exists() and not get_job(job_id).active:
            remove_folder(job_folder(job_id))


def wait(job_id: str, timeout: float) -> Job:
    """The job when it is finished, or as it stands after `timeout` seconds."""
    end = time.monotonic() + timeout
    while (job := get_job(job_id)).active and time.monotonic() < end:
        ensure_workers()
        time.sleep(0.05)
    return job


def ensure_workers() -> None:
    """Give every lane with work a live worker, and mark the jobs of dead workers as failed.

    To be called whenever somebody looks: nothing else notices that a worker has died.
    """
    active = list_jobs(active_only=True)
    for job in active:
        flag = cancel_flag(job.id)
        if job.status == "running" and flag.exists() and time.time() - flag.stat().st_mtime > 2 * KILL_AFTER:
            _stop(job.id, kill=True)  # whoever asked for the end did not live to see to it
    for lane in sorted({job.lane for job in active}):
        workers.ensure(lane)


def _make_sure(job_id: str, asked: float) -> None:
    """See to it that a running job ends: the flag asks it, then a signal does, then it is not asked any more."""
    for after, kill in ((TERMINATE_AFTER, False), (KILL_AFTER, True)):
        while time.time() < asked + after:
            if not _is_running(job_id):
                return
            time.sleep(0.02)
        _stop(job_id, kill=kill)
    ensure_workers()


def _is_running(job_id: str) -> bool:
    return read_status(job_id).get("status") == "running"


def _stop(job_id: str, *, kill: bool) -> None:
    with queue_lock():
        if not _is_running(job_id):
            return
        workers.end(get_job(job_id).lane, kill=kill)
        if kill:
            finish(job_id, "cancelled")
            workers.sweep()
