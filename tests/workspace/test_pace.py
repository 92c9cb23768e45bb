from __future__ import annotations

from workspace.pace import Pace


def paced(reports: list[tuple[float, float, float]]) -> list[float | None]:
    """Seconds left after each report of (time, done, total)."""
    times = iter([time for time, _, _ in reports])
    pace = Pace(clock=lambda: next(times))
    return [pace.seconds_left(done, total) for _, done, total in reports]


def test_unknown_until_something_has_moved() -> None:
    assert paced([(0, 0, 10), (5, 0, 10), (9, 0, 10)]) == [None, None, None]


def test_the_recent_pace_counts_and_not_the_slow_start() -> None:
    slow_start = [(float(time), time / 10, 200.0) for time in range(100)]
    fast_since = [(100.0 + time, 10.0 + time, 200.0) for time in range(60)]
    left = paced(slow_start + fast_since)[-1]
    assert left is not None
    assert abs(left - 131) < 2  # one a second, and 131 to go


def test_one_report_a_minute_is_enough() -> None:
    assert paced([(60.0 * epoch, epoch, 10) for epoch in range(5)])[-1] == 360.0


def test_another_total_starts_anew() -> None:
    assert paced([(0, 0, 10), (1, 5, 10), (2, 1, 100), (3, 2, 100)]) == [None, 1.0, None, 98.0]
