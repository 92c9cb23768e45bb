"""The guide to the methods: every method has its section, and every section all its parts."""

from __future__ import annotations

import re

import pytest

from embedders import METHODS
from widgets import guide
from widgets.guide import PARTS

ENTRIES = guide.entries()
PROSE = [*guide.chapters().values()]
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)


def formulas() -> list[str]:
    return [block or inline for text in PROSE for block, inline in FORMULA.findall(text)]


def test_every_method_has_its_section_in_the_order_of_the_registry() -> None:
    assert {entry.name: title for title, entry in ENTRIES.items() if entry.name} == {
        name: method.title for name, method in METHODS.items()
    }
    assert [entry.name for entry in ENTRIES.values()] == [*METHODS, None]


@pytest.mark.parametrize("title", ENTRIES)
def test_a_section_has_all_its_parts_in_their_order(title: str) -> None:
    entry = ENTRIES[title]
    assert tuple(entry.parts) == PARTS
    for heading, text in entry.parts.items():
        assert text.endswith((".", "$$")), heading
    if entry.name is not None:
        assert "$$" in entry.parts[guide.OPTIMISES]
        assert re.search(r"\((19|20)\d\d\b", entry.parts[guide.PAPERS])


def test_the_top_explains_word2vec_and_sets_mf_against_item2vec() -> None:
    assert list(guide.chapters())[:4] == [guide.WORD2VEC, guide.AGAINST, guide.GLANCE, guide.SIGNS]
    for topic in ("Skip-gram", "CBOW", "Negative sampling", "Hierarchical softmax"):
        assert re.search(rf"^### {topic}", guide.chapters()[guide.WORD2VEC], re.MULTILINE), topic
    table = re.findall(r"^\| \*\*(.+?)\*\* \| .+ \| .+ \|$", guide.chapters()[guide.AGAINST], re.MULTILINE)
    assert {"Matrix", "Loss", "Negatives", "Window", "Popular items"} <= set(table)
    assert "hypotheses" in guide.chapters()[guide.AGAINST]


def test_every_section_stands_in_the_table_of_all() -> None:
    columns = guide.at_a_glance()
    assert columns["Method"] == list(ENTRIES)
    assert all(cell for column in columns.values() for cell in column)


def test_formulas_are_written_so_that_the_app_and_github_draw_them() -> None:
    """GitHub reads Markdown's marks inside a formula: a backslash before a mark is lost, and _ after } is emphasis."""
    assert len(formulas()) > 100
    wrong = [formula for formula in formulas() if re.search(r"\\[^A-Za-z]|[})\]]_|[*<>|]|^\s|\s$", formula.strip("\n"))]
    assert wrong == []
    assert all(formula.count("{") == formula.count("}") for formula in formulas())
    assert all(formula.count(r"\left") == formula.count(r"\right") for formula in formulas())


def test_a_block_formula_stands_alone_on_one_line() -> None:
    for text in PROSE:
        lines = text.splitlines()
        edges = [place for place, line in enumerate(lines) if "$$" in line]
        assert all(lines[place] == "$$" for place in edges)
        assert all(end - begin == 2 for begin, end in zip(edges[::2], edges[1::2], strict=True))
