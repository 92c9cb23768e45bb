"""The machine that the program runs on."""

from __future__ import annotations

import hashlib
import os
import platform

import psutil


def this_machine() -> str:
    """Tells this machine from others without saying its name, hex."""
    facts = f"{platform.node()} {platform.machine()} {os.cpu_count()}"
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def free_memory() -> float:
    """Bytes that a program can have without others being pushed out of memory."""
    return float(psutil.virtual_memory().available)
