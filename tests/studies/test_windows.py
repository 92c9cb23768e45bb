"""Which windows differ on a log, and the training that each of them stands for."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from embedders import METHODS
from errors import ParameterError
from interactions import InteractionLog
from studies.contest import Contestant
from studies.provider import RunNeeded
from studies.windows import REACHES, Axis, Reach, reach_name, sweep_of, windows_of
from tests.planted import DAY, make_log, two_islands, within_the_hour, zipf_log

ALS = Contestant("ALS", RunNeeded("als", METHODS["als"].Params(dimensions=8), 0))


def slow_pairs(log: InteractionLog, minutes: Reach) -> int:
    """Pairs of events of one user that lie in a time window, one by one."""
    assert log.timestamps is not None
    events = list(zip(log.user_codes.tolist(), log.timestamps.tolist(), strict=True))
    limit = float("inf") if minutes is None else 60 * minutes
    return sum(one[0] == other[0] and other[1] - one[1] <= limit for one, other in combinations(events, 2))


def slow_neighbours(log: InteractionLog, minutes: Reach) -> int:
    """Events of a sequence that have one before them, where a longer pause ends it."""
    sequences = log.sequences("user") if minutes is None else log.sequences("gap", gap_minutes=minutes)
    return int((sequences.lengths() - 1).sum())


SLOW = {"time": slow_pairs, "gap": slow_neighbours}


@pytest.mark.parametrize("axis", ["time", "gap"])
@pytest.mark.parametrize("log", [two_islands(users=12), zipf_log(users=8), within_the_hour(users=3, groups=4)])
def test_windows_are_one_where_they_see_the_same_pairs(log: InteractionLog, axis: Axis) -> None:
    pairs = {reach: SLOW[axis](log, reach) for reach in REACHES[axis]}
    found = windows_of(log, axis)
    assert set(found.reaches) | set(found.same) | set(found.empty) == set(REACHES[axis])
    assert all(pairs[reach] == 0 for reach in found.empty)
    assert all(pairs[reach] == pairs[kept] for reach, kept in found.same.items())
    numbers = [pairs[reach] for reach in found.reaches]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > 0


def test_the_shortest_of_those_that_are_one_stands_for_them_but_the_whole_keeps_its_name() -> None:
    found = windows_of(within_the_hour(users=3, groups=4), "time")  # six hours of groups of four minutes
    assert found.reaches == (5.0, 240.0, None)
    assert found.same == {15.0: 5.0, 60.0: 5.0, 1440.0: None, 10_080.0: None}


def test_windows_without_a_pair_are_left_out() -> None:
    found = windows_of(make_log(["u", "u", "v"], ["a", "b", "a"], [0, 2 * DAY, 0]), "time")
    assert (found.empty, found.reaches) == ((5.0, 15.0, 60.0, 240.0, 1440.0), (None,))
    assert found.same == {10_080.0: None}


def test_windows_in_which_all_pairs_have_one_time_are_told() -> None:
    log = make_log(["u"] * 4, ["a", "b", "c", "d"], [0, 0, 2 * DAY, 2 * DAY])
    found = windows_of(log, "time")
    assert (found.reaches, found.tied) == ((5.0, None), (5.0,))
    assert windows_of(log, "gap").tied == (5.0,)
    assert windows_of(two_islands(), "time").tied == ()


def test_a_log_without_times_has_windows_in_places_alone() -> None:
    log = replace(two_islands(), timestamps=None)
    assert windows_of(log, "time").reaches == windows_of(log, "gap").reaches == ()
    assert windows_of(log, "places").reaches == (1.0, 2.0, None)  # sessions of four: 5 places see all of them
    assert windows_of(log, "places").same == {5.0: None, 10.0: None, 20.0: None}


def test_places_are_those_of_histories_where_there_are_no_sessions() -> None:
    assert windows_of(zipf_log(users=5), "places").reaches == (1.0, 2.0, 5.0, 10.0, None)  # 20 events a user


def test_a_window_in_time_leaves_ten_places_of_whole_histories() -> None:
    sweep = sweep_of("time", [None, 60.0, 5.0], ALS)
    assert sweep.reaches == (5.0, 60.0, None)
    params = [one.needed.params.model_dump() for one in sweep.trained]
    assert [one["time_window_minutes"] for one in params] == [5.0, 60.0, None]
    assert {(one["sequences"], one["window"], one["dimensions"]) for one in params} == {("user", 10, 8)}
    assert sweep.short == (0, 1)
    assert sweep.contestants[0] == ALS


def test_a_gap_cuts_histories_and_leaves_ten_places() -> None:
    sweep = sweep_of("gap", [None, 1440.0, 15.0], ALS)
    params = [one.needed.params.model_dump() for one in sweep.trained]
    assert [(one["sequences"], one["gap_minutes"]) for one in params[:2]] == [("gap", 15.0), ("gap", 1440.0)]
    assert sweep.trained[2].needed == sweep_of("time", [None], ALS).trained[0].needed, "trained once for both"
    assert {(one["time_window_minutes"], one["window"]) for one in params} == {(None, 10)}
    assert sweep.short == (0,)


def test_a_window_in_places_leaves_sequences_as_the_log_has_them() -> None:
    sweep = sweep_of("places", [1.0, 20.0, None], ALS, {"epochs": 3, "dimensions": 4})
    params = [one.needed.params.model_dump() for one in sweep.trained]
    assert [(one["window"], one["whole_session"]) for one in params] == [(1, False), (20, False), (10, True)]
    assert {(one["sequences"], one["epochs"], one["dimensions"]) for one in params} == {("automatic", 3, 4)}
    assert sweep.short == (0,)
    assert len({one.name for one in sweep.contestants}) == 4


def test_values_that_cannot_be_are_refused() -> None:
    with pytest.raises(ParameterError, match="epochs"):
        sweep_of("time", [5.0], ALS, {"epochs": 0})


def test_every_window_has_a_name_of_its_own() -> None:
    for axis, reaches in REACHES.items():
        assert len({reach_name(axis, reach) for reach in reaches}) == len(reaches)
