"""The runs of a log as the Train page lists them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from embedders.base import no_progress
from figures.text import plain
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import export, jobs, logs, runs, workers
from workspace.files import read_json, write_json_atomically
from workspace.job_folders import finish, queue_lock
from workspace.tasks import vectors_task


def listed(digest: str) -> AppTest:
    def page(digest: str) -> None:
        from widgets import runs_list
        from workspace.logs import find_log

        runs_list.runs_of(find_log(digest))

    return AppTest.from_function(page, kwargs={"digest": digest}, default_timeout=60)


def test_a_trained_run_tells_its_seed_and_an_imported_one_its_file(tmp_path: Path) -> None:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    entry = logs.import_log(logs.keep_original(path, path.name), name="Islands")
    original = train_here(entry, "svd", name="factors")
    export.write_vectors_parquet(runs.open_run(original), tmp_path / "elsewhere.parquet")
    vectors_task({"log_digest": entry.digest, "vectors": str(tmp_path / "elsewhere.parquet")}, no_progress)
    app = listed(entry.digest).run()
    assert not app.exception
    rows = [text.value.replace("\\", "") for text in app.markdown if text.value.startswith("**")]
    assert rows[0].startswith("**elsewhere**")
    assert "Imported vectors · 8 dimensions · 24 items · from elsewhere.parquet (Parquet)" in rows[0]
    assert "seed" not in rows[0]
    assert "seed 0" in rows[1]
    notes = [caption.value.replace("\\", "") for caption in app.caption]
    assert "Matched by id: 24 of the 24 vectors are of items of this log." in notes


def test_trainings_of_this_log_stand_above_its_runs_and_those_of_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for
    own, other = (
        logs.import_log(logs.keep_original(path, path.name), name=name)
        for name, path in (
            (name, write_csv(two_islands(users=users), tmp_path / f"{name}.csv"))
            for name, users in (("own", 40), ("other", 41))
        )
    )
    assert "Nothing is trained" in listed(own.digest).run().info[0].value
    failed, active = {}, {}
    for entry in (own, other):
        spec = {"log_digest": entry.digest, "method": "svd", "params": {}, "seed": 0}
        failed[entry.name] = jobs.submit("train", spec, f"Training {entry.name}").id
        with queue_lock():
            finish(failed[entry.name], "failed", error=f"{entry.name} was too large.")
        active[entry.name] = jobs.submit("train", spec, f"Training {entry.name}").id
    app = listed(own.digest).run()
    assert not app.exception
    assert not app.info
    assert [error.value for error in app.error] == [plain("own was too large.")]
    assert {button.key for button in app.button} == {
        f"cancel-{active['own']}",
        f"dismiss-{failed['own']}",
    }


def with_so_many_missing(n: int, folder: Path) -> runs.RunEntry:
    """A run of imported vectors in which the first n of the 24 items have none; only the first item has a title."""
    log = two_islands()
    log.items["title"] = ["*One* of [A]", *[None] * (log.n_items - 1)]
    path = write_csv(log, folder / "islands.csv")
    entry = logs.import_log(logs.keep_original(path, path.name), name="Islands")
    export.write_vectors_parquet(runs.open_run(train_here(entry, "svd")), folder / "all.parquet")
    pd.read_parquet(folder / "all.parquet").iloc[n:].to_parquet(folder / "part.parquet", index=False)
    vectors_task({"log_digest": entry.digest, "vectors": str(folder / "part.parquet")}, no_progress)
    return next(run for run in runs.list_runs(entry.digest) if run.name == "part")


def told_of_missing(run: runs.RunEntry) -> list[str]:
    app = listed(run.log_digest).run()
    assert not app.exception
    return [caption.value for caption in app.caption if caption.value.startswith("Items without a vector")]


@pytest.mark.parametrize(
    ("n", "rest"),
    [(3, "."), (10, "."), (12, " and 2 more; the settings on the Export page have the ids of all.")],
    ids=["few", "ten", "more"],
)
def test_the_details_name_the_first_items_without_a_vector(n: int, rest: str, tmp_path: Path) -> None:
    run = with_so_many_missing(n, tmp_path)
    ids = runs.open_run(run).embedding.missing
    assert len(ids) == n
    named = "; ".join([f"*One* of [A] ({ids[0]})", *ids[1:10]])
    assert told_of_missing(run) == [plain(f"Items without a vector: {n}: {named}{rest}")]


def test_a_run_of_an_older_version_tells_only_how_many_items_have_no_vector(tmp_path: Path) -> None:
    run = with_so_many_missing(3, tmp_path)
    facts = read_json(run.path / "run.json")
    del facts["missing_first"]
    write_json_atomically(run.path / "run.json", facts)
    assert told_of_missing(run) == [plain("Items without a vector: 3.")]
