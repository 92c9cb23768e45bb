"""Logs as they come from outside, where their folder stands beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from interactions import ReadOptions, preview, read_log

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


def test_chinese_baskets_load_once_the_encoding_is_named() -> None:
    options = ReadOptions(encoding="gb18030")
    path = real("goodsorder-zh/GoodsOrder.csv")
    assert preview(path, options).sample["Goods"].iloc[0] == "柑橘类水果"
    log, report = read_log(path, items_path=real("goodsorder-zh/GoodsTypes.csv"), options=options)
    assert log.users_are_sessions
    assert (report.rows, log.n_users, log.n_items) == (43_367, 9_835, 169)
    assert report.columns == {"item": "Goods", "session": "id", "category": "Types"}
    without = int(log.items["category"].isna().to_numpy()[log.item_codes].sum())
    assert without == 82


def test_double_colons_load_once_a_header_is_there(tmp_path: Path) -> None:
    body = real("movietweetings/ratings.dat").read_bytes()
    path = tmp_path / "ratings.csv"
    path.write_bytes(b"user::item::rating::time\n" + body)
    options = ReadOptions(separator="::")
    log, report = read_log(path, {"user": "user", "item": "item", "time": "time"}, options=options)
    assert (report.rows, report.dropped) == (40_000, {})
    assert (log.n_users, log.n_items) == (9_063, 6_798)
    assert "0104257" in log.item_ids, "leading zeros stay"
    _, report = read_log(path, options=options)
    assert report.dropped == {"non_positive_weight": sum(line.split(b"::")[2] == b"0" for line in body.splitlines())}
