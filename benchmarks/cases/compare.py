"""Switching item and k on the Compare page, with both runs on the whole sample, in Chromium.

Every switch is done twice. Once the browser gets the answer only when the server has finished: that is the server by
itself. Once it gets each part as it comes: that is what a person waits for. There, without a graphics card and on two
cores, the browser's drawing slows the server too.
"""

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
QUIET = 0.6  # seconds without a message after which an answer is over: more than it takes to work out another k
LIMIT = 300.0  # milliseconds


@dataclass
class Times:
    """What each switch took, in milliseconds: the server by itself, the server beside the browser, the person."""

    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)

    def rows(self, what: str, most: float | None) -> Iterator[Row]:
        """Medians; the server by itself is to take less than so many milliseconds, where that is said."""
        for name, times, limit in (
            (f"server, median of {len(self.alone)}", self.alone, most),
            ("server while the browser draws", self.beside, None),
            ("until the browser shows it", self.shown, None),
        ):
            yield Row(f"{what}: {name}", statistics.median(times), "ms", limit=limit)


@dataclass
class Bench:
    """A browser at the Compare page, and what goes between it and the server."""

    page: Page
    relay: Relay
    quiet: float

    def items(self, items: list[tuple[str, str]]) -> Times:
        """Choose each item, by its id and its title."""
        times = Times()
        for number, (item, title) in enumerate(items):
            self.page.get_by_label("Find an item").fill(item)
            match = self.page.get_by_role("radio").filter(has_text=f"{title} · {item}").first
            match.wait_for()
            self._pause()
            self._time(match.click, self.page.get_by_role("heading", name=title).first, times, hold=number % 2 == 0)
        return times

    def ks(self, ks: range) -> Times:
        """Choose each k."""
        times = Times()
        box = self.page.get_by_role("spinbutton", name="Neighbours (k)")
        for k in ks:
            self.page.get_by_text("Working on").wait_for(state="hidden", timeout=120_000)  # what the k before asked for
            box.fill(str(k))
            self._pause()
            shown = self.page.get_by_text(f"of {k} neighbours are the same").first
            self._time(lambda: box.press("Enter"), shown, times, hold=k % 2 == 0)
        return times

    def _time(self, act: Callable[[], None], shown: Locator, times: Times, *, hold: bool) -> None:
        self.relay.begin(hold=hold)
        begun = time.perf_counter()
        act()
        if not hold:
            shown.wait_for()
            times.shown.append(1000 * (time.perf_counter() - begun))
        while not self.relay.is_quiet(self.quiet):
            self.page.wait_for_timeout(20)
        (times.alone if hold else times.beside).append(1000 * self.relay.server_seconds())
        self.relay.release()
        shown.wait_for()
        self._pause()

    def _pause(self) -> None:
        browsing.settle(self.page)
        browsing.wait_until_drawn(self.page)
        self.page.wait_for_timeout(1000 * self.quiet)


def measure(folder: Path) -> Iterator[Row]:
    """The page opened without neighbours and maps; other items; other k, for the first time and again."""
    grocery.train(folder)
    yield from page_of(grocery.open_in_workspace(folder, folder / "home"), LIMIT)


def page_of(digest: str, limit: float, quiet: float = QUIET) -> Iterator[Row]:
    """The same of a log that is open in the workspace, with its two runs; `limit` milliseconds for another item."""
    with browsing.running_app() as server, browsing.browser() as browser:
        relay = Relay(urlsplit(server.url).port or 0)
        page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        with fresh.clock() as opening:
            page.goto(f"{relay.url}/compare?log={digest[:16]}")
            browsing.wait_for_maps(page)
        yield Row("Compare page opened anew until both maps are drawn", opening.seconds, "s")
        bench = Bench(page, relay, quiet)
        yield from bench.items(_items(2 * SWITCHES)).rows("another item", limit)
        ks = range(11, 11 + 2 * SWITCHES)
        # Nobody has compared the runs at the first ten: the worker does that, which no click on an item asks for.
        for what, most in (("another k", None), ("a k seen before", limit)):
            yield from bench.ks(ks).rows(what, most)
        relay.close()


def _items(most: int) -> list[tuple[str, str]]:
    """Id and title of items from popular to rare, each with a title that no other item has."""
    from workspace.runs import list_runs, open_run

    items = open_run(list_runs()[0]).items.sort_values("p", ascending=False)
    alone = items.dropna(subset="title").drop_duplicates("title", keep=False)
    chosen = alone.iloc[:: len(alone) // most][:most]
    return [(str(item), str(title)) for item, title in zip(chosen["id"], chosen["title"], strict=True)]
