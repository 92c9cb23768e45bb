"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
from importlib import metadata

import psutil

PACKAGES = ("numpy", "pandas", "implicit", "gensim", "faiss-cpu", "umap-learn", "streamlit", "plotly")


def facts() -> list[str]:
    """Processor, memory, system, Python and the packages that matter, a line each."""
    memory = psutil.virtual_memory().total / 1e9
    return [
        f"{os.cpu_count()} cores, {memory:.0f} GB of memory, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, "
        + ", ".join(f"{package} {metadata.version(package)}" for package in PACKAGES),
    ]


def load() -> str:
    """How busy the machine is: what else runs makes every number worse."""
    return f"load {psutil.getloadavg()[0]:.1f} over the last minute"
