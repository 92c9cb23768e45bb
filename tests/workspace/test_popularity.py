"""All that the tab on popularity bias needs, made by one job."""

from __future__ import annotations

import pytest

from analysis.arrays import Similarity
from errors import RunError
from tests.workspace.helpers import train_here
from tests.workspace.test_results import PATIENCE, cloud, ids, planted_run
from workspace import jobs, logs, results
from workspace.results import Recommendations, Unavailable
from workspace.runs import RunEntry

K = 3


def others(*runs: RunEntry) -> list[tuple[RunEntry, Similarity]]:
    return [(run, "dot") for run in runs]


def test_one_job_makes_what_is_missing_and_then_there_is_none(kept: logs.LogEntry) -> None:
    a, b = train_here(kept), train_here(kept, "item2vec")
    asked = results.popularity_bias_or_job(a, b, K, others(a, b))
    assert asked.job is not None
    assert (asked.baselines, asked.leanings, asked.recommendations) == (None, {}, {})
    assert jobs.wait(asked.job.id, PATIENCE).status == "done"
    found = results.popularity_bias_or_job(a, b, K, others(a, b))
    assert found.job is None
    assert len(jobs.list_jobs()) == 1
    assert found.baselines == results.kept_baselines(a, b, K)
    assert found.baselines is not None
    assert {*found.leanings} == {(a.key, "dot"), (b.key, "dot")}
    for run in (a, b):
        assert found.leanings[run.key, "dot"].measures["method"] == run.method
        of_run = found.recommendations[run.key]
        assert isinstance(of_run, Recommendations)
        assert of_run.measures == results.make_recommendations(run, K).measures


def test_what_is_kept_is_shown_while_the_rest_is_made(kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.workers.ensure", lambda lane: None)
    a, b = train_here(kept), train_here(kept, seed=1)
    results.make_recommendations(a, K)
    found = results.popularity_bias_or_job(a, b, K, others(a))
    assert found.job is not None
    assert {*found.recommendations} == {a.key}
    again = results.popularity_bias_or_job(a, b, K, others(a))
    assert again.job is not None
    assert again.job.id == found.job.id
    results.make_popularity_bias(a, b, K, others(a))
    assert results.popularity_bias_or_job(a, b, K, others(a)).job is None
    assert results.popularity_bias_or_job(b, a, K, others(a)).job is None


@pytest.mark.parametrize("missing", ["baselines", "leaning", "recommendations"])
def test_whatever_is_missing_is_asked_for(kept: logs.LogEntry, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.workers.ensure", lambda lane: None)
    a, b = train_here(kept, "svd"), train_here(kept, seed=1)
    if missing != "baselines":
        results.make_baselines(a, b, K)
    if missing != "leaning":
        results.make_leaning(b, "dot", K)
    for run in (a,) if missing == "recommendations" else (a, b):
        results.make_recommendations(run, K)
    found = results.popularity_bias_or_job(a, b, K, others(b))
    assert found.job is not None
    assert found.job.spec == {"a": a.key, "b": b.key, "k": K, "others": [[b.key, "dot"]]}
    results.make_popularity_bias(a, b, K, others(b))
    assert results.popularity_bias_or_job(a, b, K, others(b)).job is None


def test_without_their_log_runs_have_baselines_and_leanings_all_the_same(kept: logs.LogEntry) -> None:
    run = planted_run(cloud(20, 0), ids(20), "a" * 64, 0)
    results.make_popularity_bias(run, run, K, others(run))
    found = results.popularity_bias_or_job(run, run, K, others(run))
    assert found.job is None
    assert found.baselines is not None
    assert isinstance(found.recommendations[run.key], Unavailable)


def test_what_was_made_before_a_failure_stays(kept: logs.LogEntry) -> None:
    stranger = planted_run(cloud(20, 0), ids(20), kept.digest, 0)
    with pytest.raises(RunError, match="not those of its log"):
        results.make_popularity_bias(stranger, stranger, K, others(stranger))
    assert results.kept_baselines(stranger, stranger, K) is not None
    assert results.kept_leaning(stranger, "dot", K) is not None


def test_progress_never_falls(kept: logs.LogEntry) -> None:
    a, b = train_here(kept), train_here(kept, "item2vec")
    shares: list[float] = []
    results.make_popularity_bias(
        a, b, K, others(a, b), lambda _stage, done, total, _loss=None: shares.append(done / total)
    )
    assert shares == sorted(shares)
    assert len(shares) > 8
    assert shares[-1] <= 1
