"""The two maps: what is drawn where."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from figures import colourings, maps
from figures.maps_in_space import three_dimensional

TITLES = ["one", "two", "<b>three</b>", "four", "five", "six"]
LEFT = np.arange(12, dtype=np.float32).reshape(6, 2)
RIGHT = -LEFT
RIGHT[5] = np.nan  # no vector in B
HIGHLIGHT = maps.Highlight(0, np.array([1], np.int32), np.array([2], np.int32), np.array([3, 5], np.int32))


@pytest.fixture
def figure() -> go.Figure:
    names = ("first", "second")
    base = maps.base_figure((LEFT, RIGHT), names, TITLES, colourings.by_quantile(np.linspace(0, 1, 6)))
    return go.Figure(maps.marked(base, (LEFT, RIGHT), names, TITLES, HIGHLIGHT).to_dict())  # which checks it, too


def traces(figure: go.Figure, axis: str) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data if trace.xaxis == axis}


def codes(values: Any) -> list[int]:
    """Numbers of a trace, which Plotly keeps packed once it has checked them."""
    if isinstance(values, np.ndarray | list | tuple):
        return [int(value) for value in values]
    return [int(code) for code in np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])]


def test_every_item_with_a_vector_is_a_point_that_carries_its_code(figure: go.Figure) -> None:
    assert codes(traces(figure, "x")["items"].customdata) == [0, 1, 2, 3, 4, 5]
    assert codes(traces(figure, "x2")["items"].customdata) == [0, 1, 2, 3, 4]


def test_the_chosen_item_and_its_neighbours_stand_in_both_maps_at_their_own_places(figure: go.Figure) -> None:
    for axis, layout in (("x", LEFT), ("x2", RIGHT)):
        drawn = traces(figure, axis)
        assert np.array_equal(drawn["chosen item"].x, layout[[0], 0])
        assert np.array_equal(drawn["only in first"].x, layout[[1], 0])
        assert np.array_equal(drawn["only in second"].y, layout[[2], 1])
        assert codes(drawn["neighbour in both"].customdata) == [3, 5]


def test_each_map_is_named_at_its_left_where_no_button_stands(figure: go.Figure) -> None:
    names, axes = figure.layout.annotations, (figure.layout.xaxis, figure.layout.xaxis2)
    assert [name.text for name in names] == ["<b>A</b> first", "<b>B</b> second"]
    assert [(name.x, name.xanchor) for name in names] == [(axis.domain[0], "left") for axis in axes]


def test_the_bar_of_list_counts_has_counts_beside_it() -> None:
    bar = maps.colour_axis(colourings.by_list_counts(np.array([0, 9]), np.array([3, 0])))["colorbar"]
    assert dict(zip(bar["ticktext"], bar["tickvals"], strict=True)) == {
        "0": 0, "1": pytest.approx(np.log10(2)), "3": pytest.approx(np.log10(4)),
    }  # fmt: skip
    assert "tickvals" not in maps.colour_axis(colourings.by_quantile(np.array([0.0, 1.0])))["colorbar"]


def test_axes_move_together(figure: go.Figure) -> None:
    assert figure.layout.xaxis2.matches == "x"
    assert figure.layout.yaxis2.matches == "y"


def test_no_title_reaches_plotly_as_html(figure: go.Figure) -> None:
    texts = [str(text) for trace in figure.data for text in trace.hovertext]
    assert "&lt;b&gt;three&lt;/b&gt;" in texts
    assert not any("<" in text for text in texts)


def test_the_legend_names_each_kind_once(figure: go.Figure) -> None:
    named = [trace.name for trace in figure.data if trace.showlegend]
    assert sorted(named) == ["chosen item", "neighbour in both", "only in first", "only in second"]


def test_the_largest_categories_keep_their_names_and_the_rest_are_one_group() -> None:
    categories = [f"c{number:02}" for number in range(25) for _ in range(25 - number)] + [None]
    groups = colourings.by_category(categories)
    assert list(groups.names) == [f"c{number:02}" for number in range(20)] + ["other or none"]
    assert groups.codes[0] == 0
    assert groups.codes[-1] == 20
    assert (groups.codes == 20).sum() == sum(range(1, 6)) + 1


def test_a_column_of_numbers_is_a_scale_and_one_of_labels_is_groups() -> None:
    prices = colourings.by_column("price <b>", pd.Series(["30", None, "10", "20"], dtype="str"))
    assert isinstance(prices, colourings.Scale)
    assert prices.title == "price &lt;b&gt;, quantile"
    assert np.array_equal(prices.values, [1, np.nan, 0, 0.5], equal_nan=True)
    genres = colourings.by_column("genres", pd.Series(["Drama|War", None, "Comedy", "Drama"], dtype="str"))
    assert isinstance(genres, colourings.Groups)
    assert [genres.names[code] for code in genres.codes] == ["Drama", "other or none", "Comedy", "Drama"]


def test_only_the_items_that_are_shown_are_drawn() -> None:
    shown = np.array([True, False, True, False, False, True])
    base = maps.base_figure((LEFT, RIGHT), ("a", "b"), TITLES, colourings.by_quantile(np.linspace(0, 1, 6)), shown)
    assert [codes(trace["customdata"]) for trace in base["data"]] == [[0, 2, 5], [0, 2]]


def test_maps_in_space_hold_the_same_items_and_marks_each_in_its_own_scene() -> None:
    deep = np.hstack([LEFT, np.arange(6, dtype=np.float32)[:, None]])
    other = deep.copy()
    other[5] = np.nan
    drawn, shown = three_dimensional(
        (deep, other), ("first", "<second>"), TITLES, colourings.by_quantile(np.linspace(0, 1, 6)), np.ones(6, bool),
        np.arange(6), HIGHLIGHT,
    )  # fmt: skip
    assert shown == 6
    scenes = {trace.scene: trace for trace in drawn.data if trace.name == "items"}
    assert [codes(scenes[scene].customdata) for scene in ("scene", "scene2")] == [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4]]
    assert np.array_equal(scenes["scene"].z, deep[:, 2])
    named = {(trace.scene, trace.name) for trace in drawn.data}
    assert {("scene", "chosen item"), ("scene2", "chosen item"), ("scene2", "neighbour in both")} <= named
    assert [note.text for note in drawn.layout.annotations] == ["<b>A</b> first", "<b>B</b> &lt;second&gt;"]
