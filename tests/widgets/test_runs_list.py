"""The runs of a log as the Train page lists them."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from embedders.base import no_progress
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import export, logs, runs
from workspace.tasks import vectors_task


def listed(digest: str) -> AppTest:
    def page(digest: str) -> None:
        from widgets import runs_list
        from workspace.logs import find_log

        runs_list.finished(find_log(digest))

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
