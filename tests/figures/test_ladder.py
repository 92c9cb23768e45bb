"""The picture and the sentences of the ladder follow the numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.measures import Measure
from embedders import METHODS
from figures import ladder, studies
from figures.colours import FAMILIES
from studies.attribution import Rung, Step
from studies.measured import Agreement, RunMeasures
from studies.noise import NoiseFloor
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
    sentence = ladder.ladder_sentence(LADDER)
    assert sentence is not None
    assert sentence.startswith("On this log **the largest change of neighbours comes from “Smoothed”** (Jaccard 0.20")
    assert "popularity from “Counts\\_of \\<pairs\\>”** (neighbours at popularity quantile 0.50 before it and 0.62" in (
        sentence
    )


def test_a_ladder_that_is_not_whole_is_spoken_of_as_far_as_it_goes() -> None:
    missing = Rung(LADDER[3].step, None, None, None, None, None)
    sentence = ladder.ladder_sentence([*LADDER[:3], missing])
    assert sentence is not None
    assert sentence.startswith("As far as it is trained, **")
    assert ladder.ladder_sentence([LADDER[0], missing]) is None
    assert ladder.ladder_sentence([]) is None
    assert ladder.ladder_sentence([LADDER[0], rung("Counts", None, 0.6)]) is None


def test_an_arrow_goes_from_step_to_step_and_is_the_wider_the_more_changes() -> None:
    figure = ladder.ladder(LADDER, "neighbour_popularity", 0.5)
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


def test_chance_is_drawn_where_it_is_0_and_however_far_off_it_lies() -> None:
    figure = ladder.ladder(LADDER, "neighbour_popularity", 0.0)
    assert [shape.x0 for shape in figure.layout.shapes] == [0]
    assert figure.layout.xaxis.range[0] < 0 < 0.65 < figure.layout.xaxis.range[1]


def test_a_mark_tells_its_number_and_what_it_was_taken_over() -> None:
    told = ladder.ladder(LADDER, "head_share", None).data[0].text
    assert told[0].endswith("over 1,000")
    assert told[1].endswith("over 1,000<br>Jaccard 0.60 to the step before")


def test_a_step_that_is_not_there_yet_has_its_row_and_no_mark() -> None:
    missing = Rung(LADDER[1].step, None, None, None, None, None)
    figure = ladder.ladder([LADDER[0], missing, LADDER[2]], "neighbour_popularity", None)
    assert list(figure.data[0].y) == [0, -2]
    assert len(figure.layout.yaxis.ticktext) == 3
    assert [note for note in figure.layout.annotations if note.showarrow] == []
    assert len(ladder.ladder([missing], "head_share", None).data[0].x) == 0


def floored(rungs: tuple[Rung, ...], floors: list[float | None]) -> list[Rung]:
    def floor(jaccard: float | None) -> NoiseFloor | None:
        return None if jaccard is None else NoiseFloor(Agreement(10, 100, Measure(jaccard, 100), *[NONE] * 4), 1)

    return [replace(rung, floor=floor(jaccard)) for rung, jaccard in zip(rungs, floors, strict=True)]


def test_a_step_that_changes_no_more_than_a_seed_does_is_named() -> None:
    assert ladder.noise_sentence(LADDER) is None
    sentence = ladder.noise_sentence(floored(LADDER, [1.0, 1.0, 0.25, 0.95]))  # by seed 0, 0.75, 0.75: of 0.4, 0.8, 0.1
    assert sentence is not None
    assert sentence.startswith(
        "**Hardly more than another seed makes**: at “Smoothed” and “Skip\\-gram” a second training"
    )
    assert "Every step whose noise floor is known changes clearly" in str(
        ladder.noise_sentence(floored(LADDER, [1.0, 0.95, None, None]))
    )


def test_what_a_seed_makes_stands_beside_the_change_where_both_floors_are_known() -> None:
    rungs = floored(LADDER, [1.0, 0.7, None, 0.9])
    notes = {note.y: note.text for note in ladder.ladder(rungs, "head_share", None).layout.annotations}
    assert notes[-0.5].startswith("0.40<br>")
    assert "seed 0.30" in notes[-0.5]
    assert (notes[-1.5], notes[-2.5]) == ("0.80", "0.10")
    sentence = ladder.ladder_sentence(floored(LADDER, [1.0, 0.7, 0.4, None]))
    assert "(Jaccard 0.20 to the step before; two seeds of one of the two agree by 0.40)" in str(sentence)
    assert "(Jaccard 0.20 to the step before)" in str(ladder.ladder_sentence(floored(LADDER, [1.0] * 4)))


@pytest.mark.parametrize("name", ladder.OF_LADDER)
def test_what_a_ladder_shows_is_measured(name: str) -> None:
    assert name in {one.name for one in studies.MEASURES}
