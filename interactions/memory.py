"""Files that will not go into memory are refused before the machine swaps."""

from __future__ import annotations

from typing import NamedTuple

import psutil

from errors import LogError

_SMALL = 256 << 20  # bytes below which nothing is foretold
# Times the bytes of its codes and numbers a log needs: beside all texts while those become one list, then without them
# while it is sorted, or while rules go over it. Measured on 30 and 100 million rows: at most 2.1, 4.4 and 6.6.
_LISTED, _SORTED, _CLEANED = 2.3, 4.6, 6.8


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


def refuse_too_large(name: str, held: int, needed: float, share: float) -> None:
    """Raise LogError where a file will not go into memory; before the machine swaps.

    held    bytes that what is read of it takes up now
    needed  bytes that are needed at once to go on with that part
    share   of the file that is read, 0 to 1
    """
    if held < _SMALL or not 0 < share < 1:
        return
    free = psutil.virtual_memory().available + held
    if needed / share > free:
        raise LogError(
            f"{name} needs about {needed / share / 1e9:.0f} GB of memory and {free / 1e9:.0f} GB are free: keep only "
            "the columns that are needed, or a part of the rows."
        )
