"""Training on Spark from the Train page, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from spark.cluster import is_installed
from tests.app_server import AppServer
from tests.browser.steps import PATIENCE, go, open_tiny, settle
from workspace.logs import list_logs
from workspace.runs import list_runs

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(not is_installed(), reason="no pyspark")]


def test_als_is_trained_on_spark_and_its_run_is_found(page: Page, app_server: AppServer) -> None:
    open_tiny(page, app_server)
    go(page, "Train")
    page.get_by_role("button", name="Choose", exact=True).nth(1).click()
    expect(page.get_by_role("button", name="Train Implicit ALS", exact=True)).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.get_by_test_id("stButtonGroup").get_by_text("Spark", exact=True).click()
    expect(page.get_by_role("textbox", name="Spark master")).to_have_value("local[*]")
    page.get_by_role("textbox", name="Spark master").fill("local[two]")
    page.get_by_role("spinbutton", name="Dimensions").fill("4")
    page.get_by_role("button", name="Train Implicit ALS on Spark").click()
    expect(page.get_by_text("is no master that can be used")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("textbox", name="Spark master").fill("local[2]")
    page.get_by_role("button", name="Train Implicit ALS on Spark").click()
    expect(page.get_by_test_id("stSidebar").get_by_text("Working on")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("It stands with the log that Spark read")).to_be_visible(timeout=3 * PATIENCE)
    page.get_by_role("button", name="Open tiny on Spark").click()
    expect(page.get_by_text("ALS 4d", exact=True).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("rows on Spark")
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_text("Trained on Spark at local[2]")).to_be_visible(timeout=PATIENCE)
    (run,) = list_runs()
    log = next(entry for entry in list_logs() if not entry.has_rows)
    assert (run.engine, run.log_digest, log.origin["master"]) == ("spark", log.digest, "local[2]")
    go(page, "Export")
    expect(page.get_by_text("item_id,title,popularity,v0,v1,v2,v3").first).to_be_visible(timeout=PATIENCE)
