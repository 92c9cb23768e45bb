"""Differences of two models: the same both ways round, and who has more in words."""

from __future__ import annotations

import numpy as np

from figures.differences import difference_of, difference_sentence, differences_by_part
from tests.figures.evaluation_reports import cell, report


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
    assert "by 2.50 points over all users" in difference_sentence(planted, "item2vec 8d", "ALS 8d", "recall")
