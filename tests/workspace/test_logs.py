from __future__ import annotations

import io
import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from embedders.base import no_progress
from errors import LogError
from interactions import CleaningRules, InteractionLog
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import logs, runs
from workspace.job_folders import create_job
from workspace.tasks import import_task
from workspace.worker import Worker


def test_the_same_bytes_twice_are_one_file(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "june.csv"
    path.write_bytes(b"user,item\nu,a\n")
    first = logs.keep_original(path, "june.csv")
    again = logs.keep_original(io.BytesIO(path.read_bytes()), "../july.csv")
    assert first == again
    assert first.read_bytes() == path.read_bytes()
    assert [file.name for file in home.rglob("*") if file.is_file()] == ["june.csv"]
    assert logs.keep_original(first, first.name) == first


def test_an_upload_that_was_read_before_is_kept_whole(home: Path) -> None:
    upload = io.BytesIO(b"user,item\nu,a\n")
    upload.read()
    assert logs.keep_original(upload, "a.csv").read_bytes() == b"user,item\nu,a\n"


def test_the_same_bytes_under_another_suffix_can_be_read_as_that(home: Path) -> None:
    csv, tsv = (logs.keep_original(io.BytesIO(b"a\tb\n"), name) for name in ("x.csv", "x.tsv"))
    assert (csv.suffix, tsv.suffix, csv.parent) == (".csv", ".tsv", tsv.parent)
    assert tsv.read_bytes() == b"a\tb\n"


@pytest.mark.parametrize("harm", [b"user,item\nu,a\n", b"user,item\nu,a\nv,c\n"])
def test_a_stored_file_that_was_cut_or_changed_is_refused_until_it_is_opened_again(home: Path, harm: bytes) -> None:
    content = b"user,item\nu,a\nv,b\n"
    stored = logs.keep_original(io.BytesIO(content), "a.csv")
    stored.write_bytes(harm)
    with pytest.raises(LogError, match=rf"{stored} is damaged.*open it again"):
        import_task({"original": str(stored)}, no_progress)
    assert logs.list_logs() == []
    assert logs.keep_original(io.BytesIO(content), "b.csv") == stored
    assert [path.read_bytes() for path in stored.parent.iterdir()] == [content]
    entry = logs.find_log(import_task({"original": str(stored)}, no_progress)["digest"])
    assert entry.interactions == 2


def test_a_missing_file_is_named(home: Path, tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"nowhere\.csv cannot be opened"):
        logs.keep_original(tmp_path / "nowhere.csv", "nowhere.csv")


def test_a_kept_log_is_the_log_that_was_read(kept: logs.LogEntry) -> None:
    planted, log = two_islands(), logs.open_log(kept.digest)
    assert np.array_equal(log.item_codes, planted.item_codes)
    assert log.item_ids.tolist() == planted.item_ids.tolist()
    assert isinstance(log.item_codes, np.memmap)
    assert (kept.rows, kept.interactions, kept.users, kept.items) == (2400, 2400, 200, 24)
    assert kept.summary["top_items"][0]["title"].startswith("Item ")
    assert logs.list_logs() == [kept]


def test_a_kept_log_knows_its_columns_without_being_opened(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "log.csv": "user,item\nu,a\nv,b\n",
        "items.csv": "item,title,brand,id of the maker\na,Tea,x,7\nb,Salt,y,8\n",
        "users.csv": "user,age\nu,30\nv,40\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    log, items, users = (logs.keep_original(tmp_path / name, name) for name in files)
    bare = logs.import_log(log, name="Bare")
    tables = logs.import_log(log, name="With tables", items_path=items, users_path=users)
    assert tables.item_column("brand").to_dict() == {"a": "x", "b": "y"}
    with pytest.raises(LogError, match="no column 'age'"):
        tables.item_column("age")
    monkeypatch.setattr("pandas.read_parquet", None)
    assert (bare.columns_in("items"), bare.columns_in("users")) == ([], [])
    assert tables.columns_in("items") == ["title", "brand", "id of the maker"], "no column has the role of category"
    assert tables.columns_in("users") == ["age"]
    (tables.path / "items.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(LogError, match="open the file again"):
        tables.columns_in("items")


def test_the_same_log_again_is_the_entry_that_is_there(kept: logs.LogEntry) -> None:
    again = logs.import_log(Path(kept.source["original"]), name="Another name")
    assert again == kept


@pytest.mark.parametrize("name", ["entry.json", "log.json", "weights.npy", "items.parquet"])
def test_a_damaged_log_is_replaced_when_its_file_is_opened_again(kept: logs.LogEntry, name: str) -> None:
    whole = (kept.path / name).read_bytes()
    (kept.path / name).write_bytes(whole[: len(whole) // 2])
    for wanted in (kept.digest, kept.digest[:6]):
        with pytest.raises(LogError, match=f"{kept.path} is damaged.*: open its file again, or delete the folder"):
            logs.open_log(wanted)
    again = logs.import_log(Path(kept.source["original"]), name="Two islands")
    assert (again.digest, again.path) == (kept.digest, kept.path)
    assert logs.open_log(kept.digest).n_interactions == kept.interactions
    assert logs.list_logs() == [again]
    assert [path.name for path in kept.path.parent.iterdir()] == [kept.path.name]


def test_other_rules_make_another_log_beside_it(kept: logs.LogEntry) -> None:
    source = kept.source
    stricter = logs.import_log(Path(source["original"]), name="Strict", rules=CleaningRules(min_users_per_item=65))
    assert stricter.digest != kept.digest
    assert stricter.items < kept.items
    assert [entry.name for entry in logs.list_logs()] == ["Strict", "Two islands"]
    assert logs.find_log(kept.digest) == kept


def test_nothing_is_kept_of_a_file_that_cannot_be_used(home: Path) -> None:
    original = logs.keep_original(io.BytesIO(b"user,item\nu,a\n"), "one.csv")
    with pytest.raises(LogError, match="only one"):
        logs.import_log(original, name="One")
    assert logs.list_logs() == []


def test_a_full_disk_is_told_and_nothing_half_written_stays(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(log: InteractionLog, folder: Path) -> None:
        (folder / "user_codes.npy").write_bytes(b"a part")
        raise OSError("300000 requested and 194528 written")  # as numpy says it, without a number

    monkeypatch.setattr(InteractionLog, "save", full)
    job = create_job("import", {**kept.source, "rules": {"min_users_per_item": 65}}, "Cleaning")
    outcome = Worker("view", 0.0)._outcome(job)
    assert outcome == {"status": "failed", "error": "The disk is full: make room and try again."}
    assert [path.name for path in kept.path.parent.iterdir()] == [kept.path.name]


def test_finding_by_digest_beginning_and_name(kept: logs.LogEntry) -> None:
    for wanted in (kept.digest, kept.digest[:6], "Two islands"):
        assert logs.find_log(wanted) == kept
    for wanted in ("", "zzz", "two"):
        with pytest.raises(LogError, match="No kept log"):
            logs.find_log(wanted)


def test_several_that_fit_are_told_apart_by_digest(kept: logs.LogEntry) -> None:
    source = Path(kept.source["original"])
    other = logs.import_log(source, name="Two islands", rules=CleaningRules(min_users_per_item=65))
    with pytest.raises(LogError, match=f"several.*{other.digest[:16]}"):
        logs.find_log("Two islands")


def test_renaming(kept: logs.LogEntry) -> None:
    assert logs.rename_log(kept.digest, "  Islands\n of June ").name == "Islands of June"
    assert logs.find_log(kept.digest).name == "Islands of June"
    with pytest.raises(LogError, match="needs a name"):
        logs.rename_log(kept.digest, " \n")


def test_a_description_is_kept_until_another_is_written(kept: logs.LogEntry) -> None:
    assert kept.description == ""
    assert logs.rename_log(kept.digest, "Islands", " Two\ngroups. ").description == "Two\ngroups."
    assert logs.rename_log(kept.digest, "Other").description == "Two\ngroups."
    assert logs.find_log(kept.digest).description == "Two\ngroups."


def test_a_summary_that_an_older_version_wrote_is_made_anew(kept: logs.LogEntry) -> None:
    whole = kept.summary
    (kept.path / "summary.json").write_text('{"weeks": []}')
    assert logs.find_log(kept.digest).summary == whole
    assert json.loads((kept.path / "summary.json").read_text()) == whole


def test_a_log_with_runs_goes_only_with_them(kept: logs.LogEntry, home: Path) -> None:
    train_here(kept)
    with pytest.raises(LogError, match="1 of the kept runs"):
        logs.delete_log(kept.digest)
    assert logs.open_log(kept.digest).n_items == 24
    logs.delete_log(kept.digest, with_runs=True)
    assert logs.list_logs() == []
    assert runs.list_runs() == []
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_the_original_stays_while_another_log_came_from_it(kept: logs.LogEntry) -> None:
    original = Path(kept.source["original"])
    other = logs.import_log(original, name="Strict", rules=CleaningRules(min_users_per_item=65))
    logs.delete_log(kept.digest)
    assert original.exists()
    logs.delete_log(other.digest)
    assert not original.exists()


def test_the_originals_stay_while_a_log_is_damaged(kept: logs.LogEntry) -> None:
    original = Path(kept.source["original"])
    other = logs.import_log(original, name="Strict", rules=CleaningRules(min_users_per_item=65))
    entry = kept.path / "entry.json"
    whole = entry.read_text()
    entry.write_text(whole[: len(whole) // 2])
    logs.delete_log(other.digest)
    assert original.exists(), "the damaged log came from it"
    os.utime(original.parent, (0, 0))
    logs.forget_abandoned_originals()
    assert original.exists()
    entry.write_text(whole)
    logs.delete_log(kept.digest)
    assert not original.exists()


def test_a_file_outside_the_workspace_is_never_removed(home: Path, tmp_path: Path) -> None:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    entry = logs.import_log(path, name="From outside")
    logs.delete_log(entry.digest)
    assert path.exists()


def test_uploads_that_never_became_a_log_are_forgotten_after_a_week(kept: logs.LogEntry) -> None:
    old, new = (logs.keep_original(io.BytesIO(name), "a.csv") for name in (b"old", b"new"))
    for original in (old, Path(kept.source["original"])):
        os.utime(original.parent, (0, time.time() - 8 * 86_400))
    logs.forget_abandoned_originals()
    assert not old.exists()
    assert new.exists()
    assert Path(kept.source["original"]).exists()


def test_one_damaged_log_does_not_hide_the_others(kept: logs.LogEntry, caplog: pytest.LogCaptureFixture) -> None:
    damaged = kept.path.with_name("0" * 16)
    damaged.mkdir()
    (damaged / "entry.json").write_text("{}")
    assert logs.list_logs() == [kept]
    assert "damaged" in caplog.text
