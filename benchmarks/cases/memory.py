"""Peak memory of the app and of its workers, from the sample over both trainings to the maps."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks import browsing, machine
from benchmarks.row import Row

TRAINED = ("ALS 64d", "item2vec 64d")


def measure(folder: Path) -> Iterator[Row]:
    """All of it done on the pages, in Chromium."""
    home = folder / "memory home"
    home.mkdir()
    os.environ["ITEMSCAPE_HOME"] = str(home)
    with browsing.running_app() as server, browsing.browser() as browser:
        page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        page.goto(server.url)
        page.get_by_role("button", name="Open the grocery sample").click()
        page.get_by_role("heading", name="Grocery sample", exact=True).wait_for(timeout=browsing.PATIENCE)
        browsing.go(page, "Train")
        page.get_by_role("button", name="Train MF and item2vec with good defaults").click()
        for name in TRAINED:
            page.get_by_text(name, exact=True).first.wait_for(timeout=5 * browsing.PATIENCE)
        browsing.go(page, "Compare")
        browsing.wait_for_maps(page)
        app, workers = psutil.Process(server.pid), _workers(home)
        yield Row("peak memory of the app's process", machine.peak_memory(app), "GB", limit=1.0)
        for lane, worker in sorted(workers.items()):
            yield Row(f"peak memory of the worker for {lane!r}", machine.peak_memory(worker), "GB", limit=2.0)


def _workers(home: Path) -> dict[str, psutil.Process]:
    """The workers of a workspace that still live, by what they do; they stay for a while after their last job."""
    found = {}
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if "workspace.worker" in words and process.environ().get("ITEMSCAPE_HOME") == str(home):
                found[words[words.index("workspace.worker") + 1]] = process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
