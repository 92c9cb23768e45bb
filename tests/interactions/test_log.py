"""Splitting, keeping and loading a log."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from errors import LogError
from interactions.log import InteractionLog
from tests.planted import make_log, two_islands


def assert_same(one: InteractionLog, other: InteractionLog) -> None:
    for name in ("user_codes", "item_codes", "weights", "timestamps", "session_codes"):
        left, right = getattr(one, name), getattr(other, name)
        assert (left is None) == (right is None), name
        if left is not None:
            np.testing.assert_array_equal(left, right)
            assert left.dtype == right.dtype
    assert one.user_ids.tolist() == other.user_ids.tolist()
    assert one.item_ids.tolist() == other.item_ids.tolist()
    pd.testing.assert_frame_equal(one.items, other.items)
    pd.testing.assert_frame_equal(one.users, other.users)
    assert (one.digest, one.users_are_sessions) == (other.digest, other.users_are_sessions)
    assert dict(one.columns) == dict(other.columns)


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(two_islands(), id="everything"),
        pytest.param(make_log(["u", "v"], ["0104257", "商品"]), id="pairs only"),
        pytest.param(make_log(None, ["a", "b"], sessions=["s", "t"]), id="baskets"),
        pytest.param(make_log(["u", "v"], ["a", "b"], titles={"a": "A"}), id="a title is missing"),
    ],
)
def test_what_is_saved_is_loaded_as_it_was(log: InteractionLog, tmp_path: Path) -> None:
    log.save(tmp_path)
    assert_same(InteractionLog.load(tmp_path), log)


@pytest.mark.parametrize("name", ["log.json", "items.parquet", "users.parquet", "item_codes.npy", "timestamps.npy"])
@pytest.mark.parametrize("harm", ["gone", "cut", "empty", "nonsense"])
def test_a_damaged_folder_is_refused_in_a_sentence(name: str, harm: str, tmp_path: Path) -> None:
    two_islands(users=4).save(tmp_path)
    if harm == "gone":
        (tmp_path / name).unlink()
    else:
        content = (tmp_path / name).read_bytes()
        left = {"cut": content[: len(content) // 2], "empty": b"", "nonsense": b"{nonsense"}[harm]
        (tmp_path / name).write_bytes(left)
    with pytest.raises(LogError, match="damaged"):
        InteractionLog.load(tmp_path)


def test_a_split_parts_the_events_and_keeps_codes_ids_and_tables() -> None:
    log = two_islands()
    assert log.timestamps is not None
    at = log.time_at(0.9)
    train, test = log.split(at)
    assert train.timestamps is not None
    assert test.timestamps is not None
    assert train.timestamps.max() < at <= test.timestamps.min()
    assert train.n_interactions + test.n_interactions == log.n_interactions
    assert 0.85 < train.n_interactions / log.n_interactions <= 0.9
    for part in (train, test):
        assert part.item_ids is log.item_ids
        assert part.user_ids is log.user_ids
        assert part.items is log.items
        assert part.user_item_matrix().shape == (log.n_users, log.n_items)
    whole = train.user_item_matrix() + test.user_item_matrix()
    assert abs(whole - log.user_item_matrix()).max() == 0


def test_the_parts_of_a_split_have_names_of_their_own() -> None:
    log = two_islands()
    digests = [part.digest for at in (log.time_at(0.5), log.time_at(0.9)) for part in log.split(at)]
    assert len({log.digest, *digests}) == 5
    assert digests[0] == log.split(log.time_at(0.5))[0].digest


def test_popularity_of_a_part_is_counted_in_that_part() -> None:
    log = make_log(["u", "v", "w"], ["a", "a", "b"], [1, 2, 3])
    assert log.users_per_item.tolist() == [2, 1]
    assert log.split(2)[0].users_per_item.tolist() == [1, 0]


def test_time_at_counts_events_and_does_not_tear_equal_times_apart() -> None:
    log = make_log([f"u{n}" for n in range(10)], ["a"] * 10, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    assert [log.time_at(share) for share in (0, 0.05, 0.5, 0.9, 1)] == [0, 1, 5, 9, 9]
    tied = make_log(["u", "v", "w", "x"], list("abcd"), [1, 5, 5, 5])
    assert tied.split(tied.time_at(0.75))[0].n_interactions == 1


def test_a_log_without_times_cannot_be_split() -> None:
    log = make_log(["u", "v"], ["a", "b"])
    with pytest.raises(LogError, match="no time column"):
        log.time_at(0.5)
    with pytest.raises(LogError, match="no time column"):
        log.split(0)
