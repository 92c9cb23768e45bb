"""A cell with a basket in it becomes a row for each item, and every row is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions import InteractionLog, ReadOptions, read_log
from interactions.features import labels_of
from interactions.formats.source import Batch
from interactions.several_items import likely_mark, unfolded

NOTHING: list[Any] = [None]
BASKETS = st.lists(st.one_of(st.none(), st.lists(st.sampled_from("abc"), max_size=4)), min_size=1, max_size=12)


def batch_of(items: pa.Array, *beside: pa.Array) -> Batch:
    places = np.arange(10, 10 + len(items), dtype=np.int64)
    return Batch([items, *beside], places, n_malformed=1, malformed=[(9, "broken")], done=5)


def slowly(baskets: list[list[str] | None]) -> list[tuple[int, str | None]]:
    """(row of the basket, item) of each item, None for the item of a basket that has none."""
    return [(row, item) for row, basket in enumerate(baskets) for item in (basket or NOTHING)]


def rows_of(batch: Batch) -> list[tuple[int, Any]]:
    """(what stands beside it, item) of each row."""
    return list(zip(batch.arrays[1].to_pylist(), [item or None for item in batch.arrays[0].to_pylist()], strict=True))


@given(BASKETS, st.sampled_from(["|", ",", " ", "::"]), st.booleans())
def test_texts_are_parted_at_the_mark(baskets: list[list[str] | None], mark: str, trailing: bool) -> None:
    cells = [None if basket is None else mark.join(basket) + mark * (trailing and bool(basket)) for basket in baskets]
    found = unfolded(batch_of(pa.array(cells, pa.string()), pa.array(range(len(cells)))), 0, mark)
    assert rows_of(found) == slowly(baskets)
    assert found.places.tolist() == [10 + row for row, _ in slowly(baskets)]
    assert (found.n_malformed, found.malformed, found.done) == (1, [(9, "broken")], 5)


@given(BASKETS)
def test_lists_are_cut_with_those_beside_them(baskets: list[list[str] | None]) -> None:
    times = [None if basket is None else list(range(len(basket))) for basket in baskets]
    items, beside = pa.array(baskets, pa.list_(pa.string())), pa.array(range(len(baskets)))
    found = unfolded(batch_of(items, beside, pa.array(times, pa.list_(pa.int64()))), 0, None)
    assert rows_of(found) == slowly(baskets)
    by_hand = [time for basket in baskets for time in (range(len(basket)) if basket else [None])]
    assert found.arrays[2].to_pylist() == by_hand


def test_without_lists_and_without_a_mark_nothing_changes() -> None:
    batch = batch_of(pa.array(["a|b", "c"]), pa.array([0, 1]))
    assert unfolded(batch, 0, None) is batch


def events(log: InteractionLog) -> list[tuple[str, str]]:
    return [
        (str(log.user_ids[user]), str(log.item_ids[item]))
        for user, item in zip(log.user_codes, log.item_codes, strict=True)
    ]


EXPECTED = [("u1", "a"), ("u1", "b"), ("u1", "a"), ("u2", "b")]


@pytest.mark.parametrize(
    ("name", "text", "mark"),
    [
        ("log.csv", "user,item\nu1,a b\nu1,\nu1,a\nu2,b \n", " "),
        ("log.csv", 'user,item\nu1,"a, b"\nu1," "\nu1,a\nu2,b\n', ","),
        ("log.jsonl", "\n".join(json.dumps({"user": user, "item": items}) for user, items in
                                (("u1", ["a", "b"]), ("u1", []), ("u1", ["a"]), ("u2", ["b"]))), "|"),
    ],
)  # fmt: skip
def test_baskets_in_a_cell_of_a_text(tmp_path: Path, name: str, text: str, mark: str) -> None:
    (tmp_path / name).write_text(text)
    log, report = read_log(tmp_path / name, options=ReadOptions(several_items=mark))
    assert events(log) == EXPECTED
    assert (report.rows, report.dropped) == (5, {"missing_item": 1})


def test_columns_of_lists_need_no_telling(tmp_path: Path) -> None:
    table = {
        "user": ["u1", "u1", "u2"],
        "item": [["a", "b"], ["a"], ["b"]],
        "time": pa.array([[10, 20], [30], [40]], pa.list_(pa.int64())),
    }
    pq.write_table(pa.table(table), tmp_path / "log.parquet")
    log, report = read_log(tmp_path / "log.parquet", {"user": "user", "item": "item", "time": "time"})
    assert events(log) == EXPECTED
    assert log.timestamps is not None
    assert log.timestamps.tolist() == [10, 20, 30, 40]
    assert report.rows == 4


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string()), pa.list_(pa.string(), 2)])
def test_a_list_beside_a_single_item_is_its_labels(tmp_path: Path, kind: pa.DataType) -> None:
    genres = [["Drama", "Comedy"], ["War", "Crime"], ["Drama", "Comedy"], None]
    table = {"user": ["u1", "u2", "u2", "u1"], "item": list("abac"), "genres": pa.array(genres, kind)}
    pq.write_table(pa.table(table), tmp_path / "log.parquet")
    log, report = read_log(tmp_path / "log.parquet")
    assert (report.interactions, log.columns["category"]) == (4, "genres")
    assert labels_of(log.items["category"]) == [["Drama", "Comedy"], ["War", "Crime"], []]


def test_lists_beside_lists_of_items_are_taken_apart_or_said_of_each(tmp_path: Path) -> None:
    """A basket without kinds does not make those of the others a label of each of their items."""
    items = [["a", "b"], ["c"], ["d", "e"]]
    for genres, expected in (
        ([["Drama", "War"], ["Crime"], None], [["Drama"], ["War"], ["Crime"], [], []]),
        ([["Drama", "War"], ["Crime", "War"], [None]], [["Drama", "War"]] * 2 + [["Crime", "War"]] + [[]] * 2),
        ([[1], [2], [3, 4]], [["1"], ["1"], ["2"], ["3", "4"], ["3", "4"]]),
    ):
        pq.write_table(
            pa.table({"user": ["u1", "u2", "u1"], "item": items, "genres": genres}), tmp_path / "log.parquet"
        )
        log, _ = read_log(tmp_path / "log.parquet")
        assert labels_of(log.items["category"]) == expected


def test_another_mark_makes_another_log(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,item\nu1,a b\nu2,b c\n")
    digests = {
        read_log(tmp_path / "log.csv", options=ReadOptions(several_items=mark))[0].digest for mark in (None, " ", "|")
    }
    assert len(digests) == 3


def test_cells_that_look_like_baskets_are_pointed_out(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = [f"u{number % 9},{' '.join(random.choice(list('abcdef'), 4))}" for number in range(60)]
    (tmp_path / "log.csv").write_text("\n".join(["user,item", *rows]))
    said = " ".join(read_log(tmp_path / "log.csv")[1].notes)
    assert "look like several in one cell" in said
    said = " ".join(read_log(tmp_path / "log.csv", options=ReadOptions(several_items=" "))[1].notes)
    assert "look like several in one cell" not in said


@pytest.mark.parametrize(
    "cells", [["whole milk", "butter milk", "root vegetables"], ["Matrix, The", "Up"], ["a|b"], ["", "x"], []]
)
def test_names_of_several_words_are_no_baskets(cells: list[str]) -> None:
    assert likely_mark(cells) is None


def test_parts_of_names_that_stand_in_one_place_only_are_no_items() -> None:
    shirts = [
        f"{what} - 0 / {size}, {colour}" for what in ("Shirt", "Coat") for size in "SML" for colour in ("red", "tan")
    ]
    games = [f"The Elder Scrolls {number}, {part}" for number in ("IV", "V") for part in range(4)]
    assert likely_mark(shirts) is None
    assert likely_mark(games) is None
    assert likely_mark([f"The Elder Scrolls V {part}" for part in range(9)]) is None
    assert likely_mark(["a, b", "b, a", "a, c", "c, b"]) == ","
