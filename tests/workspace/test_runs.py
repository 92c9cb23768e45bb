from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import popularity_buckets
from embedders import METHODS, Embedding
from errors import RunError
from tests.planted import make_log, two_islands
from tests.workspace.helpers import train_here
from workspace import logs, runs


def embedding_of(log: object, vectors: np.ndarray, ids: np.ndarray) -> Embedding:
    return Embedding(
        method="svd",
        item_ids=ids,
        item_vectors=vectors.astype(np.float32),
        params=METHODS["svd"].Params(dimensions=vectors.shape[1]).model_dump(),
        seed=0,
        log_digest="d" * 64,
        seconds=0.5,
    )


def test_everything_that_a_run_is_made_from_is_in_its_key() -> None:
    made: dict[str, Any] = {
        "log_digest": "a",
        "method": "als",
        "params": {"alpha": 1.0, "dimensions": 64},
        "seed": 0,
        "version": 1,
    }
    other = {"log_digest": "b", "method": "svd", "params": {"alpha": 2.0, "dimensions": 64}, "seed": 1, "version": 2}
    key = runs.run_key(**made)
    assert len({key, *(runs.run_key(**made | {name: value}) for name, value in other.items())}) == 6
    assert runs.run_key(**made | {"params": {"dimensions": 64, "alpha": 1.0}}) == key


def test_a_run_stands_alone(tmp_path: Path) -> None:
    log = make_log(
        ["u", "u", "v", "w", "w"],
        ["007", "b", "b", "b", "c"],
        categories={"007": "spies"},
        titles={"007": "=cmd", "b": 'Ünïcode, "quoted"\nline'},
    )
    log.items["bucket"] = ["red", "blue", "green"]
    vectors = np.array([[1, 2], [0.1, -3], [0, 0]])
    runs.write_run(tmp_path / "run", embedding_of(log, vectors, log.item_ids), log, name="A run", log_name="Log")
    shutil.move(tmp_path / "run", tmp_path / "moved")
    run = runs.open_run(tmp_path / "moved")
    assert run.embedding.item_vectors.tobytes() == vectors.astype(np.float32).tobytes()
    assert run.items["id"].tolist() == ["007", "b", "c"]
    assert run.items["title"].tolist()[:2] == ["=cmd", 'Ünïcode, "quoted"\nline']
    assert run.items["title"].isna().tolist() == [False, False, True]
    assert run.items["category"].iloc[0] == "spies"
    assert run.items["bucket (item table)"].tolist() == ["red", "blue", "green"]
    assert run.p.tolist() == [1, 3, 1]
    assert run.buckets.tolist() == popularity_buckets(run.p).tolist() == [1, 0, 2]
    assert run.buckets.dtype == np.int8
    assert (run.entry.n_items, run.entry.n_missing, run.entry.dimensions) == (3, 1, 2)
    assert run.entry.name == "A run"


def test_a_kept_run_has_the_key_of_its_settings(kept: logs.LogEntry) -> None:
    run = train_here(kept, "svd")
    assert run.key == runs.run_key(kept.digest, "svd", run.params, 0, METHODS["svd"].version)
    assert run.path == runs.run_folder(run.key)
    assert runs.list_runs(kept.digest) == [run]
    assert runs.list_runs("another log") == []


def test_training_the_same_again_is_the_run_that_is_there(kept: logs.LogEntry) -> None:
    first = train_here(kept, name="First")
    assert train_here(kept, name="Second") == first


def test_names_are_unlike_one_another(kept: logs.LogEntry) -> None:
    names = [train_here(kept, seed=seed).name for seed in range(3)]
    assert names == ["ALS 8d", "ALS 8d (2)", "ALS 8d (3)"]
    assert train_here(kept, seed=3, name="ALS 8d (2)").name == "ALS 8d (4)"


def test_finding_by_key_beginning_name_and_folder(kept: logs.LogEntry) -> None:
    run, other = train_here(kept), train_here(kept, seed=1)
    for wanted in (run.key, run.key[:8], "ALS 8d", run.path, str(run.path)):
        assert runs.find_run(wanted) == run
    assert runs.find_run(other.name) == other
    for wrong in ("", "nothing", Path("nothing")):
        with pytest.raises(RunError, match="neither a run folder"):
            runs.find_run(wrong)


def test_renaming_and_deleting(kept: logs.LogEntry, home: Path) -> None:
    run = train_here(kept)
    vectors = (run.path / "vectors.npz").read_bytes()
    assert runs.rename_run(run.key, "Mine").name == "Mine"
    assert (run.path / "vectors.npz").read_bytes() == vectors
    assert runs.find_run(run.key).params == run.params
    runs.delete_run(run.key)
    assert runs.list_runs() == []
    assert list((home / "runs").iterdir()) == []


def test_a_folder_from_outside_is_copied_in_and_not_deleted(kept: logs.LogEntry, tmp_path: Path) -> None:
    run = train_here(kept)
    outside = tmp_path / "outside"
    shutil.copytree(run.path, outside)
    with pytest.raises(RunError, match="not among the kept runs"):
        runs.delete_run(str(outside))
    assert runs.copy_run_in(outside) == run  # it is kept already
    runs.delete_run(run.key)
    copied = runs.copy_run_in(outside)
    assert (copied.key, copied.path, copied.params) == (run.key, run.path, run.params)
    assert np.array_equal(runs.open_run(copied).embedding.item_vectors, runs.open_run(outside).embedding.item_vectors)


def test_another_training_under_the_same_key_is_not_taken_for_it(kept: logs.LogEntry, tmp_path: Path) -> None:
    run = runs.open_run(train_here(kept))
    log = logs.open_log(kept.digest)
    changed = embedding_of(log, run.embedding.item_vectors + 1, log.item_ids)
    twin = Embedding(**{**vars(run.embedding), "item_vectors": changed.item_vectors})
    runs.write_run(tmp_path / "twin", twin, log, name="Twin", log_name="Log")
    with pytest.raises(RunError, match="its vectors differ"):
        runs.copy_run_in(tmp_path / "twin")
    assert np.array_equal(runs.open_run(run.entry.path).embedding.item_vectors, run.embedding.item_vectors)


def change_facts(folder: Path, **changes: Any) -> None:
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(facts | changes))


def leave_out_the_seed(folder: Path) -> None:
    facts = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({name: value for name, value in facts.items() if name != "seed"}))


def cut_in_half(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])


def turn_the_items_around(folder: Path) -> None:
    pd.read_parquet(folder / "items.parquet").iloc[::-1].to_parquet(folder / "items.parquet")


DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no vectors": (lambda folder: (folder / "vectors.npz").unlink(), "No such file"),
    "half vectors": (lambda folder: cut_in_half(folder / "vectors.npz"), "zip"),
    "no items": (lambda folder: (folder / "items.parquet").write_bytes(b"PAR1 not really"), "items"),
    "other items": (turn_the_items_around, "not of one another"),
    "no seed": (leave_out_the_seed, "it has no 'seed'."),
    "wrong parameters": (lambda folder: change_facts(folder, params=[1]), "params is [1] (input should be"),
    "wrong version": (lambda folder: change_facts(folder, method_version="x"), "method_version is 'x', not a number"),
    "other counts": (lambda folder: change_facts(folder, n_items=7), "its run.json says 7 of"),
    "no facts": (lambda folder: (folder / "run.json").write_text("[]"), "it holds no facts."),
    "no JSON": (lambda folder: (folder / "run.json").write_text("{"), "cannot be read"),
    "nothing": (shutil.rmtree, "it has no run.json."),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_refused_with_one_sentence(kept: logs.LogEntry, tmp_path: Path, damage: str) -> None:
    make, words = DAMAGES[damage]
    folder = tmp_path / "run"
    shutil.copytree(train_here(kept).path, folder)
    make(folder)
    with pytest.raises(RunError) as caught:
        runs.copy_run_in(folder)
    assert str(folder) in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_damaged_run_does_not_hide_the_others(kept: logs.LogEntry, caplog: pytest.LogCaptureFixture) -> None:
    run = train_here(kept)
    damaged = run.path.with_name("0" * 16)
    damaged.mkdir()
    (damaged / "run.json").write_text("not json")
    assert runs.list_runs() == [run]
    assert str(damaged) in caplog.text


def test_vectors_of_the_sample_log_keep_islands_apart(kept: logs.LogEntry) -> None:
    """The whole way from the file to the folder leaves row i = item code i."""
    run = runs.open_run(train_here(kept))
    unit = run.embedding.item_vectors / np.linalg.norm(run.embedding.item_vectors, axis=1, keepdims=True)
    nearest = np.argsort(-(unit @ unit.T), axis=1)[:, 1]
    islands = np.array([item[0] for item in run.items["id"]])
    assert (islands[nearest] == islands).all()
    assert run.p.tolist() == two_islands().users_per_item.tolist()
