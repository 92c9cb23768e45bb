"""Files that will not go into memory are refused before the machine swaps."""

from __future__ import annotations

from typing import NamedTuple

import psutil

from errors import LogError

_SMALL = 256 << 20  # bytes below which nothing is foretold
# Times the bytes of its codes and numbers a log needs: beside all texts while those become one list, then without them
# while it is sorted, or while rules go over it. Measured on 30 and 100 million rows: at most 2.8, 4.3 and 5.7.
_LISTED, _SORTED, _CLEANED = 2.8, 4.6, 6.2


class Held(NamedTuple):
    """What is in memory of the rows that were read, in bytes.

    texts    the different texts of each batch
    numbers  codes of texts, times and weights
    """

    texts: int = 0
    numbers: int = 0

    def needed(self, *, rules: bool) -> float:
        """Bytes that are needed at once to make a log of these rows, with rules of cleaning or without."""
        return max(self.texts + _LISTED * self.numbers, (_CLEANED if rules else _SORTED) * self.numbers)


class Room:
    """The memory that a file may take, from when reading it begins."""

    def __init__(self, name: str) -> None:
        """name of the file, for the sentence"""
        self._name, self._before = name, resident()

    def refuse_too_large(self, held: int, needed: float, share: float) -> None:
        """Raise LogError where the file will not go into memory; before the machine swaps.

        held    bytes of what is read of it
        needed  bytes that are needed at once to go on with that part
        share   of the file that is read, 0 to 1
        """
        if held < _SMALL or not 0 < share < 1:
            return
        # All that came since the beginning is the file's, also what its buffers took and the allocator keeps for more.
        free = psutil.virtual_memory().available + resident() - self._before
        if needed / share > free:
            raise LogError(
                f"{self._name} needs about {needed / share / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
                "keep only the columns that are needed, or a part of the rows."
            )


def resident() -> int:
    """Bytes of memory that this process occupies."""
    return int(psutil.Process().memory_info().rss)
