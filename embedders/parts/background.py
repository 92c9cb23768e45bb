"""Long calls that look up too rarely: they run on threads while the caller reports and may be stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

Result = TypeVar("Result")
BEAT_SECONDS = 0.2


def run(works: Sequence[Callable[[Event], Result]], beat: Callable[[], None]) -> list[Result]:
    """Run each work on a thread of its own and return their results, calling `beat` here several times a second.

    Where `beat` or a work raises, the event given to the works is set and the error goes on at once; a work still
    inside a library call then ends at its next look at the event, and its result is forgotten.
    """
    stop = Event()
    pool = ThreadPoolExecutor(max_workers=len(works), thread_name_prefix="training")
    try:
        futures = [pool.submit(work, stop) for work in works]
        pending = set(futures)
        while pending:
            finished, pending = wait(pending, timeout=BEAT_SECONDS, return_when=FIRST_EXCEPTION)
            for future in finished:
                future.result()
            beat()
        return [future.result() for future in futures]
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
