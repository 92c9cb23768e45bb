"""What stands behind the small question marks: the definitions of measures, the formats of vectors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from figures.definitions import definitions, sections
from workspace.vector_files import FORMATS

ROOT = Path(__file__).resolve().parents[2]
ASKED = {
    name
    for file in (ROOT / "widgets").rglob("*.py")
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


def test_every_format_of_vectors_that_is_read_has_its_paragraph() -> None:
    assert list(sections("vectors.md")) == list(FORMATS)
    assert all(text.endswith(".") for text in sections("vectors.md").values())
