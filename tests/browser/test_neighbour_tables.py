"""Walking from neighbour to neighbour, and taking both lists away, in a real browser."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, Position, expect

from benchmarks.browsing import wait_until_drawn
from tests.app_server import AppServer
from tests.browser.steps import PATIENCE, compare, open_tiny, settle, train_small_svd

NEAREST: Position = {"x": 100, "y": 52}  # in a table: the title in its first row

pytestmark = pytest.mark.browser


def lists_on_disk(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Both lists as CSV").click()
    return list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))


def test_the_same_place_of_the_table_can_be_clicked_again(page: Page, app_server: AppServer) -> None:
    """Row by row: whoever clicks the nearest neighbour, and then that one's nearest, goes on each time."""
    open_tiny(page, app_server)
    train_small_svd(page)
    compare(page)
    expect(page.get_by_text("Why are these its neighbours?")).to_be_visible(timeout=PATIENCE)
    for _ in range(2):
        rows = lists_on_disk(page)
        assert [row["rank"] for row in rows if row["side"] == "A"] == [str(rank) for rank in range(1, 11)]
        assert all(int(row["together"]) >= 0 for row in rows)
        table = page.get_by_test_id("stDataFrame").first
        table.scroll_into_view_if_needed()
        settle(page)
        table.hover(position=NEAREST)
        wait_until_drawn(page)  # the table knows where the pointer is only once it has drawn itself
        table.click(position=NEAREST, delay=100)
        expect(page.get_by_text(f"id {rows[0]['neighbour_id']} ·")).to_be_visible(timeout=PATIENCE)
        settle(page)
