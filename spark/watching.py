"""Work that waits on Spark, watched from outside: how far it is, and a way to stop it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    from interactions.progress import Progress

T = TypeVar("T")
_LOOK_EVERY = 0.1  # seconds
_groups = itertools.count()


class Watched(Generic[T]):
    """A call that is carried out on a thread, and whose end can be waited for in small steps."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, seconds: float = _LOOK_EVERY) -> bool:
        """Whether the call has ended after so long."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> T:
        """What the ended call answered; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error


def watch(
    session: SparkSession, work: Callable[[], T], stage: str, progress: Progress, jobs: int = 1, begun: float = 0.0
) -> T:
    """Carry out work that runs jobs of Spark, and report how many of those it is expected to run are done.

    jobs   how many Spark jobs the work is expected to run
    begun  share of the stage that was done before, 0 to 1

    Where `progress` raises, as it does when somebody cancels, the work's jobs are cancelled and the error goes on.
    """
    context = session.sparkContext
    group = f"itemscape-{next(_groups)}"

    def grouped() -> T:
        context.setJobGroup(group, stage, interruptOnCancel=True)
        return work()

    watched = Watched(grouped)
    share = begun
    try:
        while not watched.wait():
            share = max(share, begun + (1 - begun) * min(_jobs_done(context, group) / max(jobs, 1), 0.99))
            progress(stage, share, 1.0)
    except BaseException:
        context.cancelJobGroup(group)
        raise
    progress(stage, 1.0, 1.0)
    return watched.result()


def _jobs_done(context: SparkContext, group: str) -> float:
    """Jobs of a group that are done, and of those under way the share of their tasks."""
    tracker = context.statusTracker()
    done = 0.0
    for number in tracker.getJobIdsForGroup(group):
        job = tracker.getJobInfo(number)
        if job is None:
            continue
        if job.status == "SUCCEEDED":
            done += 1
            continue
        stages = [stage for stage in map(tracker.getStageInfo, job.stageIds) if stage is not None]
        tasks = sum(stage.numTasks for stage in stages)
        done += sum(stage.numCompletedTasks for stage in stages) / tasks if tasks else 0.0
    return done
