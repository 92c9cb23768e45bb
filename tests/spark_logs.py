"""Logs without rows, kept as Spark would have them kept, from logs of this machine: no Java is started."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pytest

from embedders import METHODS
from embedders.base import no_progress
from interactions import CleaningReport, InteractionLog
from spark.cluster import Cluster
from spark.log import SparkLog
from spark.training import trainer_of
from workspace.logs import LogEntry, open_log
from workspace.on_spark import source_of_kept
from workspace.runs import RunEntry, Training, default_name, run_folder, run_key, write_run
from workspace.spark_logs import keep_spark_log
from workspace.summary import n_sessions, row_counts


def as_read_by_spark(log: InteractionLog, name: str) -> SparkLog:
    """What Spark would know of a log on this machine; there is no session, and the rows cannot be asked."""
    times = log.timestamps
    return SparkLog(
        session=cast(Any, None),
        name=name,
        rows=cast(Any, None),
        user_codes=cast(Any, None),
        item_ids=log.item_ids,
        items=log.items,
        users_per_item=log.users_per_item,
        events_per_item=np.bincount(log.item_codes, minlength=log.n_items),
        n_interactions=log.n_interactions,
        n_users=log.n_users,
        n_sessions=n_sessions(log),
        first=None if times is None else int(times.min()),
        last=None if times is None else int(times.max()),
        users_are_sessions=log.users_are_sessions,
        columns=log.columns,
        digest=log.digest[::-1],
    )


def keep_without_rows(
    entry: LogEntry, master: str = "local[2]", place: str | None = None, settings: Mapping[str, str] | None = None
) -> LogEntry:
    """A kept log once more, as Spark would have it kept, under its name and " on Spark"."""
    log = open_log(entry.digest)
    source = source_of_kept(entry)
    source = dataclasses.replace(source, name=f"{entry.name} on Spark", place=place or source.place)
    report = CleaningReport(
        rows=entry.rows,
        interactions=entry.interactions,
        dropped=dict(entry.dropped),
        columns=dict(entry.columns),
        examples=dict(entry.examples),
        items_known=entry.items_known,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spark.counts.count_rows", lambda read, progress: row_counts(log))
        cluster = Cluster(master, settings or {})
        return keep_spark_log(as_read_by_spark(log, entry.source_name), report, source, cluster)


def train_as_spark(rows: LogEntry, without: LogEntry, method: str, dimensions: int = 8) -> RunEntry:
    """A kept run of a log without rows, trained on the same rows of this machine."""
    log = open_log(rows.digest)
    params = trainer_of(method).params({"dimensions": dimensions})
    here = METHODS[method].Params.checked({"dimensions": dimensions, "threads": 1})
    learned = METHODS[method].fit(log, here, 0, no_progress)
    embedding = dataclasses.replace(learned, log_digest=without.digest, params=params.model_dump())
    training = Training(without.size, trainer_of(method).version, "spark", "Spark at local[2]")
    key = run_key(without.digest, method, params.model_dump(mode="json"), 0, training.version, "spark")
    name = default_name(method, embedding.params, without.digest)
    known = as_read_by_spark(log, rows.source_name)
    return write_run(run_folder(key), embedding, known, name=name, log_name=without.name, training=training)
