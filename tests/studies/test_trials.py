"""The best of trials that are there."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from studies.trials import Objective, Trial, best_trials


def trial(number: int, **values: float) -> Trial:
    """A complete trial with these values, a failed one without any."""
    return Trial(
        number=number,
        params={"alpha": 0.1 + number, "item_columns": ["category"], "time_window_minutes": None},
        similarity="cosine",
        seed=3,
        values=values,
        seconds=1.5,
        state="complete" if values else "failed",
        failure="" if values else "It ran away.",
    )


def test_of_one_measure_the_first_of_the_largest_is_best_and_what_failed_does_not_count() -> None:
    trials = [trial(0, hr=0.2), trial(1), trial(2, hr=0.5), trial(3, hr=0.5), trial(4, hr=0.1)]
    assert best_trials(trials, "hr") == (trials[2],)
    assert best_trials([trial(0, ndcg=0.2), trial(1, ndcg=0.3)], "ndcg")[0].number == 1
    assert best_trials([trial(0, tail_hr=0.2), trial(1, tail_hr=0.1)], "tail hr")[0].number == 0


def test_nothing_is_best_where_nothing_is_complete() -> None:
    objectives: tuple[Objective, ...] = ("hr", "hr against popularity")
    for objective in objectives:
        assert best_trials([], objective) == best_trials([trial(0)], objective) == ()


@given(st.lists(st.none() | st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_the_front_is_what_no_other_is_better_than_in_hits_up_and_popularity_down(
    points: list[tuple[int, int] | None],
) -> None:
    trials = [
        trial(number) if point is None else trial(number, hr=point[0] / 5, neighbour_popularity=point[1] / 5)
        for number, point in enumerate(points)
    ]
    expected = []
    for number, one in enumerate(points):
        beaten = False
        for other in points:
            if one is None or other is None or other == one:
                continue
            beaten = beaten or (other[0] >= one[0] and other[1] <= one[1])
        if one is not None and not beaten:
            expected.append(number)
    assert [best.number for best in best_trials(trials, "hr against popularity")] == expected


def test_a_trial_is_a_line_of_json_and_comes_back_from_it() -> None:
    for one in (trial(0, hr=1 / 3), trial(1)):
        assert Trial(**json.loads(json.dumps(one.as_json()))) == one
