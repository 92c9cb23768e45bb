"""Each rule of cleaning takes the rows that it says, and every row stands in the report once."""

from __future__ import annotations

import datetime
import itertools
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import LogError
from interactions import CleaningReport, CleaningRules, InteractionLog, read_log
from interactions.cleaning import REASONS, Tally
from interactions.rows import Rows
from interactions.steps import clean


def read(
    folder: Path, text: str, columns: dict[str, str] | None = None, **rules: Any
) -> tuple[InteractionLog, CleaningReport]:
    path = folder / "log.csv"
    path.write_text(text, encoding="utf-8")
    log, report = read_log(path, rules=CleaningRules(**rules))
    assert report.rows == report.interactions + sum(report.dropped.values())
    assert report.steps[-1].rows == report.interactions
    assert report.steps[-1].users == log.n_users
    assert report.steps[-1].items == log.n_items
    return log, report


def events(log: InteractionLog) -> list[tuple[str, str, float]]:
    return [
        (str(log.user_ids[user]), str(log.item_ids[item]), float(weight))
        for user, item, weight in zip(log.user_codes, log.item_codes, log.weights, strict=True)
    ]


SHOP = """user,item,event,time
u1,a,view,2017-01-01
u1,a,cart,2017-01-02
u2,b,buy,2017-01-03
u2,b,hover,2017-01-04
u3,a,,2017-01-05
u3,c,view,2017-01-06
"""


def test_kinds_of_event_weigh_what_was_said_and_others_are_left_out(tmp_path: Path) -> None:
    log, report = read(tmp_path, SHOP, event_weights={"view": 1, "cart": 3, "buy": 5, "never": 2})
    assert events(log) == [("u1", "a", 1), ("u1", "a", 3), ("u2", "b", 5), ("u3", "c", 1)]
    assert report.dropped == {"event_not_counted": 2}
    assert report.examples == {"event_not_counted": ["'hover'", "''"]}
    assert report.columns["event"] == "event"
    assert [(step.step, step.rows, step.users, step.items) for step in report.steps] == [
        ("readable", 6, 3, 3), ("event_not_counted", 4, 3, 3)
    ]  # fmt: skip
    untouched, report = read(tmp_path, SHOP)
    assert untouched.n_interactions == 6
    assert "event" not in report.columns


def test_events_weigh_times_the_weight_that_a_row_has(tmp_path: Path) -> None:
    text = "user,item,event,score\nu1,a,view,2\nu2,b,buy,3\nu2,a,buy,0.5\n"
    log, _ = read(tmp_path, text, event_weights={"view": 1, "buy": 4})
    assert sorted(events(log)) == [("u1", "a", 2), ("u2", "a", 2), ("u2", "b", 12)]


INVOICES = """InvoiceNo,StockCode,Quantity,CustomerID
536365,85123A,6,17850
C536379,85123A,-1,17850
536380,22960,-3,17850
536381,22960,3,13047
Credit,22961,1,13047
536382,22961,2,13047
"""


def test_returns_and_cancelled_receipts(tmp_path: Path) -> None:
    log, report = read(tmp_path, INVOICES, returns="leave out")
    assert report.dropped == {"returned": 2}
    assert report.examples["returned"] == ["user 17850, item 85123A", "user 17850, item 22960"]
    assert log.n_interactions == 4
    assert read(tmp_path, INVOICES)[0].n_interactions == 6


def test_scores_below_a_threshold_and_the_rest_as_equals(tmp_path: Path) -> None:
    text = "user,item,rating\nu1,a,5\nu1,b,3.5\nu2,a,3\nu2,c,4\nu3,b,0\n"
    log, report = read(tmp_path, text, least_weight=3.5)
    assert sorted(events(log)) == [("u1", "a", 5), ("u1", "b", 3.5), ("u2", "c", 4)]
    assert report.dropped == {"non_positive_weight": 1, "weight_below_threshold": 1}
    log, _ = read(tmp_path, text, least_weight=3.5, equal_weights=True)
    assert {weight for *_, weight in events(log)} == {1.0}


def test_a_range_of_days_holds_its_first_and_its_last(tmp_path: Path) -> None:
    log, report = read(tmp_path, SHOP, first_day="2017-01-02", last_day="2017-01-05")
    assert report.dropped == {"out_of_date_range": 2}
    assert report.examples["out_of_date_range"] == ["2017-01-01", "2017-01-06"]
    assert log.n_interactions == 4
    late = "user,item,time\nu1,a,2017-01-05T23:59:59\nu2,b,2017-01-06T00:00:00\nu3,c,2017-01-05\n"
    assert read(tmp_path, late, last_day=datetime.date(2017, 1, 5))[0].n_interactions == 2


def test_users_that_are_named_and_users_that_are_too_busy(tmp_path: Path) -> None:
    text = "user,item\n" + "0,a\n0,b\n0,c\n" + "u1,a\nu1,b\n" + "u2,c\nbot,a\nbot,b\nbot,c\nbot,a\n"
    log, report = read(tmp_path, text, users_left_out=("0", "nobody"), most_rows_per_user=3)
    assert log.user_ids.tolist() == ["u1", "u2"]
    assert report.dropped == {"user_left_out": 3, "user_with_too_many_rows": 4}
    assert report.examples == {"user_left_out": ["user 0"], "user_with_too_many_rows": ["user bot"]}


def test_the_same_users_named_in_another_order_are_the_same_rules(tmp_path: Path) -> None:
    text = "user,item\nu1,a\nu2,b\nu3,c\nu4,d\n"
    named = [("u3", "u1"), ("u1", "u3"), ("u1", "u3", "u1")]
    assert len({CleaningRules(users_left_out=users) for users in named}) == 1
    assert len({read(tmp_path, text, users_left_out=users)[0].digest for users in named}) == 1


def test_duplicates_are_alike_in_user_item_time_and_session(tmp_path: Path) -> None:
    text = (
        "user,item,time,session,rating\nu1,a,5,s1,2\nu1,a,5,s1,3\nu1,a,6,s1,4\nu2,a,5,s2,1\nu2,b,5,s2,1\nu2,b,5,s3,1\n"
        "u1,a,5,s1,0.5\n"
    )
    log, report = read(tmp_path, text, duplicates="first")
    assert report.dropped == {"duplicate": 2}
    assert sorted(log.weights.tolist()) == [1, 1, 1, 2, 4]
    log, report = read(tmp_path, text, duplicates="sum")
    assert report.dropped == {"duplicate": 2}
    assert sorted(log.weights.tolist()) == [1, 1, 1, 4, 5.5]
    assert read(tmp_path, text)[0].n_interactions == 7
    pairs, report = read(tmp_path, "user,item\nu1,a\nu2,b\nu1,a\n", duplicates="sum")
    assert events(pairs) == [("u1", "a", 2), ("u2", "b", 1)]


EXTREME = st.sampled_from([3e38, 2.0, 1e-40])


@given(
    rows=st.lists(st.tuples(st.sampled_from("uv"), st.sampled_from("ab"), EXTREME), min_size=1, max_size=12),
    factor=st.sampled_from([1e300, 5, 1, 1e-10, 1e-60]),
)
def test_weights_stay_finite_and_above_zero(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, float]], factor: float
) -> None:
    """By the slow way: each product and each sum is brought back to what single precision has."""
    rows = [*rows, ("u", "a", 1.0), ("v", "b", 1.0)]
    text = "user,item,rating,event\n" + "".join(f"{user},{item},{weight!r},buy\n" for user, item, weight in rows)
    sums: dict[tuple[str, str], float] = {}
    for user, item, weight in rows:
        sums[user, item] = sums.get((user, item), 0.0) + brought_back(brought_back(weight) * brought_back(factor))
    log, report = read(tmp_path_factory.mktemp("log"), text, event_weights={"buy": factor}, duplicates="sum")
    assert report.dropped.get("duplicate", 0) == sum(report.dropped.values()) == len(rows) - len(sums)
    assert np.isfinite(log.weights).all()
    assert (log.weights > 0).all()
    assert {(user, item): weight for user, item, weight in events(log)} == pytest.approx(
        {pair: brought_back(weight) for pair, weight in sums.items()}, rel=1e-6
    )


def brought_back(weight: float) -> float:
    """The nearest weight above 0 that single precision has."""
    return float(np.float32(min(max(weight, 1.401298464324817e-45), 3.4028234663852886e38)))


def test_repeats_follow_each_other_in_time_in_one_session(tmp_path: Path) -> None:
    text = (
        "user,item,time,session\nu1,a,3,s1\nu1,a,1,s1\nu1,b,4,s1\nu1,a,5,s1\nu1,a,6,s2\n"
        "u2,a,1,s3\nu2,a,1,s3\nu2,c,2,s3\n"
    )
    log, report = read(tmp_path, text, repeats="first")
    assert report.dropped == {"consecutive_repeat": 2}
    assert log.timestamps is not None
    found = list(zip(log.user_ids[log.user_codes], log.item_ids[log.item_codes], log.timestamps.tolist(), strict=True))
    assert found == [("u1", "a", 1), ("u1", "b", 4), ("u1", "a", 5), ("u1", "a", 6), ("u2", "a", 1), ("u2", "c", 2)]
    side_by_side = "user,item,time,session\nu1,a,0,s1\nu1,b,10,s2\nu1,a,20,s1\nu1,c,30,s2\nu2,a,1,s3\n"
    log, report = read(tmp_path, side_by_side, repeats="first")
    assert report.dropped == {"consecutive_repeat": 1}
    assert [len(sequence) for sequence in log.sequences("session")] == [1, 2, 1]


def test_sessions_that_are_numbered_anew_for_each_user(tmp_path: Path) -> None:
    rows = [
        f"u{user},{item},{60 * place},{session}"
        for user in range(5)
        for session in (1, 2)
        for place, item in enumerate("abc")
    ]
    text = "\n".join(["user,item,time,session", *rows])
    log, report = read(tmp_path, text, longest_session=3)
    assert (log.n_sessions, len(log.sequences("session")), len(log.session_lengths())) == (10, 10, 10)
    assert report.dropped == {}
    assert "2 values of 'session' stand with several users: each user's are a session of their own." in report.notes
    _, report = read(tmp_path, text, longest_session=2)
    assert report.dropped == {"beyond_session_length": 10}
    _, report = read(tmp_path, text.replace(",2", ",C2"), returns="leave out")
    assert report.dropped == {"returned": 15}
    apart = re.sub(r"u(\d)(.*),(\d)$", r"u\1\2,\1\3", text, flags=re.MULTILINE)
    assert not any("several users" in note for note in read(tmp_path, apart)[1].notes)


@pytest.mark.parametrize(
    ("session", "taken"), [("C536379", 2), ("c1", 2), ("c3f1a9d0-77", 0), ("C1a", 0), ("C", 0), ("1C", 0)]
)
def test_cancelled_receipts_are_a_c_and_digits(tmp_path: Path, session: str, taken: int) -> None:
    text = f"user,item,session\nu1,a,{session}\nu1,b,{session}\nu1,a,77\nu2,b,78\n"
    _, report = read(tmp_path, text, returns="leave out")
    assert report.dropped == ({"returned": taken} if taken else {})
    noted = any("as cancellations are written" in note for note in read(tmp_path, text)[1].notes)
    assert noted == bool(taken)


VISITS = """user,item,time
u1,a,2017-01-01T10:00
u1,b,2017-01-01T10:20
u1,c,2017-01-01T11:00
u1,d,2017-01-02T00:05
u2,a,2017-01-01T23:50
u2,b,2017-01-02T00:10
"""


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"sessions": "gap"}, ["ab", "c", "d", "ab"]),
        ({"sessions": "gap", "session_gap_minutes": 40}, ["abc", "d", "ab"]),
        ({"sessions": "gap", "session_gap_minutes": 39.9}, ["ab", "c", "d", "ab"]),
        ({"sessions": "day"}, ["abc", "d", "a", "b"]),
        ({"sessions": "user"}, ["abcd", "ab"]),
        ({"sessions": "user", "longest_session": 2}, ["ab", "ab"]),
        ({"sessions": "day", "longest_session": 1}, ["a", "d", "a", "b"]),
    ],
)
def test_sessions_are_cut_by_a_pause_the_day_or_not_at_all(
    tmp_path: Path, rules: dict[str, Any], expected: list[str]
) -> None:
    log, report = read(tmp_path, VISITS, **rules)
    sequences = log.sequences()
    cut = ["".join(log.item_ids[sequences.items[a:b]]) for a, b in itertools.pairwise(sequences.offsets)]
    assert sorted(cut) == sorted(expected)
    assert log.n_sessions == len(expected)
    assert report.dropped.get("beyond_session_length", 0) == 6 - sum(map(len, expected))


@pytest.mark.parametrize("tenths", [1, 41, 82, 164, 169, 300])  # 60 * 4.1 is less than 246
def test_a_pause_of_just_the_gap_cuts_nowhere_and_one_a_second_longer_does(tmp_path: Path, tenths: int) -> None:
    gap, pause = tenths / 10, 6 * tenths
    text = f"user,item,time\nu1,a,0\nu1,b,{pause}\nu1,c,{2 * pause + 1}\nu2,a,0\n"
    cut, _ = read(tmp_path, text, sessions="gap", session_gap_minutes=gap)
    whole, _ = read(tmp_path, text)
    assert sorted(cut.session_lengths()) == [1, 1, 2]
    assert sorted(whole.session_lengths("gap", gap)) == [1, 1, 2]
    assert sorted(whole.sequences("gap", gap_minutes=gap).lengths()) == [1, 1, 2]


@pytest.mark.parametrize(
    ("text", "rules", "words"),
    [
        ("user,item\nu1,a\nu2,b\n", {"sessions": "gap"}, "no column holds times"),
        ("user,item\nu1,a\nu2,b\n", {"first_day": "2017-01-01"}, "no column holds times"),
        ("basket,item\nu1,a\nu2,b\n", {"sessions": "user"}, "no column holds users"),
        ("user,item\nu1,a\nu2,b\n", {"longest_session": 3}, "there are no sessions"),
        ("user,item\nu1,a\nu2,b\n", {"event_weights": {"view": 1}}, "no column holds the kind"),
        (SHOP, {"event_weights": {"View": 1}}, "No row of log.csv is left"),
        (SHOP, {"returns": "leave out"}, "no column holds quantities or receipts"),
        (SHOP, {"least_weight": 2}, "no column holds weights"),
    ],
)
def test_rules_that_the_log_has_no_columns_for(tmp_path: Path, text: str, rules: dict[str, Any], words: str) -> None:
    with pytest.raises(LogError, match=words):
        read(tmp_path, text, **rules)


def slow_core(pairs: set[tuple[int, int]], users_per_item: int, items_per_user: int) -> set[tuple[int, int]]:
    """The core by its definition: take away whatever stands below its floor until nothing does."""
    while True:
        items, users = Counter(item for _, item in pairs), Counter(user for user, _ in pairs)
        left = {(u, i) for u, i in pairs if items[i] >= users_per_item and users[u] >= items_per_user}
        if left == pairs:
            return left
        pairs = left


def planted(pairs: list[tuple[int, int]]) -> Rows:
    users, items = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    return Rows(
        users, items, [f"u{n}" for n in range(20)], [f"i{n}" for n in range(20)], None, [],
        users_are_sessions=False, times=None, weights=None, quantities=None, texts={},
    ).keep(np.ones(len(pairs), np.bool_))  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_the_core_is_the_largest_part_in_which_all_stand_above_their_floors(
    pairs: list[tuple[int, int]], users_per_item: int, items_per_user: int
) -> None:
    rows, tally = planted(pairs), Tally()
    rules = CleaningRules(min_users_per_item=users_per_item, min_items_per_user=items_per_user, core=True)
    left, steps = clean(rows, rules, tally)
    found = {(left.user_ids[user], left.item_ids[item]) for user, item in zip(left.users, left.items, strict=True)}
    expected = slow_core(set(pairs), users_per_item, items_per_user)
    assert found == {(f"u{user}", f"i{item}") for user, item in expected}
    assert len(left.items) + tally.total == len(pairs)
    assert [step.rows for step in steps] == sorted((step.rows for step in steps), reverse=True)


ROWS = st.tuples(
    st.sampled_from(["u1", "u2", "u3", "0", "", "bot"]),
    st.sampled_from(["a", "b", "c", " ", "C5"]),
    st.sampled_from(["view", "buy", ""]),
    st.sampled_from(["1", "2", "-1", "x", ""]),
    st.sampled_from(["2017-01-01", "2017-01-02T10:00", "soon", ""]),
    st.sampled_from(["s1", "C9", ""]),
)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "event_weights": st.just({"view": 1.0, "buy": 2.0}),
        "returns": st.just("leave out"),
        "least_weight": st.just(1.5),
        "equal_weights": st.booleans(),
        "first_day": st.just("2017-01-02"),
        "users_left_out": st.just(("0",)),
        "most_rows_per_user": st.integers(1, 4),
        "duplicates": st.sampled_from(["first", "sum"]),
        "sessions": st.sampled_from(["gap", "day", "user"]),
        "longest_session": st.integers(1, 3),
        "repeats": st.just("first"),
        "min_users_per_item": st.integers(1, 3),
        "min_items_per_user": st.integers(1, 3),
        "core": st.booleans(),
    },
)


@given(rows=st.lists(ROWS, max_size=40), rules=RULES)
def test_every_row_is_in_the_log_or_under_one_reason(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], rules: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    text = "user,item,event,quantity,time,session\n" + "".join(",".join(row) + "\n" for row in rows)
    try:
        log, report = read(folder, text, **rules)
    except LogError:
        return
    assert report.rows == len(rows)
    assert set(report.dropped) <= set(REASONS)
    assert list(report.dropped) == [reason for reason in REASONS if reason in report.dropped]
    assert np.isfinite(log.weights).all()
    assert (log.weights > 0).all()
    assert log.user_codes.max() == log.n_users - 1
    assert log.item_codes.max() == log.n_items - 1


def test_days_that_end_before_they_begin_are_refused() -> None:
    assert CleaningRules(
        first_day=datetime.date(2020, 1, 2), last_day=datetime.date(2020, 1, 2)
    ).last_day == datetime.date(2020, 1, 2)
    with pytest.raises(ValueError, match="comes before the first day, 2020-01-02"):
        CleaningRules(first_day=datetime.date(2020, 1, 2), last_day=datetime.date(2020, 1, 1))
