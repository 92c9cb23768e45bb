"""Answers to what was not seen: who knows scores 1, chance scores chance, and the rest equals the slow way."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.arrays import Similarity
from analysis.bootstrap import GroupSums, resample
from analysis.intervals import share_interval
from errors import InputError
from interactions.log import InteractionLog
from studies.evaluation import (
    BASELINES,
    COOCCURRENCE,
    LISTED,
    POPULARITY,
    RANDOM,
    Answers,
    Evaluation,
    Model,
    answers_of,
    answers_of_baseline,
)
from studies.questions import Questions, QuestionSettings, draw_questions
from tests.analysis import slow
from tests.any_logs import MARKER, Event, events, kinds, log_of, numbers_of, parts_of
from tests.planted import make_log, two_islands, zipf_log

K = 5


def questions_of(log: InteractionLog, share: float = 0.7, **settings: Any) -> Questions:
    return draw_questions(*log.split(log.time_at(share)), QuestionSettings(**settings))


def zipf_questions() -> Questions:
    """Popular and rare items, some of them in the test part alone, sessions of a user's events in a week."""
    log = zipf_log(items=60, users=60, events_per_user=15, exponent=1.2)
    return questions_of(log, 0.5)


def random_model(questions: Questions, similarity: Similarity, users: bool, seed: int = 1) -> Model:
    """Vectors of few whole numbers for some, zero for others, and a bias; also for items that are not known."""
    random = np.random.default_rng(seed)
    items = random.standard_normal((questions.train.n_items, 3)).astype(np.float32)
    items[::2] = random.integers(-1, 2, items[::2].shape)
    items[[1, 5]] = 0  # popular ones
    people = random.integers(-1, 2, (questions.train.n_users, 3)).astype(np.float32)
    bias = random.integers(-1, 2, len(items)).astype(np.float32)
    return Model(items, similarity, people if users else None, bias)


def pairs(above: np.ndarray, equal: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(above.tolist(), equal.tolist(), strict=True))


def next_item_places(questions: Questions, scores: list[list[float]], candidates: list[bool]) -> list[tuple[int, int]]:
    return [
        slow.places(scores[query], target, candidates, {query})
        for query, target in zip(questions.queries.tolist(), questions.targets.tolist(), strict=True)
    ]


def histories(questions: Questions) -> list[set[int]]:
    """Of each user that is asked for, by the events themselves."""
    train = questions.train
    return [{*train.item_codes[train.user_codes == user].tolist()} for user in questions.users.tolist()]


def user_places(questions: Questions, scores: list[list[float]], candidates: list[bool]) -> list[tuple[int, int]]:
    """scores: of each user that is asked for."""
    seen = histories(questions)
    return [
        slow.places(scores[row], target, candidates, seen[row])
        for row, target in zip(questions.found.tolist(), questions.wanted.tolist(), strict=True)
    ]


@pytest.mark.parametrize("users", [True, False])
@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_answers_of_a_model_equal_the_slow_way(similarity: Similarity, users: bool) -> None:
    """Biases count for users alone, and by dot product; nothing that training did not know takes part."""
    questions = zipf_questions()
    model = random_model(questions, similarity, users)
    items = model.item_vectors
    candidates = [bool(p > 0 and vector.any()) for p, vector in zip(questions.p, items, strict=True)]
    assert 0.4 < np.mean(candidates) < 0.98
    found = answers_of(model, questions)
    by_item = [slow.all_scores(vector, items, similarity) for vector in items]
    expected = next_item_places(questions, by_item, candidates)
    trained = [bool(items[query].any()) for query in questions.queries]
    expected = [place if able else (-1, 0) for place, able in zip(expected, trained, strict=True)]
    assert pairs(found.next_item.above, found.next_item.equal) == expected
    assert not all(trained)
    if model.user_vectors is None:
        people = []
        for own in histories(questions):
            known = [items[item].astype(np.float64) for item in own if items[item].any()]
            people.append(np.mean(known, axis=0).astype(np.float32) if known else np.zeros(3, np.float32))
    else:
        people = list(model.user_vectors[questions.users])
    assert model.item_bias is not None
    bias = model.item_bias.tolist() if similarity == "dot" else []
    by_user = [slow.all_scores(vector, items, similarity, bias) for vector in people]
    expected = user_places(questions, by_user, candidates)
    able = [bool(people[row].any()) for row in questions.found]
    expected = [place if can else (-1, 0) for place, can in zip(expected, able, strict=True)]
    assert pairs(found.to_users.above, found.to_users.equal) == expected
    known_only = np.where(np.array(candidates)[:, None], items, np.float32(0))
    assert found.near.tolist() == slow.neighbours(known_only, LISTED, similarity)[0]


def test_popularity_is_sorting_by_popularity() -> None:
    questions = zipf_questions()
    found = answers_of_baseline(POPULARITY, questions)
    p, known = questions.p.tolist(), questions.known.tolist()
    same = [[float(count) for count in p]]
    assert pairs(found.next_item.above, found.next_item.equal) == next_item_places(questions, same * len(p), known)
    assert pairs(found.to_users.above, found.to_users.equal) == user_places(
        questions, same * len(questions.users), known
    )
    expected = [slow.popular(p, known, {item}, LISTED) if known[item] else [] for item in range(len(p))]
    assert slow.as_lists(found.near) == expected


def test_cooccurrence_is_the_dense_computation_over_training_sessions() -> None:
    questions = questions_of(two_islands(users=40), 0.7)
    train = questions.train
    assert train.session_codes is not None
    events_of = list(zip(train.user_codes.tolist(), train.session_codes.tolist(), strict=True))
    held = [
        {int(item) for item, at in zip(train.item_codes, events_of, strict=True) if at == session}
        for session in sorted({*events_of})
    ]
    company = np.array(slow.company(held, train.n_items))
    known = questions.known.tolist()
    found = answers_of_baseline(COOCCURRENCE, questions)
    by_item = company.astype(np.float32).tolist()
    assert pairs(found.next_item.above, found.next_item.equal) == next_item_places(questions, by_item, known)
    by_user = [company[sorted(own)].sum(axis=0).astype(np.float32).tolist() for own in histories(questions)]
    assert pairs(found.to_users.above, found.to_users.equal) == user_places(questions, by_user, known)
    assert {*slow.as_lists(found.near)[0]} == {j for j in range(train.n_items) if j and company[0, j] > 0}


def test_chance_scores_k_of_n_for_next_items_and_for_users() -> None:
    """Of 20 seeds the interval holds what is expected in 19 or so."""
    log = zipf_log(items=200, users=400, events_per_user=30, exponent=0.3)
    questions = questions_of(log, 0.6)
    n, sizes = int(questions.known.sum()), np.bincount(questions.found)
    discounts = 1 / np.log2(np.arange(2, 12))
    ideal = np.array([discounts[: min(size, 10)].sum() for size in sizes])
    by_target = sizes / (n - np.diff(questions.seen.indptr))  # of each user: targets at each place, expected
    expected = {
        "hr": 10 / (n - 1),
        "mrr": float((1 / np.arange(1, 11)).sum()) / (n - 1),
        "ndcg": float(discounts.sum()) / (n - 1),
        "users' recall": float((by_target * 10 / np.minimum(sizes, 10)).mean()),
        "users' ndcg": float((by_target * discounts.sum() / ideal).mean()),
    }
    held: Counter[str] = Counter()
    for seed in range(100, 120):
        drawn = replace(questions, settings=QuestionSettings(seed=seed))
        evaluation = Evaluation(drawn, {RANDOM: answers_of_baseline(RANDOM, drawn)}, 10)
        found = {measure: evaluation.next_item(measure).interval(RANDOM) for measure in ("hr", "mrr", "ndcg")}
        found |= {f"users' {name}": evaluation.user_to_item(name).interval(RANDOM) for name in ("recall", "ndcg")}
        held.update(name for name, value in expected.items() if found[name].low <= value <= found[name].high)
        assert found["hr"].high - found["hr"].low < 0.02
        assert found["users' recall"].high - found["users' recall"].low < 0.03
    assert min(held[name] for name in expected) >= 16


def test_chance_gives_the_targets_of_one_user_no_place_twice() -> None:
    questions = zipf_questions()
    found = answers_of_baseline(RANDOM, questions)
    seen = histories(questions)
    assert (found.to_users.equal == 0).all()
    for row in range(len(questions.users)):
        places = found.to_users.above[questions.found == row].tolist()
        assert len({*places}) == len(places)
        assert max(places) < questions.known.sum() - len(seen[row])
    assert found.next_item.above.max() == questions.known.sum() - 2
    assert found.next_item.above.min() == 0
    again = answers_of_baseline(RANDOM, questions)
    assert np.array_equal(again.next_item.above, found.next_item.above)


def pairs_to_find() -> Questions:
    """Each user has met three pairs "a0?" "b0?" of eight, one item a session, and then a fourth in one session."""
    learned = [
        (f"u{user:02d}", f"{side}0{(user + step) % 8}", 10 * user, f"x{user} {side}{step}")
        for user in range(12)
        for step in (1, 2, 3)
        for side in "ab"
    ]
    asked = [(f"u{user:02d}", f"{side}0{user % 8}", 1000 + 10 * user + "ab".index(side), f"y{user}")
             for user in range(12) for side in "ab"]  # fmt: skip
    users, items, times, sessions = zip(*learned, *asked, strict=True)
    return draw_questions(*make_log(users, items, times, sessions).split(1000), QuestionSettings())


def test_a_model_that_knows_the_answer_scores_1_in_everything() -> None:
    questions = pairs_to_find()
    assert questions.train.n_items == 16
    pair = np.eye(8, dtype=np.float32)[np.arange(16) % 8]  # a0? and b0? have one direction, all others another
    pair[8:] /= 2
    people = np.zeros((12, 8), np.float32)
    people[np.arange(12), np.arange(12) % 8] = 1
    evaluation = Evaluation(questions, {"knows": answers_of(Model(pair, "dot", people), questions)}, 2)
    assert questions.n_cases == 12
    for measure in ("hr", "ndcg", "mrr"):
        assert evaluation.next_item(measure).interval("knows").as_json() == {"value": 1, "low": 1, "high": 1, "n": 12}
    for measure in ("recall", "ndcg"):
        assert evaluation.user_to_item(measure).interval("knows").value == pytest.approx(1)
    wrong = answers_of(Model(-pair, "dot", people), questions)
    turned = Evaluation(questions, {"wrong": wrong}, 2)
    assert turned.user_to_item("recall").interval("wrong").value == 0


@given(events, kinds, st.sampled_from([0.3, 0.5, 0.8]), st.data())
def test_an_item_of_the_test_part_changes_no_answer(
    rows: list[Event], kind: dict[str, bool], share: float, data: st.DataObject
) -> None:
    """It gets a vector that everybody would want, and then none: not a place, not a neighbour is another."""
    numbers = numbers_of(parts_of(log_of(rows, kind), share)[1])
    log = log_of(rows, kind, data.draw(st.lists(st.sampled_from(numbers), min_size=1, unique=True)))
    questions = draw_questions(*parts_of(log, share), QuestionSettings())
    marker = log.item_ids.tolist().index(MARKER)
    random = np.random.default_rng(0)
    items = np.abs(random.standard_normal((log.n_items, 3))).astype(np.float32)
    people = np.abs(random.standard_normal((log.n_users, 3))).astype(np.float32)
    items[marker] = 9
    known = answers_of(Model(items, "dot", people), questions)
    items = items.copy()
    items[marker] = 0
    bare = answers_of(Model(items, "dot", people), questions)
    for name in ("next_item", "to_users"):
        one, other = getattr(known, name), getattr(bare, name)
        assert pairs(one.above, one.equal) == pairs(other.above, other.equal)
        assert one.ranked.all()
    assert np.array_equal(known.near, bare.near)
    for answers in (known, *(answers_of_baseline(name, questions) for name in BASELINES)):
        assert marker not in answers.near
        assert (answers.near[marker] == -1).all()
        n = int(questions.known.sum())
        assert (answers.next_item.above + answers.next_item.equal < max(n - 1, 1)).all()
        assert (answers.to_users.above + answers.to_users.equal < n).all()


def planted() -> Evaluation:
    """Two models and the baselines on the same questions."""
    questions = zipf_questions()
    answers: dict[str, Answers] = {
        "one": answers_of(random_model(questions, "cosine", users=True, seed=1), questions),
        "other": answers_of(random_model(questions, "dot", users=False, seed=2), questions),
    }
    answers |= {name: answers_of_baseline(name, questions) for name in BASELINES}
    return Evaluation(questions, answers, K)


@pytest.mark.parametrize("of", ["target", "query"])
@pytest.mark.parametrize(
    ("measure", "slowly"), [("hr", slow.hit_rate), ("ndcg", slow.gain), ("mrr", slow.reciprocal_rank)]
)
def test_next_items_are_measured_by_bucket_as_the_slow_way_does(
    measure: str, slowly: Any, of: Literal["target", "query"]
) -> None:
    evaluation = planted()
    questions = evaluation.questions
    buckets = slow.buckets(questions.p.tolist(), (0.5, 0.8))
    codes = (questions.targets if of == "target" else questions.queries).tolist()
    found = evaluation.next_item(measure, of)
    for name, answers in evaluation.answers.items():
        values = [slowly(*place, K) for place in pairs(answers.next_item.above, answers.next_item.equal)]
        for number, part in ((None, "all"), (0, "head"), (1, "mid"), (2, "tail")):
            own = [value for value, item in zip(values, codes, strict=True) if number in (None, buckets[item])]
            assert len(own) > 10
            assert found.interval(name, part).value == pytest.approx(slow.mean(own), abs=1e-6)
            assert found.interval(name, part).n == len(own)
    targets, queries = (evaluation.next_item("hr", side).interval("one", "tail").n for side in ("target", "query"))
    assert targets != queries


@pytest.mark.parametrize(("measure", "slowly"), [("recall", slow.recall), ("ndcg", slow.ndcg)])
def test_users_are_measured_by_bucket_as_the_slow_way_does(measure: str, slowly: Any) -> None:
    evaluation = planted()
    questions = evaluation.questions
    buckets = slow.buckets(questions.p.tolist(), (0.5, 0.8))
    found = evaluation.user_to_item(measure)
    for name, answers in evaluation.answers.items():
        places = pairs(answers.to_users.above, answers.to_users.equal)
        for number, part in ((None, "all"), (0, "head"), (1, "mid"), (2, "tail")):
            by_user: list[list[tuple[int, int]]] = [[] for _ in questions.users]
            for place, row, item in zip(places, questions.found.tolist(), questions.wanted.tolist(), strict=True):
                if number in (None, buckets[item]):
                    by_user[row].append(place)
            values = [slowly(own, K) for own in by_user]
            assert found.interval(name, part).value == pytest.approx(slow.mean(values), abs=1e-6)
            assert found.interval(name, part).n == sum(bool(own) for own in by_user)


def test_intervals_resample_sessions_and_differences_share_their_draws() -> None:
    evaluation = planted()
    questions = evaluation.questions
    found = evaluation.next_item("hr")
    hits = np.stack(
        [
            [slow.hit_rate(*place, K) for place in pairs(answers.next_item.above, answers.next_item.equal)]
            for answers in evaluation.answers.values()
        ],
        axis=1,
    )
    drawn = resample(GroupSums.of(hits, questions.sessions), seed=questions.settings.seed)
    for place, name in enumerate(evaluation.answers):
        assert found.interval(name).as_json() == pytest.approx(drawn.interval(place).as_json())
    assert found.difference("other", "one").as_json() == pytest.approx(drawn.difference(1, 0).as_json())
    assert found.difference("one", "one").as_json() == {"value": 0, "low": 0, "high": 0, "n": questions.n_cases}
    assert len({*questions.sessions.tolist()}) < questions.n_cases


def test_models_of_the_same_answers_differ_by_exactly_nothing() -> None:
    questions = zipf_questions()
    answers = answers_of(random_model(questions, "cosine", users=True), questions)
    evaluation = Evaluation(questions, {"a": answers, "b": answers}, K)
    for measured in (evaluation.next_item("ndcg"), evaluation.user_to_item("recall")):
        for part in ("all", "head", "mid", "tail"):
            difference = measured.difference("a", "b", part)
            assert (difference.value, difference.low, difference.high) == (0, 0, 0)


def test_categories_are_counted_by_popularity_of_the_items_asked() -> None:
    """Items of training only, those without a category left out; the lists are those of 8 neighbours."""
    log = two_islands(users=30, skew=1.0)
    labels = [["tea"] if code % 3 else ([] if code % 2 else ["milk"]) for code in range(log.n_items)]
    log.items["category"] = [own[0] if own else None for own in labels]
    questions = questions_of(log, 0.3)
    model = random_model(questions, "cosine", users=False)
    evaluation = Evaluation(questions, {"one": answers_of(model, questions)}, K)
    known = questions.known.tolist()
    assert not all(known)
    labels = [own if known[code] else [] for code, own in enumerate(labels)]
    near = slow.as_lists(evaluation.answers["one"].near[:, :8])
    matches = [slow.majority_match(own, row, labels) for own, row in zip(labels, near, strict=True)]
    np.testing.assert_array_equal(evaluation.answers["one"].matches, matches)
    ranked = slow.popular(questions.p.tolist(), known, set(), log.n_items)
    found = evaluation.category_consistency("one")
    half = [matches[item] for item in ranked[: round(len(ranked) / 2)] if not math.isnan(matches[item])]
    whole = [matches[item] for item in ranked if not math.isnan(matches[item])]
    assert found["all"] == share_interval(slow.mean(whole), len(whole))
    assert found["top 50 %"] == share_interval(slow.mean(half), len(half))
    assert len(whole) < sum(known)


def test_islands_have_the_category_of_their_neighbours_and_chance_half_of_the_time() -> None:
    questions = questions_of(two_islands(), 0.8)
    islands = np.array([[1, 0] if name[0] == "A" else [0, 1] for name in questions.train.item_ids], np.float32)
    answers = {"islands": answers_of(Model(islands), questions)}
    answers |= {name: answers_of_baseline(name, questions) for name in BASELINES}
    evaluation = Evaluation(questions, answers, K)
    assert evaluation.category_consistency("islands")["all"].value == 1
    assert evaluation.category_consistency(COOCCURRENCE)["all"].value == 1
    assert evaluation.category_consistency(RANDOM)["all"].value == pytest.approx(0.5, abs=0.15)
    assert evaluation.category_consistency(POPULARITY)["all"].value == pytest.approx(0.5, abs=0.15)


def test_all_of_it_as_json_holds_what_is_promised() -> None:
    evaluation = planted()
    questions = evaluation.questions
    found = evaluation.as_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["k"], found["cases"], found["users"]) == (K, questions.n_cases, len(questions.users))
    assert found["tied_pairs"] == float(questions.tied.mean())
    assert (found["pairs"], found["pairs_in_test"]) == ("every pair", questions.pairs)
    assert found["items"] == int(questions.known.sum())
    assert [*found["methods"]] == ["one", "other", "popularity", "random", "cooccurrence"]
    cell = {"value", "low", "high", "n"}
    for method in found["methods"].values():
        assert {*method} == {
            "hr", "ndcg", "mrr", "by_query", "user_to_item", "category_consistency", "neighbour_popularity",
            "unanswered",
        }  # fmt: skip
        for measure in (method["hr"], method["ndcg"], method["mrr"], *method["user_to_item"].values()):
            assert [*measure] == ["all", "head", "mid", "tail"]
            assert all({*part} == cell for part in measure.values())
        assert {*method["user_to_item"]} == {"recall", "ndcg"}
        assert all({*row} == cell for row in method["category_consistency"].values())
    ranked = evaluation.answers["one"].next_item.ranked
    assert found["methods"]["one"]["unanswered"] == pytest.approx(1 - ranked.mean())
    assert 0 < found["methods"]["one"]["unanswered"] < 1
    assert found["methods"]["popularity"]["unanswered"] == 0
    one = evaluation.next_item("mrr").interval("one", "mid")
    assert found["methods"]["one"]["mrr"]["mid"] == one.as_json()
    by_query = evaluation.next_item("hr", "query").interval("other", "head")
    assert found["methods"]["other"]["by_query"]["hr"]["head"] == by_query.as_json()
    apart = evaluation.next_item("ndcg").difference("other", "one", "tail")
    assert found["differences"]["other"]["one"]["ndcg"]["tail"] == apart.as_json()
    for name, measure in (("recall", "recall"), ("user_ndcg", "ndcg")):
        of_users = evaluation.user_to_item(measure)
        assert found["differences"]["other"]["one"][name]["all"] == of_users.difference("other", "one").as_json()
    assert found["methods"]["random"]["neighbour_popularity"] == {"value": None, "low": None, "high": None, "n": 0}


def test_without_questions_there_are_nulls_and_never_nan() -> None:
    log = make_log(["u", "u", "v", "v"], [*"abcd"], [1, 2, 3, 4], categories={"a": "tea"})
    questions = draw_questions(*log.split(3), QuestionSettings())
    model = Model(np.ones((4, 2), np.float32), "cosine", np.ones((2, 2), np.float32))
    answers = {"model": answers_of(model, questions)}
    answers |= {name: answers_of_baseline(name, questions) for name in BASELINES}
    found = json.loads(json.dumps(Evaluation(questions, answers).as_json(), allow_nan=False))
    assert (found["cases"], found["tied_pairs"], found["users"]) == (0, None, 0)
    nothing = {"value": None, "low": None, "high": None, "n": 0}
    for method in found["methods"].values():
        assert method["unanswered"] is None
        for measure in (method["hr"], method["ndcg"], method["mrr"], *method["user_to_item"].values()):
            assert [*measure.values()] == [nothing] * 4
        assert method["category_consistency"]["least 25 %"] == nothing


def test_an_empty_bucket_and_a_single_session_are_told_as_such() -> None:
    """One session of the test part, all of its targets in the head."""
    log = make_log([*"uvwuvwu" * 2, *"uuu"], [*"aaabbbc" * 2, *"aba"], [*range(17)], [*"ststsxs" * 2, *"zzz"])
    questions = draw_questions(*log.split(14), QuestionSettings())
    assert questions.n_cases == 2
    evaluation = Evaluation(questions, {POPULARITY: answers_of_baseline(POPULARITY, questions)}, 1)
    found = evaluation.as_json()["methods"][POPULARITY]["hr"]
    assert found["all"]["n"] == 2
    assert found["all"]["value"] is not None
    assert found["all"]["low"] is found["all"]["high"] is None
    assert found["tail"] == {"value": None, "low": None, "high": None, "n": 0}


def test_a_model_that_diverged_is_refused() -> None:
    questions = zipf_questions()
    model = random_model(questions, "dot", users=True)
    assert model.user_vectors is not None
    for vectors in (model.item_vectors, model.user_vectors):
        kept = float(vectors[3, 1])
        vectors[3, 1] = np.nan
        with pytest.raises(InputError, match="not finite"):
            answers_of(model, questions)
        vectors[3, 1] = kept
    with pytest.raises(InputError, match="overflow"):
        answers_of(Model(np.full_like(model.item_vectors, 1e30), "dot"), questions)


def test_a_baseline_of_another_name_is_no_baseline() -> None:
    with pytest.raises(KeyError):
        answers_of_baseline("nothing", zipf_questions())
