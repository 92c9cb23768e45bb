"""What is asked: pairs of one session, both items known, nothing of it seen in training."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.popularity import popularity_buckets
from interactions.log import InteractionLog
from interactions.split import Split
from studies.questions import Questions, QuestionSettings, draw_questions
from tests.any_logs import MARKER, Event, events, kinds, log_of, numbers_of, parts_of
from tests.planted import FIRST_DAY, make_log, ordered_sessions, two_islands, zipf_log

shares = st.sampled_from([0.3, 0.5, 0.8])


def cases(questions: Questions) -> list[tuple[int, int, int, bool]]:
    arrays = (questions.sessions, questions.queries, questions.targets, questions.tied)
    return list(zip(*(array.tolist() for array in arrays), strict=True))


def slowly(train: InteractionLog, test: InteractionLog, seed: int) -> tuple[list[tuple[int, int, int, bool]], int]:
    """The pairs by walking through each session of the test part, and those before any was left out."""
    known = {*train.item_codes.tolist()}
    sequences = test.sequences(seed=seed)
    found, different = [], 0
    for session in range(len(sequences)):
        places = range(sequences.offsets[session], sequences.offsets[session + 1])
        for one, next_one in itertools.pairwise(places):
            query, target = int(sequences.items[one]), int(sequences.items[next_one])
            different += query != target
            times = sequences.timestamps
            if query != target and {query, target} <= known:
                found.append((session, query, target, times is None or bool(times[one] == times[next_one])))
    return found, different


@given(events, kinds, shares, st.integers(0, 3))
def test_every_pair_equals_the_slow_way(rows: list[Event], kind: dict[str, bool], share: float, seed: int) -> None:
    train, test = parts_of(log_of(rows, kind), share)
    questions = draw_questions(train, test, QuestionSettings(seed=seed))
    expected, different = slowly(train, test, seed)
    assert cases(questions) == expected
    assert questions.pairs == different
    assert questions.n_cases == len(expected)


@given(events, kinds, shares)
def test_pairs_stand_next_to_each_other_in_one_session_by_time(
    rows: list[Event], kind: dict[str, bool], share: float
) -> None:
    """Seen from the events themselves: nothing of the session lies in time between the two, and a tie is told."""
    train, test = parts_of(log_of(rows, kind), share)
    questions = draw_questions(train, test, QuestionSettings())
    whose = test.user_codes if test.session_codes is None else test.session_codes
    owners = list(zip(test.user_codes.tolist(), whose.tolist(), strict=True))
    times = [0] * len(owners) if test.timestamps is None else test.timestamps.tolist()
    sessions: dict[tuple[int, int], list[tuple[int, int]]] = {owner: [] for owner in sorted({*owners})}
    for owner, time, item in zip(owners, times, test.item_codes.tolist(), strict=True):
        sessions[owner].append((time, item))
    for session, query, target, tied in cases(questions):
        own = [*sessions.values()][session]
        steps = [
            (one[0], other[0])
            for place, one in enumerate(own)
            for other_place, other in enumerate(own)
            if place != other_place and (one[1], other[1]) == (query, target) and one[0] <= other[0]
        ]
        adjacent = [(a, b) for a, b in steps if not any(a < time < b for time, _ in own)]
        assert adjacent
        assert any((a == b) == tied for a, b in adjacent)


@given(events, kinds, shares, st.integers(0, 3))
def test_users_are_asked_for_what_is_new_to_them(
    rows: list[Event], kind: dict[str, bool], share: float, seed: int
) -> None:
    train, test = parts_of(log_of(rows, kind), share)
    questions = draw_questions(train, test, QuestionSettings(seed=seed))
    history, met = ({user: {*part.item_codes[part.user_codes == user].tolist()} for user in range(train.n_users)}
                    for part in (train, test))  # fmt: skip
    known = set().union(*history.values())
    expected = {user: (met[user] & known) - history[user] for user in history if history[user]}
    expected = {user: wanted for user, wanted in expected.items() if wanted}
    assert questions.users.tolist() == sorted(expected)
    assert len(questions.found) == len(questions.wanted)
    for place, user in enumerate(questions.users.tolist()):
        assert questions.wanted[questions.found == place].tolist() == sorted(expected[user])
        assert {*questions.seen[place].indices.tolist()} == history[user]
    assert (np.diff(questions.found) >= 0).all()
    assert questions.seen.shape == (len(expected), train.n_items)


@given(events, kinds, shares, st.data())
def test_an_item_of_the_test_part_is_known_to_nobody_and_nobodys_answer(
    rows: list[Event], kind: dict[str, bool], share: float, data: st.DataObject
) -> None:
    """Some events of the test part become such of an item that is nowhere else; where the log is cut stays."""
    numbers = numbers_of(parts_of(log_of(rows, kind), share)[1])
    log = log_of(rows, kind, data.draw(st.lists(st.sampled_from(numbers), min_size=1, unique=True)))
    train, test = Split.of(log, share).parts(log)
    marker = log.item_ids.tolist().index(MARKER)
    assert marker in test.item_codes
    questions = draw_questions(train, test, QuestionSettings())
    assert questions.p[marker] == 0
    assert not questions.known[marker]
    for codes in (questions.queries, questions.targets, questions.wanted):
        assert questions.known[codes].all()
        assert marker not in codes
    assert questions.seen[:, [marker]].nnz == questions.baskets[:, [marker]].nnz == 0
    assert questions.train.digest == train.digest


@given(events, kinds, shares)
def test_the_catalogue_and_its_sessions_are_those_of_the_training_part(
    rows: list[Event], kind: dict[str, bool], share: float
) -> None:
    train, test = parts_of(log_of(rows, kind), share)
    questions = draw_questions(train, test, QuestionSettings(edges=(0.3, 0.6)))
    people = [{*train.user_codes[train.item_codes == item].tolist()} for item in range(train.n_items)]
    assert questions.p.tolist() == [len(own) for own in people]
    assert questions.known.tolist() == [bool(own) for own in people]
    assert questions.buckets.tolist() == popularity_buckets(questions.p, (0.3, 0.6)).tolist()
    held = [{*sequence.tolist()} for sequence in train.sequences()]
    assert [{*row.indices.tolist()} for row in questions.baskets] == held
    assert {*questions.baskets.data.tolist()} == {1.0}


def test_sessions_of_two_users_are_never_joined() -> None:
    """Both call theirs "s"; the last event of the one comes right before the first of the other."""
    log = make_log([*"uuuuvvvvuuuvvv"], [*"abcdefghabcefg"], [*range(14)], [*["before"] * 8, *["s"] * 6])
    train, test = log.split(8)
    questions = draw_questions(train, test, QuestionSettings())
    names = [(log.item_ids[one], log.item_ids[other]) for _, one, other, _ in cases(questions)]
    assert names == [("a", "b"), ("b", "c"), ("e", "f"), ("f", "g")]
    assert len({*questions.sessions.tolist()}) == 2
    one_user = make_log(["u"] * 8, [*"abcdabcd"], [*range(8)], [*"ssssxxyy"])
    questions = draw_questions(*one_user.split(4), QuestionSettings())
    names = [(one_user.item_ids[one], one_user.item_ids[other]) for _, one, other, _ in cases(questions)]
    assert names == [("a", "b"), ("c", "d")]


def test_events_of_one_time_are_told_and_their_order_is_drawn() -> None:
    """In a basket of one time a comes before b as often as after it; in a session by the minute it never does."""
    known = [(f"u{number}", item, 0, f"x{number}") for number in range(400) for item in "abc"]
    baskets = [(f"u{number}", item, 100, f"y{number}") for number in range(400) for item in "ab"]
    steps = [
        (f"u{number}", item, 200 + place, f"z{number}") for number in range(400) for place, item in enumerate("ac")
    ]
    users, items, times, sessions = zip(*known, *baskets, *steps, strict=True)
    log = make_log(users, items, times, sessions)
    questions = draw_questions(*log.split(50), QuestionSettings(seed=1))
    met = Counter((query, target, tied) for _, query, target, tied in cases(questions))
    assert {*met} == {(0, 1, True), (1, 0, True), (0, 2, False)}
    assert met[0, 2, False] == 400
    assert met[0, 1, True] == pytest.approx(200, abs=40)  # four standard deviations
    other = draw_questions(*log.split(50), QuestionSettings(seed=2))
    assert cases(other) != cases(questions)
    assert cases(draw_questions(*log.split(50), QuestionSettings(seed=1))) == cases(questions)


def test_a_log_without_times_has_tied_pairs_only() -> None:
    log = make_log([f"u{number // 4}" for number in range(80)], [f"i{number * 7 % 10}" for number in range(80)])
    questions = draw_questions(*Split.of(log, 0.5).parts(log), QuestionSettings())
    assert questions.n_cases > 20
    assert questions.tied.all()


def asked(**settings: object) -> Questions:
    log = ordered_sessions(users=60)
    return draw_questions(*log.split(log.time_at(0.7)), replace(QuestionSettings(), **settings))  # type: ignore[arg-type]


def test_one_pair_a_session_is_one_of_its_pairs_and_each_as_likely() -> None:
    whole = asked()
    by_session: dict[int, list[tuple[int, int]]] = {}
    for session, query, target, _ in cases(whole):
        by_session.setdefault(session, []).append((query, target))
    drawn: Counter[int] = Counter()
    for seed in range(60):
        one = asked(pairs="one pair a session", seed=seed)  # no times are equal: the sequences are always the same
        assert one.pairs == whole.pairs
        assert one.sessions.tolist() == sorted(by_session)
        for session, query, target, _ in cases(one):
            assert (query, target) in by_session[session]
            if len(by_session[session]) == 7 == len({*by_session[session]}):
                drawn[by_session[session].index((query, target))] += 1
    n = drawn.total()
    assert n > 2000
    assert [drawn[place] / n for place in range(7)] == pytest.approx([1 / 7] * 7, abs=0.03)


@pytest.mark.parametrize("pairs", ["every pair", "one pair a session"])
def test_of_too_many_cases_so_many_are_drawn_in_their_order(pairs: str) -> None:
    whole = asked(pairs=pairs)
    fewer = [asked(pairs=pairs, cases=30, seed=seed) for seed in (0, 0, 1)]
    for questions in fewer:
        assert questions.n_cases == 30
        assert questions.pairs == whole.pairs
        assert questions.sessions.tolist() == sorted(questions.sessions.tolist())
    assert cases(fewer[0]) == cases(fewer[1]) != cases(fewer[2])
    assert {*cases(fewer[0])} <= {*cases(asked(pairs=pairs))}
    assert cases(asked(pairs=pairs, cases=whole.n_cases)) == cases(whole)


def test_of_too_many_users_so_many_are_drawn_with_all_their_targets() -> None:
    log = zipf_log(items=80, users=100)
    parts = log.split(log.time_at(0.7))
    whole = draw_questions(*parts, QuestionSettings())
    fewer = [draw_questions(*parts, QuestionSettings(users=20, seed=seed)) for seed in (0, 0, 1)]
    assert len(whole.users) > 60
    assert fewer[0].users.tolist() == fewer[1].users.tolist() != fewer[2].users.tolist()
    for questions in fewer:
        assert len(questions.users) == 20
        assert questions.users.tolist() == sorted({*questions.users.tolist()})
        for place, user in enumerate(questions.users.tolist()):
            there = whole.users.tolist().index(user)
            assert questions.wanted[questions.found == place].tolist() == whole.wanted[whole.found == there].tolist()
            assert (questions.seen[place] != whole.seen[there]).nnz == 0


def test_categories_are_those_of_the_log() -> None:
    log = two_islands(users=20)
    questions = draw_questions(*log.split(log.time_at(0.8)), QuestionSettings())
    assert questions.labels == [[f"island {name[0]}"] for name in log.item_ids]
    bare = replace(log, items=log.items.drop(columns="category"))
    assert draw_questions(*bare.split(log.time_at(0.8)), QuestionSettings()).labels == [[]] * log.n_items
    lists = make_log(["u"] * 4, [*"abab"], [1, 2, 3, 4])
    lists.items["category"] = pd.Series([["tea", "hot"], None], dtype=object)
    assert draw_questions(*lists.split(3), QuestionSettings()).labels == [["tea", "hot"], []]


def test_where_nothing_is_known_nothing_is_asked() -> None:
    log = make_log(["u", "u", "v", "v"], [*"abcd"], [FIRST_DAY + number for number in range(4)])
    questions = draw_questions(*log.split(FIRST_DAY + 2), QuestionSettings())
    assert (questions.n_cases, len(questions.users), len(questions.wanted)) == (0, 0, 0)
    assert questions.pairs == 1
    assert questions.seen.shape == (0, 4)
