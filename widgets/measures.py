"""The definition of each number, one click away; docs/measures.md is where they are written."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit as st

_SOURCE = Path(__file__).resolve().parent.parent / "docs" / "measures.md"


@cache
def definitions() -> dict[str, tuple[str, str]]:
    """Name in code -> (title, definition): "## Neighbour popularity" is neighbour_popularity."""
    sections = re.split(r"^## ", _SOURCE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for section in sections:
        title, _, body = section.partition("\n")
        found[title.strip().lower().replace(" ", "_")] = (title.strip(), body.strip())
    return found


def explain(*names: str) -> None:
    """A small button that opens the definitions of these measures."""
    with st.popover("What is this?", icon=":material/help:", type="tertiary", key=f"explain-{'-'.join(names)}"):
        for name in names:
            title, body = definitions()[name]
            st.markdown(f"**{title}**  \n{body}")
