"""What stands in docs/, section by section: the definition of each number, the formats of files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_DOCS = Path(__file__).resolve().parent.parent / "docs"


@cache
def sections(document: str) -> dict[str, str]:
    """Title -> text of each section of a file in docs/."""
    texts = re.split(r"^## ", (_DOCS / document).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    parts = (text.partition("\n") for text in texts)
    return {title.strip(): body.strip() for title, _, body in parts}


def definitions() -> dict[str, tuple[str, str]]:
    """Name in code -> (title, definition): "## Neighbour popularity" is neighbour_popularity."""
    found = sections("measures.md").items()
    return {title.lower().replace(" ", "_"): (title, body) for title, body in found}
