"""How long a job has still to go, from its own recent reports."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW = 30.0  # seconds that count as recent
FEWEST_POINTS = 3  # kept however old they are: some methods report once a minute
SHORTEST_SPAN = 0.5  # seconds; a rate over less is noise
STEP = 0.1  # seconds between the reports that are remembered


class Pace:
    """Turns reports of (done, total) into seconds left.

    >>> ticks = iter([0.0, 1.0, 2.0])
    >>> pace = Pace(clock=lambda: next(ticks))
    >>> [pace.seconds_left(done, 10.0) for done in (0.0, 2.0, 4.0)]
    [None, 4.0, 3.0]
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reports: deque[tuple[float, float]] = deque()
        self._total = 0.0

    def seconds_left(self, done: float, total: float) -> float | None:
        """Take a report; None until the pace is known."""
        now = self._clock()
        if total != self._total:
            self._reports.clear()
            self._total = total
        if not self._reports or now - self._reports[-1][0] >= STEP:
            self._reports.append((now, done))
        while len(self._reports) > FEWEST_POINTS and now - self._reports[1][0] > WINDOW:
            self._reports.popleft()
        then, done_then = self._reports[0]
        if now - then < SHORTEST_SPAN or done <= done_then:
            return None
        return (total - done) * (now - then) / (done - done_then)
