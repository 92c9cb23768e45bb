"""Progress of a command, on standard error."""

from __future__ import annotations

import sys
import time
from typing import Self

from workspace.pace import Pace

HOLD_BACK = 1.0  # seconds


class TerminalProgress:
    """Progress on standard error: one line that changes in a terminal, else a line now and then."""

    def __init__(self, silent: float = 0.0) -> None:
        """silent: seconds until the first line where nobody watches, since what is refused by then gets one line."""
        self._pace = Pace()
        self._live = sys.stderr.isatty()
        self._every = 0.1 if self._live else 10.0  # seconds
        self._shown, self._width = time.monotonic() + (0.0 if self._live else silent), 0
        self._announced: tuple[float, str] | None = None

    def announce(self, line: str) -> None:
        """Say this once the work has been under way for a moment: an input that it refuses gets one line, no other."""
        self._announced = time.monotonic() + HOLD_BACK, line

    def __call__(self, stage: str, done: float, total: float, loss: float | None = None) -> None:
        left = self._pace.seconds_left(done, total)
        if self._announced is not None and time.monotonic() > self._announced[0]:
            self._say(self._announced[1])
        if time.monotonic() - self._shown < self._every:
            return
        self._shown = time.monotonic()
        share = f"{100 * done / total:3.0f} %" if total else ""
        line = f"{share}  {stage}" + ("" if left is None else f", {left:.0f} s left")
        if self._live:
            print(f"\r{line:{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(line)
        else:
            print(line, file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._clear()
        if self._announced is not None and kind is None:
            self._say(self._announced[1])

    def _say(self, line: str) -> None:
        self._clear()
        print(line, file=sys.stderr, flush=True)
        self._announced = None

    def _clear(self) -> None:
        if self._width:
            print(f"\r{'':{self._width}}\r", end="", file=sys.stderr, flush=True)
            self._width = 0
