"""What is tried next: new, in the space, near what did well, and the same each time it is asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedders.search import Between, OneOf, Search
from studies.proposals import Point, Tried, propose

SPACE: dict[str, Search] = {
    "rate": Between(0.0, 1.0),
    "rounds": Between(1, 100, log=True),
    "kind": OneOf((None, "plain", True)),
}


def proposed(
    count: int, values_of: Callable[[Point], list[float] | None], larger: list[bool], space: dict[str, Search] = SPACE
) -> list[Tried]:
    """What is proposed one after the other, each with its values."""
    tried: list[Tried] = []
    for _ in range(count):
        point = propose(space, tried, larger, seed=4)
        if point is None:
            break
        tried.append((point, values_of(point)))
    return tried


def test_points_lie_in_the_space_and_differ() -> None:
    points = [point for point, _ in proposed(15, lambda point: [point["rate"]], [True])]
    assert all(search.holds(point[name]) for point in points for name, search in SPACE.items())
    assert all(point.keys() == SPACE.keys() for point in points)
    assert len({point["rate"] for point in points}) == 15


@pytest.mark.parametrize("larger", [True, False])
def test_later_points_lie_where_earlier_ones_did_well(larger: bool) -> None:
    late = [point["rate"] for point, _ in proposed(45, lambda point: [point["rate"]], [larger])[-15:]]
    assert np.mean(late) > 0.8 if larger else np.mean(late) < 0.2


def test_two_values_pull_towards_what_is_good_in_both() -> None:
    def values_of(point: Point) -> list[float]:
        return [-abs(point["rate"] - 0.6), abs(point["rate"] - 0.6) + (point["kind"] != "plain")]

    late = [point for point, _ in proposed(45, values_of, [True, False])[-15:]]
    assert np.mean([abs(point["rate"] - 0.6) for point in late]) < 0.15
    assert np.mean([point["kind"] == "plain" for point in late]) > 0.6


def test_the_next_point_follows_from_what_was_tried_and_the_seed_alone() -> None:
    tried = proposed(12, lambda point: [point["rate"]], [True])
    again = proposed(12, lambda point: [point["rate"]], [True])
    assert again == tried
    assert propose(SPACE, tried, [True], seed=4) == propose(SPACE, list(tried), [True], seed=4)
    assert propose(SPACE, tried, [True], seed=5) != propose(SPACE, tried, [True], seed=4)


def test_each_point_of_a_small_space_comes_once_failed_or_not() -> None:
    space: dict[str, Search] = {"kind": OneOf(("a", "b", "c")), "turn": OneOf((True, False)), "steps": Between(0, 2)}
    tried = proposed(30, lambda point: None if point["turn"] else [1.0], [True], space)
    points = {tuple(point.values()) for point, _ in tried}
    assert len(tried) == len(points) == 18
    assert propose({}, [({}, [1.0])], [True], seed=0) is None


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    proposed(12, lambda point: [point["rate"]], [True])
    assert capfd.readouterr() == ("", "")


def test_the_package_is_imported_only_when_something_is_proposed() -> None:
    code = "import sys, studies.tuning; print('optuna' in sys.modules)"
    root = Path(__file__).parents[2]
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
