"""The sentences at the top of the Compare page follow values and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from analysis.compare import compare
from analysis.intervals import Interval
from analysis.measures import Measure, Side
from analysis.popularity import popularity_buckets
from figures.findings import Turned, findings

NAMES = ("factors", "vectors_2")
NOTHING = {"value": None, "low": None, "high": None, "n": 0}


def interval(value: float, wide: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - wide, "high": value + wide, "n": 1234}


def report(
    of_a: Mapping[str, float | None] = {},
    of_b: Mapping[str, float | None] = {},
    lean: Mapping[str, Any] = NOTHING,
    overlap: float | None = 0.25,
    head_tail: Mapping[str, Any] = NOTHING,
) -> dict[str, Any]:
    side: dict[str, float | None] = {
        "neighbour_popularity": 0.5,
        "head_share": 0.2,
        "head_share_of_catalogue": 0.1,
        "same_category": 0.3,
    }
    return {
        "k": 10,
        "common_items": 1234,
        "overlap": {"all": overlap},
        "jaccard": {"all": 0.15, "head": 0.3, "mid": 0.2, "tail": 0.1},
        "expected_overlap": 0.002,
        "differences": {"neighbour_popularity": lean, "head_tail_jaccard": head_tail},
        "n": {"all": 1234},
        "a": {**side, **of_a},
        "b": {**side, **of_b},
    }


def bare(text: str) -> str:
    """With common spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("lean", "verdict"),
    [
        (interval(0.30), "factors pushes popular items more"),
        (interval(-0.30), "vectors\\_2 pushes popular items more"),
        (interval(0.30, 0.40), "Neither clearly pushes popular items more"),
        (interval(0.01, 0.001), "Neither clearly pushes popular items more"),
    ],
)
def test_who_pushes_popular_items_is_said_of_value_and_interval(lean: Mapping[str, Any], verdict: str) -> None:
    assert findings(report(lean=lean), NAMES)[0].startswith(f"**{verdict}**")


def planted(popular: bool, seed: int) -> np.ndarray:
    """Vectors of 300 items: each pulled towards one direction the more popular it is, or without regard to that."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(300, 6))
    if popular:
        vectors *= np.linspace(3.0, 0.2, 300)[:, None]
    return vectors.astype(np.float32)


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [(True, False, "long pushes"), (False, True, "other pushes"), (False, False, "Neither clearly pushes")],
)
def test_three_planted_pairs_have_three_verdicts(a: bool, b: bool, verdict: str) -> None:
    """Where popular items have long vectors, the dot product puts them in front; without that nobody does."""
    p = np.arange(300, 0, -1)
    sides = [
        Side(name, "dot", planted(popular, seed), p, popularity_buckets(p))
        for name, popular, seed in (("long", a, 1), ("other", b, 2))
    ]
    sentence = findings(compare(sides[0], sides[1], 10).as_json(), ("long", "other"))[0]
    assert sentence.startswith(f"**{verdict} popular items more**")


def test_shares_of_head_items_stand_beside_the_verdict() -> None:
    sentence = findings(report({"head_share": 0.98}, {}, interval(0.3)), NAMES)[0]
    assert "Head items, 10.0 % of the catalogue, take 98 % of the neighbour places in factors and 20 % in" in bare(
        sentence
    )
    assert "(A less B +0.30, 95 % between +0.29 and +0.31; chance is 0.50)" in sentence


def test_the_difference_is_told_as_the_more_less_the_other() -> None:
    assert "(B less A +0.30, 95 % between +0.29 and +0.31; chance" in findings(report(lean=interval(-0.3)), NAMES)[0]
    unsure = findings(report(lean=interval(-0.01, 0.03)), NAMES)[0]
    assert "(B less A +0.01, 95 % between \N{MINUS SIGN}0.02 and +0.04; chance" in unsure


def test_each_run_stands_at_its_own_quantile_and_its_own_share_of_head_items() -> None:
    of_a, of_b = {"neighbour_popularity": 0.81, "head_share": 0.9}, {"neighbour_popularity": 0.64, "head_share": 0.4}
    sentence = bare(findings(report(of_a, of_b), NAMES)[0])
    assert "popularity quantile 0.81 in factors and 0.64 in vectors\\_2 (difference unknown;" in sentence
    assert "take 90 % of the neighbour places in factors and 40 % in vectors\\_2." in sentence
    assert "Head items" not in findings(report(of_a, {"head_share": None}), NAMES)[0]


def test_of_a_small_catalogue_all_others_are_the_neighbours_there_are() -> None:
    few = {**report(overlap=0.3), "common_items": 5}
    assert "share 3.0 of 4 neighbours" in findings(few, NAMES)[1]


def test_agreement_is_told_in_neighbours_with_what_chance_gives() -> None:
    sentence = findings(report(), NAMES)[1]
    assert "share 2.5 of 10 neighbours" in sentence
    assert "Jaccard 0.15" in sentence
    assert "would share 0.02" in sentence
    assert "1,234 items" in sentence


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (interval(0.2), "more on popular items than on rare ones"),
        (interval(-0.2), "more on rare items than on popular ones"),
        (interval(0.2, 0.3), "about as much"),
        (interval(0.01, 0.001), "about as much"),
        (NOTHING, "Jaccard 0.30 on head items, 0.10 on tail items"),
    ],
)
def test_where_they_agree_is_said_of_value_and_interval(difference: Mapping[str, Any], words: str) -> None:
    assert words in findings(report(head_tail=difference), NAMES)[1]


def test_noise_is_unknown_until_both_have_a_second_seed() -> None:
    for floors in ((None, None), (Measure(0.9, 1234), None), (None, Measure(0.9, 1234))):
        assert "is not known yet" in findings(report(), NAMES, floors)[2]


@pytest.mark.parametrize(
    ("floors", "words"),
    [
        ((0.9, 0.7), "Noise explains at most 40 % of the difference."),
        ((1.0, 1.0), "Noise explains none of the difference."),
        ((0.9, 0.25), "cannot be told from noise"),
        ((0.9, 0.26), "cannot be told from noise"),
        ((0.24, 0.9), "cannot be told from noise"),
        ((0.9, 0.1), "differ no more than two trainings of one of them do"),
        ((0.9, 0.7), "**Their difference is more than noise**"),
    ],
)
def test_noise_is_judged_by_the_method_that_agrees_less_with_itself(floors: tuple[float, float], words: str) -> None:
    sentence = bare(findings(report(), NAMES, (Measure(floors[0], 1234), Measure(floors[1], 1234)))[2])
    assert words in sentence
    assert f"{10 * floors[0]:.1f} of 10 in factors, {10 * floors[1]:.1f} in vectors\\_2" in sentence


def test_runs_that_share_everything_do_not_differ() -> None:
    same = findings(report(overlap=1.0), NAMES, (Measure(1.0, 1234), Measure(1.0, 1234)))[2]
    assert same.startswith("**They do not differ**")


def test_few_items_leave_what_is_noise_open() -> None:
    floors = (Measure(0.9, 1234), Measure(0.5, 1234))
    assert "more than noise" in findings(report(), NAMES, floors)[2]
    few = {**report(), "n": {"all": 3}}
    assert "cannot be told from noise" in findings(few, NAMES, floors)[2]
    assert "cannot be told from noise" in findings(report(), NAMES, (floors[0], Measure(0.5, 3)))[2]


def test_runs_that_share_a_little_less_than_they_do_with_themselves_are_not_called_alike() -> None:
    nearly = findings(report(overlap=0.9999), NAMES, (Measure(1.0, 1234), Measure(1.0, 1234)))[2]
    assert nearly.startswith("**Their difference cannot be told from noise**")


def test_dot_and_cosine_are_told_apart_in_the_lists_of_a_run() -> None:
    q = np.array([0.0, 0.25, 0.5, 1.0])
    by_cosine, by_dot = (np.array(rows, dtype=np.int32) for rows in ([[1], [0], [1], [0]], [[3], [3], [3], [2]]))
    found = Turned.of(q, by_cosine, by_dot)
    assert (found.cosine, found.dot, found.difference.value) == (0.125, 0.875, 0.75)


def test_what_dot_does_is_said_of_each_run() -> None:
    rises = Turned(0.55, 0.97, Interval(0.42, 0.40, 0.44, 99))
    falls = Turned(0.60, 0.40, Interval(-0.20, -0.22, -0.18, 99))
    stays = Turned(0.60, 0.61, Interval(0.01, -0.01, 0.03, 99))
    sentence = findings(report(), NAMES, turned=(rises, falls))[3]
    assert "Dot instead of cosine changes how popular" in sentence
    assert "those of factors rise, from quantile 0.55 to 0.97; those of vectors\\_2 fall, from quantile" in sentence
    assert "leaves the popularity of the neighbours as it is" in findings(report(), NAMES, turned=(stays, stays))[3]
    assert len(findings(report(), NAMES)) == 3
    assert "Dot instead of cosine changes how popular" in findings(report(), NAMES, turned=(stays, rises))[3]
    hardly = Turned(0.60, 0.61, Interval(0.01, 0.009, 0.011, 99))
    assert "leaves the popularity of the neighbours as it is" in findings(report(), NAMES, turned=(hardly, stays))[3]
    assert findings(report(), ("one", "one"), turned=(rises, rises))[3].count("those of one") == 1
    unknown = Turned(0.60, float("nan"), Interval(float("nan"), float("nan"), float("nan"), 0))
    assert "factors" not in findings(report(), NAMES, turned=(unknown, rises))[3]
    assert len(findings(report(), NAMES, turned=(unknown, None))) == 3


def test_what_cannot_be_had_is_not_spoken_of() -> None:
    found = findings(report({"neighbour_popularity": None}, overlap=None), NAMES)
    assert found == ["The two runs have no items in common that could be compared."]
    assert not any("pushes" in sentence for sentence in findings(report({"neighbour_popularity": None}), NAMES))
