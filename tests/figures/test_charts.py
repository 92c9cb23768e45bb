"""What the charts say, as numbers of the figure."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import popularity_curve
from figures import charts

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


def test_axes_have_titles_and_one_series_needs_no_legend() -> None:
    figure = charts.loss_curve([3.0, 2.0])
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text
    assert not figure.layout.showlegend


def test_shares_of_a_few_hundredths_are_told_apart_on_their_axis() -> None:
    figure = charts.shares_against(["a <b>", "b"], [0.03, 0.01], [0.02, 0.015], "share")
    here, everywhere = figure.data
    assert (list(here.x), list(everywhere.x)) == ([0.03, 0.01], [0.02, 0.015])
    assert list(here.y) == list(everywhere.y) == ["a &lt;b&gt;", "b"]
    # In whole hundredths the ticks at 0.005 and at 0.01 would both be 1 %.
    assert figure.layout.xaxis.tickformat == ".2~%"
    assert everywhere.marker.color != here.marker.color
