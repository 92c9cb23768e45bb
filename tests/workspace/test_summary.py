from __future__ import annotations

import json

import numpy as np
import pytest

from tests.planted import FIRST_DAY, make_log, zipf_log
from workspace.summary import iso_time, summarise


def test_a_log_by_hand() -> None:
    monday = 1_700_438_400  # 2023-11-20
    log = make_log(
        ["u", "u", "u", "v", "v", "w"],
        ["a", "b", "a", "a", "b", "a"],
        [monday - 1, monday, monday + 6 * 86_400, monday + 7 * 86_400, monday, monday],
        ["1", "1", "1", "2", "2", "3"],
        titles={"a": "Apple"},
    )
    summary = summarise(log)
    assert summary["density"] == pytest.approx(5 / 6)
    assert summary["weeks"] == {"start": ["2023-11-13", "2023-11-20", "2023-11-27"], "interactions": [1, 4, 1]}
    assert summary["activity"] == {"low": [1, 2], "high": [1, 3], "size": [1, 2]}
    assert summary["lengths"] == {"low": [1, 2], "high": [1, 3], "size": [1, 2]}
    assert summary["top_items"] == [{"id": "a", "title": "Apple", "p": 3}, {"id": "b", "title": None, "p": 2}]
    assert summary["popularity"]["rank"] == [1, 2]
    assert summary["popularity"]["p"] == [3, 2]
    assert summary["popularity"]["buckets"]["head"] == {"items": 1, "last_rank": 1, "share_of_pairs": 0.6}


def test_buckets_divide_all_items_and_all_pairs_and_the_curve_is_thin() -> None:
    log = zipf_log(items=2000, users=400, events_per_user=50)
    popularity = summarise(log)["popularity"]
    parts = popularity["buckets"].values()
    assert sum(part["items"] for part in parts) == log.n_items
    assert sum(part["share_of_pairs"] for part in parts) == pytest.approx(1)
    assert len(popularity["rank"]) <= 500
    assert popularity["rank"][0] == 1
    assert popularity["rank"][-1] == log.n_items
    assert popularity["p"] == np.sort(log.users_per_item)[::-1][np.array(popularity["rank"]) - 1].tolist()


def test_no_times_no_sessions_is_still_json() -> None:
    summary = summarise(make_log(["u", "v"], ["a", "b"]))
    assert summary["weeks"] == {"start": [], "interactions": []}
    assert summary["lengths"] is None
    json.dumps(summary, allow_nan=False)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(FIRST_DAY, "2023-11-15T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (1_500_000_000_000, "49503-02-10T02:40:00Z")],
)
def test_times_of_every_year(seconds: int, text: str) -> None:
    assert iso_time(seconds) == text
