"""What the launcher says: plain lines, and one line that is written over while something takes its time."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class LaunchError(Exception):
    """Itemscape cannot be started or tested here; the text says what is wrong and how to mend it."""


def say(line: str = "") -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


class Progress:
    """One line in a terminal, written over at each `show`; in a pipe or a file only its first and its last words.

    outcome  the last word, "done" unless somebody says otherwise
    """

    def __init__(self, title: str, stream: TextIO) -> None:
        self.title = title
        self.outcome = "done"
        self._stream = stream
        self._terminal = stream.isatty()
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def show(self, detail: str) -> None:
        if self._terminal:
            text = f"{self.title} ({self.seconds:.0f} s): {detail}"
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r{text[:width]:<{width}}")
            self._stream.flush()

    def begin(self) -> None:
        self._stream.write(self.title if self._terminal else f"{self.title} …\n")
        self._stream.flush()

    def end(self) -> None:
        if self._terminal:
            self.show(self.outcome)
            self._stream.write("\n")
        else:
            self._stream.write(f"{self.title}: {self.outcome} ({self.seconds:.0f} s)\n")
        self._stream.flush()


@contextmanager
def progress(title: str, stream: TextIO | None = None) -> Iterator[Progress]:
    """Show that something is going on, how long it took, and whether it worked."""
    line = Progress(title, stream or sys.stdout)
    line.begin()
    try:
        yield line
    except BaseException:
        line.outcome = "not finished"
        raise
    finally:
        line.end()
