"""What a person does on the Evaluate page: ask, read the verdicts and the numbers, take them away, come back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.browser.steps import PATIENCE, go, open_file, settle
from tests.planted import two_islands
from tests.workspace.helpers import write_csv

pytestmark = pytest.mark.browser


def choose_models(page: Page, *names: str) -> None:
    """Fold the settings out, take all models off, and put these on."""
    page.get_by_text("Who is asked, and what").click()
    box = page.get_by_test_id("stMultiSelect").filter(has_text="Models")
    box.get_by_role("button", name="Clear all").click()
    settle(page)
    for name in names:
        box.get_by_role("combobox").fill(name)
        page.get_by_role("option", name=name, exact=True).click()
        settle(page)
    page.keyboard.press("Escape")


def test_models_are_asked_read_and_found_again_after_a_reload(
    page: Page, app_server: AppServer, tmp_path: Path
) -> None:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    open_file(page, app_server, path, "islands")
    go(page, "Evaluate")
    choose_models(page, "SVD 64d", "item2vec 64d")
    page.get_by_role("button", name="Evaluate", exact=True).click()
    expect(page.get_by_role("heading", name="The claims, on this log")).to_be_visible(timeout=PATIENCE)
    settle(page)
    assert page.get_by_text("Not tested").count() == 1  # nobody was asked with a short time window
    chart = page.get_by_test_id("stPlotlyChart").filter(has_text="Bought together").first
    expect(chart.locator(".scatterlayer .point").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the table as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))
    hits = {row["Model"]: float(row["all cases, %"]) for row in rows}
    assert list(hits) == ["SVD 64d", "item2vec 64d", "Most popular", "Random", "Bought together"]
    # Of 24 items ten are shown, and twelve are of the island: to know the islands is worth twice as much as chance.
    assert hits["SVD 64d"] > 1.5 * hits["Random"]
    page.reload()
    expect(page.get_by_role("heading", name="The claims, on this log")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Evaluate", exact=True)).to_have_count(0)
