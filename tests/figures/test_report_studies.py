"""The ladder and all runs of a log in a report: as far as they are kept, and nothing where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedders.base import no_progress
from figures.report import report_html
from figures.report_studies import studied
from figures.text import decimal
from tests.figures.page_reader import Reader
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import logs
from workspace.comparing import pair_of
from workspace.ladders import steps_of
from workspace.logs import LogEntry
from workspace.results.agreements import View, kept_agreement, make_agreements
from workspace.runs import RunEntry, find_run, open_run
from workspace.tasks import train_task

K = 5


@pytest.fixture
def log(tmp_path: Path) -> LogEntry:
    path = write_csv(two_islands(skew=1.0), tmp_path / "islands.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="islands")


def trained_step(log: LogEntry, label: str) -> RunEntry:
    step = next(one for one in steps_of(log, 8) if one.label == label)
    params = step.needed.params.model_dump(mode="json")
    spec = {"log_digest": log.digest, "method": step.needed.method, "params": params, "name": f"Ladder: {label} 8d"}
    return find_run(train_task(spec, no_progress)["key"])


def test_all_runs_stand_in_the_report_once_they_are_compared(log: LogEntry) -> None:
    runs = [train_here(log, method, name=method) for method in ("als", "svd", "bpr")]
    pair = pair_of(open_run(runs[0]), open_run(runs[1]), K)
    assert studied(pair) == []
    make_agreements([View(run) for run in runs], K)
    reader = Reader(report_html(pair))
    assert "How do all runs of this log lean?" in reader.words
    measured = {run.name: kept_agreement(View(run), View(runs[0]), K) for run in runs[1:]}
    (found,) = studied(pair)
    matrix = found.charts[0].figure.data[0]
    names = [label.split(" ")[1] for label in found.charts[0].figure.layout.yaxis.ticktext]
    for name, agreement in measured.items():
        assert agreement is not None
        assert matrix.z[names.index("als")][names.index(name)] == agreement.jaccard.value
    assert {row[1] for row in reader.rows_of_table("Measures of every run")} == {"als", "svd", "bpr"}


def test_the_ladder_stands_in_the_report_as_far_as_it_is_measured(log: LogEntry) -> None:
    labels = ["SVD of users and items", "Pairs of a session", "PPMI"]
    steps = [step for step in steps_of(log, 8) if step.label in labels]
    first, second = (trained_step(log, label) for label in labels[:2])
    pair = pair_of(open_run(first), open_run(second), K)
    assert studied(pair, steps) == []
    make_agreements([View(first), View(second)], K)
    agreement = kept_agreement(View(first), View(second), K)
    assert agreement is not None
    reader = Reader(report_html(pair, steps=steps))
    rows = reader.rows_of_table("The steps from matrix factorisation to item2vec")
    assert [row[1] for row in rows] == labels
    assert rows[1][7] == decimal(agreement.jaccard.value)
    assert set(rows[2][2:]) == {"–"}
    assert studied(pair) == []  # the usual steps have other dimensions


def test_of_a_log_that_is_no_longer_kept_nothing_else_is_told(log: LogEntry) -> None:
    runs = [train_here(log, method, name=method) for method in ("als", "svd", "bpr")]
    make_agreements([View(run) for run in runs], K)
    pair = pair_of(open_run(runs[0]), open_run(runs[1]), K)
    assert len(studied(pair)) == 1
    logs.delete_log(log.digest, with_runs=True)
    assert studied(pair) == []
