"""What the charts of a log say, as numbers of the figure."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from analysis.distributions import pauses
from figures import log_charts as charts


def test_the_popularity_curve_marks_where_each_bucket_ends() -> None:
    buckets = {name: {"items": items, "last_rank": last} for name, items, last in
               (("head", 10, 10), ("mid", 90, 100), ("tail", 0, 0))}  # fmt: skip
    figure = charts.popularity_curve({"rank": [1, 100], "p": [50, 1], "buckets": buckets}, "users")
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(1, 10), (10, 100)]
    assert [word.text for word in figure.layout.annotations] == [
        "<b>head</b><br>10\N{NO-BREAK SPACE}%",
        "<b>mid</b><br>90\N{NO-BREAK SPACE}%",
    ]
    assert figure.layout.annotations[1].x == pytest.approx(math.log10(math.sqrt(10 * 100)))
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_one_value_a_class_is_named_once() -> None:
    figure = charts.class_histogram({"value": [1, 2, 3], "size": [5, 3, 4]}, "users", "items")
    assert list(figure.data[0].x) == ["1", "2\N{EN DASH}3"]
    assert list(figure.data[0].y) == [5, 7]
    later = charts.class_histogram({"value": [5, 9], "size": [5, 3]}, "users", "items")
    assert list(later.data[0].x) == ["4\N{EN DASH}7", "8\N{EN DASH}15"], "nothing is drawn where there is nothing"


def test_the_funnel_shows_what_each_step_of_cleaning_left() -> None:
    steps = [
        {"step": "readable", "rows": 1000, "users": 50, "items": 20},
        {"step": "returned", "rows": 900, "users": 49, "items": 20},
    ]
    figure = charts.cleaning_funnel(steps, {"readable": "could be read"}, "users")
    bars, words = figure.data
    assert list(bars.x) == [1000, 900]
    assert list(figure.layout.yaxis.ticktext) == ["1. could be read", "2. returned"]
    assert list(figure.layout.yaxis.tickvals) == list(bars.y) == [0, 1]
    assert all(above < bar for above, bar in zip(words.y, bars.y, strict=True)), "the axis is turned round"
    assert list(words.text) == ["1,000 rows · 50 users · 20 items", "900 rows · 49 users · 20 items"]
    assert figure.layout.yaxis.autorange == "reversed"


def test_times_that_no_calendar_has_are_still_drawn() -> None:
    figures = [
        charts.events_over_time({"unit": unit, "start": starts, "interactions": [4, 5]})
        for unit, starts in (("week", ["2026-01-05", "2026-01-12"]), ("year", ["1970-01-01", "49503-01-01"]))
    ]
    assert [figure.layout.xaxis.type for figure in figures] == ["date", "category"]
    assert "week of" in figures[0].data[0].hovertemplate
    assert list(figures[1].data[0].y) == [4, 5]


def test_pauses_are_steps_on_a_log_axis_with_the_gap_marked() -> None:
    found = pauses(np.zeros(5, np.int32), np.array([0, 0, 1_800, 1_801, 90_000]))
    drawn = {"edges": found.edges.tolist(), "size": found.size.tolist()}
    (steps,) = (figure := charts.pause_histogram(drawn, 1_800.0)).data
    assert sum(steps.y) == 3, "the pause of no second is not drawn"
    assert all(after > before > 0 for before, after in pairwise(steps.x)), "a log axis has no zero"
    filled = [pair for pair, size in zip(pairwise(steps.x), steps.y[:-1], strict=True) if size]
    for pause, (low, high) in zip((1, 1_800, 88_199), filled, strict=True):
        assert low <= pause < high
    assert steps.text[0] == "1 s to 2 s"
    assert (figure.layout.shapes[0].x0, figure.layout.annotations[0].text) == (1_800, "30 min")
    assert charts.pause_histogram(drawn, None).layout.shapes == ()


def test_no_title_or_category_is_read_as_html() -> None:
    bad = "<img src=x onerror=alert(1)>"
    items = [{"id": "7<b>", "title": bad, "category": None, "p": 3, "interactions": 4}]
    categories = {"names": [bad], "items": [1], "interactions": [4]}
    for figure in (charts.most_popular(items, "users"), charts.category_shares(categories, 9, 9)):
        assert "<img" not in figure.to_json().replace("\\u003c", "<")
        assert "&lt;img" in figure.to_json()


def test_shares_are_of_all_items_and_interactions_not_of_those_shown() -> None:
    categories = {"names": ["tea", "jam"], "items": [1, 1], "interactions": [4, 1]}
    interactions, items = charts.category_shares(categories, 10, 5).data
    assert list(interactions.x) == pytest.approx([0.4, 0.1])
    assert list(items.x) == pytest.approx([0.2, 0.2])
    assert list(interactions.text) == ["tea", "jam"]


def test_hours_stand_under_their_weekday() -> None:
    hours = [[0] * 24 for _ in range(7)]
    hours[2][13] = 5
    (field,) = charts.hours_of_week(hours).data
    assert (field.y[2], field.x[13], field.z[2][13]) == ("Wed", "13:00", 5)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (5_400, "1.5 h"), (604_800, "7 d"), (31_536_000, "1 y")],
)
def test_durations(seconds: float, text: str) -> None:
    assert charts.duration(seconds) == text


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ([12, 13, 15], [12, 15]),
        ([31, 38], [31, 38]),
        ([7, 7], [7]),
        ([10, 15], [10, 15]),
        ([3, 12], [5, 10]),
        ([20, 1800], [20, 50, 100, 200, 500, 1000]),
    ],
)
def test_a_log_axis_has_numbers_to_read(values: list[int], read: list[int]) -> None:
    axis = charts._log_axis(values)
    assert [tick for tick in axis["tickvals"] if min(values) <= tick <= max(values)] == read
    assert charts._log_axis([1, 5000])["dtick"] == 1


def test_the_hours_are_coloured_from_nothing_to_the_most() -> None:
    hours = [[1] * 24 for _ in range(7)]
    hours[3][5] = 2
    field = charts.hours_of_week(hours).data[0]
    assert (field.zmin, field.zmax) == (0, 2)
    assert charts.hours_of_week([[0] * 24] * 7).data[0].zmax == 1


def test_an_only_bar_has_no_calendar() -> None:
    time = {"unit": "hour", "start": ["2017-01-01T09:00"], "interactions": [5]}
    assert charts.events_over_time(time).layout.xaxis.type == "category"
    two = {"unit": "hour", "start": ["2017-01-01T09:00", "2017-01-01T10:00"], "interactions": [5, 6]}
    assert charts.events_over_time(two).layout.xaxis.type == "date"
