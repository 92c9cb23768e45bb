"""Columns of a table as features: what becomes of every kind of cell."""

from __future__ import annotations

import datetime
import decimal
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import ParameterError
from interactions import CleaningRules, ReadOptions, read_log
from interactions.features import MISSING, NUMBER_BUCKETS, Features, Value, encode_features, labels_of
from interactions.sample import sample_columns, sample_files
from tests.interactions.test_real_logs import real


def encoded(cells: Any, dtype: Any = None) -> Features:
    """One column, called "c"."""
    column = cells if isinstance(cells, pd.Series) else pd.Series(cells, dtype=dtype)
    return encode_features(pd.DataFrame({"c": column}), ["c"])


def labels(features: Features) -> list[str]:
    return [value.value for value in features.values]


def rows(features: Features) -> list[dict[str, float]]:
    """Each row as label -> share."""
    dense = features.matrix.toarray()
    return [{labels(features)[place]: float(row[place]) for place in np.flatnonzero(row)} for row in dense]


def test_texts_have_a_feature_a_value() -> None:
    features = encoded(["tea", "milk", "tea", None], "str")
    assert labels(features) == ["milk", MISSING, "tea"]
    assert rows(features) == [{"tea": 1}, {"milk": 1}, {"tea": 1}, {MISSING: 1}]
    assert features.matrix.dtype == np.float32
    assert features.values[0] == Value("c", "milk")


def test_columns_stand_one_after_the_other_in_the_order_asked_for() -> None:
    table = pd.DataFrame({"size": ["S", "L"], "brand": ["x", "x"], "unused": [1, 2]})
    features = encode_features(table, ["brand", "size"])
    assert features.columns == ("brand", "size")
    assert features.values == (Value("brand", "x"), Value("size", "L"), Value("size", "S"))
    assert features.column_of.tolist() == [0, 1, 1]
    assert features.column_of.dtype == np.int32
    assert features.matrix.toarray().tolist() == [[1, 0, 1], [1, 1, 0]]
    assert features.n_features == 3


@pytest.mark.parametrize(
    "cells",
    [
        ["Action|Comedy", "Comedy", "", None],
        [" Action | Comedy |Action", "Comedy|Comedy", "|", " "],
        [["Action", "Comedy"], ["Comedy", None], [], None],
        [np.array(["Action", "Comedy"], dtype=object), ("Comedy", "Comedy"), [" "], [np.nan]],
    ],
)
def test_several_labels_share_a_row(cells: list[Any]) -> None:
    features = encoded(cells, object)
    assert rows(features) == [{"Action": 0.5, "Comedy": 0.5}, {"Comedy": 1}, {MISSING: 1}, {MISSING: 1}]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([["Drama", "War"], None, []], [["Drama", "War"], [], []]),
        ([[1, 2], [None, 3], None], [["1", "2"], ["3"], []]),
        ([[{"id": 18, "name": "Drama"}, {"id": 0, "name": None}], None, []], [["Drama"], [], []]),
        ([[["Toys", "Cables"], ["Toys"]], None, [["Cables"]]], [["Toys", "Cables"], [], ["Cables"]]),
    ],
)
def test_lists_as_typed_tables_keep_them(tmp_path: Path, cells: list[Any], expected: list[list[str]]) -> None:
    """A list of whole numbers with gaps comes back as one of 1.0, a list in a list as an array."""
    pd.DataFrame({"c": cells}).to_parquet(tmp_path / "items.parquet")
    column = pd.read_parquet(tmp_path / "items.parquet")["c"]
    assert labels_of(column) == expected
    assert set(labels(encoded(column))) == {label for cell in expected for label in cell} | {MISSING}


def test_a_list_is_not_cut_at_a_bar() -> None:
    assert labels(encoded([["a|b"], ["c"]], object)) == ["a|b", "c"]


GENRES = ["Action", "Comedy", "Crime", "Drama", "Romance", "Sci-Fi", "War", "Western"]


def planted_lists(n: int = 300) -> list[list[str]]:
    """Lists of one to four genres, in the order of the alphabet as catalogues have them."""
    random = np.random.default_rng(5)
    return [sorted(random.choice(GENRES, random.integers(1, 5), replace=False).tolist()) for _ in range(n)]


@pytest.mark.parametrize(
    "written",
    [
        ", ".join,
        ",".join,
        ";".join,
        "; ".join,
        "|".join,
        "、".join,
        repr,
        json.dumps,
        lambda genres: json.dumps([{"id": GENRES.index(genre), "name": genre} for genre in genres]),
        lambda genres: repr([{"id": GENRES.index(genre), "name": genre} for genre in genres]),
    ],
)
@pytest.mark.parametrize("n", [40, 300])
def test_lists_are_told_however_they_are_written(written: Callable[[list[str]], str], n: int) -> None:
    lists = planted_lists(n)
    features = encoded([*map(written, lists), None], "str")
    assert rows(features)[:-1] == [pytest.approx(dict.fromkeys(genres, 1 / len(genres))) for genres in lists]
    assert rows(features)[-1] == {MISSING: 1}


def names_of_people() -> list[str]:
    random = np.random.default_rng(6)
    first, last = ["Ann", "Bo", "Cy", "Di", "Thomas", "James"], ["Smith", "Doe", "Lee", "Roe", "Thomas", "James"]
    return [f"{random.choice(last)}, {random.choice(first)}" for _ in range(300)]


@pytest.mark.parametrize(
    "cells",
    [
        ["Matrix, The", "Godfather, The", "Beautiful Mind, A", "Piano, The", "The", "Man, A"],
        ["Paris, France", "Lyon, France", "Rome, Italy", "Milan, Italy", "Italy"],
        names_of_people(),
        ["1,234", "234,1", "5,678", "678,5", "x"],
        ["12;15", "15;12", "12;15;12", "y"],
        ["Eat, Pray, Love", "Love, Actually", "Yes, Minister"],
        ["Acme, Inc.", "Globex, Inc.", "Inc., Acme Sons", "Foo, Ltd."],
        ["Milk, whole", "whole", "Bread"],  # one text is no evidence
        ["[Drama]", "[Comedy", "[1, 2] x", "['a' 'b"],
        ["['a', 'b']", "plain", "words"],
        ["[" * 5000 + "]" * 5000, "[1]x]"],
        ["{'a', 'b'}", "('a', 'b')"],
    ],
)
def test_titles_places_people_and_numbers_stay_whole(cells: list[str]) -> None:
    assert set(labels(encoded(cells, "str"))) == set(cells)


def test_marks_between_digits_never_part_and_a_bar_comes_first() -> None:
    assert set(labels(encoded(["1,000 pieces, new", "new, 1,000 pieces", "new, used"], "str"))) == {
        "1,000 pieces", "new", "used"
    }  # fmt: skip
    assert set(labels(encoded(["a, b|c", "b, a", "a, b"], "str"))) == {"a, b", "c", "b, a"}


def test_lists_with_odd_contents() -> None:
    assert labels(encoded(["[]", "[null, 1]", '["a|b", "c, d"]', "[2.5, [3]]"], "str")) == [
        "1", "2.5", "3", "a|b", "c, d", MISSING
    ]  # fmt: skip


def test_numbers_without_ties_fill_ten_equal_buckets() -> None:
    numbers = np.random.default_rng(0).permutation(1000) / 8
    features = encoded(numbers)
    assert features.n_features == NUMBER_BUCKETS
    assert features.matrix.sum(axis=0).tolist() == [[100] * NUMBER_BUCKETS]
    order = np.argsort(numbers)
    assert (np.diff(features.matrix.indices[order]) >= 0).all(), "a bucket is a stretch of the scale"
    assert labels(features)[0] == "0 to 12.38"
    assert labels(features)[-1] == "112.5 to 124.9"


@pytest.mark.parametrize("common", [0, 25, 99])
@pytest.mark.parametrize("share", [0.15, 0.5, 0.999])
def test_equal_numbers_are_never_parted(common: int, share: float) -> None:
    numbers = np.concatenate([np.arange(100), np.full(round(100 * share / (1 - share)), common)])
    features = encoded(numbers)
    buckets_of = defaultdict(set)
    for number, bucket in zip(numbers, features.matrix.indices, strict=True):
        buckets_of[number].add(bucket)
    assert all(len(buckets) == 1 for buckets in buckets_of.values())
    assert 2 <= features.n_features <= NUMBER_BUCKETS, "what most rows have does not swallow the rest"
    if share >= 0.5:
        assert labels(features)[features.matrix.indices[-1]] == str(common)


def test_few_different_numbers_stay_categories_in_the_order_of_numbers() -> None:
    assert labels(encoded([10, 9, 2, 10, None], "Int64")) == ["2", "9", "10", MISSING]
    assert labels(encoded([0.5, 4, np.nan, 0.5])) == ["0.5", "4", MISSING]
    assert encoded(np.arange(NUMBER_BUCKETS).repeat(5)).n_features == NUMBER_BUCKETS
    assert labels(encoded([-0.0, 0.0])) == ["0"]


def test_numbers_that_differ_late_have_labels_that_differ() -> None:
    close = 1 + np.arange(40) * 1e-12
    assert len(set(labels(encoded(close)))) == NUMBER_BUCKETS
    assert labels(encoded(np.arange(40) + 123_456_789))[0] == "123456789 to 123456792"


def test_infinite_numbers_are_the_largest_and_the_least() -> None:
    features = encoded([*range(38), np.inf, -np.inf, np.nan])
    assert labels(features)[0] == "-inf to 2"
    assert labels(features)[-2:] == ["35 to inf", MISSING]


@pytest.mark.parametrize(
    "cells", [[str(number) for number in range(40)], [f" {number}.0" for number in range(40)], range(40)]
)
def test_numbers_in_a_text_column_are_numbers(cells: Any) -> None:
    features = encoded([*map(str, cells), None, "NaN"], "str")
    assert labels(features) == [*(f"{low} to {low + 3}" for low in range(0, 40, 4)), MISSING]
    assert rows(features)[-2:] == [{MISSING: 1}] * 2


@pytest.mark.parametrize("odd", ["007", "-01", "about 7", "7 kg", "1,5"])
def test_one_text_makes_a_column_of_names(odd: str) -> None:
    features = encoded([odd, *map(str, range(1, 40))], "str")
    assert features.n_features == 40
    assert odd in labels(features)


def test_equal_numbers_written_in_two_ways_are_one_category() -> None:
    assert rows(encoded(["5", "5.0", "7"], "str")) == [{"5": 1}, {"5": 1}, {"7": 1}]


@pytest.mark.parametrize("dtype", ["bool", "boolean", object])
def test_truth_values_are_categories(dtype: Any) -> None:
    cells = [True, False, True] if dtype == "bool" else [True, False, None]
    assert labels(encoded(cells, dtype))[:2] == ["False", "True"]


DAYS = [datetime.date(2025, 1, 1) + datetime.timedelta(days=day) for day in range(50)]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([*DAYS, None], dtype=object),
        pd.Series([*DAYS, None], dtype="datetime64[ns]"),
        pd.Series([*DAYS, None], dtype="datetime64[s]").dt.tz_localize("UTC"),
        pd.Series([*map(str, DAYS), None], dtype="str"),
    ],
    ids=["objects", "moments", "moments with a zone", "texts"],
)
def test_dates_are_cut_like_numbers(column: pd.Series[Any]) -> None:
    features = encoded(column)
    assert labels(features)[0] == "2025-01-01 to 2025-01-05"
    assert labels(features)[-2:] == ["2025-02-15 to 2025-02-19", MISSING]
    assert features.matrix.sum(axis=0).tolist() == [[5] * 10 + [1]]


def test_times_of_a_day_are_shown_and_no_date_is_a_text() -> None:
    assert labels(encoded(["2025-01-01T10:00:00Z", "2025-01-01"], "str")) == [
        "2025-01-01 00:00:00",
        "2025-01-01 10:00:00",
    ]
    assert labels(encoded(["2025-13-01", "2025-01-01"], "str")) == ["2025-01-01", "2025-13-01"]


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        ([1, 2, None], "Int64"),
        ([1, 2, None], "float32"),
        ([1, 2, pd.NA], object),
        ([decimal.Decimal(1), decimal.Decimal(2), None], object),
        ([1, 2, None], "category"),
        (["1", "2", None], "string"),
        (["1", "2", pd.NA], object),
        (["1", "2", None], "category"),
    ],
)
def test_how_a_table_stores_a_cell_does_not_matter(cells: list[Any], dtype: Any) -> None:
    assert rows(encoded(cells, dtype)) == [{"1": 1}, {"2": 1}, {MISSING: 1}]


def test_numbers_kept_as_categories_are_cut_like_numbers() -> None:
    numbers = pd.Series([*range(40), None])
    assert labels(encoded(numbers.astype("category"))) == labels(encoded(numbers))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, "", "  "])
def test_every_way_to_be_missing_among_mixed_cells(missing: Any) -> None:
    features = encoded(["a", 1, 2.5, missing], object)
    assert rows(features) == [{"a": 1}, {"1": 1}, {"2.5": 1}, {MISSING: 1}]


def test_a_cell_that_says_missing_is_missing() -> None:
    assert rows(encoded(["missing", None], "str")) == [{MISSING: 1}, {MISSING: 1}]


@pytest.mark.parametrize("dtype", ["str", "float64", "Int64", "datetime64[ns]", "category", object])
def test_a_column_without_any_value(dtype: Any) -> None:
    assert rows(encoded([None, None], dtype)) == [{MISSING: 1}] * 2
    nothing = encoded([], dtype)
    assert (nothing.matrix.shape, nothing.values) == ((0, 0), ())
    assert [array.shape for array in nothing.padded()] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("cell", ["tea", 3, 2.5, True, ["a", "b"], None])
def test_one_row_and_a_constant_column(cell: Any) -> None:
    for times in (1, 30):
        features = encoded(pd.Series([cell] * times, dtype=object))
        assert features.n_features == (2 if isinstance(cell, list) else 1)
        np.testing.assert_allclose(features.matrix.sum(axis=1), 1)


def test_no_columns_are_no_features() -> None:
    features = encode_features(pd.DataFrame({"a": ["x", "y"]}), [])
    assert features.matrix.shape == (2, 0)
    assert [array.shape for array in features.padded()] == [(2, 0), (2, 0)]


def test_a_column_that_is_not_there_is_named_with_those_that_are() -> None:
    table = pd.DataFrame({"brand": ["x"], "size": ["S"]})
    with pytest.raises(ParameterError, match=r"There is no column 'colour': the columns are brand, size\.$"):
        encode_features(table, ["brand", "colour"])
    with pytest.raises(ParameterError, match=r"the columns are none\.$"):
        encode_features(pd.DataFrame(index=range(3)), ["brand"])


def test_padded_by_hand() -> None:
    table = pd.DataFrame({"genre": ["a|b|c", "b"], "year": [2000, 2001]})
    features, shares = encode_features(table, ["genre", "year"]).padded()
    assert features.dtype == np.int32
    assert shares.dtype == np.float32
    assert features.tolist() == [[0, 1, 2, 3], [1, 4, 0, 0]]
    np.testing.assert_allclose(shares, np.array([[1 / 3, 1 / 3, 1 / 3, 1], [1, 1, 0, 0]]))


def check(features: Features, n_rows: int) -> None:
    """What holds of whatever table."""
    dense = features.matrix.toarray()
    assert dense.shape == (n_rows, features.n_features)
    for place in range(len(features.columns)):
        np.testing.assert_allclose(dense[:, features.column_of == place].sum(axis=1), 1, rtol=1e-5)
        own = [value.value for value in features.values if value.column == features.columns[place]]
        assert len(own) == len(set(own))
    assert (dense.sum(axis=0) > 0).all(), "no feature is nobody's"
    codes, shares = features.padded()
    again = np.zeros_like(dense)
    np.add.at(again, (np.arange(n_rows)[:, np.newaxis], codes), shares)
    np.testing.assert_array_equal(again, dense)


CELLS = st.one_of(
    st.none(), st.text(max_size=5), st.sampled_from(["a|b", "007", "12", "1.5", "nan", "2025-01-01", "inf"]),
    st.integers(), st.floats(), st.booleans(), st.dates(), st.lists(st.text(max_size=3), max_size=3),
)  # fmt: skip
COLUMNS = st.sampled_from([st.floats(), st.integers(-5, 30), st.integers(), st.text(max_size=3), CELLS, st.dates()])


@settings(max_examples=150)
@given(st.data(), st.integers(0, 40))
def test_every_row_of_every_column_sums_to_one(data: st.DataObject, n_rows: int) -> None:
    columns = {}
    for name in ("one", "two"):
        cells = data.draw(st.lists(st.none() | data.draw(COLUMNS), min_size=n_rows, max_size=n_rows))
        columns[name] = pd.Series(cells, dtype=object)
    check(encode_features(pd.DataFrame(columns, index=range(n_rows)), ["two", "one"]), n_rows)


@settings(max_examples=100)
@given(st.lists(st.floats(allow_nan=False) | st.sampled_from([0.0, 1.0]), min_size=1, max_size=60))
def test_whatever_numbers_equal_ones_meet_and_larger_ones_never_fall_lower(numbers: list[float]) -> None:
    features = encoded(numbers, "float64")
    assert features.n_features <= NUMBER_BUCKETS
    ordered = features.matrix.indices[np.argsort(numbers, kind="stable")]
    assert (np.diff(ordered) >= 0).all()
    same = np.sort(numbers)[1:] == np.sort(numbers)[:-1]
    assert (np.diff(ordered)[same] == 0).all()
    if len(set(numbers)) > 1:
        assert features.n_features > 1


def test_a_table_through_parquet_and_csv_gives_the_same_features(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "item": [f"i{number:02d}" for number in range(30)],
            "price": np.arange(30) / 4,
            "kind": pd.Categorical(["a", "b", None] * 10),
            "from": pd.to_datetime("2025-01-01") + pd.to_timedelta(np.arange(30), unit="D"),
            "stock": pd.Series([1, None, 3] * 10, dtype="Int64"),
        }
    )
    table.to_csv(tmp_path / "items.csv", index=False)
    table.to_parquet(tmp_path / "items.parquet", index=False)
    (tmp_path / "log.csv").write_text("user,item\n" + "".join(f"u{n % 3},i{n:02d}\n" for n in range(30)))
    seen = []
    for name in ("items.csv", "items.parquet"):
        log, _ = read_log(tmp_path / "log.csv", items_path=tmp_path / name)
        seen.append(encode_features(log.items, ["price", "kind", "from", "stock"]))
    check(seen[0], 30)
    assert seen[0].values == seen[1].values
    np.testing.assert_array_equal(seen[0].matrix.toarray(), seen[1].matrix.toarray())


def test_the_items_of_the_sample() -> None:
    path, items = sample_files()
    log, _ = read_log(path, sample_columns(), CleaningRules(min_users_per_item=500), items_path=items)
    columns = [str(name) for name in log.items.columns]
    assert {"title", "category", "department", "brand"} <= set(columns)
    features = encode_features(log.items, columns)
    check(features, log.n_items)
    for name in ("category", "department", "brand"):
        known = log.items[name].dropna().unique()
        own = {value.value for value in features.values if value.column == name} - {MISSING}
        assert own == {part.strip() for text in known for part in text.split("|")}


def test_the_genres_of_films() -> None:
    log, _ = read_log(real("ml-latest-small/ratings.csv"), items_path=real("ml-latest-small/movies.csv"))
    features = encode_features(log.items, ["category"])
    check(features, log.n_items)
    assert features.n_features == 20
    toy_story = int(np.flatnonzero(log.item_ids == "1")[0])
    assert set(rows(features)[toy_story]) == {"Adventure", "Animation", "Children", "Comedy", "Fantasy"}


def test_the_genres_of_films_with_gaps(tmp_path: Path) -> None:
    for name, header in (("ratings", "user::item::rating::time"), ("movies", "item::title::genres")):
        body = real(f"movietweetings/{name}.dat").read_bytes()
        (tmp_path / f"{name}.csv").write_bytes(header.encode() + b"\n" + body)
    log, _ = read_log(
        tmp_path / "ratings.csv", {"user": "user", "item": "item"},
        items_path=tmp_path / "movies.csv", options=ReadOptions(separator="::"),
    )  # fmt: skip
    features = encode_features(log.items, [str(name) for name in log.items.columns])
    check(features, log.n_items)
    assert Value("category", MISSING) in features.values


def test_the_kinds_of_chinese_goods() -> None:
    log, _ = read_log(
        real("goodsorder-zh/GoodsOrder.csv"), items_path=real("goodsorder-zh/GoodsTypes.csv"),
        options=ReadOptions(encoding="gb18030"),
    )  # fmt: skip
    features = encode_features(log.items, ["category"])
    check(features, log.n_items)
    assert len(log.items["category"].unique()) == features.n_features
