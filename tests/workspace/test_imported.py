"""Vectors that were trained elsewhere as a run: matched by id, and good for all that a trained run is."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedders import METHODS
from embedders.base import no_progress
from errors import VectorsError
from tests.planted import make_log
from tests.workspace.helpers import train_here
from workspace import export, jobs, logs, runs
from workspace.comparing import pair_of
from workspace.home import PROJECT_ROOT
from workspace.imported import Matching, import_vectors
from workspace.results import MapParams, make_maps, make_neighbours
from workspace.run_kinds import IMPORTED, kind_of
from workspace.tasks import vectors_task

PATIENCE = 60.0  # seconds


def exported(run: runs.RunEntry, folder: Path) -> Path:
    export.write_vectors_csv(runs.open_run(run), folder / "elsewhere.csv")
    return folder / "elsewhere.csv"


def import_here(entry: logs.LogEntry, path: Path, **spec: Any) -> runs.RunEntry:
    answer = vectors_task({"log_digest": entry.digest, "vectors": str(path)} | spec, no_progress)
    return runs.find_run(answer["key"])


@pytest.fixture
def original(kept: logs.LogEntry) -> runs.RunEntry:
    return train_here(kept, "svd", name="Original")


@pytest.fixture
def imported(kept: logs.LogEntry, original: runs.RunEntry, tmp_path: Path) -> runs.RunEntry:
    return import_here(kept, exported(original, tmp_path))


def test_vectors_go_to_their_items_whatever_their_order(tmp_path: Path) -> None:
    log = make_log(["u", "u", "v", "v"], ["07", "7", "a", "b"])
    (tmp_path / "v.csv").write_text("item,v0,v1\na,5,6\nstranger,1,1\n07,3,4\nb,0,-0.0\n")
    embedding, matching = import_vectors(tmp_path / "v.csv", log)
    assert list(embedding.item_ids) == ["07", "7", "a", "b"]
    assert embedding.item_vectors.dtype == np.float32
    assert embedding.item_vectors.tolist() == [[3, 4], [0, 0], [5, 6], [0, 0]]
    assert embedding.missing == ["7", "b"]
    assert matching == Matching(vectors=4, matched=3, left_out=1, zeros=1, missing=2)
    assert embedding.notes[:4] == (
        "Matched by id: 3 of the 4 vectors are of items of this log.",
        "Vectors of no item of this log, which were left out: 1, such as 'stranger'.",
        "Items of this log that the file has no vector for: 1, such as '7'.",
        "Vectors of zeros only, which count as none: 1, such as 'b'.",
    )


def test_a_file_that_fits_wholly_has_nothing_to_tell_of(tmp_path: Path) -> None:
    log = make_log(["u", "u"], ["a", "b"])
    (tmp_path / "v.csv").write_text("item,v0,v1\na,5,6\nb,3,4\n")
    embedding, matching = import_vectors(tmp_path / "v.csv", log, file_name="what it was.csv")
    assert matching == Matching(vectors=2, matched=2, left_out=0, zeros=0, missing=0)
    assert embedding.notes[0] == "Matched by id: 2 of the 2 vectors are of items of this log."
    assert len(embedding.notes) == 2  # and which columns were read
    facts = {name: value for name, value in embedding.params.items() if name != "vectors"}
    assert facts == {"file": "what it was.csv", "format": "CSV", "dimensions": 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("item,v0,v1\n7,1,2\n8,3,4\n", "None of the 2 ids in v.csv, such as '7', '8', is an item of this log"),
        ("item,v0,v1\n07,0,0\n9,3,4\n", "Every vector of v.csv for an item of this log is zero"),
    ],
)
def test_nothing_to_keep_is_refused_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "v.csv").write_text(text)
    with pytest.raises(VectorsError) as caught:
        import_vectors(tmp_path / "v.csv", make_log(["u", "u"], ["07", "08"]))
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


def test_the_log_s_column_of_items_is_the_column_of_ids(tmp_path: Path) -> None:
    log = dataclasses.replace(make_log(["u", "u"], ["a", "b"]), columns={"item": "film"})
    (tmp_path / "v.csv").write_text("id,film,v0,v1\n1,a,5,6\n2,b,3,4\n")
    assert import_vectors(tmp_path / "v.csv", log)[1].matched == 2


def test_progress_runs_from_nothing_to_all(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("item,v0,v1\na,5,6\nb,3,4\n")
    seen: list[tuple[float, float]] = []
    import_vectors(
        tmp_path / "v.csv",
        make_log(["u", "u"], ["a", "b"]),
        progress=lambda stage, done, total, loss=None: seen.append((done, total)),
    )
    assert seen[0] == (0, 1)
    assert seen[-1] == (1, 1)
    assert seen == sorted(seen)


def test_an_imported_run_is_the_original_again(
    kept: logs.LogEntry, original: runs.RunEntry, imported: runs.RunEntry
) -> None:
    assert (imported.method, imported.title, imported.family) == ("imported", "Imported vectors", "imported")
    assert (imported.name, imported.log_digest, imported.log_name) == ("elsewhere", kept.digest, kept.name)
    a, b = runs.open_run(original), runs.open_run(imported)
    assert b.embedding.item_vectors.tobytes() == a.embedding.item_vectors.tobytes()
    assert b.items.equals(a.items)
    assert [run.name for run in runs.list_runs(kept.digest)] == ["elsewhere", "Original"]
    facts = pair_of(a, b, 5).report
    assert facts["overlap"]["all"] == facts["jaccard"]["all"] == 1
    assert (facts["a"]["method"], facts["b"]["method"], facts["logs"]) == ("svd", "imported", "same")
    assert facts["a"] | {"method": ""} == facts["b"] | {"method": ""}


def test_an_imported_run_has_neighbours_and_maps(original: runs.RunEntry, imported: runs.RunEntry) -> None:
    first, second = (make_neighbours(run, "cosine").indices for run in (original, imported))
    assert np.array_equal(first, second)
    maps = make_maps(original, imported, MapParams())
    assert np.isfinite(maps.b).all()
    assert maps.residual is not None


def test_an_imported_run_leaves_in_every_format(
    original: runs.RunEntry, imported: runs.RunEntry, tmp_path: Path
) -> None:
    a, b = runs.open_run(original), runs.open_run(imported)
    for writer in (export.write_vectors_csv, export.write_vectors_parquet, export.write_word2vec):
        writer(a, tmp_path / "a")
        writer(b, tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    near = make_neighbours(imported, "dot")
    export.write_neighbours_csv(b, tmp_path / "near.csv", near, 3)
    export.write_coordinates_csv(b, tmp_path / "map.csv", make_maps(imported, imported, MapParams()).a)
    lines = [len((tmp_path / name).read_text().splitlines()) for name in ("near.csv", "map.csv")]
    assert lines == [1 + 24 * 3, 1 + 24]
    export.write_settings_json(b, tmp_path / "settings.json")
    facts = json.loads((tmp_path / "settings.json").read_text())
    assert (facts["method"], facts["key"], facts["missing"]) == ("imported", imported.key, [])
    assert facts["params"] == dict(imported.params)


def test_an_imported_run_is_renamed_copied_and_deleted(imported: runs.RunEntry, tmp_path: Path) -> None:
    renamed = runs.rename_run(imported.key, "From elsewhere")
    assert (renamed.name, renamed.key) == ("From elsewhere", imported.key)
    outside = tmp_path / "outside"
    shutil.copytree(imported.path, outside)
    runs.delete_run(imported.key)
    assert [run.name for run in runs.list_runs()] == ["Original"]
    assert runs.copy_run_in(outside).key == imported.key


def test_an_imported_run_is_there_after_a_restart(imported: runs.RunEntry, home: Path) -> None:
    code = "from workspace.runs import *; r = open_run(find_run('elsewhere')); print(r.entry.key, r.embedding.method)"
    environment = os.environ | {"ITEMSCAPE_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [imported.key, "imported"]


def test_the_same_vectors_are_one_run_whatever_file_they_came_in(
    kept: logs.LogEntry, original: runs.RunEntry, imported: runs.RunEntry, tmp_path: Path
) -> None:
    run = runs.open_run(original)
    export.write_word2vec(run, tmp_path / "other.txt")
    spec = {"log_digest": kept.digest, "vectors": str(tmp_path / "other.txt"), "name": "Another"}
    answer = vectors_task(spec, no_progress)
    assert (answer["key"], answer["new"], answer["matched"]) == (imported.key, False, 24)
    lines = (tmp_path / "other.txt").read_text().splitlines()
    (tmp_path / "other.txt").write_text("\n".join(lines[:2] + lines[3:]).replace("24 8", "23 8"))
    answer = vectors_task(spec, no_progress)
    assert (answer["key"] != imported.key, answer["new"], answer["missing"]) == (True, True, 1)
    assert runs.find_run(answer["key"]).name == "Another"


def test_other_logs_make_other_runs_of_the_same_vectors() -> None:
    keys = {
        runs.run_key(digest, IMPORTED, {"file": file, "vectors": vectors}, 0, 1)
        for digest in "ab"
        for file in "cd"
        for vectors in "ef"
    }
    assert len(keys) == 4


def test_an_array_with_its_ids_through_the_worker(kept: logs.LogEntry, original: runs.RunEntry, tmp_path: Path) -> None:
    run = runs.open_run(original)
    np.save(tmp_path / "v.npy", run.embedding.item_vectors[::-1].astype(np.float64))
    (tmp_path / "ids.txt").write_text("\n".join(run.embedding.item_ids[::-1]))
    spec = {
        "log_digest": kept.digest,
        "vectors": str(logs.keep_original(tmp_path / "v.npy", "v.npy")),
        "ids": str(logs.keep_original(tmp_path / "ids.txt", "ids.txt")),
        "file": "Überall.npy",
        "name": "Mine",
    }
    job = jobs.wait(jobs.submit("vectors", spec, "Importing").id, PATIENCE)
    assert (job.status, job.error) == ("done", None)
    assert job.result is not None
    assert {name: job.result[name] for name in ("matched", "left_out", "missing", "new")} == {
        "matched": 24, "left_out": 0, "missing": 0, "new": True,
    }  # fmt: skip
    entry = runs.find_run("Mine")
    assert (entry.params["file"], entry.params["format"]) == ("Überall.npy", "NumPy")
    assert runs.open_run(entry).embedding.item_vectors.tobytes() == run.embedding.item_vectors.tobytes()


def test_a_file_that_cannot_be_read_fails_its_job_with_one_sentence(kept: logs.LogEntry, tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("item,v0,v1\na,1\n")
    spec = {"log_digest": kept.digest, "vectors": str(tmp_path / "v.csv")}
    job = jobs.wait(jobs.submit("vectors", spec, "Importing").id, PATIENCE)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error.startswith("v.csv, line 2: too few fields")
    assert runs.list_runs() == []


def test_every_method_and_an_import_have_a_kind() -> None:
    assert kind_of(IMPORTED).title == "Imported vectors"
    for name, method in METHODS.items():
        assert kind_of(name) == (method.title, method.short, method.family, method.version)
    assert runs.default_name(IMPORTED, {"dimensions": 8}, "a" * 64) == "Imported 8d"
    assert IMPORTED not in METHODS
