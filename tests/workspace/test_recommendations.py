"""What runs recommend, kept beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis import popularity_buckets
from analysis.arrays import trained_rows
from analysis.baselines import popular_items
from analysis.recommendation_bias import measure_recommendations
from analysis.recommendations import history_vectors, top_items
from embedders import METHODS, Embedding
from embedders.base import no_progress
from errors import Cancelled, RunError
from tests.planted import make_log
from tests.workspace.helpers import train_here
from tests.workspace.test_results import PATIENCE, cloud, ids, planted_run
from workspace import jobs, logs, results, runs
from workspace.results import Pending, Ready, Recommendations, Unavailable
from workspace.results.recommendations import seen_items


def test_recommendations_come_from_a_job_once_and_from_disk_after_that(kept: logs.LogEntry) -> None:
    run = train_here(kept)
    asked = results.recommendations_or_job(run, 3)
    assert isinstance(asked, Pending)
    assert jobs.wait(asked.job.id, PATIENCE).status == "done"
    answer = results.recommendations_or_job(run, 3)
    assert isinstance(answer, Ready)
    assert len(jobs.list_jobs()) == 1
    again = results.make_recommendations(run, 3, lambda *_: pytest.fail("computed again"))
    assert again.measures == answer.value.measures
    assert np.array_equal(again.lists, answer.value.lists)
    assert isinstance(results.recommendations_or_job(run, 4), Pending)


def test_users_get_what_they_have_not_seen_of_their_own_island(kept: logs.LogEntry) -> None:
    run, log = train_here(kept), logs.open_log(kept.digest)
    found = results.make_recommendations(run, 3)
    assert (found.by, found.in_log, found.users.tolist()) == ("users", 200, list(range(200)))
    seen = seen_items(log, found.users)
    opened = runs.open_run(run)
    assert opened.embedding.user_vectors is not None
    expected = top_items(opened.embedding.user_vectors, opened.embedding.item_vectors, seen, 3)
    assert np.array_equal(found.lists, expected)
    for user, row in zip(log.user_ids, found.lists, strict=True):
        own = log.item_codes[log.user_codes == np.flatnonzero(log.user_ids == user)[0]]
        assert not {*own.tolist()} & {*row.tolist()}
    island = np.array([item[0] for item in log.item_ids])
    users = np.array([user[len("user ")] for user in log.user_ids])
    served = found.lists >= 0
    assert (island[found.lists] == users[:, None])[served].mean() > 0.95
    trained, buckets = opened.embedding.trained, popularity_buckets(opened.p)
    assert found.measures["run"] == measure_recommendations(expected, seen, opened.p, buckets, trained).as_json()
    popular = popular_items(seen, opened.p, trained, 3)
    assert found.measures["popularity"]["arp"]["value"] == pytest.approx(opened.p[popular].mean())
    assert found.measures["popularity"]["arp"]["value"] > found.measures["random"]["arp"]["value"]
    assert found.measures["profile"]["arp"]["n"] == 200


def test_a_method_without_users_takes_the_mean_of_their_histories(kept: logs.LogEntry) -> None:
    run, log = train_here(kept, "item2vec"), logs.open_log(kept.digest)
    found = results.make_recommendations(run, 3)
    assert found.by == "histories"
    vectors = runs.open_run(run).embedding.item_vectors
    seen = seen_items(log, found.users)
    assert np.array_equal(found.lists, top_items(history_vectors(seen, vectors), vectors, seen, 3))


def test_of_many_users_a_sample_is_served_the_same_one_each_time(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results.recommendations, "MOST_USERS", 30)
    run, other = train_here(kept), train_here(kept, seed=1)
    found, beside = results.make_recommendations(run, 3), results.make_recommendations(other, 3)
    assert (len(found.users), found.in_log, found.measures["run"]["arp"]["n"]) == (30, 200, 30)
    assert len({*found.users.tolist()}) == 30
    assert np.array_equal(found.users, beside.users)
    opened, log = runs.open_run(run), logs.open_log(kept.digest)
    assert opened.embedding.user_vectors is not None
    everybody = top_items(
        opened.embedding.user_vectors, opened.embedding.item_vectors, seen_items(log, np.arange(200, dtype=np.int32)), 3
    )
    assert np.array_equal(found.lists, everybody[found.users])
    monkeypatch.setattr(results.recommendations, "MOST_USERS", 40)
    assert results.recommendations.kept_recommendations(run, 3) is None


def test_without_its_log_a_run_says_why_nothing_can_be_recommended(home: Path) -> None:
    run = planted_run(cloud(20, 0), ids(20), "a" * 64, 0)
    found = results.recommendations_or_job(run, 3)
    assert isinstance(found, Unavailable)
    assert "Run 0" in found.reason
    assert "not kept" in found.reason
    assert not jobs.list_jobs()


def test_what_is_kept_outlives_the_log(kept: logs.LogEntry, tmp_path: Path) -> None:
    run = train_here(kept)
    results.make_recommendations(run, 3)
    kept.path.rename(tmp_path / "elsewhere")
    assert isinstance(results.recommendations_or_job(run, 3), Ready)
    assert isinstance(results.recommendations_or_job(run, 4), Unavailable)


def with_users(entry: logs.LogEntry, user_ids: np.ndarray, item_bias: np.ndarray | None = None) -> runs.RunEntry:
    """A kept run of these users; all vectors are the same, so that only the bias tells items apart."""
    log, params = logs.open_log(entry.digest), METHODS["svd"].Params(dimensions=2).model_dump(mode="json")
    embedding = Embedding(
        method="svd",
        item_ids=log.item_ids,
        item_vectors=np.ones((log.n_items, 2), np.float32),
        params=params,
        seed=0,
        log_digest=entry.digest,
        seconds=0.0,
        user_ids=user_ids,
        user_vectors=np.ones((log.n_users, 2), np.float32),
        item_bias=item_bias,
    )
    key = runs.run_key(entry.digest, "svd", params, 0, METHODS["svd"].version)
    return runs.write_run(runs.run_folder(key), embedding, log, name="By hand", log_name="Log")


def test_the_bias_of_items_counts(kept: logs.LogEntry) -> None:
    log = logs.open_log(kept.digest)
    bias = np.arange(log.n_items, dtype=np.float32)
    found = results.make_recommendations(with_users(kept, log.user_ids, bias), 24)
    seen = seen_items(log, found.users).toarray()
    for row, own in zip(found.lists, seen, strict=True):
        unseen = np.flatnonzero(own == 0)[::-1].tolist()
        assert row[row >= 0].tolist() == unseen


@pytest.mark.parametrize("n", [20, 24])
def test_a_run_that_is_not_of_its_log_is_refused(kept: logs.LogEntry, n: int) -> None:
    assert logs.open_log(kept.digest).n_items == 24
    stranger = planted_run(cloud(n, 0), ids(n), kept.digest, 0)
    with pytest.raises(RunError, match="not those of its log"):
        results.make_recommendations(stranger, 3)


def test_a_run_of_other_users_is_refused(kept: logs.LogEntry) -> None:
    stranger = with_users(kept, np.array([f"u{number:03d}" for number in range(200)], dtype=object))
    with pytest.raises(RunError, match="users of this run are not those of its log"):
        results.make_recommendations(stranger, 3)


def test_cancelled_work_leaves_nothing(kept: logs.LogEntry) -> None:
    run = train_here(kept)

    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if stage == "Measuring":
            raise Cancelled

    with pytest.raises(Cancelled):
        results.make_recommendations(run, 3, stop)
    assert not (run.path / "results").exists()


def test_progress_never_falls(kept: logs.LogEntry) -> None:
    shares: list[float] = []
    results.make_recommendations(
        train_here(kept), 3, lambda _stage, done, total, _loss=None: shares.append(done / total)
    )
    assert shares == sorted(shares)
    assert len(shares) > 2


def test_a_history_holds_each_item_once() -> None:
    log = make_log(["u", "u", "u", "v", "w"], ["a", "b", "a", "c", "b"])
    seen = seen_items(log, np.array([0, 2], dtype=np.int32))
    assert seen.toarray().tolist() == [[1, 1, 0], [0, 1, 0]]
    assert seen_items(log, np.array([], dtype=np.int32)).shape == (0, 3)


def test_items_without_a_vector_are_recommended_by_nobody(kept: logs.LogEntry) -> None:
    log = logs.open_log(kept.digest)
    vectors = cloud(log.n_items, 0)
    vectors[::2] = 0
    run = planted_run(vectors, log.item_ids.tolist(), kept.digest, 0)
    found = results.make_recommendations(run, 24, no_progress)
    trained = trained_rows(runs.open_run(run).embedding.item_vectors)
    assert isinstance(found, Recommendations)
    assert trained[found.lists[found.lists >= 0]].all()
    assert found.measures["random"]["coverage"]["n"] == 12
    opened, seen = runs.open_run(run), seen_items(log, found.users)
    popular = popular_items(seen, opened.p, trained, 24)
    expected = measure_recommendations(popular, seen, opened.p, opened.buckets, trained)
    assert found.measures["popularity"] == expected.as_json()


def test_the_users_own_choice_is_that_of_the_users_who_get_a_list(kept: logs.LogEntry) -> None:
    log = logs.open_log(kept.digest)
    vectors = cloud(log.n_items, 0)
    vectors[seen_items(log, np.array([0], dtype=np.int32)).indices] = 0  # of user 0 nothing is known
    found = results.make_recommendations(planted_run(vectors, log.item_ids.tolist(), kept.digest, 0), 3)
    served = [bool((row >= 0).any()) for row in found.lists]
    assert not served[0]
    assert found.measures["profile"]["arp"]["n"] == sum(served) == found.measures["run"]["arp"]["n"] < 200
