"""The pictures and the words of a tuning follow its trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from figures import tuning
from figures.colours import CATEGORIES
from studies.trials import Objective, Trial
from workspace.tunings import Sought, Tuning


def trial(number: int, values: Mapping[str, float], failure: str = "") -> Trial:
    return Trial(number, {}, "cosine", 0, values, 1.0, "failed" if failure else "complete", failure)


def tuned(method: str, values: Sequence[float | None], budget: int = 5) -> Tuning:
    trials = [trial(n, {}, "It blew.") if one is None else trial(n, {"hr": one}) for n, one in enumerate(values)]
    return Tuning(method, Sought(trials=budget), tuple(trials), cases=1234)


def test_the_line_is_the_best_so_far_and_failed_trials_have_no_point() -> None:
    points, line = tuning.trials_picture([tuned("als", [0.1, 0.05, None, 0.3, 0.2])]).data
    assert list(points.x) == list(line.x) == [1, 2, 4, 5]
    assert list(points.y) == pytest.approx([10, 5, 30, 20])
    assert list(line.y) == pytest.approx([10, 10, 30, 30])
    assert (line.line.shape, line.name) == ("hv", "ALS")


def test_a_method_has_one_colour_which_does_not_change_when_others_get_trials() -> None:
    alone = tuning.trials_picture([tuned("als", []), tuned("svd", [0.1])])
    both = tuning.trials_picture([tuned("als", [0.2]), tuned("svd", [0.1])])
    assert {trace.name for trace in alone.data} == {"SVD"}
    colours = {trace.name: trace.line.color for trace in both.data if trace.mode == "lines"}
    assert colours == {"ALS": CATEGORIES[0], "SVD": CATEGORIES[1]}
    assert {trace.line.color or trace.marker.color for trace in alone.data} == {CATEGORIES[1]}


def test_the_axis_has_room_for_the_whole_budget() -> None:
    figure = tuning.trials_picture([tuned("als", [0.1], budget=8)])
    assert list(figure.layout.xaxis.range) == [0.5, 8.5]
    assert figure.layout.yaxis.title.text == "HR@10, %"


FRONT: Objective = "hr against popularity"


def two(hits: float, popularity: float) -> dict[str, float]:
    return {"hr": hits, "neighbour_popularity": popularity}


def test_the_front_is_drawn_from_left_to_right_and_the_beaten_trials_lie_below_it() -> None:
    values = [two(0.10, 0.5), two(0.30, 0.8), two(0.20, 0.6), two(0.05, 0.7), two(0.30, 0.9)]
    trials = tuple(trial(number, one) for number, one in enumerate(values))
    figure = tuning.trials_picture([Tuning("als", Sought(objective=FRONT), trials)])
    assert [(line.x0, line.x1) for line in figure.layout.shapes] == [(0.5, 0.5)]  # neighbours by chance
    others, front = figure.data
    assert list(zip(front.x, front.customdata, strict=True)) == [(0.5, 1), (0.6, 3), (0.8, 2)]
    assert list(front.y) == pytest.approx([10, 20, 30])
    assert (front.mode, front.line.shape) == ("lines+markers", "hv")
    assert list(front.marker.symbol) == ["diamond", "circle", "circle"]
    assert sorted(others.customdata) == [4, 5]
    assert others.mode == "markers"
    assert not others.showlegend


def test_the_defaults_are_a_diamond_also_where_they_are_beaten() -> None:
    trials = (trial(0, two(0.1, 0.5)), trial(1, two(0.2, 0.4)))
    others, front = tuning.trials_picture([Tuning("als", Sought(objective=FRONT), trials)]).data
    assert list(others.marker.symbol) == ["diamond"]
    assert list(front.marker.symbol) == ["circle"]


def test_values_stand_beside_those_of_the_defaults() -> None:
    defaults, best = trial(0, {"hr": 0.1}), trial(3, {"hr": 0.25})
    said = tuning.compared_in_words(best, defaults, 5).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "HR@5 25.00 %, with the defaults 10.00 %"
    assert tuning.compared_in_words(defaults, defaults, 5).endswith("%, with the defaults")
    assert tuning.compared_in_words(best, trial(0, {}, "It blew."), 5).endswith("with the defaults –")
    alike = tuning.compared_in_words(trial(3, {"hr": 0.1}), defaults, 5).replace("\N{NO-BREAK SPACE}", " ")
    assert alike == "HR@5 10.00 %, with the defaults 10.00 %"  # other parameters, as good
    said = tuning.compared_in_words(trial(2, two(0.2, 0.4)), trial(0, two(0.1, 0.5)), 5)
    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        "HR@5 20.00 %, neighbours at popularity quantile 0.400, with the defaults 10.00 % and 0.500"
    )


def test_failures_are_counted_by_method_with_their_reason() -> None:
    two_ways = (trial(0, {"hr": 0.1}), trial(1, {}, "It blew."), trial(2, {}, "It burnt."))
    assert tuning.failures_in_words([Tuning("als", Sought(), two_ways)]).endswith("like any other: It blew.")
    assert tuning.failures_in_words([tuned("als", [0.1, 0.2])]) == ""
    said = tuning.failures_in_words([tuned("als", [0.1, None]), tuned("svd", [None, None])])
    assert said == (
        "1 trial of ALS failed, which uses up the budget like any other: It blew. "
        "2 trials of SVD failed, which uses up the budget like any other: It blew."
    )


def test_methods_with_fewer_trials_than_others_are_not_compared_yet() -> None:
    assert "Trials so far" not in tuning.caution_in_words([tuned("als", [0.1, None]), tuned("svd", [0.2, 0.1])])
    said = tuning.caution_in_words([tuned("als", [0.1, 0.1, None]), tuned("svd", [0.2])])
    assert "Trials so far: ALS 3, SVD 1. They can be compared when all have as many." in said
    used_up = replace(tuned("svd", [0.2]), used_up=True)
    assert "Trials so far" not in tuning.caution_in_words([tuned("als", [0.1, 0.2]), used_up])


def test_what_was_asked_is_said() -> None:
    assert tuning.settings_in_words(tuned("als", [0.1])) == (
        "By cosine, k = 10, over 1,234 next-item cases of the training part."
    )
    rare = Tuning("als", Sought(objective="tail hr", k=7, similarity="dot"), (trial(0, {"tail_hr": 0.5}),), cases=8)
    assert tuning.settings_in_words(rare) == (
        "By dot product, k = 7, over 8 next-item cases of the training part whose next item is of the tail."
    )


def test_columns_are_those_of_the_objective() -> None:
    sought = Sought(objective="hr against popularity", k=5)
    assert tuning.value_columns(trial(0, two(0.25, 0.4)), sought) == {"HR@5, %": 25.0, "Neighbour popularity": 0.4}
    assert tuning.value_columns(trial(1, {}, "It blew."), sought) == {"HR@5, %": None, "Neighbour popularity": None}
    tail = Sought(objective="tail hr")
    assert tuning.value_columns(trial(0, {"tail_hr": 0.5}), tail) == {"tail HR@10, %": 50.0}


@pytest.mark.parametrize("objective", ["hr", "ndcg", "tail hr", "hr against popularity"])
def test_each_objective_is_told_in_words_with_its_k(objective: Objective) -> None:
    assert "@7" in tuning.objective_in_words(objective, 7)
