"""Logs as they come from outside, where their folder stands beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from interactions import preview, read_log

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def real(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the real log {path} is not on this machine")
    return path


def test_movie_ratings_load_without_a_correction() -> None:
    log, report = read_log(real("ml-latest-small/ratings.csv"), items_path=real("ml-latest-small/movies.csv"))
    assert (report.rows, report.interactions, report.dropped) == (100_836, 100_836, {})
    assert (log.n_users, log.n_items) == (610, 9_724)
    assert report.items_known == 9_724
    assert report.columns == {
        "user": "userId", "item": "movieId", "weight": "rating", "time": "timestamp", "title": "title",
        "category": "genres",
    }  # fmt: skip
    titles = dict(zip(log.item_ids, log.items["title"], strict=True))
    assert titles["1"] == "Toy Story (1995)"
    assert titles["11"] == "American President, The (1995)"
    assert log.timestamps is not None
    assert (log.timestamps.min(), log.timestamps.max()) == (828_124_615, 1_537_799_250)
    assert log.weights.min() == 0.5
    assert log.weights.max() == 5


def test_chinese_baskets_in_gbk_load_without_a_correction() -> None:
    path = real("goodsorder-zh/GoodsOrder.csv")
    seen = preview(path)
    assert seen.options.encoding == "gb18030"
    assert seen.sample["Goods"].iloc[0] == "柑橘类水果"
    log, report = read_log(path, items_path=real("goodsorder-zh/GoodsTypes.csv"))
    assert log.users_are_sessions
    assert (report.rows, log.n_users, log.n_items) == (43_367, 9_835, 169)
    assert report.columns == {"item": "Goods", "session": "id", "category": "Types"}
    without = int(log.items["category"].isna().to_numpy()[log.item_codes].sum())
    assert without == 82


def test_double_colons_without_a_header_load_without_a_correction() -> None:
    path = real("movietweetings/ratings.dat")
    seen = preview(path)
    assert (seen.options.separator, seen.options.header) == ("::", False)
    log, report = read_log(path, items_path=real("movietweetings/movies.dat"))
    zeros = sum(line.split(b"::")[2] == b"0" for line in path.read_bytes().splitlines())
    assert (report.rows, report.dropped) == (40_000, {"non_positive_weight": zeros})
    assert report.columns["user"] == "column 1"
    assert "0104257" in log.item_ids, "leading zeros stay"
    assert log.timestamps is not None
    assert report.items_known == log.n_items
