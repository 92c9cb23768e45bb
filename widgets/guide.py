"""The guide to the methods as data; docs/methods.md is where its words are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).resolve().parent.parent / "docs" / "methods.md"

WORD2VEC = "How word2vec works on items"
AGAINST = "Matrix factorisation against item2vec"
GLANCE = "The methods at a glance"
SIGNS = "The signs in the formulas"

OPTIMISES, SEES, POPULARITY = "What it optimises", "What it sees", "Popularity"
WHEN, WHEN_NOT, PAPERS = "When to take it", "When not to", "Papers"
PARTS = (OPTIMISES, SEES, POPULARITY, WHEN, WHEN_NOT, PAPERS)

_TABLE = re.compile(
    r"^<!-- parameters of (\w+): begin -->$.*?^<!-- parameters of \1: end -->$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Entry:
    """What the guide says of one method.

    name   the method's name in the registry, None where it has no parameters
    parts  heading of each of PARTS -> Markdown
    """

    title: str
    name: str | None
    parts: Mapping[str, str]


@cache
def chapters() -> dict[str, str]:
    """Heading -> Markdown, in the order of the guide; the parameter tables stay in."""
    found = re.split(r"^## ", _SOURCE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    parted = [chapter.partition("\n") for chapter in found]
    return {title.strip(): body.strip() for title, _, body in parted}


@cache
def entries() -> dict[str, Entry]:
    """Title -> what the guide says of the method, in the order of the guide."""
    return {
        title: _entry(title, body)
        for title, body in chapters().items()
        if title not in (WORD2VEC, AGAINST, GLANCE, SIGNS)
    }


@cache
def at_a_glance() -> dict[str, list[str]]:
    """Heading -> column of the table of all methods, one entry a method."""
    lines = [line for line in chapters()[GLANCE].splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heading, _, *body = rows
    return {name: [row[place] for row in body] for place, name in enumerate(heading)}


def _entry(title: str, body: str) -> Entry:
    table = _TABLE.search(body)
    pieces = re.split(r"^\*\*([^*]+)\.\*\* ", _TABLE.sub("", body), flags=re.MULTILINE)
    headings, texts = pieces[1::2], pieces[2::2]
    return Entry(
        title, table and table[1], {heading: text.strip() for heading, text in zip(headings, texts, strict=True)}
    )
