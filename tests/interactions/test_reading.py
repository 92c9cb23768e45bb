"""From a file to a log: every row is in it or counted, and ids stay as they stood."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import itertools
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from errors import Cancelled, LogError
from interactions import CleaningRules, InteractionLog, ReadOptions, read_log
from interactions.cleaning import REASONS
from tests.interactions.files import GOOD, ITEMS, adds_up, write
from tests.interactions.formats.test_records import reference


def events(log: InteractionLog) -> list[tuple[str, str]]:
    return [
        (str(log.user_ids[user]), str(log.item_ids[item]))
        for user, item in zip(log.user_codes, log.item_codes, strict=True)
    ]


def test_a_small_file_becomes_the_arrays_that_one_expects(tmp_path: Path) -> None:
    log, report = read_log(write(tmp_path, GOOD))
    assert log.item_ids.tolist() == [" b", "0104257", "c"], "ids are text, untrimmed, in byte order"
    assert log.user_ids.tolist() == ["u1", "u2"]
    assert log.user_codes.tolist() == [0, 0, 1]
    assert log.item_codes.tolist() == [1, 2, 0], "equal times keep the order of the file"
    assert log.weights.tolist() == [5, 1, 3]
    assert log.timestamps is not None
    assert log.timestamps.tolist() == [1483228800, 1483228800, 1483315200]
    arrays = (log.user_codes, log.item_codes, log.weights, log.timestamps)
    assert [array.dtype.name for array in arrays] == ["int32", "int32", "float32", "int64"]
    assert log.session_codes is None
    assert not log.users_are_sessions
    assert report.columns == {"user": "user_id", "item": "item_id", "weight": "rating", "time": "time"}
    assert (report.rows, report.interactions, report.dropped) == (3, 3, {})


def test_codes_are_ranks_in_byte_order(tmp_path: Path) -> None:
    items = ["z", "Z", "é", "商", "10", "9", "\U0001f600", "￿"]
    log, _ = read_log(write(tmp_path, "user,item\n" + "".join(f"u{n % 2},{item}\n" for n, item in enumerate(items))))
    assert log.item_ids.tolist() == sorted(items, key=lambda item: item.encode())


def test_each_row_is_counted_under_the_first_rule_that_takes_it(tmp_path: Path) -> None:
    text = (
        "user,item,session,time,rating\n"
        "u1,a,s1,2017-01-01,1\n"
        "u2,b,s2,2017-01-02,2\n"
        "u1,a,s1,2017-01-01\n"  # too short; line 4
        "u1,a,s1,2017-01-01,1,9\n"  # too long
        'u1,"a"x,s1,2017-01-01,1\n'
        ",,,,\n"  # everything is missing: the user first
        "u1,  ,,,\n"
        "u1,a,,soon,x\n"
        "u1,a,s1,soon,nan\n"
        "u1,a,s1,,0\n"
        "u1,a,s1,2017-01-01,\n"
        "u1,a,s1,2017-01-01,inf\n"
        "u1,a,s1,2017-01-01,many\n"
        "u1,a,s1,2017-01-01,1e99\n"
        "u1,a,s1,2017-01-01,-1\n"
        "u1,a,s1,2017-01-01,0\n"
        "u1,a,s1,2017-01-01,1e-99\n"
    )
    log, report = read_log(write(tmp_path, text))
    assert report.dropped == {
        "malformed_row": 3,
        "missing_user": 1,
        "missing_item": 1,
        "missing_session": 1,
        "unreadable_time": 2,
        "non_finite_weight": 4,
        "non_positive_weight": 3,
    }
    assert list(report.dropped) == [reason for reason in REASONS if reason in report.dropped]
    assert (report.rows, report.interactions) == (17, 2)
    assert adds_up(report)
    assert report.examples["malformed_row"] == [
        "line 4: too few fields", "line 5: too many fields", "line 6: broken quotes"
    ]  # fmt: skip
    assert report.examples["missing_user"] == ["line 7"]
    assert report.examples["unreadable_time"] == ["line 10: 'soon'", "line 11: ''"]
    assert report.examples["non_finite_weight"] == ["line 12: ''", "line 13: 'inf'", "line 14: 'many'"]
    assert log.n_interactions == 2


def test_headers_in_the_middle_of_files_that_were_put_together_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "user,item,colour\n" + "u1,i1,red\nu2,i2,red\nuser,item,colour\n" * 2 + "user,i1,red\nu1,item,red\n"
    )
    log, report = read_log(path, options=ReadOptions(header=True))
    assert list(log.user_ids) == ["u1", "u2", "user"]
    assert report.dropped == {"malformed_row": 2}
    assert report.examples == {"malformed_row": ["line 4: the header again", "line 7: the header again"]}
    assert report.rows == 8


@pytest.mark.parametrize(
    "header",
    [
        "\ufeffuser,item",
        '\ufeff"user","item"',
        "user, item",
        " user , item ",
        "#user,item",
        "# user,item",
        "user:token,item:token",
        "\ufeffuser:token,item:token",
    ],
)
@pytest.mark.parametrize("first", ["user,item", "as below"])
def test_a_header_in_the_middle_is_known_with_all_that_the_first_is_cleaned_of(
    tmp_path: Path, header: str, first: str
) -> None:
    path = tmp_path / "log.csv"
    top = header if first == "as below" else first
    path.write_text(f"{top}\nu1,i1\nu2,i2\n{header}\nu1,i2\n#user,i1\nu1, item\n", encoding="utf-8")
    log, report = read_log(path, options=ReadOptions(header=True))
    assert log.columns == {"user": "user", "item": "item"}
    assert (report.dropped, len(report.examples["malformed_row"])) == ({"malformed_row": 1}, 1)
    assert report.examples["malformed_row"][0].startswith("line 4: ")
    assert (log.user_ids.tolist(), log.item_ids.tolist()) == (["#user", "u1", "u2"], [" item", "i1", "i2"])


def test_columns_without_a_role_are_not_judged(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "u2,c,not a number,never\n")
    _, report = read_log(path, {"user": "user_id", "item": "item_id"})
    assert (report.rows, report.dropped) == (4, {})


cells = st.sampled_from(
    [
        "",
        " ",
        "a",
        "b",
        "0",
        "007",
        "é",
        '"',
        '""',
        '"a"',
        '"a,b"',
        '"a\nb"',
        "x\r",
        "1",
        "-1",
        "nan",
        "\\N",
        '"\\N"',
        '"a\\"b"',
        "\\",
    ]
)
lines = st.lists(st.tuples(st.lists(cells, min_size=0, max_size=4), st.sampled_from(["\n", "\r\n", "\r", "\n\n"])))


@given(lines, st.booleans(), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_the_counts_add_up_whatever_the_file(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[tuple[list[str], str]],
    mark: bool,
    separator: str,
    escapes: bool,
) -> None:
    body = "".join(separator.join(row) + end for row, end in table)
    path = write(
        tmp_path_factory.mktemp("messy"), ("\ufeff" if mark else "") + f"user{separator}item{separator}w\n{body}"
    )
    rows, malformed = reference(body, 3, separator, escapes=escapes)
    weights = [_number(fields[2]) for _, fields in rows]
    good = [
        (user, item)
        for (_, (user, item, _)), weight in zip(rows, weights, strict=True)
        if user.strip() and item.strip() and 0 < weight < np.inf
    ]
    roles = {"user": "user", "item": "item", "weight": "w"}
    options = ReadOptions(separator=separator, escapes=escapes)
    if len({user for user, _ in good}) < 2 or len({item for _, item in good}) < 2:
        with pytest.raises(LogError):
            read_log(path, roles, options=options)
        return
    log, report = read_log(path, roles, options=options)
    assert adds_up(report)
    assert report.rows == len(rows) + len(malformed)
    assert report.dropped.get("malformed_row", 0) == len(malformed)
    assert Counter(events(log)) == Counter(good)


typed_cells = st.sampled_from([None, "", " ", "a", "b", "007", "é", '"', "\\N", "1", "-1", "nan", "x|y", "{", "\n"])


@given(
    st.lists(st.tuples(typed_cells, typed_cells, typed_cells), max_size=12), st.sampled_from(["json", "arrow", "sql"])
)
def test_the_counts_add_up_in_other_formats(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str | None, str | None, str | None]], form: str
) -> None:
    path = tmp_path_factory.mktemp("messy") / {"json": "log.jsonl", "arrow": "log.parquet", "sql": "log.db"}[form]
    names = ["user", "item", "w"]
    n_malformed = 0
    if form == "json":
        texts = [json.dumps(dict(zip(names, row, strict=True))) for row in table]
        n_malformed = sum(row[0] == "{" for row in table)  # half an object stands after each of them
        path.write_text("\n".join(text + ("\n{" if '"user": "{"' in text else "") for text in texts), encoding="utf-8")
    elif form == "arrow":
        columns = [pa.array([row[place] for row in table], pa.string()) for place in range(3)]
        pq.write_table(pa.table(columns, names), path)
    else:
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE events (user TEXT, item TEXT, w TEXT)")
            connection.executemany("INSERT INTO events VALUES (?, ?, ?)", table)
    good = [
        (user, item)
        for user, item, weight in table
        if user and user.strip() and item and item.strip() and 0 < _number(weight or "") < np.inf
    ]
    roles = {"user": "user", "item": "item", "weight": "w"}
    if len({user for user, _ in good}) < 2 or len({item for _, item in good}) < 2:
        with pytest.raises(LogError):
            read_log(path, roles)
        return
    log, report = read_log(path, roles)
    assert adds_up(report)
    assert report.rows == len(table) + n_malformed
    assert report.dropped.get("malformed_row", 0) == n_malformed
    assert Counter(events(log)) == Counter(good)


def test_a_table_as_mysql_and_spark_write_it(tmp_path: Path) -> None:
    text = (
        '"u1","say \\"hi\\", he said","2017-01-01","5"\n'
        '"u2","a \\\\ b","2017-01-02","4"\n'
        '\\N,"c","2017-01-03","3"\n'
        '"u3",\\N,"2017-01-03","3"\n'
        '"u3","d",\\N,"3"\n'
        '"u3","d","2017-01-03",\\N\n'
        '"u3","\\N","2017-01-03","1"\n'
    )
    log, report = read_log(write(tmp_path, "user,item,time,rating\n" + text))
    assert events(log) == [("u1", 'say "hi", he said'), ("u2", "a \\ b"), ("u3", "\\N")]
    assert report.dropped == {"missing_user": 1, "missing_item": 1, "unreadable_time": 1, "non_finite_weight": 1}
    assert adds_up(report)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=5)), min_size=2, max_size=8),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_ids_stay_as_they_stood(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], encoding: str
) -> None:
    assume(all(text.strip() and "\0" not in text and _can_be_written(text) for pair in pairs for text in pair))
    assume(len({user for user, _ in pairs}) > 1)
    assume(len({item for _, item in pairs}) > 1)
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("user", "item"), *pairs])
    path = write(tmp_path_factory.mktemp("ids"), file.getvalue().encode(encoding))
    log, report = read_log(path, options=ReadOptions(encoding=encoding))
    assert Counter(events(log)) == Counter(pairs)
    assert report.dropped == {}


def _can_be_written(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text) and bool(text.strip("\x1c\x1d\x1e\x1f\x85\ufeff"))


def test_parquet_gives_the_same_log_as_csv(tmp_path: Path) -> None:
    table = pd.read_csv(io.StringIO(GOOD), dtype="str")
    table.to_parquet(tmp_path / "text.parquet", index=False)
    typed = table.assign(time=pd.to_datetime(["2017-01-01", "2017-01-02", "2017-01-01"]), rating=[5, 3, 1])
    typed.to_parquet(tmp_path / "typed.parquet", index=False)
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "plain.parquet", use_dictionary=False)
    log, _ = read_log(write(tmp_path, GOOD))
    for name in ("text", "typed", "plain"):
        other, report = read_log(tmp_path / f"{name}.parquet")
        assert events(other) == events(log)
        assert other.weights.tolist() == log.weights.tolist()
        assert log.timestamps is not None
        assert other.timestamps is not None
        assert other.timestamps.tolist() == log.timestamps.tolist()
        assert report.rows == 3


def test_parquet_ids_of_other_types_and_nulls(tmp_path: Path) -> None:
    table = pa.table({"user": pa.array([1, 2, None, 10]), "item": ["a", None, "c", "d"], "w": [1.0, 1.0, 1.0, 2.0]})
    pq.write_table(table, tmp_path / "log.parquet")
    log, report = read_log(tmp_path / "log.parquet", {"user": "user", "item": "item", "weight": "w"})
    assert log.user_ids.tolist() == ["1", "10"], "byte order, not numbers' order"
    assert report.dropped == {"missing_user": 1, "missing_item": 1}
    assert report.examples["missing_item"] == ["row 2"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_separators_line_ends_and_marks_are_detected(tmp_path: Path, separator: str, end: str, mark: str) -> None:
    text = mark + GOOD.replace(",", separator).replace("\n", end)
    log, report = read_log(write(tmp_path, text, "log.txt"))
    assert report.columns["user"] == "user_id"
    assert log.n_interactions == 3


def test_a_comma_inside_quoted_titles_does_not_mislead_the_separator(tmp_path: Path) -> None:
    text = "user;item;title\n" + "".join(f'u{n % 3};i{n % 4};"a, b, c, d"\n' for n in range(12))
    log, _ = read_log(write(tmp_path, text))
    assert log.items["title"].tolist() == ["a, b, c, d"] * 4


def test_two_characters_as_separator(tmp_path: Path) -> None:
    log, _ = read_log(write(tmp_path, GOOD.replace(",", "::")), options=ReadOptions(separator="::"))
    assert log.n_interactions == 3


def test_bytes_that_are_no_text_spoil_their_row_only(tmp_path: Path) -> None:
    body = b"u1,a\nu2,b\n" * 10_000 + b"u1,\xff\nu2,\xc3\xa9\n"
    log, report = read_log(write(tmp_path, b"user,item\n" + body))
    assert report.dropped == {"malformed_row": 1}
    assert report.examples["malformed_row"] == ["line 20002: not written in the file's encoding"]
    assert "é" in log.item_ids


def test_baskets_stand_for_users_where_there_are_none(tmp_path: Path) -> None:
    log, report = read_log(write(tmp_path, "basket_id,product\n9,a\n10,b\n9,b\n,c\n"))
    assert log.users_are_sessions
    assert log.user_ids.tolist() == ["10", "9"]
    assert log.session_codes is not None
    assert log.session_codes.tolist() == log.user_codes.tolist() == [0, 1, 1]
    assert report.dropped == {"missing_session": 1}
    assert any("basket" in note for note in report.notes)


def test_floors_leave_out_items_first_then_users_each_in_one_pass(tmp_path: Path) -> None:
    pairs = [("u1", "a"), ("u2", "a"), ("u1", "b"), ("u2", "b"), ("u3", "b"), ("u3", "c"), ("u3", "c"), ("u4", "b")]
    path = write(tmp_path, "user,item\n" + "".join(f"{user},{item}\n" for user, item in pairs))
    log, report = read_log(path, rules=CleaningRules(min_users_per_item=2, min_items_per_user=2))
    # c has one user, twice; then u3 and u4 have one item left. That a and b lose nobody else to them is not looked at.
    assert report.dropped == {"item_with_too_few_users": 2, "user_with_too_few_items": 2}
    assert sorted(events(log)) == [("u1", "a"), ("u1", "b"), ("u2", "a"), ("u2", "b")]
    assert (log.user_ids.tolist(), log.item_ids.tolist()) == (["u1", "u2"], ["a", "b"])
    assert report.examples["item_with_too_few_users"] == ["item c"]
    assert adds_up(report)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_floors_against_sets(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[int, int]], least_users: int, least_items: int
) -> None:
    kept = [pair for pair in pairs if len({user for user, item in pairs if item == pair[1]}) >= least_users]
    kept = [pair for pair in kept if len({item for user, item in kept if user == pair[0]}) >= least_items]
    path = write(tmp_path_factory.mktemp("floors"), "user,item\n" + "".join(f"{u},{i}\n" for u, i in pairs))
    rules = CleaningRules(min_users_per_item=least_users, min_items_per_user=least_items)
    if len({user for user, _ in kept}) < 2 or len({item for _, item in kept}) < 2:
        with pytest.raises(LogError):
            read_log(path, rules=rules)
        return
    log, report = read_log(path, rules=rules)
    assert Counter(events(log)) == Counter((str(user), str(item)) for user, item in kept)
    assert adds_up(report)


def test_title_and_category_in_the_log_are_the_first_that_an_item_has(tmp_path: Path) -> None:
    text = "user,item,time,title,category\nu,a,9,,\nv,b,8,B,x\nu,a,7,First,\nv,a,1,Second,y\n"
    log, _ = read_log(write(tmp_path, text))
    assert log.items["title"].tolist() == ["First", "B"]
    assert log.items["category"].tolist() == ["y", "x"]


def test_what_is_unknown_is_missing_and_never_the_text_nan(tmp_path: Path) -> None:
    log, _ = read_log(write(tmp_path, "user,item,title\nu,a,\nv,b,B\n"))
    assert log.items["title"].isna().tolist() == [True, False]
    assert log.items["category"].isna().tolist() == [True, True]


def test_the_digest_names_all_that_the_log_was_made_from_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    items, users = write(tmp_path, ITEMS, "items.csv"), write(tmp_path, "user_id,age\nu2,40\n", "users.csv")

    def digest(path: Path = path, columns: Any = None, rules: CleaningRules = CleaningRules(), **more: Any) -> str:  # noqa: B008
        return read_log(path, columns, rules, **more)[0].digest

    with_floor = write(tmp_path, GOOD + "u2,c,1,2017-01-01\n", "floor.csv")
    guessed = {"user": "user_id", "item": "item_id", "weight": "rating", "time": "time"}
    same = {
        digest(),
        digest(),
        digest(write(tmp_path, GOOD, "another name.txt")),
        digest(columns=guessed),
        digest(columns=dict(reversed(guessed.items()))),
        digest(options=ReadOptions(separator=",", encoding="UTF8")),
    }
    assert len(same) == 1
    others = [
        digest(write(tmp_path, GOOD + "\n", "longer.csv")),
        digest(columns={"user": "user_id", "item": "item_id"}),
        digest(columns={"user": "item_id", "item": "user_id"}),
        digest(items_path=items),
        digest(users_path=users),
        digest(items_path=users),
        digest(options=ReadOptions(encoding="latin-1")),
        digest(columns={"user": "rating", "item": "user_id"}),
        digest(with_floor, rules=CleaningRules(min_items_per_user=2)),
        digest(with_floor),
    ]
    assert len({*same, *others}) == 1 + len(others)


def test_progress_runs_forward_and_can_stop_the_work(tmp_path: Path) -> None:
    seen: list[tuple[str, float, float]] = []

    def watch(stage: str, done: float, total: float, loss: float | None = None) -> None:
        seen.append((stage, done, total))

    path = write(tmp_path, GOOD)
    read_log(path, items_path=write(tmp_path, ITEMS, "items.csv"), progress=watch)
    assert all(before[1] <= after[1] for before, after in itertools.pairwise(seen))
    assert seen[-1][1] == seen[-1][2]
    assert any("Reading log.csv" in stage for stage, _, _ in seen)

    def stop(wanted: str, stage: str, done: float, total: float, loss: float | None = None) -> None:
        if stage == wanted:
            raise Cancelled

    for stage in {stage for stage, _, _ in seen}:
        with pytest.raises(Cancelled):
            read_log(path, items_path=tmp_path / "items.csv", progress=functools.partial(stop, stage))
