"""Evaluations as their JSON has them, planted by hand."""

from __future__ import annotations

from itertools import count
from typing import Any

NAMES = ("ALS 8d", "item2vec 8d", "popularity", "random", "cooccurrence")
PARTS = ("all", "head", "mid", "tail")


def cell(value: float | None, around: float = 0.01, n: int = 500) -> dict[str, Any]:
    """A value with the interval of so much on either side."""
    if value is None:
        return {"value": None, "low": None, "high": None, "n": 0}
    return {"value": value, "low": value - around, "high": value + around, "n": n}


def parts(value: float | None) -> dict[str, Any]:
    """The same in every part."""
    return {part: cell(value) for part in PARTS}


def effect(
    value: float, around: float, least: float = 0.02, what: str = "item2vec less matrix factorisation"
) -> dict[str, Any]:
    return {"what": what, "least": least, **cell(value, around)}


def claim(name: str, outcome: str | None, *effects: dict[str, Any], p: float = 0.001) -> dict[str, Any]:
    facts: dict[str, Any] = {"claim": name, "contestants": ["ALS 8d", "item2vec 8d"], "outcome": outcome}
    return facts | ({} if outcome is None else {"effects": list(effects), "p": p, "p_holm": 2 * p})


def report(**changed: Any) -> dict[str, Any]:
    """Two models and the baselines, which hit 30, 40, 20, 10 and 35 %."""
    hits = dict(zip(NAMES, (0.3, 0.4, 0.2, 0.1, 0.35), strict=True))
    methods = {
        name: {
            **{measure: parts(hits[name]) for measure in ("hr", "ndcg", "mrr")},
            "by_query": {measure: parts(hits[name] / 2) for measure in ("hr", "ndcg", "mrr")},
            "user_to_item": {measure: parts(hits[name] / 4) for measure in ("recall", "ndcg")},
            "category_consistency": {"all": cell(0.5)},
            "neighbour_popularity": cell(None if name == "random" else 0.6),
            "unanswered": 0.0,
        }
        for name in NAMES
    }
    contestants = [
        {"name": "ALS 8d", "method": "als", "params": {}, "seed": 0, "similarity": "cosine"},
        {"name": "item2vec 8d", "method": "item2vec", "params": {}, "seed": 0, "similarity": "cosine"},
    ]
    whole: dict[str, Any] = {
        "split": {"by": "time", "share": 0.9, "at": 1_700_000_000, "seed": 0, "interactions": [900, 100]},
        "asked": {"split": 0.9, "at": None, "pairs": "every pair", "cases": 1000, "users": 1000, "seed": 0},
        "contestants": contestants,
        "claims": [],
        "k": 10,
        "cases": 500,
        "tied_pairs": 0.25,
        "pairs": "every pair",
        "pairs_in_test": 600,
        "users": 40,
        "items": 120,
        "methods": methods,
        "differences": {
            name: {
                other: {
                    **{measure: parts(hits[name] - hits[other]) for measure in ("hr", "ndcg", "mrr")},
                    **{measure: parts((hits[name] - hits[other]) / 4) for measure in ("recall", "user_ndcg")},
                }
                for other in NAMES[:place]
            }
            for place, name in enumerate(NAMES)
        },
    }
    return whole | changed


def told_apart(planted: dict[str, Any], start: int = 1) -> dict[str, Any]:
    """The same with numbers of its own in every cell, so that one that is taken for another shows."""
    numbers = count(start)

    def anew(node: Any) -> Any:
        if isinstance(node, dict) and "value" in node:
            number = next(numbers)
            value = number / 1000
            return {"value": value, "low": value - 0.0001, "high": value + 0.0002, "n": number}
        return {key: anew(value) for key, value in node.items()} if isinstance(node, dict) else node

    return planted | {part: anew(planted[part]) for part in ("methods", "differences")}


def renamed(planted: dict[str, Any], name: str, new: str) -> dict[str, Any]:
    """The same with another name for one of the models, wherever it stands."""

    def anew(node: Any) -> Any:
        if isinstance(node, dict):
            return {anew(key): anew(value) for key, value in node.items()}
        if isinstance(node, list):
            return [anew(value) for value in node]
        return new if node == name else node

    changed: dict[str, Any] = anew(planted)
    return changed
