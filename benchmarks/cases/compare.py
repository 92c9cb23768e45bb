"""Switching item and k on the Compare page, with both runs on the whole sample, in Chromium."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks import browsing, fresh, grocery
from benchmarks.relay import Relay
from benchmarks.row import Row

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SWITCHES = 10
QUIET = 0.6  # seconds without a message after which an answer is over
LIMIT = 300.0  # milliseconds


@dataclass
class Times:
    """What each switch took, in milliseconds: the server by itself, and until the browser shows it."""

    server: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)

    def rows(self, what: str) -> Iterator[Row]:
        yield Row(f"{what}: server, median of {len(self.server)}", statistics.median(self.server), "ms", limit=LIMIT)
        yield Row(f"{what}: until the browser shows it", statistics.median(self.shown), "ms")


def measure(folder: Path) -> Iterator[Row]:
    """The page opened without neighbours and maps; other items; other k, once seen and again."""
    grocery.train(folder)
    digest = grocery.open_in_workspace(folder, folder / "home")
    with browsing.running_app() as server, browsing.browser() as browser:
        relay = Relay(urlsplit(server.url).port or 0)
        page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        with fresh.clock() as opening:
            page.goto(f"{relay.url}/compare?log={digest[:16]}")
            browsing.wait_for_maps(page)
        yield Row("Compare page opened anew until both maps are drawn", opening.seconds, "s")
        yield from _switch_items(page, relay).rows("another item")
        first, again = (_switch_k(page, relay) for _ in range(2))
        yield from first.rows("another k, for the first time")
        yield from again.rows("another k, seen before")
        relay.close()


def _switch_items(page: Page, relay: Relay) -> Times:
    times = Times()
    for item, title in _items():
        page.get_by_label("Find an item").fill(item)
        match = page.get_by_role("radio").filter(has_text=f"{title} · {item}").first
        match.wait_for()
        browsing.settle(page)
        page.wait_for_timeout(1000 * QUIET)
        _time(page, relay, match.click, page.get_by_role("heading", name=title).first, times)
    return times


def _switch_k(page: Page, relay: Relay) -> Times:
    times = Times()
    box = page.get_by_role("spinbutton", name="Neighbours (k)")
    for k in [*range(11, 11 + SWITCHES), 10]:
        box.fill(str(k))
        page.wait_for_timeout(1000 * QUIET)
        shown = page.get_by_text(f"of {k} neighbours are the same").first
        _time(page, relay, lambda: box.press("Enter"), shown, times)
    return times


def _time(page: Page, relay: Relay, act: Callable[[], None], shown: Locator, times: Times) -> None:
    relay.begin()
    begun = time.perf_counter()
    act()
    shown.wait_for()
    times.shown.append(1000 * (time.perf_counter() - begun))
    while not relay.is_quiet(QUIET):
        page.wait_for_timeout(50)
    browsing.settle(page)
    times.server.append(1000 * relay.server_seconds())


def _items() -> list[tuple[str, str]]:
    """Id and title of items from popular to rare, each with a title that no other item has."""
    from workspace.runs import list_runs, open_run

    items = open_run(list_runs()[0]).items.sort_values("p", ascending=False)
    alone = items.dropna(subset="title").drop_duplicates("title", keep=False)
    chosen = alone.iloc[:: len(alone) // SWITCHES][:SWITCHES]
    return [(str(item), str(title)) for item, title in zip(chosen["id"], chosen["title"], strict=True)]
