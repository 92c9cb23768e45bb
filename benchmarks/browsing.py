"""The app driven in Chromium, for measurements and pictures."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from launcher import chromium
from tests.app_server import AppServer
from tests.conftest import CHROMIUM_ARGUMENTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 120_000  # milliseconds


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium; raises RuntimeError where there is none."""
    from playwright.sync_api import sync_playwright

    found = chromium.find(os.environ)
    if found is None:
        raise RuntimeError("there is no Chromium on PATH, and CHROMIUM_PATH is not set")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_ARGUMENTS))
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def running_app() -> Iterator[AppServer]:
    """The app on the workspace that ITEMSCAPE_HOME names, until the block ends; where it fails, shows the app's log."""
    home = Path(os.environ["ITEMSCAPE_HOME"])
    with tempfile.TemporaryDirectory(prefix="itemscape-log-") as folder:
        server = AppServer(home, Path(folder) / "app.log")
        server.start()
        try:
            yield server
        except BaseException:
            print(server.text(), file=sys.stderr)
            raise
        finally:
            server.stop()


def settle(page: Page) -> None:
    """Wait until the app has answered all that it was asked."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for(timeout=PATIENCE)


def wait_until_drawn(page: Page) -> None:
    """Wait until the browser has drawn what it was given: where it draws slowly, frames come late."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def go(page: Page, screen: str) -> None:
    """Open another page of the app by its link."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=screen, exact=True).click()
    page.get_by_role("heading", name=screen, exact=True).wait_for(timeout=PATIENCE)


def wait_for_maps(page: Page) -> None:
    """Wait on the Compare page until both maps are drawn and nothing runs any more."""
    page.get_by_text("Each map is a UMAP").wait_for(timeout=PATIENCE)
    settle(page)


def choose_item(page: Page, words: str) -> None:
    """Choose the best match for some words on the Compare page, and wait for it."""
    page.get_by_label("Find an item").fill(words)
    match = page.get_by_test_id("stButtonGroup").filter(has_text=words).get_by_role("radio").first
    match.wait_for(timeout=PATIENCE)
    settle(page)
    match.click()
    page.get_by_role("heading", name=words).first.wait_for(timeout=PATIENCE)
    settle(page)
