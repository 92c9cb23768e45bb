"""What estimates are made of, against a count on planted logs; and which parameters make a training longer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from embedders import METHODS
from embedders.base import LogSize
from embedders.parts.costs import pace, share_kept, shared_pace
from embedders.parts.skip_gram import chance_to_keep
from embedders.parts.windows import WindowParams, company
from interactions.log import InteractionLog
from tests.planted import FIRST_DAY, make_log
from workspace.summary import size_of


def visits(seed: int = 0, users: int = 300, mean: float = 6.0) -> InteractionLog:
    """Each user's visits, a day apart, end after each event by the same chance."""
    random = np.random.default_rng(seed)
    user_ids, times, sessions = [], [], []
    for user in range(users):
        for visit in range(5):
            for event in range(int(random.geometric(1 / mean))):
                user_ids.append(f"u{user}")
                times.append(FIRST_DAY + visit * 86_400 + event)
                sessions.append(f"{user}-{visit}")
    return make_log(user_ids, [f"i{item}" for item in random.integers(50, size=len(times))], times, sessions)


LOG = visits()


def counted(window: int | None, by: str, *, shrunk: bool = False) -> float:
    """Later events that an event meets, one by one."""
    total, events = 0.0, 0
    for items in LOG.sequences(by):  # type: ignore[arg-type]
        events += len(items)
        for place in range(len(items)):
            for apart in range(1, len(items) - place):
                if window is None or apart <= window:
                    total += (window - apart + 1) / window if window is not None and shrunk else 1
    return total / events


@pytest.mark.parametrize("by", ["session", "user"])
@pytest.mark.parametrize("window", [1, 3, 10])
@pytest.mark.parametrize("shrunk", [False, True])
def test_the_company_of_an_event_is_about_what_is_counted(by: str, window: int, shrunk: bool) -> None:
    params = WindowParams.checked({"sequences": by, "window": window})
    assert company(size_of(LOG), params, shrunk=shrunk) == pytest.approx(counted(window, by, shrunk=shrunk), rel=0.1)


def test_whole_sessions_and_sequences_whose_number_is_not_known() -> None:
    whole = WindowParams(whole_session=True)
    assert 1 / 2 < company(size_of(LOG), whole) / counted(None, "session") < 2
    size = LogSize(interactions=10_000, users=10, items=50)
    automatic, user, gap = (
        company(size, WindowParams.checked({"sequences": by})) for by in ("automatic", "user", "gap")
    )
    assert automatic == user > gap > 0


def test_events_left_out_make_sequences_shorter() -> None:
    params = WindowParams()
    assert 0 < company(size_of(LOG), params, kept=0.5) < company(size_of(LOG), params)
    assert company(size_of(LOG), params, kept=0.01) == 0


@pytest.mark.parametrize("items", [200, 5000])
@pytest.mark.parametrize("shares", [0.1, 1.0, 5.0])
def test_the_share_that_subsampling_leaves(items: int, shares: float) -> None:
    counts = (1e6 / np.arange(1, items + 1) ** 0.7).astype(np.int64)
    kept = chance_to_keep(counts, shares / items, min_count=1)
    assert share_kept(shares) == pytest.approx((kept * counts).sum() / counts.sum(), rel=0.25)
    assert share_kept(0) == 1


def test_a_second_thread_helps_and_a_third_finds_no_processor() -> None:
    assert pace(1) == 1 < pace(2) == pace(64) < 2
    assert shared_pace(1, 5000) == 1 < shared_pace(2, 50) < shared_pace(2, 5000) == shared_pace(64, 5000) < 2


SIZE = LogSize(interactions=1_000_000, users=20_000, items=5_000, sessions=200_000, pairs=700_000)


@pytest.mark.parametrize(
    ("method", "less", "more"),
    [
        ("als", {"threads": 2}, {"threads": 1}),
        ("als", {}, {"loss_curve": True}),
        ("bpr", {"threads": 2}, {"threads": 1}),
        ("cooccurrence_svd", {"window": 2}, {"window": 10}),
        ("cooccurrence_svd", {"window": 2}, {"whole_session": True}),
        ("cooccurrence_svd", {"sequences": "session"}, {"sequences": "user"}),
        ("item2vec", {"threads": 2}, {"threads": 1}),
        ("item2vec", {"window": 2}, {"window": 10}),
        ("item2vec", {"negatives": 2}, {"negatives": 10}),
        ("item2vec", {"sample": 1e-5, "adapt_sample": False}, {}),
        ("item2vec", {}, {"sample": 0.0}),
        ("item2vec", {}, {"engine": "gensim"}),
        ("item2vec", {"model": "cbow"}, {"engine": "gensim"}),
        ("item2vec", {"sequences": "session"}, {"sequences": "user"}),
        (
            "item2vec",
            {"whole_session": True, "sequences": "user", "longest_sequence": 20},
            {"whole_session": True, "sequences": "user"},
        ),
    ],
)
def test_what_makes_a_training_longer(method: str, less: dict[str, Any], more: dict[str, Any]) -> None:
    def seconds(values: dict[str, Any]) -> float:
        return METHODS[method].estimate(SIZE, METHODS[method].Params.checked(values)).seconds

    assert seconds(less) < seconds(more)


def test_a_log_read_again_and_again_by_the_same_users_has_fewer_cells_to_go_over() -> None:
    for method in ("svd", "als", "bpr"):
        params = METHODS[method].Params()
        repeated = LogSize(SIZE.interactions, SIZE.users, SIZE.items, SIZE.sessions, pairs=100_000)
        one, other = METHODS[method].estimate(repeated, params), METHODS[method].estimate(SIZE, params)
        assert one.seconds < other.seconds
        assert one.memory < other.memory
