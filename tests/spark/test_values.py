"""A cell that Spark SQL reads as a number or as a text is the same to the reader of this machine."""

from __future__ import annotations

import itertools
import struct
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import LogError
from interactions.values import decoded, encode, read_weights
from spark.values import as_weight, number_of, text_of, trimmed
from tests.spark.cells import by_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def numbers(session: SparkSession, folder: Path, column: Any) -> npt.NDArray[np.float32]:
    return np.array(by_spark(session, folder, column, number_of), np.float32)


def texts(session: SparkSession, folder: Path, column: Any) -> list[str | None]:
    return by_spark(session, folder, column, lambda cell, kind: text_of(cell, kind, "item"))


def texts_here(column: Any) -> list[str | None]:
    return decoded(encode(column, "item")).to_pylist()  # type: ignore[no-any-return]


def finite(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The numbers, NaN for those that are none: both engines leave such rows out alike."""
    return np.where(np.isfinite(values), values, np.nan)


SIGNS = ["", "+", "-", "--", "\u2212", "$"]
WHOLE = ["", "0", "7", "007", "1250", "16777217", "1,250", "1.250", "99999999999999999999", "\uff11", "0x10", "1_0"]
TENTHS = ["", ".", ".0", ".5", ",5", ".10000000149011612", ".3.4"]
EXPONENTS = ["", "e2", "E-3", "e+10", "e", "e400", "e-400", "d", "f", "L", "%"]
AROUND = ["", " ", "\t", "\u3000", "\n", "\u2028", "\x1f", "\x85", "\x00"]
WORDS = ["nan", "NaN", "inf", "-inf", "Infinity", "-Infinity", "null", "None", "\\N", "true", "3.4028236e38", "1e-45"]


@pytest.mark.slow
def test_no_spelling_of_a_number_is_read_otherwise(spark: SparkSession, tmp_path: Path) -> None:
    spelt = map("".join, itertools.product(AROUND, SIGNS, WHOLE, TENTHS, EXPONENTS, AROUND))
    cells = pa.array([*spelt, *WORDS])
    there, here = numbers(spark, tmp_path, cells), read_weights(cells)
    np.testing.assert_array_equal(finite(there), finite(here))
    assert np.isfinite(there).mean() > 0.05


cells = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.floats(width=32).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.integers().map(str),
    st.text("0123456789.,eE+- \t", max_size=12),
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(cells, min_size=50, max_size=200))
def test_no_number_is_read_otherwise(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    column = pa.array(cells)
    there = numbers(spark, tmp_path_factory.mktemp("cells"), column)
    np.testing.assert_array_equal(finite(there), finite(read_weights(column)))


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pa.array([1, -(2**63), 2**63 - 1, 16_777_217, None]), id="int64"),
        pytest.param(pa.array([0, 2**64 - 1, 2**53 + 1], pa.uint64()), id="uint64"),
        pytest.param(pa.array([0, 255], pa.uint8()), id="uint8"),
        pytest.param(pa.array([0.1, float("nan"), float("inf"), 1e300, 1e-300, -0.0, None]), id="double"),
        pytest.param(pa.array([0.1, 3.4e38, None], pa.float32()), id="float"),
        pytest.param(pa.array([True, False, None]), id="booleans"),
        pytest.param(pa.array([Decimal("1.10"), Decimal("-99999999.99"), None], pa.decimal128(10, 2)), id="decimals"),
        pytest.param(pa.array([Decimal("0.1234567890123456789")] * 2, pa.decimal128(38, 30)), id="long decimals"),
        pytest.param(pa.array([1_485_858_030, None], pa.timestamp("us")), id="times"),
        pytest.param(pa.array([[1.0], [2.0]]), id="lists"),
    ],
)
def test_numbers_of_typed_columns(spark: SparkSession, tmp_path: Path, column: Any) -> None:
    np.testing.assert_array_equal(finite(numbers(spark, tmp_path, column)), finite(read_weights(column)))


def test_what_is_white_space_to_one_engine_is_so_to_the_other(spark: SparkSession, tmp_path: Path) -> None:
    letters = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x10000), *range(0x10000, sys.maxunicode, 997))]
    padded = pa.array([*letters, *(f"{letter}7{letter}" for letter in letters), " \t\u3000", "", " a ", "a b", None])
    assert texts(spark, tmp_path, padded) == texts_here(padded)
    found = by_spark(spark, tmp_path, padded, lambda cell, _: trimmed(cell))
    assert found == pc.utf8_trim_whitespace(padded).to_pylist()


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.text(max_size=6).map(lambda text: text.replace("\ud800", "")), min_size=50, max_size=100))
def test_ids_are_texts_as_they_stand(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    column = pa.array(cells)
    assert texts(spark, tmp_path_factory.mktemp("cells"), column) == texts_here(column)


@pytest.mark.parametrize(
    "column",
    [pa.array([7, -1, 2**63 - 1, None]), pa.array([7, 2**32 - 1], pa.uint32()), pa.array([True, False, None])],
    ids=["int64", "uint32", "booleans"],
)
def test_ids_of_typed_columns(spark: SparkSession, tmp_path: Path, column: Any) -> None:
    assert texts(spark, tmp_path, column) == texts_here(column)


@pytest.mark.parametrize(
    "column",
    [pa.array([1.0]), pa.array([Decimal("1.0")]), pa.array([["a"]]), pa.array([b"a"]), pa.array([0], pa.date32())],
    ids=["floats", "decimals", "lists", "bytes", "days"],
)
def test_ids_without_one_text_form_are_refused(spark: SparkSession, tmp_path: Path, column: Any) -> None:
    with pytest.raises(LogError, match=r"Column 'item' holds values of type .*: write it as text or whole numbers\."):
        texts(spark, tmp_path, column)


def test_a_weight_above_0_stays_above_0_and_finite(spark: SparkSession, tmp_path: Path) -> None:
    least, most = np.finfo(np.float32).smallest_subnormal, np.finfo(np.float32).max
    reckoned = pa.array([1.5, 1e-300, 1e300, 0.0, -1.0, float(least), float(most), float("inf")])
    kept = np.array(by_spark(spark, tmp_path, reckoned, lambda cell, _: as_weight(cell)), np.float32)
    np.testing.assert_array_equal(kept, np.array([1.5, least, most, 0, 0, least, most, most], np.float32))
    assert struct.pack("<f", kept[1]) == b"\x01\x00\x00\x00"
