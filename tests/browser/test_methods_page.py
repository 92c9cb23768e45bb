"""The guide to the methods in a real browser: every formula is drawn, and one click leads on to training."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from embedders import METHODS
from tests.app_server import AppServer
from widgets import guide

pytestmark = pytest.mark.browser
TINY = Path(__file__).resolve().parents[2] / "sample_data" / "tiny.csv"
PATIENCE = 60_000  # milliseconds
HERE = [title for title, entry in guide.entries().items() if entry.name is None or entry.name in METHODS]


def read(page: Page, title: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(title, exact=True).click()
    expect(page.get_by_role("heading", name=title, level=4)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def test_every_formula_is_drawn_and_nothing_is_wider_than_a_narrow_window(page: Page, app_server: AppServer) -> None:
    page.set_viewport_size({"width": 500, "height": 1000})
    page.goto(f"{app_server.url}/methods")
    page.get_by_text("step by step").click(timeout=PATIENCE)
    for title in HERE:
        read(page, title)
        assert page.locator(".katex").count() > 20
        assert page.locator(".katex-error").count() == 0
        assert "$" not in page.get_by_test_id("stMain").inner_text()
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") == 0


def test_the_links_under_the_title_lead_down_the_page(page: Page, app_server: AppServer) -> None:
    page.goto(f"{app_server.url}/methods")
    page.get_by_role("link", name="one of them in full").click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="One method")).to_be_in_viewport()


def test_train_it_leads_to_the_train_page_with_that_method(page: Page, app_server: AppServer) -> None:
    page.goto(app_server.url)
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(TINY)
    page.get_by_role("button", name="Open this log").click()
    expect(page.get_by_role("heading", name="tiny", exact=True)).to_be_visible(timeout=PATIENCE)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Methods", exact=True).click()
    read(page, METHODS["bpr"].title)
    page.get_by_role("button", name="Train BPR").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("BPR: settings")).to_be_visible(timeout=PATIENCE)
