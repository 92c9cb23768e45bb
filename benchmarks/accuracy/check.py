"""One line of what a case found."""

from __future__ import annotations

from dataclasses import dataclass


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
