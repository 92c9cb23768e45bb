"""The pictures of popularity bias as numbers of the figure, and the sentences that read them off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis import popularity_curve
from figures import popularity as pictures
from figures import popularity_words as words
from figures.popularity import Bar, Dumbbell, Series

NAMES = ("factors", "vectors_2")
PROFILE = {
    "arp_quantile": {"value": 0.88},
    "aplt": {"value": 0.48},
    "shares": {"head": {"value": 0.52}, "mid": {"value": 0.28}, "tail": {"value": 0.2}},
}


def bare(text: str) -> str:
    """With common spaces and signs, and without what makes numbers stand out."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-").replace("**", "")


def measures(quantile: float | None, aplt: float | None, lift: float | None) -> dict[str, Any]:
    head = None if aplt is None else 1 - aplt
    return {
        "arp_quantile": {"value": quantile},
        "aplt": {"value": aplt},
        "lift": {"value": lift},
        "shares": {"head": {"value": head}, "mid": {"value": 0.0}, "tail": {"value": aplt}},
    }


def test_each_series_has_a_bar_in_each_group_in_its_own_colour() -> None:
    series = [Series("<b>a</b>", "red", [0.5, 0.25]), Series("random", "grey", [0.1, None])]
    figure = pictures.share_bars(["head", "tail"], series, "share")
    assert [list(bar.y) for bar in figure.data] == [[0.5, 0.25], [0.1, None]]
    assert [bar.marker.color for bar in figure.data] == ["red", "grey"]
    assert figure.data[0].name == "&lt;b&gt;a&lt;/b&gt;"
    assert figure.layout.barmode == "group"


def test_bars_carry_their_numbers_and_intervals_and_leave_out_what_is_not_known() -> None:
    rows = [Bar("<i>a</i>", "red", 0.5, 0.4, 0.7), Bar("b", "blue", None), Bar("random", "grey", 0.25)]
    (bar,) = pictures.bars(rows, "quantile", "quantile").data
    assert (list(bar.y), list(bar.x)) == (["&lt;i&gt;a&lt;/i&gt;", "random"], [0.5, 0.25])
    assert list(bar.text) == ["0.50", "0.25"]
    assert list(bar.marker.color) == ["red", "grey"]
    assert list(bar.error_x.array) == pytest.approx([0.2, 0])
    assert list(bar.error_x.arrayminus) == pytest.approx([0.1, 0])


@pytest.mark.parametrize(
    ("values", "texts"),
    [([3.5, -0.5], ["+350 %", "-50 %"]), ([-0.9, -0.5], ["-90 %", "-50 %"]), ([0.0, 0.0], ["0 %"] * 2)],
)
def test_changes_are_written_with_their_sign_and_have_room_on_their_side(values: list[float], texts: list[str]) -> None:
    figure = pictures.bars([Bar(f"row {value}", "red", value) for value in values], "change", "change")
    assert [bare(text) for text in figure.data[0].text] == texts
    low, high = figure.layout.xaxis.range
    assert low < min(values) or min(values) == 0
    assert high > max(0, *values)


def test_no_bar_at_all_is_an_empty_picture() -> None:
    assert len(pictures.bars([Bar("a", "red", None)], "x", "share").data[0].x) == 0


def test_a_dumbbell_joins_both_similarities_and_waits_for_the_one_that_is_missing() -> None:
    rows = [Dumbbell("<a>", "red", 0.55, 0.97), Dumbbell("b", "blue", None, 0.4)]
    figure = pictures.dumbbells(rows, "quantile", [("random", 0.5, "grey"), ("most popular", None, "purple")])
    both, one = figure.data[:2]
    assert (list(both.x), list(both.marker.symbol), list(both.text)) == (
        [0.55, 0.97],
        ["circle", "diamond"],
        ["0.55", "0.97"],
    )
    assert set(both.y) == {"&lt;a&gt;"}
    assert (list(one.x), list(one.marker.symbol)) == ([0.4], ["diamond"])
    assert [(shape.x0, shape.x1, shape.line.color) for shape in figure.layout.shapes] == [(0.5, 0.5, "grey")]
    assert [trace.name for trace in figure.data[2:]] == ["cosine", "dot product", "random"]


def test_concentration_is_drawn_against_shares_of_items_on_a_log_scale() -> None:
    items, places = [0.001, 0.1, 1.0], [0.5, 0.9, 1.0]
    figure = pictures.concentration_lines([("a", "red", items, places), ("b", "blue", [], [])])
    assert (list(figure.data[0].x), list(figure.data[0].y)) == (items, places)
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.ticktext) == ["0.1 %", "1 %", "10 %", "100 %"]


def test_the_sentence_on_neighbours_tells_all_items_and_the_least_popular() -> None:
    q = np.array([0.0, 0.15, 0.16, 0.5, 1.0])
    curves = (
        popularity_curve(q, np.array([0.1, 0.4, 0.4, 0.9, 0.9])),
        popularity_curve(q, np.array([0.7, 0.7, 0.7, 0.2, 0.2])),
    )
    report = {"a": {"neighbour_popularity": 0.54}, "b": {"neighbour_popularity": 0.5}}
    said = bare(words.neighbours(report, NAMES, curves, 0.999))
    assert "quantile 0.54 in factors and 0.50 in vectors\\_2" in said
    assert "stand at 0.50, and were they the most popular items, at 1.00. Those" in said
    assert "least popular fifth of the items stand at 0.30 in factors and 0.70 in vectors\\_2." in said
    assert "stand at 0.50. Those" in words.neighbours(report, NAMES, curves, None)  # while the baseline is being made


def test_without_rare_items_there_is_nothing_to_say_of_them() -> None:
    assert words.least_popular(popularity_curve(np.array([0.5, 0.9]), np.array([1.0, 2.0]))) is None
    assert words.least_popular(popularity_curve(np.array([0.1, 0.2]), np.array([1.0, 2.0]))) == 1


def test_the_sentence_on_buckets_sets_places_against_the_catalogue() -> None:
    said = bare(words.buckets([[0.98, 0.01, 0.01], [0.2, 0.3, 0.5]], [0.053, 0.1, 0.847], NAMES))
    assert "Head items are 5.3 % of the catalogue and take 98 % in factors and 20 % in vectors\\_2" in said
    assert "tail items are 85 % of it and take 1 % in factors and 50 % in" in said


def test_the_sentences_on_similarity_name_dot_and_cosine_of_each_run() -> None:
    runs = [("factors", 0.97, 0.55), ("vectors_2", 0.6, 0.41)]
    assert bare(words.similarities(runs)) == (
        "By dot product neighbours stand at popularity quantile 0.97 in factors and 0.60 in vectors\\_2, by cosine at "
        "0.55 and 0.41."
    )
    assert bare(words.similarities(runs[:1])).endswith("0.97 in factors, by cosine at 0.55.")
    assert bare(words.head_shares(runs)) == (
        "By dot product head items take 97 % in factors and 60 % in vectors\\_2, by cosine 55 % and 41 % of the places."
    )


def test_the_sentence_on_hubs_tells_the_top_hundredth_beside_chance() -> None:
    said = bare(words.concentration([0.5, None], 0.03, NAMES))
    assert "take 50 % in factors and – in vectors\\_2 of all places; at random they would take 3 %" in said
    assert "random" not in words.concentration([0.5, None], None, NAMES)
    assert "at random they would take 0 %" in bare(words.concentration([0.5, None], 0.0, NAMES))


def test_the_sentence_on_lengths_follows_the_sign() -> None:
    said = words.norms([("factors", 0.9), ("vectors_2", -0.4)])
    assert "In factors popular items have longer vectors (Spearman 0.90)" in said
    assert "; in vectors\\_2 popular items have shorter vectors" in said
    said = words.norms([("factors", 0.02), ("vectors_2", None)])
    assert "length has little to do with popularity" in said
    assert "vectors\\_2 nothing can be said" in said
    assert "length has little to do with popularity (Spearman 0.00)" in words.norms([("factors", 0.0)])


def test_the_sentences_on_recommendations_tell_each_run_and_what_users_chose() -> None:
    runs = [("factors", measures(0.99, 0.01, 3.63)), ("vectors_2", measures(0.68, 0.97, -0.89))]
    assert "quantile 0.99 from factors and 0.68 from vectors\\_2; they chose items at 0.88" in bare(
        words.recommended(runs, PROFILE)
    )
    assert bare(words.not_head(runs, PROFILE)) == (
        "1 % of what factors recommends and 97 % of what vectors\\_2 recommends is not head; of what users chose "
        "themselves it is 48 %."
    )
    assert bare(words.lift(runs)) == (
        "What factors recommends is 363 % more popular and what vectors\\_2 recommends is 89 % less popular than what "
        "users chose themselves."
    )
    assert "Head items take 99 % in factors and 3 % in vectors\\_2, against 52 %" in bare(
        words.recommended_buckets(runs, PROFILE)
    )
    assert "tail items 1 % in factors and 97 % in vectors\\_2, against 20 %." in bare(
        words.recommended_buckets(runs, PROFILE)
    )


def test_what_cannot_be_had_is_a_dash() -> None:
    runs = [("factors", measures(None, None, None))]
    for sentence in (words.recommended(runs, PROFILE), words.not_head(runs, PROFILE)):
        assert "–" in sentence
    assert "cannot be said" in words.lift(runs)
    assert "0\N{NO-BREAK SPACE}%** more popular" in words.lift([("factors", measures(0.5, 0.5, 0.0))])
