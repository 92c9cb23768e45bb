"""Claims in words: three verdicts from three inputs, who leads, by how much, and what it depends on."""

from __future__ import annotations

import numpy as np
import pytest

from figures.claims import UNTESTED, claim_card, effect_picture, holm_sentence, otherwise_in_words
from tests.figures.evaluation_reports import cell, claim, effect, report

CHANCE = effect(0.3, 0.01, what="item2vec less chance")


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [("holds", "Holds here"), ("does not hold", "Does not hold here"), ("cannot tell", "Cannot tell")],
)
def test_each_outcome_has_its_own_verdict_and_colour(outcome: str, verdict: str) -> None:
    card = claim_card(claim("middle", outcome, effect(0.1, 0.02), CHANCE), report())
    assert card.verdict == verdict
    colours = {
        claim_card(claim("middle", one, effect(0.1, 0.02), CHANCE), report()).colour
        for one in ("holds", "does not hold", "cannot tell")
    }
    assert len(colours) == 3


def test_a_claim_that_was_not_tested_says_what_it_needs() -> None:
    card = claim_card(claim("short window", None), report())
    assert (card.verdict, card.colour) == UNTESTED
    assert "time window" in card.found
    assert card.picture is None


def test_hits_are_told_with_both_shares_the_difference_and_the_count() -> None:
    card = claim_card(claim("middle", "holds", effect(0.1, 0.02), CHANCE), report())
    said = card.found.replace("\N{NO-BREAK SPACE}", " ")
    assert "item2vec 8d has the next item among its 10 nearest in **40.00 %**" in said
    assert "ALS 8d in **30.00 %**" in said
    assert "difference 10.00, 95 % from 8.00 to 12.00 points; 500 cases" in said
    assert "not clearly better than chance" not in said
    assert card.settings == (
        "By cosine · k = 10 · middling = items that hold the 50 to 80 % of all user-item pairs · "
        "less than 2.00 points does not count"
    )
    unsure = claim_card(claim("middle", "cannot tell", effect(0.1, 0.02), effect(0.0, 0.1)), report())
    assert "not clearly better than chance" in unsure.found


def test_who_leans_more_is_named_whichever_it_is() -> None:
    for value, leader in ((0.1, "ALS 8d"), (-0.1, "item2vec 8d")):
        card = claim_card(claim("popular items", "holds", effect(value, 0.02), effect(value, 0.05)), report())
        assert card.found.startswith("The neighbours that " + leader.replace(" ", " "))
        assert "**0.10**" in card.found
        assert "95 % between 0.08 and 0.12" in card.found
    unsure = claim_card(claim("popular items", "cannot tell", effect(0.01, 0.02), effect(0.0, 0.1)), report())
    assert "95 % from \N{MINUS SIGN}0.01 to 0.03" in unsure.found


def test_what_has_too_few_cases_says_so() -> None:
    empty = {"what": "x", "least": None, "value": None, "low": None, "high": None, "n": 0}
    card = claim_card(claim("middle", "cannot tell", empty, empty), report())
    assert "too few cases" in card.found
    assert card.picture is None
    alone = {"what": "x", "least": 0.02, "value": 0.5, "low": None, "high": None, "n": 1}
    assert "too few cases" in claim_card(claim("middle", "cannot tell", alone, alone), report()).found


def test_why_nothing_can_be_told_is_said() -> None:
    alone = {"what": "x", "least": 0.02, "value": None, "low": None, "high": None, "n": 0, "missing": "All are alike"}
    others = [{**claim("popular items", "cannot tell", alone, alone), "contestants": ["ALS, dot", "item2vec 8d"]}]
    card = claim_card(claim("popular items", "cannot tell", alone, alone) | {"otherwise": others}, report())
    assert card.found == "All are alike."
    assert card.otherwise == ("With ALS, dot: **cannot tell** (all are alike)",)


def test_a_short_window_is_told_beside_what_item2vec_has_without_one() -> None:
    short = {**claim("short window", "holds", effect(0.1, 0.02), CHANCE), "contestants": ["ALS 8d", "short"]}
    usual = claim("middle", "holds", effect(0.1, 0.02), CHANCE)
    planted = report(claims=[usual, short])
    planted["methods"]["short"] = planted["methods"]["item2vec 8d"]
    planted["contestants"].append(planted["contestants"][1] | {"name": "short"})
    for value, told in (
        (0.001, "which cannot be told from that: the window is not what does it"),
        (0.2, "item2vec 8d has 40.00 %."),
        (-0.2, "item2vec 8d has 40.00 % without one, which is clearly more: the window is not what does it."),
    ):
        planted["differences"]["short"] = {"item2vec 8d": {"hr": {"all": cell(value)}}}
        said = claim_card(short, planted).found.replace("\N{NO-BREAK SPACE}", " ")
        assert told in said
        assert ("not what does it" in said) == (value != 0.2)
        assert "not what does it" not in claim_card(usual, planted).found


def test_other_pairs_of_models_are_told_with_their_own_verdict_and_size() -> None:
    others = [
        {**claim("popular items", "holds", effect(0.26, 0.01)), "contestants": ["ALS 8d, *dot*", "item2vec 8d"]},
        {
            **claim("popular items", "cannot tell", effect(0.01, 0.03)),
            "contestants": ["ALS, seed 1", "item2vec, seed 1"],
        },
    ]
    whole = claim("popular items", "does not hold", effect(-0.07, 0.01)) | {"otherwise": others}
    said = [line.replace("\N{NO-BREAK SPACE}", " ") for line in claim_card(whole, report()).otherwise]
    assert said == [
        r"With ALS 8d, \*dot\*: **holds** (difference 0.26 of a quantile, 95 % from 0.25 to 0.27)",
        "With ALS, seed 1 and item2vec, seed 1: **cannot tell** (difference 0.01 of a quantile, 95 % from "
        "\N{MINUS SIGN}0.02 to 0.04)",
    ]
    assert otherwise_in_words(whole) == "Holds in 1 of 2 other pairs of models"
    assert otherwise_in_words(claim("middle", "holds", effect(0.1, 0.02))) == ""
    hits = claim("middle", "holds", effect(0.1, 0.02), CHANCE) | {"otherwise": [
        {**claim("middle", "does not hold", effect(-0.1, 0.02), CHANCE), "contestants": ["ALS 8d, dot", "item2vec 8d"]},
    ]}  # fmt: skip
    (line,) = claim_card(hits, report()).otherwise
    assert "**does not hold** (difference \N{MINUS SIGN}10.00 points" in line
    assert holm_sentence([hits]).startswith("2 tests of 1 claim are made at once")


def test_the_picture_has_every_effect_with_its_interval_in_points() -> None:
    drawn = effect_picture([effect(0.1, 0.02), CHANCE], "middle")
    first, second = drawn.data
    assert (first.x[0], second.x[0]) == (10.0, 30.0)
    np.testing.assert_allclose([first.error_x.array[0], first.error_x.arrayminus[0]], [2.0, 2.0])
    assert drawn.layout.shapes[0].x1 == 2.0  # what is too small to count
    assert effect_picture([effect(0.1, 0.02)], "popular items").data[0].x[0] == 0.1


def test_what_is_tested_together_is_corrected_together() -> None:
    one = claim("middle", "holds", effect(0.1, 0.02), CHANCE, p=0.01)
    assert "nothing has to be corrected" in holm_sentence([one, claim("short window", None)])
    said = holm_sentence([one, claim("popular items", "cannot tell", effect(0.1, 0.2), CHANCE, p=0.0001)])
    assert said.startswith("2 claims are tested at once")
    assert "p = 0.010, corrected = 0.020" in said
    assert "p < 0.001" in said
