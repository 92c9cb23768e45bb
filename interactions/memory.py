"""Files that will not go into memory are refused before the machine swaps."""

from __future__ import annotations

import psutil

from errors import LogError

_SMALL = 256 << 20  # bytes below which nothing is foretold
_BESIDE = 2.5  # times what the rows hold is needed while they are sorted, cleaned and joined


def refuse_too_large(name: str, held: int, share: float) -> None:
    """Raise LogError where the rows, of which a share is read, will not go into memory; before the machine swaps."""
    if held < _SMALL or not 0 < share < 1:
        return
    needed = _BESIDE * held / share
    free = psutil.virtual_memory().available + held
    if needed > free:
        raise LogError(
            f"{name} needs about {needed / 1e9:.0f} GB of memory and {free / 1e9:.0f} GB are free: keep only the "
            "columns that are needed, or a part of the rows."
        )
