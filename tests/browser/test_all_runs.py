"""On the Compare page: a pair is chosen in the matrix of all runs and on their map."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from embedders.base import no_progress
from tests.app_server import AppServer
from tests.browser.steps import PATIENCE, TINY, settle
from workspace import logs, results
from workspace.logs import LogEntry
from workspace.results.agreements import View, make_agreements
from workspace.runs import find_run
from workspace.tasks import train_task

pytestmark = pytest.mark.browser


@pytest.fixture
def log(itemscape_home: Path) -> LogEntry:
    """The tiny log with three runs and all that is measured on them."""
    entry = logs.import_log(logs.keep_original(TINY, TINY.name), name="tiny")
    views = []
    for method, name in (("als", "first"), ("svd", "second"), ("item2vec", "third")):
        spec = {"log_digest": entry.digest, "method": method, "params": {"dimensions": 8}, "name": name}
        views.append(View(find_run(train_task(spec, no_progress)["key"])))
    make_agreements(views, 10)
    results.make_maps(views[1].run, views[2].run, results.MapParams())
    return entry


def open_all_runs(page: Page, server: AppServer, log: LogEntry) -> None:
    page.goto(f"{server.url}/compare?log={log.digest[:16]}")
    page.get_by_role("tab", name="All runs").click(timeout=PATIENCE)
    expect(page.get_by_text("Which runs are alike?")).to_be_visible(timeout=PATIENCE)
    settle(page)


def pair(page: Page) -> set[str]:
    return {page.get_by_role("combobox", name=f"Run {letter}").input_value() for letter in "AB"}


def test_a_click_on_a_cell_makes_its_runs_the_pair(page: Page, app_server: AppServer, log: LogEntry) -> None:
    open_all_runs(page, app_server, log)
    assert pair(page) == {"second", "third"}
    matrix = page.get_by_test_id("stPlotlyChart").filter(has=page.locator(".heatmaplayer .hm"))
    ticks, marks = matrix.locator(".ytick text"), matrix.locator(".scatterlayer .point")
    expect(ticks).to_have_count(3)
    expect(marks).to_have_count(9)
    names = [name.text_content() or "" for name in ticks.all()]
    row, column = (next(place for place, text in enumerate(names) if name in text) for name in ("first", "third"))
    marks.nth(3 * row + column).click(force=True)
    expect(page.get_by_role("combobox", name="Run A")).to_have_value("first", timeout=PATIENCE)
    expect(page.get_by_role("combobox", name="Run B")).to_have_value("third", timeout=PATIENCE)


def test_two_clicks_on_the_map_make_the_pair(page: Page, app_server: AppServer, log: LogEntry) -> None:
    open_all_runs(page, app_server, log)
    picture = page.get_by_test_id("stPlotlyChart").filter(has=page.locator(".textpoint"))
    points = picture.locator(".scatterlayer .point")
    texts = [text.text_content() or "" for text in picture.locator(".textpoint").all()]
    first, other = (next(place for place, text in enumerate(texts) if name in text) for name in ("first", "second"))
    points.nth(first).click(force=True)
    expect(page.get_by_text("click a second run to compare the two")).to_be_visible(timeout=PATIENCE)
    settle(page)
    points.nth(other).click(force=True)
    expect(page.get_by_role("combobox", name="Run A")).to_have_value("first", timeout=PATIENCE)
    expect(page.get_by_role("combobox", name="Run B")).to_have_value("second", timeout=PATIENCE)
