"""Random numbers inside compiled loops; importing it imports numba."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(inline="always")
def draw(state):  # type: ignore[no-untyped-def]
    """64 random bits (splitmix64: Steele, Lea & Flood, 2014); `state` is uint64 (1,) and moves on."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    bits = state[0]
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@numba.njit(inline="always")
def below(bits, n):  # type: ignore[no-untyped-def]
    """A whole number from 0 to n - 1 out of the upper half of the bits (Lemire, 2019)."""
    return np.int64(((bits >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


@numba.njit(inline="always")
def share(bits):  # type: ignore[no-untyped-def]
    """A number in [0, 1) out of the lower bits, which `below` leaves over."""
    return np.float32(bits & np.uint64(0xFFFFFF)) / np.float32(1 << 24)


@numba.njit(inline="always")
def fine_share(bits):  # type: ignore[no-untyped-def]
    """A number in [0, 1) out of all the bits, for chances that may be as small as one in a million."""
    return np.float64(bits >> np.uint64(11)) / np.float64(1 << 53)
