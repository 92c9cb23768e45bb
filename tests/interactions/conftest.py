"""Hypothesis without a stopwatch: the first call compiles, and a busy machine is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("itemscape", deadline=None, derandomize=True, database=None)
settings.load_profile("itemscape")
