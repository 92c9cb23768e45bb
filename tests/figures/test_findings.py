"""The sentences at the top of the Compare page follow the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from figures.findings import findings

NAMES = ("factors", "vectors_2")


def report(
    of_a: Mapping[str, float | None], of_b: Mapping[str, float | None], overlap: float | None = 0.25
) -> dict[str, Any]:
    side: dict[str, float | None] = {
        "neighbour_popularity": 0.5,
        "head_share": 0.2,
        "head_share_of_catalogue": 0.1,
        "same_category": 0.3,
    }
    return {
        "k": 10,
        "common_items": 1234,
        "overlap": {"all": overlap},
        "jaccard": {"all": 0.15},
        "expected_overlap": 0.002,
        "a": {**side, **of_a},
        "b": {**side, **of_b},
    }


def bare(text: str) -> str:
    """With common spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_agreement_is_told_in_neighbours_with_what_chance_gives() -> None:
    sentence = findings(report({}, {}), NAMES)[0]
    assert "share 2.5 of 10 neighbours" in sentence
    assert "Jaccard 0.15" in sentence
    assert "would share 0.02" in sentence
    assert "1,234 items" in sentence


def test_the_run_whose_neighbours_are_more_popular_is_named_on_either_side() -> None:
    low, high = {"neighbour_popularity": 0.40}, {"neighbour_popularity": 0.97}
    assert "factors leans more towards popular" in findings(report(high, low), NAMES)[1]
    assert "vectors\\_2 leans more towards popular" in findings(report(low, high), NAMES)[1]
    near = {"neighbour_popularity": 0.41}
    assert "Neither leans more towards popular" in findings(report(low, near), NAMES)[1]


def test_head_and_category_are_told_as_shares() -> None:
    found = findings(report({"head_share": 0.98}, {"same_category": 0.5}), NAMES)
    assert "10.0 % of the catalogue and take 98 % of the neighbour places in factors, 20 % in" in bare(found[2])
    assert "vectors\\_2 keeps categories together better" in found[3]


def test_what_cannot_be_had_is_not_spoken_of() -> None:
    nothing: dict[str, float | None] = {"neighbour_popularity": None, "head_share": None, "same_category": None}
    found = findings(report(nothing, {}, overlap=None), NAMES)
    assert found == ["The two runs have no items in common that could be compared."]
