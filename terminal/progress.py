"""Progress of a command, on standard error."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from workspace.pace import Pace

if TYPE_CHECKING:
    from embedders.base import Progress


class TerminalProgress:
    """Progress on standard error: one line that changes in a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._live = sys.stderr.isatty()
        self._every = 0.1 if self._live else 10.0  # seconds
        self._shown, self._width = time.monotonic(), 0

    def __call__(self, stage: str, done: float, total: float, loss: float | None = None) -> None:
        left = self._pace.seconds_left(done, total)
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

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._width:
            print(f"\r{'':{self._width}}\r", end="", file=sys.stderr, flush=True)
