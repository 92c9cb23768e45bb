"""The pictures and the sentence of studies follow the numbers."""

from __future__ import annotations

import numpy as np

from figures import studies
from figures.charts import SHARE_TICKS
from figures.colours import FAMILIES, OTHER


def test_each_cell_of_the_matrix_can_be_clicked_and_says_what_it_is() -> None:
    jaccard = np.array([[1.0, 0.25, np.nan], [0.25, 1.0, 0.5], [np.nan, 0.5, 1.0]])
    counts = np.array([[9, 8, 0], [8, 9, 7], [0, 7, 9]])
    figure = studies.agreement_matrix(["<b>one</b>", "two", "three"], jaccard, counts)
    cells, itself, marks = figure.data
    assert [list(row) for row in cells.z] == [[None, 0.25, None], [0.25, None, 0.5], [None, 0.5, None]]
    assert [list(row) for row in cells.text] == [["", "0.25", "–"], ["0.25", "", "0.50"], ["–", "0.50", ""]]
    assert [list(row) for row in itself.z] == [[1.0, None, None], [None, 1.0, None], [None, None, 1.0]]
    assert [list(row) for row in itself.text] == [["1.00", "", ""], ["", "1.00", ""], ["", "", "1.00"]]
    assert [colour for _, colour in itself.colorscale] == [OTHER, OTHER]  # no place on the scale of the others
    place = [list(pair) for pair in marks.customdata].index([1, 2])
    assert (marks.x[place], marks.y[place]) == (2, 1)
    assert marks.text[place] == "two<br>three<br>Jaccard 0.500 over 7 items"
    assert list(figure.layout.yaxis.ticktext) == ["1 &lt;b&gt;one&lt;/b&gt;", "2 two", "3 three"]
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "3"]


def test_a_large_matrix_has_no_numbers_in_its_cells() -> None:
    figure = studies.agreement_matrix([str(n) for n in range(13)], np.eye(13), np.ones((13, 13), dtype=np.int64))
    assert [cells.text for cells in figure.data[:2]] == [None, None]


def test_runs_on_the_map_have_the_colour_of_their_family_and_carry_their_place() -> None:
    places = np.array([[-0.4, 0.0], [0.3, 0.1], [0.1, -0.1]])
    figure = studies.runs_on_a_map(
        ["one", "<i>two</i>", "three"], ["sequences", "graph", "sequences"], places, {1: "A"}
    )
    by_name = {trace.name: trace for trace in figure.data}
    assert list(by_name["sequences"].customdata) == [0, 2]
    assert list(by_name["sequences"].x) == [-0.4, 0.1]
    assert list(by_name["graph"].text) == ["2 &lt;i&gt;two&lt;/i&gt; (A)"]
    assert by_name["graph"].marker.color == FAMILIES["graph"]
    assert figure.layout.yaxis.scaleanchor == "x"  # else distances would not be what they look like


def test_many_runs_on_the_map_have_the_numbers_of_the_matrix() -> None:
    names = [f"run {letter}" for letter in "abcdefghi"]
    figure = studies.runs_on_a_map(names, ["graph"] * 9, np.random.default_rng(0).random((9, 2)), {3: "B"})
    assert list(figure.data[0].text)[2:5] == ["3", "4 (B)", "5"]
    assert list(figure.data[0].hovertext)[3] == "4 run d (B)"


def test_names_of_runs_that_lie_together_stand_on_two_sides() -> None:
    places = np.array([[0.0, 0.0], [0.01, 0.0], [1.0, 0.0]])
    figure = studies.runs_on_a_map(["one", "two", "three"], ["graph"] * 3, places, {})
    sides = list(figure.data[0].textposition)
    assert set(sides[:2]) == {"top center", "bottom center"}
    assert sides[2] == "top center"


def test_the_colours_of_the_matrix_are_for_the_agreement_of_two() -> None:
    jaccard = np.array([[1.0, 0.3], [0.3, 1.0]])
    assert studies.agreement_matrix(["a", "b"], jaccard, np.full((2, 2), 5)).data[0].zmax == 0.3
    nothing = np.array([[1.0, np.nan], [np.nan, 1.0]])
    assert studies.agreement_matrix(["a", "b"], nothing, np.full((2, 2), 0)).data[0].zmax == 0.1


def test_bars_of_runs_stand_in_their_order_with_a_dash_for_what_is_not_known() -> None:
    shown = next(one for one in studies.MEASURES if one.name == "head_share")
    figure = studies.bars_of_runs(["one", "two"], ["graph", "neural"], [0.5, None], shown, None)
    assert list(figure.data[0].x) == [0.5, None]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in figure.data[0].text] == ["50 %", "–"]
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.xaxis.tickformat == SHARE_TICKS
    decimals = studies.bars_of_runs(["one"], ["graph"], [0.5], studies.MEASURES[0], None)
    assert decimals.layout.xaxis.tickformat is None
