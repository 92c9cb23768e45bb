"""The definitions behind the small question marks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from widgets.measures import definitions

ROOT = Path(__file__).resolve().parents[2]
ASKED = {
    name
    for file in (ROOT / "widgets").glob("*.py")
    for call in re.findall(r"explain\(([^)]*)\)", file.read_text(encoding="utf-8"))
    for name in re.findall(r'"(\w+)"', call)
}


def test_pages_ask_for_definitions() -> None:
    assert {"agreement", "neighbour_popularity", "hubness", "map_residual"} <= ASKED


@pytest.mark.parametrize("name", sorted(ASKED))
def test_every_measure_that_a_page_explains_is_defined(name: str) -> None:
    title, text = definitions()[name]
    assert title
    assert text.endswith(".")
