"""Runs and their items, loaded once for all tabs."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from workspace.catalogue import Catalogue, catalogue_of
from workspace.runs import Run, open_run

_KEPT_RUNS = 8


@st.cache_resource(max_entries=_KEPT_RUNS, show_spinner=False)
def opened(key: str, _path: Path) -> Run:
    """The run with this key, with its vectors."""
    return open_run(_path)


@st.cache_resource(max_entries=_KEPT_RUNS, show_spinner=False)
def catalogue(key: str, _path: Path) -> Catalogue:
    """The items of the run with this key."""
    return catalogue_of(opened(key, _path))
