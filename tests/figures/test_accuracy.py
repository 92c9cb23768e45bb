"""Accuracy as charts and tables: every value where it belongs, what is not known left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from figures.accuracy import (
    accuracy_against_popularity,
    accuracy_by_bucket,
    accuracy_rows,
    by_part,
    cases_by_part,
    categories_by_popularity,
    cut_over_time,
    made_from,
    nothing_asked,
    seed_rows,
    what_was_asked,
)
from figures.colours import BASELINE, CATEGORIES
from tests.figures.evaluation_reports import NAMES, PARTS, cell, renamed, report, told_apart


def test_each_model_has_a_point_with_its_interval_in_every_part() -> None:
    drawn = accuracy_by_bucket(report(), "hr")
    names = [trace.name for trace in drawn.data]
    assert names == ["ALS 8d", "item2vec 8d", "Most popular", "Random", "Bought together"]
    for trace, value in zip(drawn.data, (30, 40, 20, 10, 35), strict=True):
        assert list(trace.x) == ["all cases", "head", "mid", "tail"]
        np.testing.assert_allclose(trace.y, [value] * 4)
        np.testing.assert_allclose([trace.error_y.array, trace.error_y.arrayminus], np.ones((2, 4)))
        assert list(trace.customdata) == [500] * 4
    assert len({trace.marker.color for trace in drawn.data[:2]}) == 2
    assert len({trace.marker.symbol for trace in drawn.data[2:]}) == 3


def test_by_query_and_for_users_are_other_values() -> None:
    assert accuracy_by_bucket(report(), "hr", "query").data[0].y[0] == 15
    assert accuracy_by_bucket(report(), "recall").data[0].y[0] == 7.5
    assert accuracy_by_bucket(report(), "user_ndcg").data[1].y[0] == 10


def cells(planted: Mapping[str, Any], name: str, measure: str, of: str) -> list[Mapping[str, Any]]:
    facts = planted["methods"][name]
    group = {
        ("hr", "target"): facts["hr"],
        ("hr", "query"): facts["by_query"]["hr"],
        ("mrr", "query"): facts["by_query"]["mrr"],
        ("ndcg", "target"): facts["ndcg"],
        ("recall", "target"): facts["user_to_item"]["recall"],
        ("user_ndcg", "target"): facts["user_to_item"]["ndcg"],
    }[measure, of]
    return [group[part] for part in PARTS]


@pytest.mark.parametrize(
    ("measure", "of", "title"),
    [
        ("hr", "target", "Hit rate@10, %"),
        ("hr", "query", "Hit rate@10, %"),
        ("mrr", "query", "MRR@10, %"),
        ("ndcg", "target", "NDCG@10, %"),
        ("recall", "target", "Recall for users@10, %"),
        ("user_ndcg", "target", "NDCG for users@10, %"),
    ],
)
def test_chart_table_and_counts_have_each_number_where_it_belongs(measure: str, of: str, title: str) -> None:
    planted = told_apart(report())
    drawn = accuracy_by_bucket(planted, measure, of)
    assert drawn.layout.yaxis.title.text == title
    heads, rows = accuracy_rows(planted, measure, of)
    everyone = "all users" if "users" in title else "all cases"
    assert heads[1::2] == [f"{everyone}, %", "head, %", "mid, %", "tail, %"]
    assert [row[0] for row in rows] == ["ALS 8d", "item2vec 8d", "Most popular", "Random", "Bought together"]
    for name, trace, row in zip(NAMES, drawn.data, rows, strict=True):
        found = cells(planted, name, measure, of)
        values = [100 * one["value"] for one in found]
        np.testing.assert_allclose(trace.y, values)
        np.testing.assert_allclose(row[1::2], values)
        assert row[2::2] == [f"{value - 0.01:.2f} to {value + 0.02:.2f}" for value in values]
        np.testing.assert_allclose(trace.error_y.arrayminus, [0.01] * 4)
        np.testing.assert_allclose(trace.error_y.array, [0.02] * 4)
        assert list(trace.customdata) == [one["n"] for one in found]
    of_first = cells(planted, NAMES[0], measure, of)
    assert cases_by_part(planted, measure, of) == {part: one["n"] for part, one in zip(PARTS, of_first, strict=True)}


def test_intervals_stay_with_their_points_where_a_part_is_missing_and_0_is_a_value() -> None:
    planted = report()
    planted["methods"]["ALS 8d"]["hr"] |= {
        "all": cell(0.0, 0.0), "head": cell(None), "mid": cell(0.2, 0.03), "tail": cell(0.1, n=1) | {"low": None},
    }  # fmt: skip
    trace = accuracy_by_bucket(planted, "hr").data[0]
    assert list(trace.x) == ["all cases", "mid", "tail"]
    np.testing.assert_allclose(trace.y, [0, 20, 10])
    np.testing.assert_allclose(trace.error_y.arrayminus, [0, 3, 0])
    assert accuracy_rows(planted, "hr")[1][0][-1] == "–"


def test_a_model_has_one_colour_on_the_page_and_a_baseline_none() -> None:
    planted = report()
    wanted = dict(zip([trace.name for trace in accuracy_by_bucket(planted, "hr").data], CATEGORIES, strict=False))
    wanted |= dict.fromkeys(("Most popular", "Random", "Bought together"), BASELINE)
    by_bucket = {trace.name: trace.marker.color for trace in accuracy_by_bucket(planted, "hr").data}
    lines = {trace.name: trace.line.color for trace in categories_by_popularity(planted).data}  # type: ignore[union-attr]
    scattered = accuracy_against_popularity(points_of(planted), "hr", 10)
    assert scattered is not None
    points = {trace.name: trace.marker.color for trace in scattered.data}
    assert by_bucket == lines == wanted
    assert points == {name: colour for name, colour in wanted.items() if name != "Random"}


def test_a_name_with_tags_is_drawn_as_it_is() -> None:
    planted = renamed(report(), "ALS 8d", "<b>mine</b> & *yours*")
    drawn = [accuracy_by_bucket(planted, "hr"), categories_by_popularity(planted)]
    drawn.append(accuracy_against_popularity(points_of(planted), "hr", 10))
    assert [chart.data[0].name for chart in drawn if chart] == ["&lt;b&gt;mine&lt;/b&gt; &amp; *yours*"] * 3
    planted["methods"]["<b>mine</b> & *yours*"]["unanswered"] = 0.5
    assert what_was_asked(planted).endswith(r"with \<b\>mine\</b\> \& \*yours\*.")


def test_what_has_no_value_is_no_point_and_a_dash() -> None:
    planted = report()
    planted["methods"]["ALS 8d"]["hr"]["mid"] = cell(None)
    assert list(accuracy_by_bucket(planted, "hr").data[0].x) == ["all cases", "head", "tail"]
    heads, rows = accuracy_rows(planted, "hr")
    row = dict(zip(heads, rows[0], strict=True))
    assert (row["Model"], row["mid, %"], row["95 % of mid"]) == ("ALS 8d", None, "–")
    assert (row["head, %"], row["95 % of head"]) == (30, "29.00 to 31.00")


def test_categories_are_a_line_a_model_and_none_without_categories() -> None:
    planted = report()
    drawn = categories_by_popularity(planted)
    assert drawn is not None
    assert [trace.name for trace in drawn.data][:2] == ["ALS 8d", "item2vec 8d"]
    assert list(drawn.data[0].y) == [50]
    for facts in planted["methods"].values():
        facts["category_consistency"] = {"all": cell(None)}
    assert categories_by_popularity(planted) is None


def test_a_row_of_queries_has_its_own_share_and_count_and_none_where_none_has_a_category() -> None:
    planted = report()
    planted["methods"]["ALS 8d"]["category_consistency"] = {
        "top 10 %": cell(0.4, n=5), "all": cell(0.6, n=50), "least popular 25 %": cell(None),
    }  # fmt: skip
    drawn = categories_by_popularity(planted)
    assert drawn is not None
    trace = drawn.data[0]
    assert list(zip(trace.x, trace.y, trace.customdata, strict=True)) == [("top 10 %", 40, 5), ("all", 60, 50)]


def test_seeds_of_one_model_are_told_together() -> None:
    planted = report()
    assert seed_rows(planted, "hr")[1] == []
    planted["contestants"].append(planted["contestants"][0] | {"name": "ALS 8d, seed 1", "seed": 1})
    planted["methods"]["ALS 8d, seed 1"] = planted["methods"]["cooccurrence"]
    heads, (row,) = seed_rows(planted, "hr")
    told = dict(zip(heads, row, strict=True))
    assert (told["Model"], told["Seeds"], told["head, lowest to highest"]) == ("ALS 8d", 2, "30.00 to 35.00")
    assert told["head, mean %"] == 32.5


def test_what_differs_in_more_than_the_seed_is_not_told_as_chance() -> None:
    planted = report()
    first = planted["contestants"][0]
    planted["contestants"] += [
        first | {"name": "by dot", "similarity": "dot"}, first | {"name": "wider", "params": {"dimensions": 9}},
    ]  # fmt: skip
    planted["methods"] |= dict.fromkeys(("by dot", "wider"), planted["methods"]["random"])
    assert seed_rows(planted, "hr")[1] == []


def test_of_several_seeds_those_with_a_value_count_0_included() -> None:
    planted = report()
    for seed, hits in ((1, 0.0), (2, None), (3, 0.1), (4, 0.6)):
        name = f"ALS 8d, seed {seed}"
        planted["contestants"].append(planted["contestants"][0] | {"name": name, "seed": seed})
        planted["methods"][name] = planted["methods"]["random"] | {"hr": dict.fromkeys(PARTS, cell(hits))}
    heads, (row,) = seed_rows(planted, "hr")
    told = dict(zip(heads, row, strict=True))
    assert told["Seeds"] == 5
    assert told["mid, mean %"] == pytest.approx((30 + 0 + 10 + 60) / 4)
    assert told["mid, lowest to highest"] == "0.00 to 60.00"
    for name in planted["methods"]:
        planted["methods"][name]["hr"] = planted["methods"][name]["hr"] | {"tail": cell(None)}
    assert seed_rows(planted, "hr")[1][0][-2:] == [None, "–"]


def test_the_cases_of_each_part_are_counted() -> None:
    assert cases_by_part(report(), "hr") == {"all": 500, "head": 500, "mid": 500, "tail": 500}


def points_of(planted: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "made_from": made_from(planted, name), "accuracy": by_part(planted, name, "hr")["all"],
         "popularity": facts["neighbour_popularity"]}
        for name, facts in planted["methods"].items()
    ]  # fmt: skip


def test_accuracy_against_popularity_leaves_out_what_has_no_lists_or_no_cases() -> None:
    drawn = accuracy_against_popularity(points_of(report()), "hr", 20)
    assert drawn is not None
    assert [trace.name for trace in drawn.data] == ["ALS 8d", "item2vec 8d", "Most popular", "Bought together"]
    assert [trace.y[0] for trace in drawn.data] == [30, 40, 20, 35]
    assert {trace.x[0] for trace in drawn.data} == {0.6}
    assert drawn.layout.yaxis.title.text == "Hit rate@20, %"
    (chance,) = drawn.layout.shapes
    assert (chance.x0, chance.x1) == (0.5, 0.5)
    points = points_of(report())
    points[0]["accuracy"] = cell(None)
    drawn = accuracy_against_popularity(points, "hr", 20)
    assert drawn is not None
    assert drawn.data[0].name == "item2vec 8d"
    nothing = [point | {"accuracy": cell(None)} for point in points]
    assert accuracy_against_popularity(nothing, "hr", 20) is None


def test_accuracy_against_popularity_has_both_intervals_in_their_own_units() -> None:
    points = points_of(report())
    points[0] |= {"accuracy": cell(0.3, 0.02), "popularity": cell(0.6, 0.05)}
    drawn = accuracy_against_popularity(points, "hr", 10)
    assert drawn is not None
    trace = drawn.data[0]
    np.testing.assert_allclose([trace.error_y.array[0], trace.error_y.arrayminus[0]], [2, 2])  # percent
    np.testing.assert_allclose([trace.error_x.array[0], trace.error_x.arrayminus[0]], [0.05, 0.05])  # a quantile


def test_seeds_of_one_model_have_one_colour_and_one_place_in_the_legend() -> None:
    planted = report()
    planted["contestants"].append(planted["contestants"][0] | {"name": "ALS 8d, seed 1", "seed": 1})
    for name in ("ALS 8d, seed 1", *(name for name in NAMES if name not in ("ALS 8d", "item2vec 8d"))):
        planted["methods"][name] = planted["methods"].pop(name, planted["methods"]["ALS 8d"])
    rows = [
        {"name": name, "made_from": made_from(planted, name), "accuracy": cell(0.2), "popularity": cell(0.6)}
        for name in planted["methods"]
    ]
    for drawn in (
        accuracy_by_bucket(planted, "hr"),
        accuracy_against_popularity(rows, "hr", 10),
        categories_by_popularity(planted),
    ):
        assert drawn is not None
        first, other, again, *baselines = drawn.data
        assert [first.name, other.name, again.name] == ["ALS 8d", "item2vec 8d", "ALS 8d, seed 1"]
        colours = [trace.line.color or trace.marker.color for trace in (first, again, other)]
        assert colours[0] == colours[1] != colours[2]
        assert [trace.showlegend for trace in (first, other, again)] == [True, True, False]
        assert first.legendgroup == again.legendgroup != other.legendgroup
        assert all(trace.showlegend for trace in baselines)


def test_the_cut_stands_where_the_time_is() -> None:
    drawn = cut_over_time({"unit": "day", "start": ["2023-11-01", "2023-11-20"], "interactions": [5, 9]}, 1_700_000_000)
    cut = drawn.layout.shapes[-1]
    assert cut.x0 == cut.x1 == drawn.layout.annotations[-1].x == "2023-11-14 22:13:20"
    assert drawn.data[0].offset == 0  # a bar centred on its start would put half of it on the wrong side
    assert drawn.layout.shapes[-1].line.color != drawn.data[0].marker.color


def test_a_single_bar_has_no_line_in_it() -> None:
    drawn = cut_over_time({"unit": "hour", "start": ["2023-11-14T22:00:00"], "interactions": [5]}, 1_700_000_000)
    assert not drawn.layout.shapes
    assert not drawn.layout.annotations


def asked_of(**changed: Any) -> str:
    return what_was_asked(report(**changed)).replace("\N{NO-BREAK SPACE}", " ")


def test_what_was_asked_says_n_how_pairs_were_drawn_and_how_many_were_tied() -> None:
    said = asked_of()
    assert "before 2023-11-14 22:13 UTC: 900 interactions; 100 were left" in said
    assert (
        "**500 next-item cases** of 600 pairs of consecutive events of a session after the cut: all with both items "
        "known in training, each ranked among all 120 items; and **40 users** with something new to find." in said
    )
    assert "A long session has more pairs than a short one, and counts for more." in said
    assert "In 25 % of the cases both events have one and the same time" in said
    said = asked_of(pairs="one pair a session", tied_pairs=0.0)
    assert "after the cut: one drawn of each session, out of those with both items known" in said
    assert "long session" not in said
    assert "same time" not in said
    assert "scores 0" not in said
    assert "same time" not in what_was_asked(report(tied_pairs=None))  # there is no case
    blind = report()
    blind["methods"]["ALS 8d"]["unanswered"] = 0.03
    blind["methods"]["random"]["unanswered"] = None
    blind["methods"]["*item2vec*"] = {**blind["methods"].pop("item2vec 8d"), "unanswered": 0.125}
    assert r"12.5 % of the cases with \*item2vec\*" in what_was_asked(blind).replace("\N{NO-BREAK SPACE}", " ")


def test_what_was_drawn_of_more_is_not_told_as_all_there_is() -> None:
    said = asked_of(cases=1000, pairs_in_test=5000, users=1000)
    assert "**1,000 next-item cases** of 5,000 pairs" in said
    assert "after the cut: so many at most, drawn of those with both" in said
    assert "**1,000 users** with something new to find, so many at most." in said
    said = asked_of(cases=1000, pairs="one pair a session")
    assert "after the cut: so many at most, one drawn of each session, out of those with both" in said


def test_lists_that_hold_all_other_items_are_told_to_say_nothing() -> None:
    assert "nobody can miss" not in asked_of(items=12)
    assert "Lists of k = 10 hold every other item there is" in asked_of(items=11)


def test_a_log_without_times_has_no_events_of_one_time() -> None:
    timeless = {"by": "sessions", "share": 0.8, "at": None, "seed": 0, "interactions": [8, 2]}
    said = asked_of(split=timeless, tied_pairs=1.0)
    assert "80 % of the sessions, drawn, since this log has no times" in said
    assert "order within all of these pairs was drawn, since the log has no times" in said
    assert "same time" not in said


def test_what_is_of_users_is_told_as_of_users() -> None:
    assert accuracy_by_bucket(report(), "recall").data[0].x[0] == "all users"
    assert "users<extra>" in accuracy_by_bucket(report(), "recall").data[0].hovertemplate
    assert "cases<extra>" in accuracy_by_bucket(report(), "hr").data[0].hovertemplate
    assert accuracy_rows(report(), "user_ndcg")[0][1:3] == ["all users, %", "95 % of all users"]


def test_where_nothing_could_be_asked_it_says_why() -> None:
    assert nothing_asked(report(), "hr") is None
    assert nothing_asked(report(), "recall") is None
    assert nothing_asked(report(cases=0), "recall") is None
    unknown = nothing_asked(report(cases=0), "hr")
    assert unknown is not None
    assert "of the 600 pairs of consecutive events after the cut none has both its items" in unknown
    lonely = nothing_asked(report(cases=0, pairs_in_test=0), "mrr")
    assert lonely is not None
    assert "no session holds two different items" in lonely
    nobody = nothing_asked(report(users=0), "user_ndcg")
    assert nobody is not None
    assert "No user can be asked about" in nobody
