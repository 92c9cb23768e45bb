"""From `streamlit run` to the first page in a browser that is open already."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import browsing, fresh
from benchmarks.row import Row
from launcher.environment import ROOT
from launcher.serving import HOST, is_healthy

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TIMES = 3
PLAIN = 'import streamlit as st\n\nst.title("Itemscape")\n'


def measure(folder: Path) -> Iterator[Row]:
    """The app's first page, and a Streamlit app that is nothing but a title."""
    os.environ["ITEMSCAPE_HOME"] = str(folder / "empty home")
    plain_app = folder / "plain.py"
    plain_app.write_text(PLAIN, encoding="utf-8")
    with browsing.browser() as browser:
        app, plain = (
            statistics.median(_seconds(browser, script) for _ in range(TIMES))
            for script in (ROOT / "app.py", plain_app)
        )
    yield Row("the app's start until its first page is drawn", app, "s", plain, "a Streamlit app with one title", 4.0)


def _seconds(browser: Browser, script: Path) -> float:
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        port = asked.getsockname()[1]
    address = f"http://{HOST}:{port}"
    options = (f"--server.address={HOST}", f"--server.port={port}", "--server.headless=true")
    page = browser.new_page()
    with fresh.clock() as clock:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, *options],
            cwd=script.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a greeting, in the middle of the table
        )
        try:
            while not is_healthy(address):
                if server.poll() is not None:
                    raise RuntimeError(f"{script} ended before it answered")
                time.sleep(0.02)
            page.goto(address)
            page.get_by_role("heading", name="Itemscape").first.wait_for()
        except BaseException:
            server.kill()
            raise
    server.kill()
    server.wait()
    page.close()
    return clock.seconds
