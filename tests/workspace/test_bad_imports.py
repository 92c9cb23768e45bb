"""A file that cannot be read leaves what was kept before as it was."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import pytest

from errors import LogError
from workspace import logs

GOOD = "user,item,time\n" + "".join(f"u{n % 7},i{n % 5},2017-01-{n % 28 + 1:02}\n" for n in range(60))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("cut.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:40]),
        ("pickle.parquet", pickle.dumps([1, 2])),
        ("nul.csv", b"user,item\nu1,\0\n"),
        ("wide.csv", ",".join(f"c{n}" for n in range(100_000)).encode()),
        ("twice.csv", b"user,item,user\nu1,a,u1\n"),
        ("long.csv", b"x" * 5_000_000),
    ],
)
def test_a_bad_file_changes_nothing_of_what_is_kept(home: Path, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    kept = logs.import_log(tmp_path / "good.csv", name="good")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LogError) as caught:
        logs.import_log(tmp_path / name, name="bad")
    assert str(caught.value).endswith(".")
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert [entry.digest for entry in logs.list_logs()] == [kept.digest]
    assert logs.open_log(kept.digest).n_interactions == 60


def test_times_at_both_ends_of_the_calendar_are_kept_and_summarised(home: Path, tmp_path: Path) -> None:
    ends = "u1,a,0001-01-01\nu2,b,9999-12-31\nu3,c,-5\nu3,a,50000-01-01\n"
    (tmp_path / "log.csv").write_text(GOOD + ends, encoding="utf-8")
    entry = logs.import_log(tmp_path / "log.csv", name="old and new")
    assert (entry.first, entry.last) == ("0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z")
    assert entry.dropped == {"unreadable_time": 2}, "the year 50,000, and a small number among days"
    assert logs.open_log(entry.digest).n_interactions == 62
