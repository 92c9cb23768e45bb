"""What every test has: a workspace of its own; and for those that ask, the app and a browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

from launcher import chromium
from tests.app_server import AppServer
from tests.publisher import Publisher

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EXPECTED_WITHIN = 30_000  # milliseconds; only a broken page needs them, and a machine on which other tests run beside
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # it shows nothing but our own pages, and a sandbox is not to be had as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Without a stopwatch: the first call compiles, and a busy machine is no failure.
settings.register_profile("itemscape", deadline=None, derandomize=True, database=None)
settings.load_profile("itemscape")


@pytest.fixture(autouse=True)
def itemscape_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workspace of this test: a folder that is empty and nobody else's."""
    home = tmp_path_factory.mktemp("itemscape-home")
    monkeypatch.setenv("ITEMSCAPE_HOME", str(home))
    return home


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """A server on this machine that has nothing yet."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Publisher()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.let_go.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium to test in; without one the test is skipped, and the run's last lines say so."""
    found = chromium.find(os.environ)
    if found is None:
        pytest.skip(os.environ.get(chromium.ABSENT_VARIABLE, "no Chromium on PATH, and CHROMIUM_PATH is not set"))
    return found


@pytest.fixture(scope="module")  # no longer: while it is open no other test of this thread can run an event loop
def browser(chromium_path: str) -> Iterator[Browser]:
    """A headless Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=EXPECTED_WITHIN)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def app_server(itemscape_home: Path, tmp_path: Path) -> Iterator[AppServer]:
    """The app, running, on the workspace of this test; fails the test where an error escaped in it."""
    server = AppServer(itemscape_home, tmp_path / "app_server.log")
    server.start()
    try:
        yield server
    finally:
        server.stop()
    if "Traceback" in server.text():
        pytest.fail(f"an error escaped in the app:\n{server.text()}", pytrace=False)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser window, nothing open in it; fails the test where a script throws or another machine is asked."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    elsewhere: list[str] = []
    context.on("request", lambda request: elsewhere.append(request.url) if _leaves(request.url) else None)
    yield opened
    context.close()
    if elsewhere:
        pytest.fail("the page asked other machines:\n" + "\n".join(elsewhere), pytrace=False)
    if errors:
        pytest.fail("the page threw:\n" + "\n".join(errors), pytrace=False)


def _leaves(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside a failure what the app wrote and where a picture of the page lies."""
    report = yield
    if report.when == "call" and report.failed and isinstance(item, pytest.Function):
        server = item.funcargs.get("app_server")
        if isinstance(server, AppServer):
            report.sections.append(("log of the app", server.text()))
            if "page" in item.funcargs:
                picture = server.log.with_name("failed.png")
                cast("Page", item.funcargs["page"]).screenshot(path=picture)
                report.sections.append(("picture of the page", str(picture)))
    return report
