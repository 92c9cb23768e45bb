"""The rows of a log in Spark, and where each stands in its files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

PLACE = ("file", "block", "row")  # columns that sort as the files have their rows


@dataclass(frozen=True)
class Rows:
    """Rows of a log in Spark, those that can be used.

    frame   user, item (text), PLACE, and of session, title, category, event (text), time (int64 seconds UTC), weight,
            quantity (float32) those that `has` names
    users_are_sessions  no column holds users: `user` is the session, and there is no further column of it
    kept    what the workers hold of them, to be let go of once they are no longer needed
    """

    frame: DataFrame
    has: frozenset[str]
    users_are_sessions: bool
    kept: DataFrame | None = None

    @property
    def session_key(self) -> list[str]:
        """The columns that tell sessions apart: one that stands with several users is one of each."""
        return ["user", "session"] if "session" in self.has else ["user"]

    @property
    def in_time(self) -> list[str]:
        """The columns that a user's rows are sorted by: time, then their place in the files."""
        return ["time", *PLACE] if "time" in self.has else list(PLACE)

    def but(self, frame: DataFrame, *more: str) -> Rows:
        """Other rows, with more columns."""
        return replace(self, frame=frame, has=self.has | set(more))

    def forget(self) -> None:
        """Let go of what the workers hold of these rows."""
        if self.kept is None:
            return
        self.kept.unpersist()
        plan: Any = self.kept._jdf.queryExecution().logical()
        if plan.getClass().getSimpleName() == "LogicalRDD":  # what `held` made
            plan.rdd().unpersist(False)


def places(*, several_files: bool) -> list[Column]:
    """The columns PLACE of a frame that is read from files."""
    from pyspark.sql import functions as sql

    file = sql.col("_metadata.file_path") if several_files else sql.lit("")
    block = sql.col("_metadata.file_block_start")
    return [file.alias("file"), block.alias("block"), sql.monotonically_increasing_id().alias("row")]


def held(frame: DataFrame) -> DataFrame:
    """The frame, worked out now, as the workers hold it on their disks; of how it was made it knows nothing.

    Else Spark would plan all that came before anew with each step, and twice as much where rows are joined with counts
    of themselves.
    """
    from pyspark import StorageLevel

    return frame.localCheckpoint(eager=True, storageLevel=StorageLevel.DISK_ONLY)
