"""Cutting a log into sequences, against a slow double loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import ParameterError
from interactions.log import InteractionLog
from tests.planted import make_log, ordered_sessions

# (user, item, minute, session)
rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 90), st.integers(0, 2)), min_size=1, max_size=40
)


def log_of(events: list[tuple[int, int, int, int]]) -> InteractionLog:
    user, item, minute, session = zip(*events, strict=True)
    return make_log(
        [f"u{code}" for code in user],
        [f"i{code}" for code in item],
        [60 * time for time in minute],
        [f"s{code}" for code in session],
    )


def slowly(log: InteractionLog, by: str, gap_minutes: float) -> list[list[int]]:
    """The sequences in file order of equal times, by walking through the events one at a time."""
    assert log.timestamps is not None
    assert log.session_codes is not None
    found: list[list[int]] = []
    for user in range(log.n_users):
        mine = [place for place in range(log.n_interactions) if log.user_codes[place] == user]
        if by == "session":
            for session in sorted({int(log.session_codes[place]) for place in mine}):
                found.append([int(log.item_codes[place]) for place in mine if log.session_codes[place] == session])
            continue
        current: list[int] = []
        for before, place in zip([None, *mine], mine, strict=False):
            apart = before is not None and log.timestamps[place] - log.timestamps[before] > 60 * gap_minutes
            if by == "gap" and apart:
                found.append(current)
                current = []
            current.append(int(log.item_codes[place]))
        found.append(current)
    return found


@given(rows, st.sampled_from(["user", "session", "gap"]), st.sampled_from([0, 0.5, 10, 30, 1000]))
def test_every_cut_is_the_one_of_the_slow_loop(
    events: list[tuple[int, int, int, int]], by: str, gap_minutes: float
) -> None:
    log = log_of(events)
    sequences = log.sequences(by, gap_minutes=gap_minutes, order="file")  # type: ignore[arg-type]
    assert [sequence.tolist() for sequence in sequences] == slowly(log, by, gap_minutes)
    assert len(sequences) == len(sequences.lengths())
    assert sequences.lengths().sum() == log.n_interactions


@given(rows, st.sampled_from(["user", "session", "gap"]), st.integers(0, 5))
def test_a_random_order_moves_events_of_equal_time_only(
    events: list[tuple[int, int, int, int]], by: str, seed: int
) -> None:
    log = log_of(events)
    shuffled = log.sequences(by, seed=seed)  # type: ignore[arg-type]
    in_file = log.sequences(by, order="file")  # type: ignore[arg-type]
    assert shuffled.offsets.tolist() == in_file.offsets.tolist()
    assert shuffled.timestamps is not None
    assert in_file.timestamps is not None
    assert shuffled.timestamps.tolist() == in_file.timestamps.tolist()
    for one, other, start in zip(shuffled, in_file, in_file.offsets, strict=False):
        times = in_file.timestamps[start : start + len(one)]
        for time in set(times.tolist()):
            assert sorted(one[times == time]) == sorted(other[times == time])


def test_events_of_equal_time_have_a_seeded_order_and_the_files_on_request() -> None:
    items = [f"i{number:02d}" for number in range(30)]
    log = make_log(["u"] * 30 + ["v"], [*items, "i00"], [5] * 31)
    in_file = next(iter(log.sequences("user", order="file"))).tolist()
    one, again, other = (next(iter(log.sequences("user", seed=seed))).tolist() for seed in (1, 1, 2))
    assert in_file == list(range(30))
    assert one == again
    assert one != other
    assert one != in_file
    assert sorted(one) == in_file


def test_a_log_without_times_has_no_order_at_all() -> None:
    log = make_log(["u"] * 30 + ["v"], [f"i{number:02d}" for number in range(30)] + ["i00"])
    first = next(iter(log.sequences(seed=3)))
    assert first.tolist() != sorted(first.tolist())
    assert next(iter(log.sequences(order="file"))).tolist() == list(range(30))


def test_all_positions_are_equally_likely() -> None:
    log = make_log(["u", "u", "u", "v"], ["a", "b", "c", "a"], [0, 0, 0, 0])
    firsts = [int(next(iter(log.sequences("user", seed=seed)))[0]) for seed in range(600)]
    assert np.bincount(firsts, minlength=3).min() > 150


def test_sessions_are_the_default_where_there_are_some() -> None:
    log = ordered_sessions()
    assert len(log.sequences()) == log.n_sessions == 500
    assert len(make_log(["u", "u", "v"], ["a", "b", "a"]).sequences()) == 2


def test_a_session_id_that_two_users_share_is_two_sequences() -> None:
    log = make_log(["u", "v", "u"], ["a", "b", "c"], [1, 2, 3], ["s", "s", "s"])
    assert [sequence.tolist() for sequence in log.sequences("session")] == [[0, 2], [1]]


def test_what_a_cut_needs_is_said() -> None:
    log = make_log(["u", "v"], ["a", "b"])
    with pytest.raises(ParameterError, match="session column"):
        log.sequences("session")
    with pytest.raises(ParameterError, match="time column"):
        log.sequences("gap")
