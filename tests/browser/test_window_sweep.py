"""On the Evaluate page: windows are trained in the worker, and their curves stand there after a reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.browser.steps import PATIENCE, settle
from tests.planted import within_the_hour
from tests.workspace.helpers import write_csv
from workspace import logs

pytestmark = pytest.mark.browser


def test_windows_are_swept_and_stay_after_a_reload(
    page: Page, app_server: AppServer, itemscape_home: Path, tmp_path: Path
) -> None:
    path = write_csv(within_the_hour(users=120), tmp_path / "hours.csv")
    log = logs.import_log(logs.keep_original(path, path.name), name="hours")
    page.goto(f"{app_server.url}/evaluate?log={log.digest[:16]}")
    page.get_by_role("button", name="Train 4 windows").click(timeout=PATIENCE)
    sentence = page.get_by_text("A short window beats ALS 64d clearly")
    expect(sentence).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(sentence).to_be_visible(timeout=PATIENCE)
    settle(page)
    expect(page.get_by_role("tabpanel").locator(".js-plotly-plot")).to_have_count(4)
    page.set_viewport_size({"width": 420, "height": 1000})
    settle(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") == 0
    page.get_by_text("The numbers", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download all measures as CSV").click()
    lines = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "window,measure,bucket,value,low,high,n,k"
    assert any(line.startswith("5 min,hr,mid,") for line in lines)
