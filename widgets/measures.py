"""What stands in docs/, one click away: the definition of each number, the formats of files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit as st

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


def explain(*names: str) -> None:
    """A small button that opens the definitions of these measures."""
    with st.popover("What is this?", icon=":material/help:", type="tertiary", key=f"explain-{'-'.join(names)}"):
        for name in names:
            title, body = definitions()[name]
            st.markdown(f"**{title}**  \n{body}")


def explain_formats() -> None:
    """A small button that opens what is read of each format of vectors."""
    with st.popover("Which files are read?", icon=":material/help:", type="tertiary", key="explain-formats"):
        for title, body in sections("vectors.md").items():
            st.markdown(f"**{title}**  \n{body}")
