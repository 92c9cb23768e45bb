"""One line of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["s", "ms", "words/s", "steps/s", "GB", "of 1", "nats"]
_SPEEDS = ("words/s", "steps/s")
_WIDTHS = (58, 16, 16, 7, 26)


@dataclass(frozen=True)
class Row:
    """A measured value beside the plain way's and the limit.

    plain     the same work done the plain way, None where there is no such thing
    plain_is  what the plain way is
    limit     what the value should stay below, or above where it is a speed; None = nothing is promised
    """

    what: str
    app: float
    unit: Unit
    plain: float | None = None
    plain_is: str = ""
    limit: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the limit is met; None where there is none."""
        if self.limit is None:
            return None
        return self.app > self.limit if self.unit in _SPEEDS else self.app < self.limit

    def __str__(self) -> str:
        ratio = "" if self.plain is None else f"{self.app / self.plain:.2f}"
        plain = "" if self.plain is None else _shown(self.plain, self.unit)
        limit = ""
        if self.limit is not None:
            side = "over" if self.unit in _SPEEDS else "under"
            limit = f"{side} {_shown(self.limit, self.unit)}: {'met' if self.is_met else 'NOT MET'}"
        return _line(self.what, _shown(self.app, self.unit), plain, ratio, limit, self.plain_is)


def _shown(value: float, unit: Unit) -> str:
    digits = {"s": 2, "ms": 0, "words/s": 0, "steps/s": 0, "GB": 2, "of 1": 2, "nats": 3}[unit]
    return f"{value:,.{digits}f} {unit}"


def _line(what: str, app: str, plain: str, ratio: str, limit: str, plain_is: str) -> str:
    first, *right, last = _WIDTHS
    cells = [f"{cell:>{width}}" for cell, width in zip((app, plain, ratio), right, strict=True)]
    return "  ".join([f"{what:<{first}}", *cells, f"{limit:<{last}}", plain_is]).rstrip()


HEADING = _line("what", "this app", "plain way", "ratio", "limit", "the plain way is")
