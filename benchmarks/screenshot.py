"""The README's picture, taken from the app: `python -m benchmarks.screenshot`."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from benchmarks import browsing, grocery
from launcher.environment import ROOT

PICTURE = ROOT / "docs" / "compare.png"
WIDTH, HEIGHT = 1400, 2400  # pixels of the window: so high that nothing is scrolled
MARGIN = 24  # pixels left below the neighbour tables
COLOURS = 256  # a third of the bytes, and no eye sees it
MOST_BYTES = 500_000
ITEM = "SPECIALTY COOKIES"


def take(runs: Path, picture: Path = PICTURE) -> None:
    """A picture of the Compare page down to its neighbour tables, of the runs trained below a folder.

    Raises RuntimeError where it would have more bytes than a README should load.
    """
    from PIL import Image

    with tempfile.TemporaryDirectory(prefix="itemscape-picture-") as home:
        digest = grocery.open_in_workspace(runs, Path(home))
        with browsing.running_app() as server, browsing.browser() as browser:
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            page = context.new_page()
            page.goto(f"{server.url}/compare?log={digest[:16]}")
            browsing.wait_for_maps(page)
            browsing.choose_item(page, ITEM)
            page.mouse.move(0, 0)
            page.wait_for_timeout(2000)  # the maps are drawn after the page says that it is done
            table = page.get_by_test_id("stDataFrame").first.bounding_box()
            if table is None:
                raise RuntimeError("the Compare page shows no neighbour tables")
            seen = page.screenshot(
                clip={"x": 0, "y": 0, "width": WIDTH, "height": table["y"] + table["height"] + MARGIN}
            )
    small = io.BytesIO()
    image = Image.open(io.BytesIO(seen)).convert("RGB")
    # The usual palette goes by area, and would paint the small marks in the colours of others.
    palette = image.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    palette.save(small, "PNG", optimize=True)
    if small.tell() > MOST_BYTES:
        raise RuntimeError(f"the picture would have {small.tell():,} bytes, more than {MOST_BYTES:,}")
    picture.write_bytes(small.getvalue())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="itemscape-picture-") as folder:
        grocery.train(Path(folder))
        take(Path(folder), *map(Path, sys.argv[1:2]))
