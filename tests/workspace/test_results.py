from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis import register, top_neighbours, umap_layout
from embedders import METHODS, Embedding
from embedders.base import no_progress
from errors import Cancelled
from tests.planted import make_log
from tests.workspace.helpers import train_here
from workspace import jobs, logs, results, runs
from workspace.job_folders import create_job, finish
from workspace.results import MapParams, Pending, Ready, keeping
from workspace.results.keeping import result_path
from workspace.results.plain import packed, unpacked

PATIENCE = 120.0


def planted_run(vectors: np.ndarray, ids: list[str], log_digest: str, seed: int) -> runs.RunEntry:
    """A kept run with vectors that were written by hand."""
    log = make_log(["u"] * len(ids) + ["v"] * len(ids), ids * 2)
    params = METHODS["svd"].Params(dimensions=vectors.shape[1]).model_dump(mode="json")
    embedding = Embedding(
        method="svd",
        item_ids=log.item_ids,
        item_vectors=vectors.astype(np.float32),
        params=params,
        seed=seed,
        log_digest=log_digest,
        seconds=0.0,
    )
    key = runs.run_key(log_digest, "svd", params, seed, METHODS["svd"].version)
    return runs.write_run(runs.run_folder(key), embedding, log, name=f"Run {seed}", log_name="Log")


def cloud(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 4))


def ids(n: int) -> list[str]:
    return [f"i{number:03d}" for number in range(n)]


def test_neighbours_come_from_a_job_once_and_from_disk_after_that(kept: logs.LogEntry) -> None:
    run = train_here(kept)
    asked = results.neighbours_or_job(run, "cosine")
    assert isinstance(asked, Pending)
    assert isinstance(results.neighbours_or_job(run, "cosine", 5), Pending)
    assert jobs.wait(asked.job.id, PATIENCE).status == "done"
    assert len(jobs.list_jobs()) == 1
    answer = results.neighbours_or_job(run, "cosine", 5)
    assert isinstance(answer, Ready)
    expected = top_neighbours(runs.open_run(run).embedding.item_vectors, 5, "cosine")
    assert np.array_equal(answer.value.indices, expected[0])
    assert np.array_equal(answer.value.scores, expected[1])
    islands = np.array([item[0] for item in runs.open_run(run).items["id"]])
    assert (islands[answer.value.indices[:, 0]] == islands).all()
    assert isinstance(results.neighbours_or_job(run, "dot"), Pending)


def test_every_k_is_a_beginning_of_what_is_kept(home: Path) -> None:
    run = planted_run(cloud(150, 0), ids(150), "a" * 64, 0)
    whole = results.make_neighbours(run, "dot")
    assert whole.indices.shape == (150, 100)
    ten = results.neighbours_or_job(run, "dot", 10)
    assert isinstance(ten, Ready)
    assert np.array_equal(ten.value.indices, top_neighbours(runs.open_run(run).embedding.item_vectors, 10, "dot")[0])


def test_a_failed_job_is_not_asked_for_again_until_it_is_dismissed(kept: logs.LogEntry) -> None:
    run = train_here(kept)
    vectors = run.path / "vectors.npz"
    whole = vectors.read_bytes()
    vectors.write_bytes(whole[:100])
    first = results.neighbours_or_job(run)
    assert isinstance(first, Pending)
    assert jobs.wait(first.job.id, PATIENCE).status == "failed"
    vectors.write_bytes(whole)
    again = results.neighbours_or_job(run)
    assert isinstance(again, Pending)
    assert again.job.id == first.job.id
    jobs.dismiss(first.job.id)
    another = results.neighbours_or_job(run)
    assert isinstance(another, Pending)
    assert jobs.wait(another.job.id, PATIENCE).status == "done"


def test_all_that_a_result_depends_on_is_in_its_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, other = (planted_run(cloud(9, seed), ids(9), "a" * 64, seed) for seed in range(2))
    asked = [(run, "kind", [5]), (run, "kind", [6]), (run, "sort", [5]), (other, "kind", [5])]
    names = [result_path(*one).name for one in asked]
    monkeypatch.setattr(keeping, "RESULTS_VERSION", keeping.RESULTS_VERSION + 1)
    assert len({*names, *(result_path(*one).name for one in asked)}) == 8


def test_a_cancelled_job_is_not_asked_for_again_until_it_is_dismissed(home: Path) -> None:
    run = planted_run(cloud(9, 0), ids(9), "a" * 64, 0)
    spec = {"run": run.key, "similarity": "cosine"}
    job = create_job("neighbours", spec, "Neighbours")  # which no worker is told of
    finish(job.id, "cancelled")
    asked = results.neighbours_or_job(run)
    assert isinstance(asked, Pending)
    assert (asked.job.id, asked.job.status) == (job.id, "cancelled")


def test_what_is_not_a_number_is_not_kept_as_a_plain_value() -> None:
    assert unpacked(packed({"a": [1, None, "ü"]})) == {"a": [1, None, "ü"]}
    with pytest.raises(ValueError, match="JSON compliant"):
        packed({"a": float("nan")})


def test_a_damaged_result_is_computed_again(home: Path) -> None:
    run = planted_run(cloud(20, 0), ids(20), "a" * 64, 0)
    before = results.make_neighbours(run, "cosine")
    (kept,) = (run.path / "results").iterdir()
    kept.write_bytes(kept.read_bytes()[:200])
    after = results.make_neighbours(run, "cosine")
    assert np.array_equal(before.indices, after.indices)
    assert isinstance(results.neighbours_or_job(run, "cosine"), Ready)


@pytest.mark.parametrize("same_log", [True, False])
def test_within_another_run_only_what_both_have_is_left(home: Path, same_log: bool) -> None:
    vectors = cloud(12, 0)
    run = planted_run(vectors, ids(12), "a" * 64, 0)
    sparse = cloud(12, 1)
    sparse[3] = 0
    other_ids = ids(12) if same_log else [f"h{number}" for number in range(3)] + ids(9)
    other = planted_run(sparse, other_ids, ("a" if same_log else "b") * 64, 1)
    lost = {3} if same_log else {0, 9, 10, 11}
    near = results.make_neighbours(run, "cosine", other)
    assert set(np.flatnonzero((near.indices < 0).all(axis=1))) == lost
    assert lost.isdisjoint(near.indices[near.indices >= 0])
    restricted = vectors.astype(np.float32)
    restricted[list(lost)] = 0
    assert np.array_equal(near.indices, top_neighbours(restricted, 11, "cosine")[0])
    whole = results.make_neighbours(run, "cosine")
    assert not set(np.flatnonzero((whole.indices < 0).all(axis=1)))


def test_within_a_run_that_lacks_nothing_is_the_same_result(home: Path) -> None:
    run, other = (planted_run(cloud(12, seed), ids(12), "a" * 64, seed) for seed in range(2))
    results.make_neighbours(run, "cosine")
    assert isinstance(results.neighbours_or_job(run, "cosine", within=other), Ready)
    assert len(list((run.path / "results").iterdir())) == 1


def test_a_job_is_told_within_what_it_has_to_look_and_one_item_has_no_neighbour(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.workers.ensure", lambda lane: None)
    sparse = cloud(12, 1)
    sparse[3] = 0
    run, other = (planted_run(one, ids(12), "a" * 64, seed) for seed, one in enumerate((cloud(12, 0), sparse)))
    asked = results.neighbours_or_job(run, "dot", within=other)
    assert isinstance(asked, Pending)
    assert asked.job.spec == {"run": run.key, "similarity": "dot", "within": other.key}
    assert results.nearest(np.ones((1, 2), np.float32), "cosine", 5).indices.tolist() == [[-1]]


def test_what_neither_run_has_takes_nothing_away(home: Path) -> None:
    vectors = cloud(12, 0), cloud(12, 1)
    for one in vectors:
        one[3] = 0
    run, other = (planted_run(one, ids(12), "a" * 64, seed) for seed, one in enumerate(vectors))
    results.make_neighbours(run, "cosine")
    assert isinstance(results.neighbours_or_job(run, "cosine", within=other), Ready)


def test_within_a_run_of_another_log_that_lacks_nothing_of_its_own_only_common_items_are_left(home: Path) -> None:
    run = planted_run(cloud(12, 0), ids(12), "a" * 64, 0)
    other = planted_run(cloud(9, 1), ids(9), "b" * 64, 1)
    near = results.make_neighbours(run, "cosine", other)
    assert set(np.flatnonzero((near.indices < 0).all(axis=1))) == {9, 10, 11}
    stranger = planted_run(cloud(3, 2), ["x", "y", "z"], "c" * 64, 2)
    assert (results.make_neighbours(run, "cosine", stranger).indices < 0).all()


def test_cancelled_work_leaves_nothing(home: Path) -> None:
    run = planted_run(cloud(200, 0), ids(200), "a" * 64, 0)

    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if stage.lower().startswith("placing"):
            raise Cancelled

    with pytest.raises(Cancelled):
        results.make_maps(run, run, MapParams(), stop)
    assert [path.name.split("-")[0] for path in (run.path / "results").iterdir()] == ["neighbours"]


def test_two_maps_fit_onto_each_other_and_a_swap_computes_nothing(home: Path) -> None:
    """Two runs that differ by a rotation and a little noise: their maps must show the same picture."""
    random = np.random.default_rng(0)
    groups = np.repeat(random.normal(size=(12, 8)), 25, axis=0) + random.normal(scale=0.15, size=(300, 8))
    turn = np.linalg.qr(random.normal(size=(8, 8)))[0]
    older = planted_run(groups, ids(300), "a" * 64, 0)
    younger = planted_run(groups @ turn + random.normal(scale=0.02, size=groups.shape), ids(300), "a" * 64, 1)
    asked = results.map_or_job(younger, older)
    assert isinstance(asked, Pending)
    assert jobs.wait(asked.job.id, PATIENCE).status == "done"
    one, other, alone = (results.map_or_job(*pair) for pair in ((younger, older), (older, younger), (older, older)))
    assert isinstance(one, Ready)
    assert isinstance(other, Ready)
    assert isinstance(alone, Ready)
    assert len(jobs.list_jobs()) == 1
    assert np.array_equal(one.value.a, other.value.b)
    assert np.array_equal(one.value.b, other.value.a)
    assert np.array_equal(alone.value.a, other.value.a)
    assert (one.value.anchored_a, other.value.anchored_a) == (False, True)
    near = results.make_neighbours(younger, "cosine")
    vectors = runs.open_run(younger).embedding.item_vectors
    started = umap_layout(vectors, near.indices, near.scores, init=one.value.b)
    everything = np.ones(300, dtype=bool)
    expected, residual = register(started, one.value.b, everything)
    assert np.array_equal(one.value.a, expected)
    assert one.value.residual == residual
    for seed in range(3):
        stranger = results.make_maps(younger, younger, MapParams(seed=seed)).a
        assert residual < register(stranger, one.value.b, everything)[1]


def test_each_setting_and_each_anchor_has_a_map_of_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.workers.ensure", lambda lane: None)
    oldest, older, younger = sorted(
        (planted_run(cloud(20, seed), ids(20), "a" * 64, seed) for seed in range(3)),
        key=lambda run: (run.created, run.key),
    )
    onto_oldest, onto_older = (results.make_maps(younger, anchor, MapParams()).a for anchor in (oldest, older))
    assert not np.array_equal(onto_oldest, onto_older)
    alone = results.map_or_job(younger, younger)
    assert isinstance(alone, Pending)
    for params in (MapParams(seed=1), MapParams(components=3), MapParams(n_neighbours=7), MapParams(min_distance=0.5)):
        asked = results.map_or_job(younger, oldest, params)
        assert isinstance(asked, Pending)
        assert asked.job.spec == {"run": younger.key, "anchor": oldest.key, "params": params.model_dump()}
    assert results.make_maps(oldest, oldest, MapParams(components=3)).a.shape == (20, 3)
    assert results.make_maps(oldest, oldest, MapParams()).a.shape == (20, 2)


def test_maps_without_an_item_in_common_have_no_residual(home: Path) -> None:
    older = planted_run(cloud(20, 0), ids(20), "a" * 64, 0)
    younger = planted_run(cloud(20, 1), [f"x{number:03d}" for number in range(20)], "b" * 64, 1)
    assert results.make_maps(younger, older, MapParams()).residual is None


def test_progress_of_a_map_never_falls(home: Path) -> None:
    older, younger = (planted_run(cloud(60, seed), ids(60), "a" * 64, seed) for seed in range(2))
    shares = []
    results.make_maps(older, younger, MapParams(), lambda stage, done, total, loss=None: shares.append(done / total))
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1, abs=0.05)


def test_maps_with_other_settings_are_other_maps(home: Path) -> None:
    run = planted_run(cloud(60, 0), ids(60), "a" * 64, 0)
    close = results.make_maps(run, run, MapParams(min_distance=0.0), no_progress)
    wide = results.make_maps(run, run, MapParams(min_distance=0.9), no_progress)
    assert not np.array_equal(close.a, wide.a)
    assert isinstance(results.map_or_job(run, run, MapParams(min_distance=0.9)), Ready)
