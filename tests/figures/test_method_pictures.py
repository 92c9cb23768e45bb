"""The pictures of the guide say what is true of the histories they are drawn from."""

from __future__ import annotations

import itertools
from collections import Counter

from figures import method_pictures as pictures
from figures.method_pictures import HISTORIES, ITEMS


def words(figure: object) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]  # type: ignore[attr-defined]


def test_the_user_item_matrix_is_who_has_what() -> None:
    for (user, history), row in zip(HISTORIES.items(), pictures.touched(), strict=True):
        assert {item for item, value in zip(ITEMS, row, strict=True) if value} == set(history), user
    figure = pictures.user_item_matrix()
    assert words(figure) == [str(value) for row in pictures.touched() for value in row]
    assert (list(figure.layout.yaxis.ticktext), list(figure.layout.xaxis.ticktext)) == (list(HISTORIES), list(ITEMS))


def test_the_item_item_matrix_counts_who_stands_beside_whom() -> None:
    met = Counter(frozenset(pair) for history in HISTORIES.values() for pair in itertools.pairwise(history))
    counts = pictures.beside()
    for row, one in enumerate(ITEMS):
        for column, other in enumerate(ITEMS):
            assert counts[row][column] == (met[frozenset((one, other))] if one != other else 0)
    assert words(pictures.item_item_matrix()) == [str(value) for row in counts for value in row]


def test_the_window_tells_breakfast_from_crisps_where_the_users_do_not() -> None:
    """What the two pictures are there to show."""
    counts, halves = pictures.beside(), (range(3), range(3, 6))
    within = [counts[i][j] for half in halves for i in half for j in half if i < j]
    across = [counts[i][j] for i in halves[0] for j in halves[1]]
    assert sum(within) / len(within) > 3 * sum(across) / len(across)
    both = [[sum(a * b for a, b in zip(*pair, strict=True)) for pair in _columns(i)] for i in range(6)]
    assert max(max(row) for row in both) - min(min(row) for row in both) <= 2


def _columns(item: int) -> list[tuple[list[int], list[int]]]:
    columns = list(zip(*pictures.touched(), strict=True))
    return [(list(columns[item]), list(other)) for place, other in enumerate(columns) if place != item]


def test_the_window_slides_over_the_first_history() -> None:
    figure = pictures.sliding_window()
    history = next(iter(HISTORIES.values()))
    assert words(figure) == [*history] * len(history)
    third = figure.layout.shapes[2 * len(history) : 3 * len(history)]
    fills = [shape.fillcolor for shape in third]
    assert fills[0] == fills[4]
    assert fills[1] == fills[3]
    assert len(set(fills)) == 3


def test_a_walk_goes_back_by_1_over_p_and_out_by_1_over_q() -> None:
    figure = pictures.next_step_of_a_walk()
    nodes = dict(zip([name.strip("</b>") for name in figure.data[0].text], figure.data[0].x, strict=True))
    weights = {round(word.x, 3): word.text for word in figure.layout.annotations if word.text.startswith("<b>")}
    assert weights[round((nodes["i"] + nodes["t"]) / 2, 3)] == "<b>1/p</b>"
    assert weights[round((nodes["i"] + nodes["j"]) / 2, 3)] == "<b>1</b>"
    assert weights[round((nodes["i"] + nodes["k"]) / 2, 3)] == "<b>1/q</b>"
