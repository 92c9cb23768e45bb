"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

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


def peak_memory(process: psutil.Process) -> float:
    """The most memory that a process has had, in GB; on macOS, which does not tell, what it has now."""
    if sys.platform == "linux":
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        return kilobytes * 1024 / 1e9
    memory = process.memory_info()
    return float(getattr(memory, "peak_wset", memory.rss)) / 1e9
