"""What a sweep says follows from its values and intervals; what it draws is what was measured."""

from __future__ import annotations

from typing import Any

import pytest

from embedders import METHODS
from figures.sweep import (
    MEASURES,
    beside_colour,
    how_sure,
    sweep_curve,
    sweep_records,
    sweep_rows,
    sweep_sentence,
    window_notes,
)
from studies.contest import Contestant, facts_of
from studies.evaluation import PARTS
from studies.provider import RunNeeded
from studies.windows import Windows

Cell = dict[str, Any]
NONE: Cell = {"value": None, "low": None, "high": None, "n": 0}


def cell(value: float, around: float = 0.01, n: int = 400) -> Cell:
    return {"value": value, "low": value - around, "high": value + around, "n": n}


def verdict(value: float, around: float = 0.01, outcome: str = "holds", **more: bool) -> Cell:
    return {**cell(value, around), "outcome": outcome, "behind": False, "above_chance": True, "p_holm": 0.5, **more}


def parted(one: Any) -> dict[str, Any]:
    return dict.fromkeys(PARTS, one)


def sweep(
    hits: list[float], against: list[Cell], rivals: list[int], beside: Cell | None = None, method: str = "als"
) -> dict[str, Any]:
    """A sweep over 5 min, 1 h and whole histories, alike in all buckets."""
    params = METHODS[method].Params()
    along = [parted(cell(value)) for value in hits]
    accuracy = {"along": along, "beside": parted(beside or cell(0.2)), "chance": parted(cell(0.05, 0.001))}
    popularity = {"along": along, "beside": parted(cell(0.9)), "chance": parted(cell(0.5, 0))}
    return {
        "axis": "time",
        "reaches": [5.0, 60.0, None],
        "k": 10,
        "contestants": [facts_of(Contestant("ALS *64d* <b>", RunNeeded(method, params, 0)))],
        "curves": {
            **dict.fromkeys(("hr", "ndcg", "mrr"), accuracy),
            "neighbour_popularity": popularity,
            "jaccard": {"along": along, "beside": None, "chance": None},
        },
        "against": parted(against),
        "best": parted({"place": hits.index(max(hits)), "rivals": rivals}),
    }


AHEAD = [verdict(0.1), verdict(0.2), verdict(0.0, outcome="does not hold")]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (
            sweep([0.3, 0.4, 0.2], AHEAD, []),
            ["window **1 h**: in 40.0 % of 400 cases (95 % from 39.0 to 41.0), **clearly oftener than in every other",
             "**A short window beats ALS \\*64d\\* \\<b\\> clearly**: 1 h, by 20.0 points (95 % from 19.0 to 21.0). "
             "No longer window does."],
        ),
        (
            sweep([0.3, 0.4, 0.2], [*AHEAD[:2], verdict(0.05)], [0]),
            ["though 5 min is not clearly worse.", "So does whole history, by clearly less."],
        ),
        (
            sweep([0.3, 0.4, 0.39], [*AHEAD[:2], verdict(0.19)], [2]),
            ["clearly**: 1 h", "So does whole history, not clearly less: being short is not what does it."],
        ),
        (
            sweep([0.3, 0.4, 0.5], [*AHEAD[:2], verdict(0.3)], []),
            ["clearly**: 1 h", "So does whole history, not clearly less: being short is not what does it."],
        ),
        (
            sweep([0.3, 0.4, 0.5], [*[verdict(0.01, 0.02, "cannot tell")] * 2, verdict(0.3)], [0, 1]),
            ["window **whole history**", "but **no other window is clearly worse**",
             "**No short window clearly beats", "5 min, is ahead by 1.0 points (95 % from -1.0 to 3.0)."],
        ),
        (
            sweep([0.1, 0.12, 0.2], [verdict(-0.1, outcome="does not hold", behind=True),
                                     verdict(-0.08, outcome="does not hold", behind=True), AHEAD[2]], []),
            ["**ALS \\*64d\\* \\<b\\> beats every short window clearly**: the best of them, 1 h, is behind by 8.0 "
             "points (95 % from 7.0 to 9.0)."],
        ),
        (
            sweep([0.1, 0.12, 0.2], [verdict(-0.1, outcome="cannot tell", behind=True),
                                     verdict(-0.004, outcome="cannot tell"), AHEAD[2]], []),
            ["**No short window clearly beats", "1 h, is behind by 0.40 points (95 % from -0.60 to 1.40)."],
        ),
        (
            sweep([0.3, 0.2, 0.2], [verdict(0.015, outcome="does not hold")] + AHEAD[2:] * 2, []),
            ["5 min is ahead by 1.5 points (95 % from 0.5 to 2.5), too little to count."],
        ),
        (
            sweep([0.3, 0.2, 0.2], [verdict(0.1, outcome="cannot tell", above_chance=False)] + AHEAD[2:] * 2, []),
            ["and is not clearly better than chance."],
        ),
        (
            sweep([0.3, 0.2, 0.2], [verdict(value, 0.03, "cannot tell") for value in (-0.01, -0.2, -0.2)], []),
            ["the best of them, 5 min, is behind by 1.0 points (95 % from -2.0 to 4.0)."],
        ),
    ],
)  # fmt: skip
def test_the_sentence_follows_from_values_and_intervals(report: dict[str, Any], said: list[str]) -> None:
    sentence = sweep_sentence(report, "whole history").replace("\N{NO-BREAK SPACE}", " ")
    sentence = sentence.replace("\N{MINUS SIGN}", "-")
    assert sentence.startswith("Where the next item is of middling popularity")
    for part in said:
        assert part in sentence


def test_without_cases_or_short_windows_it_says_so() -> None:
    report = sweep([0.3, 0.4, 0.2], AHEAD, [])
    report["best"] = parted(None)
    assert "no cases to ask about" in sweep_sentence(report, "whole history")
    long = sweep([0.3, 0.4, 0.2], AHEAD, []) | {"reaches": [240.0, 1440.0, None]}
    assert "No short window (1 h at most) was tried." in sweep_sentence(long, "whole history")
    alone = {**verdict(0.1), **dict.fromkeys(("value", "low", "high", "p_holm"))}
    few = sweep([0.3, 0.4, 0.2], [alone, alone, alone], [1, 2])
    assert "too few cases to tell a short window from ALS" in sweep_sentence(few, "whole history")
    assert how_sure(long).startswith("k = 10, by cosine. ")
    assert "for the 3 windows tested at once" in how_sure(long)
    long["contestants"][0]["similarity"] = "dot"
    assert "item2vec by cosine, ALS" in how_sure(long)


def test_curves_have_their_intervals_in_percent_and_the_one_beside_a_band() -> None:
    report = sweep([0.3, 0.4, 0.2], AHEAD, [])
    drawn = sweep_curve(report, "hr", "mid", "whole history").to_dict()
    (trace,) = drawn["data"]
    assert list(trace["x"]) == ["5 min", "1 h", "whole<br>history"]
    assert list(trace["y"]) == pytest.approx([30, 40, 20])
    assert list(trace["error_y"]["array"]) == pytest.approx([1, 1, 1])
    band, line, chance = drawn["layout"]["shapes"]
    assert (band["y0"], band["y1"]) == (pytest.approx(19), pytest.approx(21))
    assert line["y0"] == line["y1"] == 20
    assert chance["y0"] == 5
    assert [word["text"] for word in drawn["layout"]["annotations"]] == ["ALS *64d* &lt;b&gt;", "chance"]


def test_a_picture_has_room_for_the_band_above_the_curve() -> None:
    report = sweep([0.1, 0.1, 0.1], AHEAD, [], beside=cell(0.6, 0.05))
    assert sweep_curve(report, "hr", "all", "").layout.yaxis.range[1] > 65
    assert sweep_curve(report, "neighbour_popularity", "all", "").layout.yaxis.range == (0, 1)


def test_agreement_has_no_level_beside_and_no_chance() -> None:
    drawn = sweep_curve(sweep([0.3, 0.4, 0.2], AHEAD, []), "jaccard", "all", "whole history")
    assert list(drawn.data[0].y) == [0.3, 0.4, 0.2]
    assert not drawn.layout.shapes


def test_a_value_that_cannot_be_had_leaves_a_gap() -> None:
    report = sweep([0.3, 0.4, 0.2], AHEAD, [])
    report["curves"]["hr"] = {"along": [parted(NONE)] * 3, "beside": parted(NONE), "chance": parted(NONE)}
    for part in PARTS:
        assert len(sweep_curve(report, "hr", part, "whole history").data[0].x) == 0
    assert sweep_rows(report, "hr", "whole history")[1][0][1:3] == [None, "–"]


def test_the_one_beside_never_has_the_colour_of_item2vec() -> None:
    curve = sweep_curve(sweep([0.3, 0.4, 0.2], AHEAD, []), "hr", "all", "").data[0].line.color
    colours = {beside_colour(sweep([0.3, 0.4, 0.2], AHEAD, [], method=method)) for method in METHODS}
    assert curve not in colours
    assert len(colours) > 2


def test_tables_and_files_hold_every_number() -> None:
    report = sweep([0.3, 0.4, 0.2], AHEAD, [])
    heads, rows = sweep_rows(report, "hr", "whole history")
    assert len(heads) == 1 + 2 * len(PARTS)
    assert [row[0] for row in rows] == ["5 min", "1 h", "whole history", "ALS *64d* <b>", "chance"]
    assert rows[1][1:3] == [pytest.approx(40), "39.00 to 41.00"]
    records = sweep_records(report, "whole history")
    assert {record["measure"] for record in records} == {*MEASURES, "hr less ALS *64d* <b>"}
    found = [one for one in records if (one["window"], one["measure"], one["bucket"]) == ("1 h", "hr", "mid")]
    assert found == [{"window": "1 h", "measure": "hr", "bucket": "mid", **cell(0.4), "k": 10}]
    assert len(records) == len(PARTS) * (4 * 5 + 3 + 3)


def test_notes_say_why_windows_are_left_out() -> None:
    assert "no times" in window_notes(Windows((), {}), "time", "whole history")[0]
    merged = Windows((15.0, None), {60.0: 15.0, 240.0: 15.0, 1440.0: None}, empty=(5.0,), tied=(15.0,))
    assert window_notes(merged, "time", "whole history") == [
        "No two events of a sequence lie within 5 min: that is too short for this log.",
        "1 h and 4 h see the same pairs as 15 min on this log: one stands for all.",
        "1 day sees the same pairs as whole history on this log: one stands for all.",
        "Within 15 min lie only events of one and the same time, whose order is drawn.",
    ]
    assert window_notes(Windows((1.0, None), {}), "places", "whole session") == []
