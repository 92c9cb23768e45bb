"""What training threads report, added up epoch by epoch."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import NamedTuple

from embedders.base import Progress


class Report(NamedTuple):
    """A batch that is done: its events, those of them that were trained on, and the sum of their losses, if known."""

    epoch: int
    trained: int
    seen: int
    loss: float | None


class Tally:
    """Adds up what the threads report, and tells the caller's progress."""

    def __init__(
        self, epochs: int, batches: int, events: int, reports: SimpleQueue[Report], progress: Progress
    ) -> None:
        self.losses: list[float] = []
        self.seen = 0
        self.trained = 0
        self._total = events * epochs
        self._epochs = epochs
        self._epochs_over = 0
        self._reports = reports
        self._progress = progress
        self._left = [batches] * epochs
        self._loss = [0.0] * epochs
        self._trained_in = [0] * epochs

    def tell(self) -> None:
        """Take in the reports that have come and report; the end of an epoch goes out once, with its loss."""
        while True:
            try:
                report = self._reports.get_nowait()
            except Empty:
                break
            self.seen += report.seen
            self.trained += report.trained
            self._left[report.epoch] -= 1
            self._loss[report.epoch] += report.loss or 0.0
            self._trained_in[report.epoch] += report.trained
            if self._left[report.epoch] == 0:
                self._epochs_over += 1
                loss = None
                if report.loss is not None:
                    loss = self._loss[report.epoch] / max(self._trained_in[report.epoch], 1)
                    self.losses.append(loss)
                self._progress(self._stage(report.epoch), self.seen, self._total, loss)
        self._progress(self._stage(self._epochs_over), self.seen, self._total)

    def _stage(self, epoch: int) -> str:
        return f"Epoch {min(epoch + 1, self._epochs)} of {self._epochs}"
