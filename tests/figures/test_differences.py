"""Differences of two models: the same both ways round, and who has more in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.differences import difference_of, difference_sentence, differences_by_part
from tests.figures.evaluation_reports import PARTS, cell, renamed, report, told_apart

PAIR = ("item2vec 8d", "ALS 8d")


def with_pair(**parts: dict[str, Any]) -> dict[str, Any]:
    """A report in which these parts of the hit rates of item2vec less ALS are as given."""
    planted = report()
    planted["differences"]["item2vec 8d"]["ALS 8d"]["hr"].update(parts)
    return planted


def test_a_difference_is_the_same_both_ways_round() -> None:
    one = difference_of(report(), "item2vec 8d", "ALS 8d", "hr")["mid"]
    other = difference_of(report(), "ALS 8d", "item2vec 8d", "hr")["mid"]
    np.testing.assert_allclose([one["value"], one["low"], one["high"]], [0.1, 0.09, 0.11])
    np.testing.assert_allclose([other["value"], other["low"], other["high"]], [-0.1, -0.11, -0.09])
    drawn = differences_by_part(report(), "ALS 8d", "item2vec 8d", "hr")
    np.testing.assert_allclose(drawn.data[0].y, [-10] * 4)
    np.testing.assert_allclose([drawn.data[0].error_y.array, drawn.data[0].error_y.arrayminus], np.ones((2, 4)))


def test_the_sentence_on_two_models_names_who_has_more_where_that_is_clear() -> None:
    planted = report()
    for names in (("item2vec 8d", "ALS 8d"), ("ALS 8d", "item2vec 8d")):
        said = difference_sentence(planted, *names, "hr")
        assert said.startswith("**item2vec 8d has clearly more than ALS 8d**: by 10.00 points over all cases")
        assert "95 % between 9.00 and 11.00" in said
        assert "Clear by bucket: head (item2vec 8d), mid (item2vec 8d), tail (item2vec 8d)." in said
    of_pair = planted["differences"]["item2vec 8d"]["ALS 8d"]["hr"]
    of_pair.update({part: cell(0.001, 0.01) for part in of_pair})
    said = difference_sentence(planted, "item2vec 8d", "ALS 8d", "hr")
    assert said.startswith("**Over all cases the two cannot be told apart**")
    assert said.endswith("In no bucket is it clear.")
    of_pair["all"] = cell(None)
    assert "too few cases" in difference_sentence(planted, "item2vec 8d", "ALS 8d", "hr")


@pytest.mark.parametrize("measure", ["hr", "ndcg", "mrr"])
def test_each_measure_and_part_has_its_own_difference_with_its_count(measure: str) -> None:
    planted = told_apart(report())
    kept = planted["differences"]["item2vec 8d"]["ALS 8d"][measure]
    for part in PARTS:
        value, low, high, n = (kept[part][name] for name in ("value", "low", "high", "n"))
        assert difference_of(planted, *PAIR, measure)[part] == {"value": value, "low": low, "high": high, "n": n}
        turned = difference_of(planted, *PAIR[::-1], measure)[part]
        assert turned == {"value": -value, "low": -high, "high": -low, "n": n}
    drawn = differences_by_part(planted, *PAIR, measure)
    np.testing.assert_allclose(drawn.data[0].y, [100 * kept[part]["value"] for part in PARTS])


def test_a_part_without_cases_is_no_point_and_0_is_one_with_its_own_interval() -> None:
    planted = with_pair(all=cell(0.0, 0.04), head=cell(None), mid=cell(0.1, 0.02) | {"low": None})
    for names in (PAIR, PAIR[::-1]):
        drawn = differences_by_part(planted, *names, "hr")
        assert list(drawn.data[0].x) == ["all cases", "mid", "tail"]
        np.testing.assert_allclose(np.abs(drawn.data[0].y), [0, 10, 10])
        np.testing.assert_allclose(drawn.data[0].error_y.array[::2], [4, 1])
        (zero,) = drawn.layout.shapes
        assert (zero.y0, zero.y1) == (0, 0)


def test_without_an_interval_nothing_is_clear() -> None:
    alone = cell(0.3, n=1) | {"low": None, "high": None}
    for names in (PAIR, PAIR[::-1]):
        assert "too few cases" in difference_sentence(with_pair(all=alone), *names, "hr")
        said = difference_sentence(with_pair(head=alone), *names, "hr")
        assert said.endswith("Clear by bucket: mid (item2vec 8d), tail (item2vec 8d).")


def test_an_interval_that_touches_0_is_not_clear() -> None:
    for touching in (cell(0.01, 0.01), cell(-0.01, 0.01)):
        said = difference_sentence(with_pair(all=touching, head=touching), *PAIR, "hr")
        assert said.startswith("**Over all cases the two cannot be told apart**")
        assert "Clear by bucket: mid (item2vec 8d), tail (item2vec 8d)." in said


def test_what_cannot_be_told_apart_is_told_of_the_first_in_points() -> None:
    planted = with_pair(all=cell(0.002, 0.01), mid=cell(-0.05, 0.01))
    said = difference_sentence(planted, *PAIR, "hr")
    assert said.replace("\N{MINUS SIGN}", "-") == (
        "**Over all cases the two cannot be told apart**: item2vec 8d has 0.20 points more (95 % from -0.80 to 1.20). "
        "Clear by bucket: head (item2vec 8d), mid (ALS 8d), tail (item2vec 8d)."
    )
    said = difference_sentence(planted, *PAIR[::-1], "hr").replace("\N{MINUS SIGN}", "-")
    assert "ALS 8d has -0.20 points more (95 % from -1.20 to 0.80)" in said


def test_names_are_told_as_a_person_calls_them_and_format_nothing() -> None:
    said = difference_sentence(renamed(report(), "ALS 8d", "*mine*"), "*mine*", "popularity", "hr")
    assert said.startswith(r"**\*mine\* has clearly more than Most popular**")
