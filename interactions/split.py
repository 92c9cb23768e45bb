"""How a log is cut in two: what is trained on, and what is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from errors import LogError, ParameterError
from interactions.log import InteractionLog


@dataclass(frozen=True)
class Split:
    """Where a log is cut.

    by     "time": what comes before `at` is trained on; "sessions": a drawn share of them, where there are no times
    share  of the interactions (by time: those before the cut, at most) or sessions that are trained on, 0..1
    at     seconds UTC, None by sessions
    seed   draws the sessions, 0 by time
    """

    by: Literal["time", "sessions"]
    share: float
    at: int | None = None
    seed: int = 0

    @classmethod
    def of(cls, log: InteractionLog, share: float = 0.9, at: int | None = None, seed: int = 0) -> Split:
        """The cut of this log at a time, or else where `share` of its interactions are over.

        Raises ParameterError where the share is not between 0 and 1 or one of the two parts would be empty, LogError
        where `at` is given and the log has no times, or all its times are equal.
        """
        if at is None and not 0 < share < 1:
            raise ParameterError(f"split = {share:g} cannot be used: it is the share to train on, between 0 and 1.")
        if log.timestamps is None:
            if at is not None:
                raise LogError("This log has no time column, so it cannot be split in time: give a share instead.")
            return cls("sessions", float(share), seed=int(seed))
        at = log.time_at(share) if at is None else int(at)
        before = float((log.timestamps < at).mean())
        if not 0 < before < 1:
            first, last = (
                datetime.fromtimestamp(int(time), UTC) for time in (log.timestamps.min(), log.timestamps.max())
            )
            raise ParameterError(
                f"This split leaves one part empty: cut between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M} UTC, "
                "where interactions lie on both sides."
            )
        return cls("time", before, at)

    def parts(self, log: InteractionLog) -> tuple[InteractionLog, InteractionLog]:
        """(train, test); raises ParameterError where one of them has no interactions."""
        if self.by == "time":
            assert self.at is not None
            train, test = log.split(self.at)
        else:
            train, test = log.split_sessions(self.share, self.seed)
        for part, what in ((train, "train on"), (test, "ask about")):
            if part.n_interactions == 0:
                raise ParameterError(f"This split leaves nothing to {what}: cut the log elsewhere.")
        return train, test

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {"by": self.by, "share": self.share, "at": self.at, "seed": self.seed}
