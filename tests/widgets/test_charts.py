"""What the charts say, as numbers of the figure."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
import pytest

from analysis import popularity_curve
from widgets import charts

CURVE = popularity_curve(np.array([0.0, 0.01, 0.5, 0.51, 0.99]), np.array([1.0, 3.0, 5.0, 7.0, 9.0]))


def test_a_line_goes_through_the_means_and_its_band_around_them() -> None:
    figure = charts.popularity_lines([("<b>first</b>", CURVE), ("second", CURVE)], "value", baseline=2.0)
    band, line = figure.data[:2]
    assert list(line.x) == pytest.approx([0.005, 0.505, 0.99])
    assert list(line.y) == [2.0, 6.0, 9.0]
    assert list(line.customdata) == [2, 2, 1]
    # Two bins have two items and so an interval: there along the upper edge, back along the lower one.
    assert list(band.x) == pytest.approx([0.005, 0.505, 0.505, 0.005])
    assert list(band.y) == pytest.approx([2 + 1.959964, 6 + 1.959964, 6 - 1.959964, 2 - 1.959964])
    assert (line.name, figure.data[3].name) == ("&lt;b&gt;first&lt;/b&gt;", "second")
    assert [shape.y0 for shape in figure.layout.shapes] == [2.0]


def test_without_a_baseline_no_line_is_drawn_across() -> None:
    assert charts.popularity_lines([("a", CURVE), ("b", CURVE)], "value", None).layout.shapes == ()


def test_bars_stand_in_pairs_with_a_mark_for_chance() -> None:
    figure = charts.paired_bars(["head", "tail"], [0.5, None], [0.25, 0.75], ("a", "<i>b</i>"), "share", [0.1, 0.9])
    a, b, chance = figure.data
    assert (list(a.y), list(b.y), list(chance.y)) == ([0.5, None], [0.25, 0.75], [0.1, 0.9])
    assert (a.name, b.name, chance.name) == ("a", "&lt;i&gt;b&lt;/i&gt;", "chance")
    assert figure.layout.barmode == "group"
    assert len(charts.paired_bars(["head"], [1], [1], ("a", "b"), "share").data) == 2


def test_the_popularity_curve_marks_where_each_bucket_ends() -> None:
    buckets = {name: {"items": items, "last_rank": last} for name, items, last in
               (("head", 10, 10), ("mid", 90, 100), ("tail", 0, 0))}  # fmt: skip
    figure = charts.popularity_curve({"rank": [1, 100], "p": [50, 1], "buckets": buckets}, "users")
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(1, 10), (10, 100)]
    assert [word.text for word in figure.layout.annotations] == ["<b>head</b>", "<b>mid</b>"]
    assert figure.layout.annotations[1].x == pytest.approx(math.log10(math.sqrt(10 * 100)))
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_one_value_a_class_is_named_once() -> None:
    figure = charts.class_histogram({"low": [1, 2], "high": [1, 3], "size": [5, 7]}, "users", "items")
    assert list(figure.data[0].x) == ["1", "2-3"]
    assert list(figure.data[0].y) == [5, 7]


@pytest.mark.parametrize(
    "figure", [charts.loss_curve([3.0, 2.0]), charts.weekly_activity({"start": ["2026-01-05"], "interactions": [4]})]
)
def test_axes_have_titles_and_one_series_needs_no_legend(figure: go.Figure) -> None:
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text
    assert not figure.layout.showlegend


def test_the_funnel_shows_what_each_step_of_cleaning_left() -> None:
    steps = [
        {"step": "readable", "rows": 1000, "users": 50, "items": 20},
        {"step": "returned", "rows": 900, "users": 49, "items": 20},
    ]
    figure = charts.cleaning_funnel(steps, {"readable": "could be read"}, "users")
    (bars,) = figure.data
    assert list(bars.x) == [1000, 900]
    assert list(bars.y) == ["1. could be read", "2. returned"]
    assert list(bars.text) == ["1,000 rows · 50 users · 20 items", "900 rows · 49 users · 20 items"]
    assert figure.layout.yaxis.autorange == "reversed"
