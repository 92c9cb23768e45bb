"""The pictures and the sentence of studies follow the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.compare import Measure
from embedders import METHODS
from figures import studies
from figures.colours import FAMILIES
from studies.attribution import Rung, Step
from studies.measured import Agreement, RunMeasures
from studies.provider import RunNeeded

NONE = Measure(float("nan"), 0)


def rung(label: str, popularity: float | None, jaccard: float | None, method: str = "svd") -> Rung:
    needed = RunNeeded(method, METHODS[method].Params(), 0)
    value = NONE if popularity is None else Measure(popularity, 100)
    before = None if jaccard is None else Agreement(10, 100, Measure(jaccard, 100), NONE, NONE, NONE, NONE)
    measures = RunMeasures(10, 100, {"neighbour_popularity": value, "head_share": Measure(0.25, 1000)})
    return Rung(Step(label, "A change.", needed), "key", measures, before, None, None)


LADDER = (
    rung("Factors", 0.5, None),
    rung("Counts_of <pairs>", 0.62, 0.6),
    rung("Smoothed", 0.6, 0.2),
    rung("Skip-gram", 0.65, 0.9, "item2vec"),
)


def test_the_sentence_names_the_steps_that_change_most() -> None:
    sentence = studies.ladder_sentence(LADDER)
    assert sentence is not None
    assert sentence.startswith("On this log **the largest change of neighbours comes from “Smoothed”** (Jaccard 0.20")
    assert "popularity from “Counts\\_of \\<pairs\\>”** (neighbours at popularity quantile 0.50 before it and 0.62" in (
        sentence
    )


def test_a_ladder_that_is_not_whole_is_spoken_of_as_far_as_it_goes() -> None:
    missing = Rung(LADDER[3].step, None, None, None, None, None)
    sentence = studies.ladder_sentence([*LADDER[:3], missing])
    assert sentence is not None
    assert sentence.startswith("As far as it is trained, **")
    assert studies.ladder_sentence([LADDER[0], missing]) is None
    assert studies.ladder_sentence([]) is None


def test_an_arrow_goes_from_step_to_step_and_is_the_wider_the_more_changes() -> None:
    figure = studies.ladder(LADDER, "neighbour_popularity", 0.5)
    marks = figure.data[0]
    assert list(marks.x) == [0.5, 0.62, 0.6, 0.65]
    assert list(marks.y) == [0, -1, -2, -3]
    assert list(marks.marker.color) == [FAMILIES["matrix factorisation"]] * 3 + [FAMILIES["sequences"]]
    arrows = [note for note in figure.layout.annotations if note.showarrow]
    assert [(arrow.ax, arrow.x, arrow.ay, arrow.y) for arrow in arrows] == [
        (0.5, 0.62, 0, -1),
        (0.62, 0.6, -1, -2),
        (0.6, 0.65, -2, -3),
    ]
    assert arrows[1].arrowwidth > arrows[0].arrowwidth > arrows[2].arrowwidth
    beside = {note.y: note.text for note in figure.layout.annotations if not note.showarrow}
    assert (beside[-0.5], beside[-1.5], beside[-2.5]) == ("0.40", "0.80", "0.10")
    assert [shape.x0 for shape in figure.layout.shapes] == [0.5]
    assert list(figure.layout.yaxis.ticktext)[1] == "2 Counts_of &lt;pairs&gt;"


def test_a_step_that_is_not_there_yet_has_its_row_and_no_mark() -> None:
    missing = Rung(LADDER[1].step, None, None, None, None, None)
    figure = studies.ladder([LADDER[0], missing, LADDER[2]], "neighbour_popularity", None)
    assert list(figure.data[0].y) == [0, -2]
    assert len(figure.layout.yaxis.ticktext) == 3
    assert [note for note in figure.layout.annotations if note.showarrow] == []
    assert len(studies.ladder([missing], "head_share", None).data[0].x) == 0


def test_each_cell_of_the_matrix_can_be_clicked_and_says_what_it_is() -> None:
    jaccard = np.array([[1.0, 0.25, np.nan], [0.25, 1.0, 0.5], [np.nan, 0.5, 1.0]])
    counts = np.array([[9, 8, 0], [8, 9, 7], [0, 7, 9]])
    figure = studies.agreement_matrix(["<b>one</b>", "two", "three"], jaccard, counts)
    cells, marks = figure.data
    assert [list(row) for row in cells.z] == [[1.0, 0.25, None], [0.25, 1.0, 0.5], [None, 0.5, 1.0]]
    assert [list(row) for row in cells.text] == [["1.00", "0.25", "–"], ["0.25", "1.00", "0.50"], ["–", "0.50", "1.00"]]
    place = [list(pair) for pair in marks.customdata].index([1, 2])
    assert (marks.x[place], marks.y[place]) == (2, 1)
    assert marks.text[place] == "two<br>three<br>Jaccard 0.500 over 7 items"
    assert list(figure.layout.yaxis.ticktext) == ["1 &lt;b&gt;one&lt;/b&gt;", "2 two", "3 three"]
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "3"]


def test_a_large_matrix_has_no_numbers_in_its_cells() -> None:
    figure = studies.agreement_matrix([str(n) for n in range(13)], np.eye(13), np.ones((13, 13), dtype=np.int64))
    assert figure.data[0].text is None


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


@pytest.mark.parametrize("name", studies.OF_LADDER)
def test_what_a_ladder_shows_is_measured(name: str) -> None:
    assert name in {one.name for one in studies.MEASURES}
