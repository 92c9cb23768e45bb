"""Where the workspace is kept."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PROJECT_ROOT = Path(__file__).resolve().parent.parent


def workspace_home() -> Path:
    """The folder of the workspace, created for its owner only: $ITEMSCAPE_HOME, else the user's data folder."""
    chosen = os.environ.get("ITEMSCAPE_HOME")
    home = Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("itemscape", appauthor=False))
    home = home.absolute()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def room(*parts: str) -> Path:
    """A folder inside the workspace, created where it is missing."""
    folder = workspace_home().joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
