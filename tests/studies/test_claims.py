"""Verdicts on claims: what effects make them, what several at once do to them, and effects that are planted."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.intervals import Interval, crossed_mean, difference_of_lists, p_value
from analysis.popularity import popularity_quantiles
from analysis.ranking import Places
from studies.claims import (
    ERROR,
    LEAST_GAIN,
    LEAST_LEAN,
    Effect,
    finds_more,
    more_hits,
    popular_items_in_front,
    together,
    verdict,
)
from studies.evaluation import RANDOM, Answers, Evaluation, answers_of_baseline
from studies.questions import Questions, QuestionSettings, draw_questions
from tests.analysis import slow
from tests.planted import zipf_log

K = 5


def effect(value: float, half: float, least: float = 0.0) -> Effect:
    return Effect("planted", Interval(value, value - half, value + half, 99), least)


UNKNOWN = Effect("unknown", Interval(math.nan, math.nan, math.nan, 0))
WITHOUT_INTERVAL = Effect("of one session", Interval(0.5, math.nan, math.nan, 3))


@pytest.mark.parametrize(
    ("effects", "outcome"),
    [
        ([effect(0.5, 0.1)], "holds"),
        ([effect(0.5, 0.6)], "cannot tell"),
        ([effect(-0.5, 0.6)], "cannot tell"),
        ([effect(-0.5, 0.1)], "does not hold"),
        ([effect(0.03, 0.01, least=0.02)], "holds"),
        ([effect(0.02, 0.01, least=0.02)], "holds"),
        ([effect(0.019, 0.005, least=0.02)], "cannot tell"),  # sure that it is there, not that it is small
        ([effect(0.01, 0.009, least=0.02)], "does not hold"),  # sure that it is there, and that it is too small
        ([effect(0.0, 0.01, least=0.02)], "does not hold"),
        ([effect(0.0, 0.0)], "cannot tell"),
        ([effect(0.0, 0.0, least=0.02)], "does not hold"),
        ([effect(0.5, 0.1), effect(0.3, 0.1)], "holds"),
        ([effect(0.5, 0.1), effect(0.3, 0.4)], "cannot tell"),
        ([effect(0.5, 0.1), effect(-0.3, 0.1)], "does not hold"),
        ([effect(0.5, 0.7), effect(-0.3, 0.1)], "does not hold"),
        ([effect(0.5, 0.1), UNKNOWN], "cannot tell"),
        ([UNKNOWN, effect(-0.3, 0.1)], "does not hold"),
        ([WITHOUT_INTERVAL], "cannot tell"),
        ([], "cannot tell"),
    ],
)
def test_a_claim_needs_all_of_its_effects_and_falls_with_one(effects: list[Effect], outcome: str) -> None:
    found = verdict(effects)
    assert found.outcome == outcome
    assert found.effects == tuple(effects)
    values = [p_value(one.interval) for one in effects]
    expected = max(values) if values and not any(map(math.isnan, values)) else math.nan
    assert found.p == pytest.approx(expected, nan_ok=True)
    assert found.raised == pytest.approx(expected, nan_ok=True)


def test_an_effect_is_reversed_where_it_clearly_goes_the_other_way() -> None:
    assert effect(-0.5, 0.1, least=0.2).is_reversed
    assert not effect(-0.1, 0.05, least=0.2).is_reversed
    assert not effect(-0.5, 0.6).is_reversed
    assert not effect(0.5, 0.1).is_reversed


def normal(p: float) -> Effect:
    """An effect above 0 with this p-value."""
    from scipy import stats

    return effect(1.0, 1.959964 / float(stats.norm.isf(p / 2)))


def test_of_claims_tested_at_once_one_holds_only_after_the_correction() -> None:
    """p = 0.01, 0.02 and 0.04: alone all hold; raised to 0.03, 0.04 and 0.04 they still do, beside a fourth not all."""
    three = [verdict([normal(p)]) for p in (0.04, 0.01, 0.02)]
    assert [one.outcome for one in three] == ["holds"] * 3
    found = together(three)
    assert [one.raised for one in found] == pytest.approx([0.04, 0.03, 0.04], abs=1e-6)
    assert [one.outcome for one in found] == ["holds"] * 3
    four = [*three, verdict([effect(0.1, 1.0)])]
    found = together(four)
    assert [one.raised for one in found] == pytest.approx(slow.holm([one.p for one in four]))
    assert [one.outcome for one in found] == ["cannot tell", "holds", "cannot tell", "cannot tell"]
    assert [one.p for one in found] == [one.p for one in four]
    assert [one.effects for one in found] == [one.effects for one in four]
    assert found[0].p < ERROR < found[0].raised


def test_the_correction_does_not_mend_what_does_not_hold_or_cannot_be_known() -> None:
    found = together([verdict([effect(-0.5, 0.1)]), verdict([UNKNOWN]), verdict([normal(0.03)])])
    assert [one.outcome for one in found] == ["does not hold", "cannot tell", "holds"]
    assert math.isnan(found[1].raised)
    assert found[2].raised == pytest.approx(0.03)  # of two that are known: the other one is far surer
    assert together([]) == []


def questions() -> Questions:
    log = zipf_log(items=60, users=150, events_per_user=24, exponent=0.8)
    return draw_questions(*log.split(log.time_at(0.6)), QuestionSettings())


def answers(asked: Questions, hits: float, seed: int, near: np.ndarray | None = None) -> Answers:
    """First place for this share of the cases, drawn for each, last for the others."""
    found = np.random.default_rng(seed).random(asked.n_cases) < hits
    nowhere = np.zeros(len(asked.wanted), np.int64)
    lists = np.full((asked.train.n_items, 50), -1, np.int32) if near is None else near
    places = Places(np.where(found, 0, 50), np.zeros(asked.n_cases, np.int64))
    return Answers(places, Places(nowhere, nowhere), lists, np.full(len(lists), np.nan))


def evaluation(**hits: float) -> Evaluation:
    """Models that find so many of the next items, beside chance."""
    asked = questions()
    found = {name: answers(asked, share, seed) for seed, (name, share) in enumerate(hits.items())}
    return Evaluation(asked, found | {RANDOM: answers_of_baseline(RANDOM, asked)}, K)


def lists_of(asked: Questions, pool: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(0)
    near = np.full((asked.train.n_items, 50), -1, np.int32)
    for item in np.flatnonzero(asked.known):
        near[item, :10] = random.choice(pool[pool != item], 10, replace=False)
    return near


def test_popular_items_in_front_is_the_popularity_of_the_neighbours_less_that_of_the_others() -> None:
    asked = questions()
    ranked = np.array(slow.popular(asked.p.tolist(), asked.known.tolist(), set(), 60))
    front, back = (lists_of(asked, pool) for pool in (ranked[:20], ranked[20:]))
    found = {name: answers(asked, 0.5, 0, near) for name, near in (("front", front), ("back", back))}
    compared = Evaluation(asked, found, K)
    claim = popular_items_in_front(compared, "front", "back")
    assert claim.outcome == "holds"
    one, unseen = claim.effects
    q = slow.quantiles(asked.p.tolist())
    value, _, n = slow.difference_of_lists(slow.as_lists(front[:, :K]), slow.as_lists(back[:, :K]), q)
    assert one.interval.value == pytest.approx(value)
    assert value > 0.4
    assert one.interval.n == n == asked.known.sum()
    assert one.least == LEAST_LEAN == 0.02
    met = [int(count) if known else None for count, known in zip(asked.p_in_test, asked.known, strict=True)]
    ranks = {
        item: (sum(other < count for other in met if other is not None)
               + (sum(other == count for other in met if other is not None) - 1) / 2) / (int(asked.known.sum()) - 1)
        for item, count in enumerate(met) if count is not None
    }  # fmt: skip
    means = [np.mean([np.mean([ranks[j] for j in row[:K]]) for row in near if row[0] >= 0]) for near in (front, back)]
    assert unseen.interval.value == pytest.approx(means[0] - means[1])


def test_popularity_that_was_chance_of_training_does_not_count() -> None:
    """Neighbours that are popular in training and not in the test part are no popular items."""
    asked = questions()
    ranked = np.array(slow.popular(asked.p.tolist(), asked.known.tolist(), set(), 60))
    front, back = (lists_of(asked, pool) for pool in (ranked[:20], ranked[20:]))
    found = {name: answers(asked, 0.5, 0, near) for name, near in (("front", front), ("back", back))}
    elsewhere = replace(asked, p_in_test=np.random.default_rng(3).integers(0, 50, asked.train.n_items))
    assert popular_items_in_front(Evaluation(asked, found, K), "front", "back").outcome == "holds"
    assert popular_items_in_front(Evaluation(elsewhere, found, K), "front", "back").outcome != "holds"


def test_where_no_item_is_popular_nobody_can_tell() -> None:
    asked = questions()
    ranked = np.array(slow.popular(asked.p.tolist(), asked.known.tolist(), set(), 60))
    front, back = (lists_of(asked, pool) for pool in (ranked[:20], ranked[20:]))
    found = {name: answers(asked, 0.5, 0, near) for name, near in (("front", front), ("back", back))}
    flat = replace(asked, p_in_test=np.full_like(asked.p_in_test, 3))
    claim = popular_items_in_front(Evaluation(flat, found, K), "front", "back")
    assert [effect.missing for effect in claim.effects] == ["", "All items are as popular as each other"]
    assert claim.outcome == "cannot tell"
    whole = popular_items_in_front(Evaluation(asked, found, int(asked.known.sum()) - 1), "front", "back")
    assert whole.outcome == "cannot tell"
    assert "hold every other item" in whole.effects[0].missing
    few = {name: replace(one, near=np.where(np.arange(60)[:, None] < 9, one.near, -1)) for name, one in found.items()}
    claim = popular_items_in_front(Evaluation(asked, few, K), "front", "back")
    assert (claim.outcome, claim.effects[0].missing) == ("cannot tell", "Fewer than 10 items have neighbours")


def test_where_nobody_could_be_a_tenth_better_nobody_can_tell() -> None:
    asked = questions()
    compared = evaluation(most=0.95, more=0.97, less=0.5)
    for better, worse, outcome in (("more", "most", "cannot tell"), ("less", "most", "does not hold")):
        found = more_hits(compared, better, worse, "all", "")
        assert verdict([found]).outcome == outcome
        assert ("nobody can be right a tenth oftener" in found.missing) == (outcome == "cannot tell")
    alone = replace(asked, sessions=asked.sessions % 9)
    found = more_hits(replace(compared, questions=alone), "more", "less", "all", "")
    assert (verdict([found]).outcome, found.interval.n) == ("cannot tell", 0)
    assert found.missing == "The cases are of fewer than 10 sessions, queries or targets"


def test_more_of_popular_items_in_front() -> None:
    asked = questions()
    ranked = np.array(slow.popular(asked.p.tolist(), asked.known.tolist(), set(), 60))
    front, back = (lists_of(asked, pool) for pool in (ranked[:20], ranked[20:]))
    found = {name: answers(asked, 0.5, 0, near) for name, near in (("front", front), ("back", back))}
    compared = Evaluation(asked, found, K)
    assert popular_items_in_front(compared, "back", "front").outcome == "does not hold"
    assert popular_items_in_front(compared, "front", "front").outcome == "does not hold"
    quantiles = popularity_quantiles(asked.p)
    deeper = popular_items_in_front(replace(compared, k=10), "front", "back").effects[0].interval
    assert deeper == difference_of_lists(front[:, :10], quantiles[front[:, :10]], back[:, :10], quantiles[back[:, :10]])


@pytest.mark.parametrize("part", ["all", "head", "mid", "tail"])
def test_more_hits_are_the_mean_difference_over_the_cases_of_a_part(part: str) -> None:
    compared = evaluation(better=0.6, worse=0.4)
    asked = compared.questions
    found = more_hits(compared, "better", "worse", part, "better less worse")
    buckets = slow.buckets(asked.p.tolist(), (0.5, 0.8))
    inside = np.array([part in ("all", ("head", "mid", "tail")[buckets[target]]) for target in asked.targets])
    own, others = ((compared.answers[name].next_item.above[inside] == 0) * 1.0 for name in ("better", "worse"))
    assert found.what == "better less worse"
    assert found.interval.n == inside.sum() > 50
    assert found.interval.value == pytest.approx(float((own - others).mean()))
    assert found.least == pytest.approx(0.1 * float(others.mean()))
    groupings = [asked.sessions[inside], asked.queries[inside], asked.targets[inside]]
    assert found.interval == crossed_mean(own - others, groupings)
    turned = more_hits(compared, "worse", "better", part, "")
    assert turned.interval.value == pytest.approx(-found.interval.value)
    assert found.is_there == turned.is_reversed


def test_where_nothing_is_asked_of_a_part_nobody_can_tell() -> None:
    compared = evaluation(better=0.6, worse=0.4)
    asked = compared.questions
    no_tail = replace(asked, settings=replace(asked.settings, edges=(0.5, 1.0)))
    found = more_hits(replace(compared, questions=no_tail), "better", "worse", "tail", "")
    assert found.interval.as_json() == {"value": None, "low": None, "high": None, "n": 0}
    assert verdict([found]).outcome == "cannot tell"


def test_item2vec_must_beat_factorisation_and_chance() -> None:
    compared = evaluation(good=0.6, poor=0.3, hopeless=0.01, lost=0.0)
    assert finds_more(compared, "poor", "good", "mid").outcome == "holds"
    assert finds_more(compared, "good", "poor", "mid").outcome == "does not hold"
    assert finds_more(compared, "good", "good", "mid").outcome == "does not hold"
    # Better than the other, and yet no better than chance, which finds 5 of 59.
    assert finds_more(compared, "lost", "hopeless", "all").outcome == "does not hold"
    wins, chance = finds_more(compared, "poor", "good", "mid").effects
    assert wins.interval == more_hits(compared, "good", "poor", "mid", "").interval
    assert chance.interval == more_hits(compared, "good", RANDOM, "mid", "").interval


def test_a_gain_too_small_to_count_is_none_however_sure() -> None:
    """Two in a hundred more of half: the same cases found, and some of the others."""
    asked = questions()
    base = answers(asked, 0.5, 1)
    extra = np.random.default_rng(2).random(asked.n_cases) < 0.04
    better = replace(base, next_item=Places(np.where(extra, 0, base.next_item.above), base.next_item.equal))
    found = more_hits(Evaluation(asked, {"a": better, "b": base}, K), "a", "b", "all", "")
    assert found.interval.low > 0
    assert found.interval.value < LEAST_GAIN * 0.5
    assert verdict([found]).outcome == "does not hold"
