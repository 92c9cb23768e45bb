"""What a comparison says, in plain sentences with their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from figures.text import count, decimal, percent, plain

_CLEAR = 0.02  # a smaller difference of quantiles or shares is not called a lean


def findings(report: Mapping[str, Any], names: tuple[str, str]) -> list[str]:
    """Up to four sentences in Markdown on a comparison (the JSON of `Comparison.as_json`)."""
    a, b = (plain(name) for name in names)
    found = [_agreement(report), _lean(report, a, b), _head(report, a, b), _category(report, a, b)]
    return [sentence for sentence in found if sentence is not None]


def _agreement(report: Mapping[str, Any]) -> str | None:
    overlap, k = report["overlap"]["all"], report["k"]
    there = min(k, report["common_items"] - 1)  # a small catalogue has fewer neighbours than were asked for
    if overlap is None:
        return "The two runs have no items in common that could be compared."
    return (
        f"**They share {decimal(overlap * k, 1)} of {there} neighbours** on average "
        f"(Jaccard {decimal(report['jaccard']['all'])}; two random lists would share "
        f"{decimal(report['expected_overlap'] * k)}), over {count(report['common_items'])} items."
    )


def _lean(report: Mapping[str, Any], a: str, b: str) -> str | None:
    of_a, of_b = report["a"]["neighbour_popularity"], report["b"]["neighbour_popularity"]
    if of_a is None or of_b is None:
        return None
    numbers = (
        f"neighbours stand at popularity quantile {decimal(of_a)} in {a} and {decimal(of_b)} in {b}; chance is 0.50"
    )
    if abs(of_a - of_b) < _CLEAR:
        return f"**Neither leans more towards popular items**: {numbers}."
    return f"**{a if of_a > of_b else b} leans more towards popular items**: {numbers}."


def _head(report: Mapping[str, Any], a: str, b: str) -> str | None:
    of_a, of_b = report["a"]["head_share"], report["b"]["head_share"]
    if of_a is None or of_b is None:
        return None
    return (
        f"**Head items** are {percent(report['a']['head_share_of_catalogue'], 1)} of the catalogue and take "
        f"{percent(of_a)} of the neighbour places in {a}, {percent(of_b)} in {b}."
    )


def _category(report: Mapping[str, Any], a: str, b: str) -> str | None:
    of_a, of_b = report["a"]["same_category"], report["b"]["same_category"]
    if of_a is None or of_b is None:
        return None
    numbers = f"{percent(of_a)} of the neighbours in {a} and {percent(of_b)} in {b} are of the item's own category"
    if abs(of_a - of_b) < _CLEAR:
        return f"**Neither keeps categories together better**: {numbers}."
    return f"**{a if of_a > of_b else b} keeps categories together better**: {numbers}."
