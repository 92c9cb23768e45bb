"""Work on threads: results in order, errors of either side, and nothing left running."""

from __future__ import annotations

from threading import Event

import pytest

from embedders.parts import background
from errors import Cancelled


def test_results_come_in_the_order_of_the_works_and_the_caller_beats_last() -> None:
    seen: list[str] = []

    def work(stop: Event) -> str:
        seen.append("work")
        return f"result {len(seen)}"

    first = Event()

    def waits(stop: Event) -> str:
        first.wait()
        return "slow"

    def quick(stop: Event) -> str:
        first.set()
        return "quick"

    assert background.run([waits, quick], lambda: None) == ["slow", "quick"]
    assert background.run([work], lambda: seen.append("beat")) == ["result 1"]
    assert seen[-1] == "beat"


def test_an_error_in_one_work_stops_the_others() -> None:
    stopped = Event()

    def goes_on(stop: Event) -> None:
        stop.wait(30)
        stopped.set()

    def fails(stop: Event) -> None:
        raise ZeroDivisionError("in a thread")

    with pytest.raises(ZeroDivisionError, match="in a thread"):
        background.run([goes_on, fails], lambda: None)
    assert stopped.wait(30)


def test_a_beat_that_raises_does_not_wait_for_the_work() -> None:
    release, ended = Event(), Event()

    def inside_a_library(stop: Event) -> None:
        release.wait(30)
        assert stop.is_set()
        ended.set()

    def cancel() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        background.run([inside_a_library], cancel)
    assert not ended.is_set()
    release.set()
    assert ended.wait(30)
