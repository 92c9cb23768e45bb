"""A sweep finds the window that was planted, agreement and popularity by hand, and nothing where there is nothing."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analysis.popularity import BUCKETS, popularity_buckets
from embedders import METHODS
from interactions.split import Split
from studies.contest import Contestant, PlainStore, evaluate
from studies.evaluation import PARTS, Evaluation
from studies.provider import RunNeeded
from studies.questions import QuestionSettings, draw_questions
from studies.sweep import MEASURES, Swept, swept
from studies.windows import Axis, Sweep, sweep_of
from tests.planted import within_the_hour

ALS = Contestant("ALS", RunNeeded("als", METHODS["als"].Params(dimensions=8, threads=1), 0))
K = 3  # partners of an item in its group
VALUES = {"time": {"threads": 1, "window": 60}, "gap": {"threads": 1, "window": 60}, "places": {"threads": 1}}


@cache
def made(axis: Axis, *, ordered: bool) -> tuple[Sweep, Evaluation, Swept]:
    log = within_the_hour(ordered=ordered)
    train, test = Split.of(log).parts(log)
    questions = draw_questions(train, test, QuestionSettings())
    reaches = {"time": (5.0, 240.0, None), "gap": (5.0, 15.0, None), "places": (1.0, 5.0, None)}[axis]
    sweep = sweep_of(axis, reaches, ALS, VALUES[axis])
    evaluation = evaluate(questions, sweep.contestants, PlainStore(questions), K)
    return sweep, evaluation, swept(evaluation, sweep)


@pytest.mark.parametrize("axis", ["time", "gap", "places"])
def test_short_windows_beat_matrix_factorisation(axis: Axis) -> None:
    _, _, found = made(axis, ordered=True)
    level = found.curves["hr"].beside
    assert level is not None
    assert level["all"].value == pytest.approx(K / 59, abs=0.03)
    for part in ("all", "mid"):
        assert [one.outcome for one in found.against[part][:2]] == ["holds", "holds"]
        assert min(one[part].value for one in found.curves["hr"].along[:2]) > 0.7  # 3 of 4 pairs stay in a group


def test_short_windows_beat_one_over_everything_which_beats_nothing() -> None:
    _, _, found = made("time", ordered=True)
    for part in ("all", "mid"):
        best = found.best[part]
        assert best is not None
        assert {best.place, *best.rivals} == {0, 1}
        assert found.against[part][2].outcome != "holds"
        assert found.curves["hr"].along[2][part].high < 0.2


@pytest.mark.parametrize("axis", ["time", "gap", "places"])
def test_where_nothing_is_to_be_learned_no_window_beats_anything(axis: Axis) -> None:
    _, _, found = made(axis, ordered=False)
    for part in ("all", "mid"):
        assert {one.outcome for one in found.against[part]} <= {"cannot tell", "does not hold"}
        best = found.best[part]
        assert best is not None
        assert len(best.rivals) == 2  # as good as the best


def test_what_is_clearly_behind_is_told_and_only_that() -> None:
    sweep, evaluation, found = made("time", ordered=True)
    assert found.behind["all"] == (False, False, found.against["all"][2].effects[0].is_reversed)
    turned = replace(sweep, trained=(sweep.beside, sweep.trained[2]), reaches=(5.0, None), beside=sweep.trained[0])
    assert swept(evaluation, turned).behind["mid"] == (True, True)
    assert not any(any(made("time", ordered=False)[2].behind[part]) for part in ("all", "mid"))


def test_agreement_and_popularity_are_those_of_each_list() -> None:
    sweep, evaluation, _ = made("time", ordered=True)
    skewed = np.arange(1, 61)  # popularity of each item, as if it were another log
    questions = replace(evaluation.questions)
    vars(questions)["p"] = skewed  # worked out once and kept
    found = swept(replace(evaluation, questions=questions), sweep)
    bucket = [BUCKETS[number] for number in popularity_buckets(skewed)]
    assert set(bucket) == set(BUCKETS)
    for place, one in enumerate(sweep.trained):
        own, other = (evaluation.answers[name].near[:, :K].tolist() for name in (one.name, "ALS"))
        for part in PARTS:
            rows = [row for row in range(60) if part in ("all", bucket[row])]
            shared = [len({*own[row]} & {*other[row]}) / len({*own[row]} | {*other[row]}) for row in rows]
            agreement = found.curves["jaccard"].along[place][part]
            assert agreement.n == len(rows)
            assert agreement.value == pytest.approx(np.mean(shared))
            popularity = found.curves["neighbour_popularity"].along[place][part]
            assert popularity.value == pytest.approx(np.mean([np.mean(own[row]) / 59 for row in rows]))
            assert popularity.low < popularity.value < popularity.high


def test_accuracy_is_that_of_the_evaluation_by_bucket_of_the_target() -> None:
    sweep, evaluation, found = made("time", ordered=True)
    report = evaluation.as_json()
    for measure in ("hr", "ndcg", "mrr"):
        facts = found.as_json()["curves"][measure]
        assert facts["along"] == [report["methods"][one.name][measure] for one in sweep.trained]
        assert facts["beside"] == report["methods"]["ALS"][measure]
        assert facts["chance"]["all"]["n"] == report["cases"]
        by_chance = facts["chance"]["mid"]["value"]
        assert facts["chance"]["mid"] == {"value": by_chance, "low": by_chance, "high": by_chance,
                                          "n": report["methods"]["random"][measure]["mid"]["n"]}  # fmt: skip
        ranks = range(1, K + 1)
        gains = {"hr": [1.0] * K, "ndcg": [1 / math.log2(1 + r) for r in ranks], "mrr": [1 / r for r in ranks]}[measure]
        assert by_chance == pytest.approx(sum(gains) / (report["items"] - 1))


def test_a_part_without_cases_has_no_best_window_and_plain_values() -> None:
    sweep, evaluation, _ = made("time", ordered=True)
    questions = evaluation.questions
    nothing = questions.targets[:0]
    empty = replace(questions, queries=nothing, targets=nothing, sessions=nothing.astype(np.int64),
                    tied=nothing.astype(bool))  # fmt: skip
    answers = {
        name: replace(one, next_item=type(one.next_item)(nothing.astype(np.int64), nothing.astype(np.int64)))
        for name, one in evaluation.answers.items()
    }
    found = swept(Evaluation(empty, answers, K), sweep)
    assert set(found.best.values()) == {None}
    facts = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert facts["curves"]["hr"]["along"][0]["mid"] == {"value": None, "low": None, "high": None, "n": 0}
    assert facts["against"]["mid"][0]["outcome"] == "cannot tell"
    assert set(facts["curves"]) == set(MEASURES)
