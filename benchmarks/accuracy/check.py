"""One line of what a case found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Check:
    """A number beside what it should be.

    wanted  in words, such as "at most 0.95"
    """

    what: str
    value: float
    wanted: str
    is_met: bool

    def __str__(self) -> str:
        return f"{self.what}: {self.value:.4g} ({self.wanted}: {'met' if self.is_met else 'NOT MET'})"


def same(what: str, ours: npt.NDArray[Any], theirs: npt.NDArray[Any], at_most: float = 0.0) -> Check:
    """The greatest difference between two arrays of one shape, which should be 0 unless another limit is given."""
    difference = float(np.abs(ours - theirs).max())
    wanted = f"at most {at_most:g}" if at_most else "exactly 0"
    return Check(f"{what}, greatest difference", difference, wanted, difference <= at_most)
