"""The README's picture, taken from the app: `python -m benchmarks.screenshot`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import browsing, grocery
from launcher.environment import ROOT

PICTURE = ROOT / "docs" / "compare.png"
WIDTH, HEIGHT = 1400, 1500  # pixels
MOST_BYTES = 500_000
ITEM = "SPECIALTY COOKIES"


def take(runs: Path, picture: Path = PICTURE) -> None:
    """A picture of the Compare page with both runs trained below the folder `runs`, an item chosen in them.

    Raises RuntimeError where the picture is larger than a README should load.
    """
    with tempfile.TemporaryDirectory(prefix="itemscape-picture-") as home:
        digest = grocery.open_in_workspace(runs, Path(home))
        with browsing.running_app() as server, browsing.browser() as browser:
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            page = context.new_page()
            page.goto(f"{server.url}/compare?log={digest[:16]}")
            browsing.wait_for_maps(page)
            browsing.choose_item(page, ITEM)
            page.mouse.move(0, 0)
            page.wait_for_timeout(2000)  # the maps fade in
            page.screenshot(path=picture)
    if picture.stat().st_size > MOST_BYTES:
        raise RuntimeError(f"{picture} has {picture.stat().st_size:,} bytes, more than {MOST_BYTES:,}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="itemscape-picture-") as folder:
        grocery.train(Path(folder))
        take(Path(folder), *map(Path, sys.argv[1:2]))
