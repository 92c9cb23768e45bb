from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest

from tests.planted import FIRST_DAY, make_log, zipf_log
from workspace.summary import CATEGORIES, iso_time, summarise
from workspace.summary_tables import write_tables


def test_a_log_by_hand() -> None:
    monday = 1_700_438_400  # 2023-11-20
    log = make_log(
        ["u", "u", "u", "v", "v", "w"],
        ["a", "b", "a", "a", "b", "a"],
        [monday - 1, monday, monday + 6 * 86_400, monday + 7 * 86_400, monday, monday],
        ["1", "1", "1", "2", "2", "3"],
        titles={"a": "Apple"},
        categories={"a": "fruit"},
    )
    summary = summarise(log)
    assert summary["density"] == pytest.approx(5 / 6)
    assert summary["time"]["unit"] == "day"
    assert dict(zip(summary["time"]["start"], summary["time"]["interactions"], strict=True)) == {
        "2023-11-19": 1, "2023-11-20": 3, "2023-11-26": 1, "2023-11-27": 1
    }  # fmt: skip
    assert summary["activity"] == {"value": [1, 2, 3], "size": [1, 1, 1]}
    assert summary["lengths"] == {"value": [1, 2, 3], "size": [1, 1, 1]}
    at = summary["pauses"]["gaps"].index(1_800)
    assert sum(summary["pauses"]["size"]) == 3
    assert (summary["pauses"]["sessions"][at], summary["pauses"]["single"][at]) == (5, 4), "only u's first two go on"
    assert summary["top_items"] == [
        {"id": "a", "title": "Apple", "category": "fruit", "p": 3, "interactions": 4},
        {"id": "b", "title": None, "category": None, "p": 2, "interactions": 2},
    ]
    assert summary["categories"] == {
        "names": ["fruit"], "items": [1], "interactions": [4], "more": 0, "several": False,
        "without": {"items": 1, "interactions": 2},
    }  # fmt: skip
    assert summary["hours"][6][23] == 1
    assert sum(map(sum, summary["hours"])) == 6
    assert summary["tables"] == {
        "items": [
            {"name": "title", "filled": 1, "different": 1, "example": "Apple"},
            {"name": "category", "filled": 1, "different": 1, "example": "fruit"},
        ],
        "users": [],
    }
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


def test_dates_without_a_clock_have_no_hours() -> None:
    assert summarise(make_log(["u", "v"], ["a", "b"], [86_400, 0]))["hours"] is None


def test_no_times_no_sessions_is_still_json() -> None:
    summary = summarise(make_log(["u", "v"], ["a", "b"]))
    for part in ("time", "lengths", "pauses", "hours", "categories"):
        assert summary[part] is None
    json.dumps(summary, allow_nan=False)


def test_only_the_largest_categories_are_named_and_the_others_counted() -> None:
    names = [f"item {number:02}" for number in range(CATEGORIES + 5)]
    events = [name for place, name in enumerate(names) for _ in range(place + 1)]
    log = make_log(["u"] * len(events), events, categories={name: f"of {name}" for name in names})
    categories = summarise(log)["categories"]
    assert categories["names"] == [f"of {name}" for name in names[: -CATEGORIES - 1 : -1]]
    assert categories["more"] == 5
    assert sum(categories["interactions"]) + 1 + 2 + 3 + 4 + 5 == len(events)


def test_an_item_of_several_categories_counts_in_each() -> None:
    log = make_log(["u", "u", "v"], ["a", "b", "a"], categories={"a": "Drama|War", "b": "War"})
    categories = summarise(log)["categories"]
    assert (categories["names"], categories["interactions"]) == (["War", "Drama"], [3, 2])
    assert categories["several"]


def test_the_numbers_leave_as_files_that_a_spreadsheet_opens() -> None:
    log = make_log(["u", "v", "v"], ["=1+1", "b", "b"], [0, 60, 120], titles={"=1+1": "=cmd()", "b": "Tee, grün"})
    file = io.BytesIO()
    write_tables(summarise(log), file)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        tables = {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))) for name in archive.namelist()
        }
        assert archive.read("time.csv").startswith(b"\xef\xbb\xbf")
    names = {"popularity", "time", "activity", "pauses", "gaps", "hours", "top_items"}
    assert set(tables) == {f"{name}.csv" for name in names}
    assert tables["time.csv"] == [["hour", "interactions"], ["1970-01-01T00:00:00", "3"]]
    assert tables["top_items.csv"][1:] == [["=1+1", "'=cmd()", "", "1", "1"], ["b", "Tee, grün", "", "1", "2"]]
    assert tables["activity.csv"][1:] == [["1", "1"], ["2", "1"]]
    assert sum(int(row[1]) for row in tables["pauses.csv"][1:]) == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(FIRST_DAY, "2023-11-15T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (1_500_000_000_000, "49503-02-10T02:40:00Z")],
)
def test_times_of_every_year(seconds: int, text: str) -> None:
    assert iso_time(seconds) == text
