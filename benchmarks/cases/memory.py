"""Peak memory of the app and of its workers, from the sample over both trainings to the maps."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks import browsing
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
        yield Row("peak memory of the app's process", _peak(app), "GB", limit=1.0)
        for lane, worker in sorted(workers.items()):
            yield Row(f"peak memory of the worker for {lane!r}", _peak(worker), "GB", limit=2.0)


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


def _peak(process: psutil.Process) -> float:
    """The most memory that a process has had, in GB; on macOS, which does not tell, what it has now."""
    if sys.platform == "linux":
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        return kilobytes * 1024 / 1e9
    memory = process.memory_info()
    return float(getattr(memory, "peak_wset", memory.rss)) / 1e9
