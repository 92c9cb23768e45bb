"""What the launcher says: plain lines, and one line that is written over while something takes its time."""

from __future__ import annotations

import shutil
import sys
import threading
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
    """One line in a terminal, written over every second; in a pipe or a file only its first and its last words.

    outcome  the last word, "done" unless somebody says otherwise
    """

    def __init__(self, title: str, stream: TextIO) -> None:
        self.title = title
        self.outcome = "done"
        self._stream = stream
        self._terminal = stream.isatty()
        self._begun = time.monotonic()
        self._detail = ""
        self._ended = threading.Event()
        self._clock = threading.Thread(target=self._tick, daemon=True)

    def show(self, detail: str) -> None:
        """Say what is going on within it."""
        self._detail = detail

    def begin(self) -> None:
        if self._terminal:
            self._clock.start()
        else:
            self._write(f"{self.title} …\n")

    def end(self) -> None:
        seconds = time.monotonic() - self._begun
        if self._terminal:
            self._ended.set()
            self._clock.join()
            self._write(f"\r{self._fitted(f'{self.title}: {self.outcome} ({seconds:.0f} s)')}\n")
        else:
            self._write(f"{self.title}: {self.outcome} ({seconds:.0f} s)\n")

    def _tick(self) -> None:
        while True:
            seconds = time.monotonic() - self._begun
            self._write(f"\r{self._fitted(f'{self.title} ({seconds:.0f} s) {self._detail}')}")
            if self._ended.wait(1):
                return

    def _fitted(self, text: str) -> str:
        """Cut or filled to the width of the terminal, so that nothing of the text before stays."""
        width = shutil.get_terminal_size().columns - 1
        return f"{text[:width]:<{width}}"

    def _write(self, text: str) -> None:
        self._stream.write(text)
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
