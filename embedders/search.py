"""What is tried of a parameter when its method is tuned: declared beside its bounds, and mostly narrower than they."""

from __future__ import annotations

from dataclasses import dataclass

Value = bool | int | float | str | None


@dataclass(frozen=True)
class Between:
    """Any value from low to high, both included: whole numbers alone where low and high are whole.

    log  drawn evenly by orders of magnitude
    """

    low: float
    high: float
    log: bool = False

    @property
    def whole(self) -> bool:
        return isinstance(self.low, int) and isinstance(self.high, int)

    def holds(self, value: object) -> bool:
        """Whether this value can be drawn.

        >>> Between(1, 9).holds(9), Between(1, 9).holds(2.5), Between(1.0, 9.0).holds(2.5), Between(1, 9).holds(None)
        (True, False, True, False)
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.low <= value <= self.high and (isinstance(value, int) or not self.whole)


@dataclass(frozen=True)
class OneOf:
    """One of some values.

    needs_times  whether all but the default need a log that has times
    """

    choices: tuple[Value, ...]
    needs_times: bool = False

    def holds(self, value: object) -> bool:
        """Whether this value can be drawn."""
        return value in self.choices


Search = Between | OneOf
