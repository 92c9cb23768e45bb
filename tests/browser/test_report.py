"""A report in a real browser that has no network: its charts are drawn, in light and dark, wide and narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from figures.report import write_report
from tests.app_server import AppServer
from tests.browser.steps import compare, open_tiny, train_small_svd
from tests.figures.planted_pairs import HOSTILE, planted_maps, planted_pair

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # milliseconds
CHARTS = 9


@pytest.fixture
def report(tmp_path: Path) -> Path:
    pair = planted_pair(tmp_path, titles={"i00000": HOSTILE})
    write_report(pair, tmp_path / "report.html", maps=planted_maps(pair), chosen=0)
    return tmp_path / "report.html"


def opened(page: Page, report: Path) -> None:
    page.context.set_offline(True)
    page.on("dialog", lambda dialog: pytest.fail(f"a title ran: {dialog.message}"))
    page.goto(report.as_uri())
    expect(page.locator("[data-chart]:not([data-drawn])")).to_have_count(0, timeout=PATIENCE)


def ink(page: Page) -> str:
    """The colour of the words on a chart's axis."""
    return str(page.locator(".xtitle").first.evaluate("word => getComputedStyle(word).fill"))


def test_every_chart_is_drawn_with_all_its_points(page: Page, report: Path) -> None:
    opened(page, report)
    points = page.evaluate(
        "[...document.querySelectorAll('[data-chart]')].map(place => place._fullData.map(trace => trace.x.length))"
    )
    assert len(points) == CHARTS
    assert points[0][:2] == [60, 59]  # one item has no vector in B
    assert all(sum(traces) > 0 for traces in points)
    texts = page.evaluate("document.querySelector('[data-chart=\"0\"]').data[0].hovertext")
    assert len(texts) == 60
    assert any(text.startswith("&lt;img") for text in texts)
    assert page.locator("main img").count() == 0


def test_it_is_readable_in_light_dark_and_print(page: Page, report: Path) -> None:
    page.emulate_media(color_scheme="dark")
    opened(page, report)
    dark = ink(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 29)"
    page.emulate_media(color_scheme="light")
    expect(page.locator(".xtitle").first).not_to_have_css("fill", dark)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    definitions = page.locator("details").first
    expect(definitions).not_to_have_attribute("open", "")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(definitions).to_have_attribute("open", "")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(definitions).not_to_have_attribute("open", "")


@pytest.mark.parametrize("width", [420, 1400])
def test_nothing_is_wider_than_the_window(page: Page, report: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, report)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    left, right = page.evaluate(
        "(({_fullLayout: {xaxis, xaxis2}}) => [xaxis.domain, xaxis2.domain])(document.querySelector('[data-stacks]'))"
    )
    assert (left == right) == (width == 420)  # one above the other where there is no room beside


def test_the_compare_page_gives_the_report_of_what_it_shows(page: Page, app_server: AppServer, tmp_path: Path) -> None:
    open_tiny(page, app_server)
    train_small_svd(page)
    compare(page)
    chosen = page.get_by_role("heading", level=3).first.inner_text()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Report as HTML").click()
    assert waiting.value.suggested_filename == "SVD-4d-cosine-SVD-4d-dot.html"
    waiting.value.save_as(tmp_path / "report.html")
    opened(page, tmp_path / "report.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("SVD 4d (cosine) beside SVD 4d (dot)")
    expect(page.get_by_text("Each map is a UMAP")).to_contain_text(f"The star is {chosen}")
