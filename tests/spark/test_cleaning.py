"""Every rule of cleaning takes the same rows with Spark as on this machine, in the same order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import interactions.batches
import interactions.rows
import interactions.steps
from errors import LogError
from interactions import CleaningRules
from interactions.cleaning import Step, Tally
from interactions.columns import resolve_columns
from interactions.formats.opening import open_source
from interactions.options import ReadOptions
from interactions.progress import no_progress
from interactions.sessions import of_one_user_each
from spark.cleaning import clean
from spark.files import find_files
from spark.heads import read_head
from spark.reading import read_rows
from spark.rows import PLACE, Rows
from tests.spark.same import both_refuse, same, together

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DAY, MINUTE = 86_400, 60
OPTIONS = ReadOptions()
KINDS: Mapping[str, dict[str, str]] = {
    "everything": {},
    "no times": {"time": ""},
    "baskets": {"user": ""},
    "histories": {"session": "", "weight": "", "event": "", "quantity": ""},
}


def planted(rows: int = 110) -> str:
    """Few users, items and moments, so that there are ties, duplicates and repeats of every sort."""
    chance = random.Random(0)
    lines = ["user,item,time,session,weight,event,quantity,title"]
    for _ in range(rows):
        user, item = chance.choice("aaabbbbbccccdddefgh"), chance.choice("pppqqqrrssttttuvwxyz")
        day, minute = 17_000 + chance.choice([0, 0, 0, 1, 5]), chance.choice([0, 2, 2, 4, 8, 40]) - 5
        time = DAY * day + MINUTE * minute
        session = chance.choice(["1", "2", "3", "C12", " c7 ", "C7x"])
        weight = chance.choice(["0.1", "0.5", "1", "2.25", "1e-38", "3e38"])
        event, quantity = (
            chance.choice(["view", "cart", "buy", "", "hover"]),
            chance.choice(["-1", "-0.5", "0", "2", "", "x"]),
        )
        lines.append(f"{user},{item},{time},{session},{weight},{event},{quantity},{item.upper()}")
    return "\n".join(lines)


class Log(NamedTuple):
    """The rows of a log before they are cleaned, here and with Spark."""

    here: interactions.rows.Rows
    there: Rows


@pytest.fixture(scope="module")
def logs(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Log]:
    """The planted log, with all its columns or some of them."""
    folder = tmp_path_factory.mktemp("planted")
    path = folder / "log.csv"
    path.write_text(planted())
    source = open_source(path, OPTIONS)
    files = find_files(spark, str(path))
    found = {}
    for kind, other in KINDS.items():
        given = {name: name for name in source.columns if other.get(name) != ""}
        head = source.head(1000)
        roles = resolve_columns(source.columns, head, given)
        here, _ = interactions.batches.read_rows(source, roles, head, OPTIONS, Tally(), no_progress)
        begin = read_head(spark, files, given, OPTIONS, [], [], folder)
        there = read_rows(spark, files, begin, Tally(), no_progress, keep=True)
        found[kind] = Log(of_one_user_each(here)[0], replace(there, kept=None))  # they are kept for the next test
    return found


class Cleaned(NamedTuple):
    """What rules made of a log: the sentence that refused them, or the steps, the reasons and the rows left."""

    refused: str = ""
    steps: tuple[Step, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()
    rows: tuple[Any, ...] = ()
    sessions: frozenset[tuple[int, ...]] = frozenset()


def cleaned_here(rows: interactions.rows.Rows, rules: CleaningRules) -> Cleaned:
    tally = Tally()
    try:
        rows, steps = interactions.steps.clean(rows, rules, tally)
    except LogError as error:
        return Cleaned(str(error))
    users, items = np.array(rows.user_ids, object)[rows.users], np.array(rows.item_ids, object)[rows.items]
    times = [None] * len(users) if rows.times is None else rows.times.tolist()
    weights = np.ones(len(users), np.float32) if rows.weights is None else rows.weights
    sessions = together((rows.users if rows.sessions is None else rows.sessions).tolist())
    left = tuple(zip(users, items, times, weights.tolist(), strict=True))
    return Cleaned("", tuple(steps), tuple(tally.dropped().items()), left, frozenset(sessions))


def cleaned_by_spark(session: SparkSession, rows: Rows, rules: CleaningRules) -> Cleaned:
    tally = Tally()
    try:
        rows, steps = clean(session, rows, rules, tally, no_progress)
    except LogError as error:
        return Cleaned(str(error))
    found = sorted(rows.frame.collect(), key=lambda row: [row[name] for name in PLACE])
    rows.forget()
    left = tuple((row["user"], row["item"], row.asDict().get("time"), row.asDict().get("weight", 1.0)) for row in found)
    sessions = together([tuple(row[name] for name in rows.session_key) for row in found])
    return Cleaned("", tuple(steps), tuple(tally.dropped().items()), left, frozenset(sessions))


def check(session: SparkSession, log: Log, rules: CleaningRules) -> Cleaned:
    here = cleaned_here(log.here, rules)
    assert cleaned_by_spark(session, log.there, rules) == here
    return here


DAYS = [date(2016, 7, day) for day in (17, 18, 19, 22, 23)]
RULES: list[dict[str, Any]] = [
    {"event_weights": {"view": 0.1, "cart": 1e38, "buy": 1e-30, "never": 1}},
    {"returns": "leave out"},
    {"least_weight": 0.1},
    {"equal_weights": True, "duplicates": "sum"},
    {"first_day": DAYS[1]},
    {"last_day": DAYS[1]},
    {"users_left_out": ("a", "nobody", "1")},
    {"most_rows_per_user": 15},
    {"duplicates": "first"},
    {"duplicates": "sum"},
    {"sessions": "gap", "session_gap_minutes": 2.0, "longest_session": 3},
    {"sessions": "day", "repeats": "first"},
    {"sessions": "user", "longest_session": 10},
    {"longest_session": 2},
    {"repeats": "first"},
    {"min_users_per_item": 4},
    {"min_items_per_user": 5},
    {"min_users_per_item": 3, "min_items_per_user": 4, "core": True},
    {"least_weight": 3.2e38},  # which takes all
]
DEPENDING = ("returns", "users_left_out", "duplicates", "sessions", "longest_session", "repeats")  # on other columns


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_each_rule_takes_the_same_rows(spark: SparkSession, logs: Mapping[str, Log], kind: str) -> None:
    wanted = [fields for fields in RULES if kind == "everything" or set(fields) & set(DEPENDING)]
    found = [check(spark, logs[kind], CleaningRules(**fields)) for fields in wanted]
    if kind == "everything":
        assert all(cleaned.dropped for cleaned in found), "each rule has something to take"


@pytest.mark.parametrize("kind", KINDS)
def test_rules_without_their_column_are_refused_alike(spark: SparkSession, logs: Mapping[str, Log], kind: str) -> None:
    rows = logs[kind].there.but(logs[kind].there.frame.limit(0))  # the columns are looked at before the rows
    refused = 0
    for rules in (CleaningRules(**fields) for fields in RULES):
        sentence = cleaned_here(logs[kind].here, rules).refused
        if sentence:
            refused += 1
            assert cleaned_by_spark(spark, rows, rules).refused == sentence
    assert bool(refused) == (kind != "everything")


rules = st.builds(
    CleaningRules,
    event_weights=st.none() | st.just({"view": 0.5, "buy": 4}),
    returns=st.sampled_from(["keep", "keep", "leave out"]),
    least_weight=st.none() | st.sampled_from([0.0, 0.3, 1.0]),
    equal_weights=st.booleans(),
    first_day=st.none() | st.sampled_from(DAYS[:2]),
    last_day=st.none() | st.sampled_from(DAYS[2:]),
    users_left_out=st.sampled_from([(), (), ("b",), ("2",)]),
    most_rows_per_user=st.none() | st.integers(5, 20),
    duplicates=st.sampled_from(["keep", "first", "sum"]),
    sessions=st.sampled_from([None, None, "gap", "day", "user"]),
    session_gap_minutes=st.sampled_from([1.0, 4.1, 30.0]),
    longest_session=st.none() | st.integers(1, 5),
    repeats=st.sampled_from(["keep", "first"]),
    min_users_per_item=st.integers(1, 3),
    min_items_per_user=st.integers(1, 3),
    core=st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(list(KINDS)), rules=rules)
def test_rules_together_take_the_same_rows(
    spark: SparkSession, logs: Mapping[str, Log], kind: str, rules: CleaningRules
) -> None:
    check(spark, logs[kind], rules)


def test_a_log_is_counted_after_it_is_cleaned(spark: SparkSession, tmp_path: Path) -> None:
    (path := tmp_path / "log.csv").write_text(planted())
    rules = CleaningRules(
        event_weights={"view": 1.5, "cart": 2},
        returns="leave out",
        sessions="gap",
        repeats="first",
        min_users_per_item=2,
    )
    log, report = same(spark, path, rules=rules)
    assert [step.step for step in report.steps][1:] == [
        "event_not_counted",
        "returned",
        "beyond_session_length",
        "consecutive_repeat",
        "item_with_too_few_users",
    ]
    assert log.columns["quantity"] == "quantity"
    both_refuse(spark, path, rules=CleaningRules(min_users_per_item=100))
