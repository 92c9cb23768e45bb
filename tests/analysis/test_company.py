from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from analysis import company as company_module
from analysis import company_index
from analysis.company import Company, company
from analysis.company_index import CompanyIndex, index_company
from interactions.log import InteractionLog
from tests.analysis import slow
from tests.planted import FIRST_DAY, make_log, ordered_sessions, pairs_in_company, partner, two_islands


def indexed(log: InteractionLog) -> CompanyIndex:
    return index_company(
        log.user_codes,
        log.item_codes,
        log.timestamps,
        log.session_codes,
        log.n_items,
        users_are_sessions=log.users_are_sessions,
    )


def code(log: InteractionLog, item: str) -> int:
    return int(np.flatnonzero(log.item_ids == item)[0])


def beside(log: InteractionLog, item: str, *others: str) -> Company:
    return company(indexed(log), code(log, item), np.array([code(log, other) for other in others]))


def test_a_pair_that_is_always_bought_together_and_one_that_never_is() -> None:
    """Four sessions of two users: "tea" and "milk" one after the other in both of the first, "nails" elsewhere."""
    baskets = ["tea milk", "tea milk", "nails", "nails screws"]
    log = of_baskets(baskets, users="uuvv")
    found = beside(log, "tea", "milk", "nails")
    assert found.together.tolist() == [2, 0]
    assert found.pmi[0] == math.log2(2 * 4 / (2 * 2))
    assert math.isnan(found.pmi[1])
    assert found.users is not None
    assert found.users.tolist() == [1, 0]
    assert found.distance[0] == 1
    assert math.isnan(found.distance[1])
    assert found.tied[0] == 0
    assert math.isnan(found.tied[1])


def of_baskets(baskets: Sequence[str], users: Sequence[str], minute: int = 60) -> InteractionLog:
    """Sessions of items a minute apart, one on each day; minute=0 puts all of a session at one time."""
    events = [(day, place, item) for day, basket in enumerate(baskets) for place, item in enumerate(basket.split())]
    return make_log(
        [users[day] for day, _, _ in events],
        [item for _, _, item in events],
        [FIRST_DAY + 86_400 * day + minute * place for day, place, _ in events],
        [f"day {day}" for day, _, _ in events],
    )


def test_users_may_share_what_no_session_holds() -> None:
    log = of_baskets(["a", "b", "a b"], users="uuv")
    found = beside(log, "a", "b")
    assert found.together.tolist() == [1]
    assert found.users is not None
    assert found.users.tolist() == [2]


def test_partners_follow_each_other_and_nothing_else_does_so_often() -> None:
    log = ordered_sessions()
    found = beside(log, "a03", *(item for item in log.item_ids if item != "a03"))
    others = [item for item in log.item_ids if item != "a03"]
    nearest = others.index(partner("a03"))
    assert found.together.argmax() == nearest
    assert found.pmi.argmax() == nearest
    assert found.distance[nearest] == 1
    assert (np.delete(found.distance, nearest) > 1).all()


def test_a_staple_stands_beside_everything_but_says_nothing() -> None:
    log = pairs_in_company(staple=30)
    found = beside(log, "a03", "b03", "staple")
    assert found.together.tolist() == [30, 30]
    assert found.pmi[0] > found.pmi[1] + 3


def test_islands_have_no_company_on_the_other_side() -> None:
    log = two_islands()
    found = beside(log, "A03", *(item for item in log.item_ids if item[0] == "B"))
    assert not found.together.any()
    assert np.isnan(found.pmi).all()


def test_equal_times_have_no_order() -> None:
    baskets = ["a b", "a c b", "b a"]
    found = beside(of_baskets(baskets, users="uuv", minute=0), "a", "b")
    assert math.isnan(found.distance[0])
    assert found.tied.tolist() == [1]
    assert found.together.tolist() == [3]


@pytest.mark.parametrize(("ordered", "distance"), [(1, math.nan), (2, 1.0), (3, 1.0)])
def test_most_common_sequences_decide_whether_there_is_an_order(ordered: int, distance: float) -> None:
    """Of two sequences at one time and some in order: no order while the tied ones are more than half."""
    users = [f"u{number}" for number in range(2 + ordered) for _ in range(2)]
    times = [5, 5, 5, 5, *[5, 6] * ordered]
    found = beside(make_log(users, ["a", "b"] * (2 + ordered), times), "a", "b")
    assert np.array_equal(found.distance, [distance], equal_nan=True)
    assert found.tied[0] == pytest.approx(2 / (2 + ordered))


def test_the_place_among_events_of_equal_time_is_their_middle() -> None:
    """x, b and c share the places 1, 2 and 3: b stands at 2 on average, whatever the file's order."""
    for rest in (["x", "b", "c"], ["b", "c", "x"]):
        found = beside(make_log(["u"] * 4, ["a", *rest], [1, 2, 2, 2]), "a", "b")
        assert found.distance.tolist() == [2]


def test_the_nearest_of_several_counts() -> None:
    found = beside(make_log(["u"] * 6, ["a", "x", "x", "b", "x", "a"], range(6)), "a", "b")
    assert found.distance.tolist() == [2]


def test_a_log_without_times_has_no_order() -> None:
    found = beside(make_log(["u", "u"], ["a", "b"]), "a", "b")
    assert math.isnan(found.distance[0])
    assert found.tied.tolist() == [1]


def test_baskets_without_users_have_no_users_in_common() -> None:
    found = beside(make_log(None, ["a", "b", "a"], [1, 2, 3], ["s", "s", "t"]), "a", "b")
    assert found.users is None
    assert found.together.tolist() == [1]
    assert found.distance.tolist() == [1]


def test_without_sessions_users_are_what_holds_both_and_are_not_counted_twice() -> None:
    found = beside(make_log(["u", "u", "v"], ["a", "b", "a"], [1, 2, 3]), "a", "b")
    assert found.users is None
    assert found.together.tolist() == [1]
    assert found.pmi.tolist() == [math.log2(1 * 2 / (2 * 1))]


def test_an_item_that_nobody_touched_has_no_company() -> None:
    log = make_log(["u", "u", "v"], ["a", "b", "c"], [1, 2, 9]).split(9)[0]
    for item, others in ((0, [2, 1]), (2, [0, 1])):
        found = company(indexed(log), item, np.array(others))
        assert found.together[0] == 0
        assert math.isnan(found.pmi[0])


@pytest.mark.parametrize(("block", "far_longer"), [(1, 32), (7, 0), (1 << 22, 1)])
@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("kind", ["sessions", "users", "baskets"])
def test_every_number_is_the_slow_one(
    kind: str, timed: bool, block: int, far_longer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few items and times, so that items come again and times are often equal; blocks that end within a user's row."""
    monkeypatch.setattr(company_index, "_BLOCK", block)
    monkeypatch.setattr(company_module, "_FAR_LONGER", far_longer)
    for seed in range(4):
        random = np.random.default_rng(seed)
        n = 120
        users = [f"u{number}" for number in random.integers(9, size=n)]
        items = [f"i{number}" for number in random.integers(7, size=n)]
        times = random.integers([4, 40, 4, 40][seed], size=n).tolist() if timed else None
        sessions = [f"{user}-{number}" for user, number in zip(users, random.integers(3, size=n), strict=True)]
        log = make_log(None if kind == "baskets" else users, items, times, None if kind == "users" else sessions)
        n_events = log.n_interactions
        codes = zip(
            log.user_codes.tolist(),
            [None] * n_events if log.session_codes is None else log.session_codes.tolist(),
            [None] * n_events if log.timestamps is None else log.timestamps.tolist(),
            log.item_codes.tolist(),
            strict=True,
        )
        events: list[slow.Event] = list(codes)
        index = indexed(log)
        assert index.n_sequences == len(slow.sequences_of(events))
        for item in range(log.n_items):
            others = np.array([other for other in range(log.n_items) if other != item])
            found = company(index, item, others)
            distances = [slow.sequence_distance(events, item, other) for other in others]
            assert found.together.tolist() == [slow.together(events, item, other) for other in others]
            np.testing.assert_allclose(found.pmi, [slow.pmi(events, item, other) for other in others], atol=1e-6)
            np.testing.assert_allclose(found.distance, [distance for distance, _ in distances], atol=1e-6)
            np.testing.assert_allclose(found.tied, [tied for _, tied in distances], atol=1e-6)
            if kind == "sessions":
                assert found.users is not None
                assert found.users.tolist() == [slow.users_in_common(events, item, other) for other in others]
            else:
                assert found.users is None


def test_what_is_said_of_some_is_what_is_said_of_them_among_all() -> None:
    log = of_baskets(["a b", "a c", "a d b", "d", "b"], users="uvwwv")
    found = beside(log, "a", "b", "c", "d").of(np.array([2, 0]))
    again = beside(log, "a", "d", "b")
    assert found.together.tolist() == again.together.tolist()
    assert found.pmi.tolist() == again.pmi.tolist()
    assert found.distance.tolist() == again.distance.tolist()
    assert found.tied.tolist() == again.tied.tolist()
    assert found.users is not None
    assert again.users is not None
    assert found.users.tolist() == again.users.tolist() == [1, 3]


def test_sessions_of_two_users_stay_apart_whatever_their_codes() -> None:
    users, sessions = np.array([0, 0, 1, 1], np.int32), np.array([1, 1, 0, 0], np.int32)
    index = index_company(users, np.array([0, 1, 2, 0], np.int32), np.arange(4), sessions, 3)
    assert index.n_sequences == 2
    assert company(index, 0, np.array([1, 2])).together.tolist() == [1, 1]
    assert company(index, 1, np.array([2])).together.tolist() == [0]


def test_places_begin_anew_in_each_sequence() -> None:
    log = make_log(["u", "u", "v", "v"], ["a", "b", "a", "b"], [1, 2, 3, 4])
    index = indexed(log)
    assert index.places is not None
    assert index.places.tolist() == [0, 0, 2, 2]  # of "a" in both, of "b" in both, doubled
