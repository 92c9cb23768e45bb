"""Texts of many batches become codes, and the texts that are used; numbers as people write them become numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interactions import CleaningRules, read_log
from interactions.values import Mark, TextColumn, encode, is_written_number, read_weights, told_decimal

CELLS = st.none() | st.sampled_from(["a", "b", "0001", "266079.0", "牛奶", " ", "", "\t", " a"])


@st.composite
def batches(draw: st.DrawFn) -> list[pa.Array]:
    """Batches of cells, some as Arrow keeps them with the texts of other batches, more texts than there are rows."""
    columns = []
    for cells in draw(st.lists(st.lists(CELLS, max_size=12), min_size=1, max_size=5)):
        column = pa.array(cells, pa.string())
        if draw(st.booleans()):
            texts = [f"other {place}" for place in range(20)] + sorted({cell for cell in cells if cell is not None})
            column = pa.DictionaryArray.from_arrays(
                pa.array([None if cell is None else texts.index(cell) for cell in cells], pa.int32()),
                pa.array(texts, pa.string()),
            )
        columns.append(column)
    return columns


@given(batches())
def test_codes_lead_back_to_the_cells_and_no_other_text_is_kept(columns: list[pa.Array]) -> None:
    gathered = TextColumn()
    for column in columns:
        encoded = encode(column, "item")
        assert len(encoded.dictionary) <= len(encoded), "memory is foretold from what a batch keeps"
        gathered.add(encoded)
    codes, texts = gathered.finish()
    wanted = [cell if cell is not None and cell.strip() else None for column in columns for cell in column.to_pylist()]
    assert [None if code < 0 else texts[code] for code in codes.tolist()] == wanted
    assert texts == sorted({cell for cell in wanted if cell is not None}, key=str.encode)


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        (pa.binary(16), [UUID(int=7).bytes, b"sixteen letters!"],
         ["00000000-0000-0000-0000-000000000007", "73697874-6565-6e20-6c65-747465727321"]),
        (pa.uuid(), [bytes.fromhex("550e8400e29b41d4a716446655440000"), UUID(int=7).bytes],
         ["550e8400-e29b-41d4-a716-446655440000", "00000000-0000-0000-0000-000000000007"]),
        (pa.binary(), ["牛奶".encode(), b"\xff\x00"], ["牛奶", "ff00"]),
        (pa.large_binary(), [b"sixteen letters!", b"b"], ["sixteen letters!", "b"]),
        (pa.binary(2), [b"ab", b"\xff\x00"], ["ab", "ff00"]),
    ],
    ids=["sixteen bytes", "UUIDs", "bytes", "long bytes", "two bytes"],
)  # fmt: skip
def test_ids_that_are_bytes(tmp_path: Path, kind: Any, cells: list[bytes], expected: list[str]) -> None:
    items = pa.array([*cells, None, cells[0]], kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind)
    if isinstance(kind, pa.BaseExtensionType):
        items = pa.ExtensionArray.from_storage(kind, items)
    pq.write_table(pa.table({"user": ["a", "b", "c", "d"], "item": items}), tmp_path / "log.parquet")
    log, report = read_log(tmp_path / "log.parquet", {"user": "user", "item": "item"})
    assert [log.item_ids[item] for item in log.item_codes] == [*expected, expected[0]]
    assert report.dropped == {"missing_item": 1}


def test_bytes_as_newer_programs_hold_them() -> None:
    column = pa.array([b"a longer text than 12", None, b"\xff"], pa.binary_view())
    assert encode(column, "item").to_pylist() == ["a longer text than 12", None, "ff"]


@pytest.mark.parametrize("batches", [1, 2])
@pytest.mark.parametrize(
    ("codes", "values", "expected"),
    [
        ([0, 1, 2, 0], pa.array(["a", "a", "b"]), ["a", "a", "b", "a"]),
        ([0, 1, 3, 2], pa.array(["a", None, "a", "b"]), ["a", None, "b", "a"]),
        ([2, 1, 0, 1], pa.array([b"\xff", b"ff", b"b"]), ["b", "ff", "ff", "ff"]),
    ],
    ids=["texts", "nothing", "bytes"],
)
def test_a_dictionary_that_holds_a_text_twice(
    tmp_path: Path, codes: list[int | None], values: pa.Array, expected: list[str | None], batches: int
) -> None:
    users = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), values)
    for column in (users, users.dictionary_decode()):
        table = pa.table({"user": column, "item": ["i1", "i2", "i3", "i4"]})
        with pa.OSFile(str(tmp_path / "log.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            for _ in range(batches):
                writer.write_table(table)
        log, report = read_log(tmp_path / "log.arrow", {"user": "user", "item": "item"})
        assert log.user_ids.tolist() == sorted({text for text in expected if text is not None})
        assert report.dropped.get("missing_user", 0) == batches * expected.count(None)
        read = {
            (log.user_ids[user], log.item_ids[item]) for user, item in zip(log.user_codes, log.item_codes, strict=True)
        }
        assert read == {(text, f"i{place}") for place, text in enumerate(expected, start=1) if text is not None}


@pytest.mark.parametrize(
    ("decimal", "cell", "expected"),
    [
        (",", "1,5", 1.5),
        (",", "1.250,00", 1250),
        (",", "1.250", 1250),
        (",", "0.250", 0.25),  # no thousands: a plain number
        (",", "12.5", 12.5),
        (",", "100,50 €", 100.5),
        (",", "€ 12,50", 12.5),
        (",", "1 234,5", 1234.5),
        (",", "1\u00a0234,5", 1234.5),
        (",", "1\u202f234\u202f567,5\u00a0€", 1234567.5),
        (",", "1,5E+03", 1500),
        (",", "1,234", 1.234),
        (",", "12,", None),
        (",", "1,250.00", None),
        (".", "$1,234.50", 1234.5),
        (".", "1,234", 1234),
        (".", "1'234.50", 1234.5),
        (".", "1\u2019234\u2019567", 1234567),
        (".", "USD 5", 5),
        (".", "5JPY", 5),
        (".", "-$5", -5),
        (".", "$-5", -5),
        (".", "5-", -5),
        (".", "5.5- €", -5.5),
        (".", "5 €-", -5),
        (".", "\u22125", -5),
        (".", "1,5", None),
        (".", "1,2,3", None),
        (".", "1,2345", None),
        (".", "12,34,567", None),
        (".", "1234,567", None),
        (".", "0,125", None),
        (".", "1,234'567", None),
        (".", "1,234e3", None),
        (".", "-5-", None),
        (".", "$5 €", None),
        (".", "12 %", None),
        (".", "5 stars", None),
        (".", "True", None),
        (".", "$", None),
        (".", "", None),
    ],
)
def test_numbers_as_people_write_them(decimal: Mark, cell: str, expected: float | None) -> None:
    for kind in (pa.string(), pa.large_string()):
        read = read_weights(pa.array(["2.5", None, f" {cell} "], kind), decimal)
        assert read[0] == 2.5
        assert np.isnan(read[1])
        assert (None if np.isnan(read[2]) else read[2]) == (None if expected is None else np.float32(expected))
        assert is_written_number(cell, decimal) == (expected is not None and cell not in ("0.250", "12.5"))
        only_plain = float(read_weights(pa.array([cell], kind))[0])
        assert math.isnan(only_plain) or cell in ("1.250", "0.250", "12.5")


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1,5"], ","),
        (["1,50 €", "3"], ","),
        (["1.250,00"], ","),
        (["1.250.000"], ","),
        (["0,125"], ","),
        (["1,234", "0,5"], ","),
        (["1,5", "1,5", "1.5"], ","),
        (["1,5", "1.5"], "."),
        (["1.5"], "."),
        (["$1,234.50"], "."),
        (["1,234,567"], "."),
        (["1,234", "2,345"], None),
        (["1.250", "7", "x", "", "1,2,3", "5 stars", "2023-04-12"], None),
        ([], None),
    ],
)
def test_the_mark_that_cells_tell(cells: list[str], decimal: Mark | None) -> None:
    assert told_decimal(cells) == decimal


@given(
    st.decimals(-(10**9), 10**9, places=2),
    st.sampled_from([",", "."]),
    st.sampled_from(["", "other", " ", "\u00a0", "\u202f", "'"]),
    st.sampled_from(["{}", "{} €", "€{}", "EUR {}", "$ {}", "{}CNY"]),
)
def test_what_is_written_in_either_style_is_read_back(value: Decimal, mark: Mark, between: str, form: str) -> None:
    written = f"{value:,.2f}".replace(".", "#").replace(",", between).replace("#", mark)
    cell = form.format(written.replace("other", "." if mark == "," else ","))
    assert told_decimal([cell]) == mark
    assert is_written_number(cell, mark)
    assert read_weights(pa.array([cell]), mark)[0] == np.float32(float(value))


SIGNS, CURRENCIES = "+-", ("$", "€", "EUR")


def slow(cell: str, decimal: Mark) -> float:
    """A number as people write it, taken apart by hand; NaN where it is none."""
    text, other = cell.strip(), "." if decimal == "," else ","
    negative, signs, currencies = False, 0, 0
    while True:  # from the front: a sign, a currency, in any order, one of each
        if text[:1] in tuple(SIGNS):
            negative, signs, text = text[0] == "-", signs + 1, text[1:].strip()
        elif currency := next((name for name in CURRENCIES if text.startswith(name)), ""):
            currencies, text = currencies + 1, text.removeprefix(currency).strip()
        else:
            break
    while True:
        if text[-1:] == "-":
            negative, signs, text = True, signs + 1, text[:-1].strip()
        elif currency := next((name for name in CURRENCIES if text.endswith(name)), ""):
            currencies, text = currencies + 1, text.removesuffix(currency).strip()
        else:
            break
    if signs > 1 or currencies > 1 or not text.isascii():
        return math.nan
    plain = cell.strip().lstrip(SIGNS).split(".")
    is_plain = len(plain) <= 2 and all(part == "" or part.isdigit() for part in plain) and any(plain)
    has_thousands = len(plain) == 2 and len(plain[1]) == 3 and 1 <= len(plain[0]) <= 3 and plain[0][0] != "0"
    if is_plain and not (decimal == "," and has_thousands):
        return float(cell)
    whole, mark, rest = text.partition(decimal)
    if mark and not rest.isdigit():
        return math.nan
    for between in (other, " ", "'"):
        first, *groups = whole.split(between)
        if groups and first.isdigit() and first[0] != "0" and len(first) <= 3:
            whole = first + "".join(groups) if all(len(part) == 3 and part.isdigit() for part in groups) else "x"
            break
    if not (whole.isdigit() or (not whole and mark)):
        return math.nan
    return float(f"{'-' if negative else ''}{whole or 0}.{rest or 0}")


@given(st.lists(st.text("0125.,' -+$€x", max_size=9) | st.just("EUR 1.000,5"), max_size=8), st.sampled_from([",", "."]))
@example(["1.250", "1,250", "1 250", "1 250 0", "0,5", ",5", "5,", "5."], ",")
def test_a_slow_reader_agrees(cells: list[str], decimal: Mark) -> None:
    read = read_weights(pa.array(cells, pa.string()), decimal)
    np.testing.assert_array_equal(read, np.array([slow(cell, decimal) for cell in cells], np.float32))


def test_all_batches_are_read_with_the_mark_that_the_head_tells(tmp_path: Path) -> None:
    head = "u1;a;2,5;1,5\n" * 1000
    (tmp_path / "log.csv").write_text(
        f"user;item;rating;quantity\n{head}u2;b;1.250;1.500\nu2;c;1.250,50 €;2\nu3;d;1,2,3;1\n", encoding="utf-8"
    )
    log, report = read_log(tmp_path / "log.csv")
    assert report.dropped == {"non_finite_weight": 1}
    assert log.weights is not None
    assert log.weights[-2:].tolist() == [1250, 1250.5]
    (tmp_path / "log.csv").write_text("user;item;rating\nu1;a;1,234\nu2;b;2,345\n", encoding="utf-8")
    log, _ = read_log(tmp_path / "log.csv")
    assert log.weights is not None
    assert log.weights.tolist() == [1234, 2345]


@pytest.mark.parametrize(
    ("head", "later", "expected", "dropped"),
    [
        (["2", "3"], ["1,5", "2,25"], [2, 3, 1.5, 2.25], 0),
        (["1,234", "3"], ["1,5", "good"], [1.234, 3, 1.5], 1),  # thousands, as long as nothing says otherwise
        (["1.250", "3"], ["1,5", "1.000"], [1250, 3, 1.5, 1000], 0),
        (["2", "3"], ["1,5", "4.5", "3.5"], [2, 3, 4.5, 3.5], 1),  # one that is written otherwise than most
        (["2", "4.5"], ["1,5", "2,5"], [2, 4.5], 2),  # the head tells
        (["2", "3"], ["good", "NaN"], [2, 3], 2),
    ],
)
def test_a_mark_that_is_told_far_into_the_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    head: list[str],
    later: list[str],
    expected: list[float],
    dropped: int,
) -> None:
    monkeypatch.setattr("interactions.formats.delimited._BLOCK", 4000)
    cells = [head[1], *[head[0]] * 1500, *later]
    rows = [f"u{n:04};{n % 2};{cell}" for n, cell in enumerate(cells)]
    (tmp_path / "log.csv").write_text("\n".join(["user;item;rating", *rows]), encoding="utf-8")
    stages: list[str] = []
    log, report = read_log(tmp_path / "log.csv", progress=lambda stage, *_: stages.append(stage))
    assert log.weights is not None
    assert [*log.weights[[1, 0]], *log.weights[1501:]] == pytest.approx(expected)
    assert report.dropped == ({"non_finite_weight": dropped} if dropped else {})
    is_again = "Reading log.csv again, with commas before the tenths" in stages
    assert is_again == ("4.5" not in cells and "1,5" in cells), "only where it helps"


def test_returned_goods_are_known_by_an_amount_with_a_comma(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user;item;quantity\nu1;a;1,5\nu2;b;-1,5\nu3;c;2,25\n", encoding="utf-8")
    log, _ = read_log(tmp_path / "log.csv", rules=CleaningRules(returns="leave out"))
    assert list(log.user_ids) == ["u1", "u3"]
