"""Whom the claims are about, and on whom else of those that were asked they are tested."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analysis.arrays import Similarity
from embedders import METHODS
from studies import claims
from studies.claims import Claim, popular_items_in_front
from studies.contest import Contestant
from studies.provider import RunNeeded
from studies.roles import Roles, roles_of
from tests.studies.test_claims import evaluation


def asked(name: str, method: str, similarity: Similarity = "cosine", seed: int = 0, **values: Any) -> Contestant:
    return Contestant(name, RunNeeded(method, METHODS[method].Params.checked(values), seed), similarity)


ALS, DOT, SVD = asked("als", "als"), asked("dot", "als", "dot"), asked("svd", "svd")
USUAL, HOUR = asked("item2vec", "item2vec"), asked("hour", "item2vec", time_window_minutes=60.0)


def test_the_first_of_each_kind_by_cosine_stands_for_it() -> None:
    found = roles_of([asked("walks", "deepwalk"), DOT, HOUR, USUAL, ALS])
    assert found["popular items"] == found["middle"] == Roles("als", "item2vec", (("dot", "item2vec"),))
    assert found["short window"] == Roles("als", "hour", (("dot", "hour"),))
    assert list(found) == ["popular items", "middle", "short window"]


def test_what_is_cut_at_gaps_is_short_as_well() -> None:
    gap = asked("gaps", "item2vec", sequences="gap", gap_minutes=30)
    assert roles_of([ALS, gap])["short window"] == Roles("als", "gaps")
    assert roles_of([ALS, gap])["middle"] == Roles("als", None)


def test_a_window_of_a_day_is_no_short_one() -> None:
    day = asked("day", "item2vec", sequences="user", time_window_minutes=1440.0)
    rests = asked("rests", "item2vec", sequences="gap", gap_minutes=240)
    unused = asked("unused", "item2vec", sequences="user", gap_minutes=30)
    for one in (day, rests, unused):
        assert roles_of([ALS, one])["short window"] == Roles("als", None)
        assert roles_of([ALS, one])["middle"] == Roles("als", one.name)


def test_where_a_kind_is_missing_nobody_stands_for_it() -> None:
    assert roles_of([USUAL])["middle"] == Roles(None, "item2vec")
    assert roles_of([ALS])["middle"] == Roles("als", None)
    assert roles_of([])["short window"] == Roles(None, None)


def test_every_other_pair_of_models_is_another_way_and_so_is_every_seed_of_the_first() -> None:
    wide = asked("wide", "item2vec", dimensions=32)
    seeds = [replace(one, name=f"{one.name} 1", needed=replace(one.needed, seed=1)) for one in (ALS, USUAL, SVD)]
    found = roles_of([ALS, SVD, USUAL, wide, *seeds])["middle"]
    assert found == Roles(
        "als", "item2vec",
        (("als", "wide"), ("svd", "item2vec"), ("svd", "wide"), ("als 1", "item2vec 1")),
    )  # fmt: skip


def test_all_pairs_are_tested_together_and_stand_below_their_claim() -> None:
    found = evaluation(als=0.3, dot=0.6, item2vec=0.5, hour=0.2)
    popular, middle, short = claims.tested(found, roles_of([ALS, DOT, USUAL, HOUR]))
    assert [(one.contestants, outcome(one)) for one in (middle, *middle.otherwise)] == [
        (("als", "item2vec"), "holds"),
        (("dot", "item2vec"), "does not hold"),
    ]
    assert [(one.contestants, outcome(one)) for one in (short, *short.otherwise)] == [
        (("als", "hour"), "does not hold"),
        (("dot", "hour"), "does not hold"),
    ]
    assert popular.verdict is not None
    assert popular.verdict.effects == popular_items_in_front(found, "als", "item2vec").effects
    alone = claims.tested(found, roles_of([ALS, USUAL]))[1]
    assert middle.verdict is not None
    assert alone.verdict is not None
    assert middle.verdict.p == alone.verdict.p
    assert middle.verdict.raised > alone.verdict.raised, "more is tested at once"
    (other,) = middle.as_json()["otherwise"]
    assert (other["contestants"], other["outcome"]) == (["dot", "item2vec"], "does not hold")
    assert "otherwise" not in other


def test_a_claim_that_nobody_can_be_asked_about_is_not_tested() -> None:
    popular, middle, short = claims.tested(evaluation(als=0.3, item2vec=0.5), roles_of([ALS, USUAL]))
    assert outcome(middle) == "holds"
    assert popular.verdict is not None
    assert short == Claim("short window", ("als", None), None)
    assert short.as_json() == {"claim": "short window", "contestants": ["als", None], "outcome": None}


def outcome(claim: Claim) -> str | None:
    return None if claim.verdict is None else claim.verdict.outcome
