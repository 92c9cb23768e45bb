"""What stands in docs/, one click away: the definition of each number, the formats of files."""

from __future__ import annotations

import streamlit as st

from figures.definitions import definitions, sections


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
