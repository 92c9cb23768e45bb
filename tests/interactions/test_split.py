"""Where a log is cut: nothing of what is asked about reaches what is trained on."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import LogError, ParameterError
from interactions.log import InteractionLog
from interactions.split import Split
from tests.any_logs import MARKER, Event, events, kinds, log_of, numbers_of, parts_of
from tests.planted import make_log, two_islands

shares = st.sampled_from([0.1, 0.5, 0.7, 0.9])


def rows_of(log: InteractionLog) -> list[tuple[Any, ...]]:
    columns = [log.user_codes, log.item_codes, log.weights, log.timestamps, log.session_codes]
    return list(zip(*(column.tolist() for column in columns if column is not None), strict=True))


def sessions_of(log: InteractionLog) -> set[tuple[int, ...]]:
    codes = [log.user_codes] if log.session_codes is None else [log.user_codes, log.session_codes]
    return {*zip(*(column.tolist() for column in codes), strict=True)}


@given(events, kinds, shares, st.integers(0, 3))
def test_the_two_parts_are_the_log(rows: list[Event], kind: dict[str, bool], share: float, seed: int) -> None:
    log = log_of(rows, kind)
    train, test = parts_of(log, share, seed)
    assert sorted(rows_of(train) + rows_of(test)) == sorted(rows_of(log))
    for part in (train, test):
        assert part.n_interactions
        inside = {*rows_of(part)}
        assert rows_of(part) == [row for row in rows_of(log) if row in inside]  # in the order of the log
        assert part.item_ids is log.item_ids
        assert part.user_ids is log.user_ids
        assert part.users_are_sessions == log.users_are_sessions
    if kind["times"]:
        assert train.timestamps is not None
        assert test.timestamps is not None
        assert train.timestamps.max() < test.timestamps.min()  # equal times are not torn apart
        assert train.n_interactions <= math.ceil(share * log.n_interactions)
    else:
        assert not sessions_of(train) & sessions_of(test)
        assert len(sessions_of(train)) == round(share * len(sessions_of(log)))


@given(events, kinds, shares, st.data())
def test_an_item_of_the_test_part_reaches_no_training(
    rows: list[Event], kind: dict[str, bool], share: float, data: st.DataObject
) -> None:
    """Some events of the test part become such of an item that is nowhere else; where the log is cut stays."""
    _, test = parts_of(log_of(rows, kind), share)
    marked = data.draw(st.lists(st.sampled_from(numbers_of(test)), min_size=1, unique=True))
    log = log_of(rows, kind, marked)
    train, test = Split.of(log, share).parts(log)
    marker = log.item_ids.tolist().index(MARKER)
    assert {number for number, item in zip(numbers_of(test), test.item_codes, strict=True) if item == marker} == {
        *marked
    }
    assert {*train.weights.tolist()}.isdisjoint(test.weights.tolist())
    assert marker not in train.item_codes
    assert train.users_per_item[marker] == 0
    assert train.user_item_matrix()[:, [marker]].nnz == train.user_item_means()[:, [marker]].nnz == 0
    for by in ("user", *(["session"] if kind["sessions"] else []), *(["gap"] if kind["times"] else [])):
        sequences = train.sequences(by)  # type: ignore[arg-type]
        assert marker not in sequences.items
        assert len(sequences.items) == train.n_interactions
        graph = train.item_graph(by)  # type: ignore[arg-type]
        assert graph[[marker]].nnz == graph[:, [marker]].nnz == 0


def test_a_log_with_times_is_cut_where_the_share_is_over() -> None:
    log = make_log(["u"] * 10, [f"i{number}" for number in range(10)], range(100, 110))
    split = Split.of(log, 0.7)
    assert split == Split("time", 0.7, 107)
    assert split.parts(log)[0].timestamps.tolist() == [*range(100, 107)]  # type: ignore[union-attr]
    assert Split.of(log, at=103) == Split("time", 0.3, 103)
    assert Split.of(log, share=7, at=103) == Split("time", 0.3, 103)
    tied = make_log(["u"] * 4, list("abcd"), [1, 5, 5, 9])
    assert Split.of(tied, 0.5) == Split("time", 0.25, 5)


def test_a_log_without_times_is_cut_into_drawn_sessions() -> None:
    log = make_log([f"u{number // 40}" for number in range(200)], [f"i{number % 7}" for number in range(200)],
                   sessions=[f"s{number // 4}" for number in range(200)])  # fmt: skip
    split = Split.of(log, 0.8, seed=3)
    assert split == Split("sessions", 0.8, seed=3)
    train, test = split.parts(log)
    assert (len(sessions_of(train)), len(sessions_of(test))) == (40, 10)
    assert rows_of(Split.of(log, 0.8, seed=3).parts(log)[0]) == rows_of(train)
    assert sessions_of(Split.of(log, 0.8, seed=4).parts(log)[0]) != sessions_of(train)
    # Every session is as likely as another to be asked about, whoever's it is.
    asked = np.zeros(50)
    for seed in range(300):
        part = Split.of(log, 0.8, seed=seed).parts(log)[1]
        assert part.session_codes is not None
        asked[np.unique(part.session_codes)] += 1
    assert asked == pytest.approx(np.full(50, 60), abs=27)  # four standard deviations


def test_users_stand_for_sessions_where_there_are_none() -> None:
    log = make_log([f"u{number // 5}" for number in range(50)], [f"i{number % 7}" for number in range(50)])
    train, test = Split.of(log, 0.5).parts(log)
    assert len({*train.user_codes.tolist()}) == len({*test.user_codes.tolist()}) == 5
    assert not {*train.user_codes.tolist()} & {*test.user_codes.tolist()}


def test_one_session_name_of_two_users_is_two_sessions() -> None:
    log = make_log(["u", "v"] * 20, ["a", "b"] * 20, sessions=["s"] * 40)
    train, test = Split.of(log, 0.5).parts(log)
    assert {*train.user_codes.tolist()} ^ {*test.user_codes.tolist()} == {0, 1}


def test_parts_have_names_that_say_how_the_log_was_cut() -> None:
    log = two_islands(users=20)
    splits = [Split("sessions", 0.8), Split("sessions", 0.8, seed=1), Split("sessions", 0.9), Split.of(log, 0.8)]
    digests = [part.digest for split in splits for part in split.parts(log)]
    assert len({log.digest, *digests}) == 9
    assert [part.digest for part in splits[0].parts(log)] == digests[:2]


def test_a_split_is_written_as_plain_values() -> None:
    log = two_islands(users=20)
    for split in (Split.of(log), Split("sessions", 0.5, seed=2)):
        assert Split(**json.loads(json.dumps(split.as_json(), allow_nan=False))) == split


@pytest.mark.parametrize("share", [0, 1, -0.5, 1.5, float("nan")])
def test_a_share_that_leaves_nothing_is_refused(share: float) -> None:
    for log in (two_islands(users=4), make_log(["u", "v"], ["a", "b"])):
        with pytest.raises(ParameterError, match="between 0 and 1"):
            Split.of(log, share)


def test_a_time_outside_of_the_log_is_refused() -> None:
    log = make_log(["u", "v"], ["a", "b"], [10, 20])
    for at in (10, 21):
        with pytest.raises(ParameterError, match="leaves one part empty"):
            Split.of(log, at=at)
    with pytest.raises(ParameterError, match="leaves one part empty"):
        Split.of(make_log(["u", "v", "w"], ["a", "b", "c"], [10, 10, 20]), 0.3)  # nothing is before 10
    with pytest.raises(LogError, match=r"same time.* without a time column"):
        Split.of(make_log(["u", "v"], ["a", "b"], [10, 10]))
    with pytest.raises(LogError, match="no time column"):
        Split.of(make_log(["u", "v"], ["a", "b"]), at=10)


def test_a_part_without_interactions_is_refused() -> None:
    few = make_log(["u", "v"], ["a", "b"])
    with pytest.raises(ParameterError, match="nothing to ask about"):
        Split.of(few, 0.9).parts(few)
    with pytest.raises(ParameterError, match="nothing to train on"):
        Split.of(few, 0.1).parts(few)
    with pytest.raises(ParameterError, match="nothing to ask about"):  # a cut of another log
        Split("time", 0.5, 99).parts(make_log(["u", "v"], ["a", "b"], [10, 20]))
